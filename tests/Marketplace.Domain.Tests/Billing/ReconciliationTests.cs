using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

public sealed class ReconciliationTests
{
    private static readonly Duration UnderWay = Duration.FromMinutes(5);
    private readonly List<ReconciliationFact> facts = [];
    private Instant now = Instant.FromUtc(2027, 5, 1, 0, 0);
    private Reconciliation state = new();

    [Fact]
    public void What_both_sides_have_is_forgotten_in_whatever_order_and_pieces_it_comes()
    {
        Post("payment:pay_1", 700);
        List(Movement("pay_1", 600), Movement("pay_1", 400));
        Post("payment:pay_1:excess", 300);
        List(Movement("pay_1", -1_000, GatewayMovementKind.Refund));
        Post("refund:pay_1", -1_000);

        Assert.Empty(state.Differences);
        Later(10);
        Assert.Empty(state.Incidents);
        Assert.Equal(ReconciliationTotals.Nothing(Currency.Usd), state.Totals["USD"]);
    }

    [Fact]
    public void Money_that_the_books_do_not_know_becomes_an_incident_with_both_sides_and_resolves_by_itself()
    {
        List(Movement("pay_1", 700));
        Later(4);
        Assert.Empty(state.Incidents);

        Later(1);
        var incident = Assert.Single(state.Incidents);
        Assert.Equal((IncidentStatus.Open, Usd(700), Usd(0), "pay_1"), (incident.Status, incident.Other, incident.Books, incident.Subject));
        Assert.Equal("txn_1 Charge", Assert.Single(incident.OtherReferences));
        Assert.Equal([Usd(700)], state.Drift());

        Post("payment:pay_1", 700);
        Assert.Empty(state.Differences);
        Assert.Equal([Usd(0)], state.Drift());
        var resolved = facts.OfType<IncidentRecorded>().Last().Incident;
        Assert.Equal((incident.Id, IncidentStatus.Resolved, now), (resolved.Id, resolved.Status, resolved.ResolvedAt!.Value));
        Assert.Equal("org_tenant payment:pay_1", Assert.Single(resolved.BooksReferences));
    }

    [Fact]
    public void A_refund_declined_for_good_is_an_incident_at_once_until_somebody_has_given_it_back()
    {
        var stuck = new TakeStuckRefund(OrganizationId.From("org_tenant"), PaymentId.From("pay_1"), Usd(700), now);
        Do(stuck);
        var incident = Assert.Single(state.Incidents);
        Assert.Equal((IncidentKind.Refund, "pay_1", "org_tenant", Usd(700), Usd(0)), (incident.Kind, incident.Subject, incident.Organization?.Value, incident.Books, incident.Other));

        Do(stuck);
        Do(new TakeBooks([], now));
        Later(60);
        Assert.Equal((incident.Id, IncidentStatus.Open), (Assert.Single(state.Incidents).Id, Assert.Single(state.Incidents).Status));

        Do(stuck with { Amount = Usd(0) });
        Assert.Empty(state.Incidents);
        Assert.Equal(IncidentStatus.Resolved, facts.OfType<IncidentRecorded>().Last().Incident.Status);
        Do(stuck with { Amount = Usd(0) });
        Assert.Empty(state.Differences);
    }

    [Fact]
    public void Money_that_only_the_books_know_is_drift_the_other_way()
    {
        Post("payment:pay_1", 700);
        Later(5);

        Assert.Equal(Usd(-700), Assert.Single(state.Incidents).Drift);
        Assert.Equal([Usd(700)], state.Drift());
    }

    [Fact]
    public void Money_that_names_nothing_of_ours_is_drift_too()
    {
        List(new GatewayMovement("txn_9", GatewayMovementKind.Charge, null, Usd(100), Usd(0), now));
        Later(5);

        Assert.Equal("txn_9", Assert.Single(state.Incidents).Subject);
    }

    [Fact]
    public void Fees_and_payouts_to_the_marketplaces_own_bank_are_shown_and_no_drift()
    {
        Post("payment:pay_1", 700);
        List(
            new GatewayMovement("txn_1", GatewayMovementKind.Charge, "pay_1", Usd(700), Usd(21), now),
            new GatewayMovement("txn_2", GatewayMovementKind.Fee, null, Usd(-15), Usd(0), now),
            new GatewayMovement("txn_3", GatewayMovementKind.Payout, null, Usd(-500), Usd(0), now));
        Later(5);

        Assert.Empty(state.Differences);
        Assert.Equal(new ReconciliationTotals(Usd(700), Usd(700), Usd(36), Usd(500)), state.Totals["USD"]);
        Assert.Equal(Usd(164), state.Totals["USD"].Balance);
    }

    [Fact]
    public void A_page_that_was_taken_is_not_taken_again()
    {
        var page = new GatewayPage<GatewayMovement>([Movement("pay_1", 700)], "txn_1", false);
        Do(new TakeMovements(null, page, now));
        Do(new TakeMovements(null, page, now));

        Assert.Equal(Usd(700), state.Totals["USD"].Gateway);
        Assert.Equal("txn_1", state.MovementCursor);
    }

    [Fact]
    public void An_explanation_takes_an_incident_out_of_the_drift_until_it_changes()
    {
        List(Movement("pay_1", 700));
        Later(5);
        var id = state.Incidents.Single().Id;

        Do(new ExplainIncident(id, "key_1", "by hand"));
        Do(new ExplainIncident(id, "key_1", "by hand"));
        Assert.Equal((IncidentStatus.Explained, "by hand"), (state.Incidents.Single().Status, state.Incidents.Single().Explanation!.Text));
        Assert.Equal([Usd(0)], state.Drift());
        Assert.Equal(2, facts.OfType<IncidentRecorded>().Count());

        Post("payment:pay_1", 300);
        Assert.Equal((IncidentStatus.Open, Usd(400)), (state.Incidents.Single().Status, state.Incidents.Single().Drift));
        Assert.Equal("incident_not_found", Reconciliation.Decide(state, new ExplainIncident(IncidentId.From("inc_9"), "key_1", "?"), now).Refusal?.Code);
    }

    [Fact]
    public void The_same_payment_drifting_again_is_another_incident()
    {
        List(Movement("pay_1", 700));
        Later(5);
        Post("payment:pay_1", 700);
        List(Movement("pay_1", -700, GatewayMovementKind.Dispute));
        Later(5);

        Assert.Equal(2, facts.OfType<IncidentRecorded>().Select(fact => fact.Incident.Id).Distinct().Count());
    }

    [Fact]
    public void Documents_that_differ_from_the_books_are_an_incident_until_they_agree()
    {
        var gap = new BooksGap(IncidentKind.Documents, "receivables:org_operator", Tenant, Usd(500), Usd(400));
        Do(new TakeBooks([gap], now));
        Later(5);
        Do(new TakeBooks([gap], now));
        Later(1);

        var incident = Assert.Single(state.Incidents);
        Assert.Equal((IncidentKind.Documents, Tenant, Usd(100)), (incident.Kind, incident.Organization, incident.Drift));
        Do(new TakeBooks([], now));
        Assert.Empty(state.Differences);
        Assert.Equal(IncidentStatus.Resolved, facts.OfType<IncidentRecorded>().Last().Incident.Status);
    }

    [Fact]
    public void A_gap_that_was_only_on_its_way_never_becomes_an_incident()
    {
        Do(new TakeBooks([new BooksGap(IncidentKind.Balances, "USD", null, Usd(500), Usd(400))], now));
        Later(4);
        Do(new TakeBooks([], now));
        Later(10);

        Assert.Empty(state.Differences);
        Assert.Empty(facts.OfType<IncidentRecorded>());
    }

    [Fact]
    public void Notifications_are_counted_on_from_where_the_list_stood()
    {
        Do(new TakeNotices(null, "evt_3", 3, 1, Finished: true, now));
        Do(new TakeNotices(null, "evt_3", 3, 1, Finished: true, now));

        Assert.Single(facts);
        Assert.Equal(("evt_3", now), (state.NoticeCursor, state.BackfilledAt!.Value));
        Do(new TakeNotices("evt_3", "evt_3", 0, 0, Finished: true, now + UnderWay));
        Assert.Equal(now + UnderWay, state.BackfilledAt);
    }

    private GatewayMovement Movement(string subject, long cents, GatewayMovementKind kind = GatewayMovementKind.Charge) =>
        new($"txn_{facts.Count + 1}", kind, subject, Usd(cents), Usd(0), now);

    private void Post(string fact, long cents) => Do(new TakePosting(Tenant, fact, [Usd(cents)], now));

    private void List(params GatewayMovement[] movements) =>
        Do(new TakeMovements(state.MovementCursor, new GatewayPage<GatewayMovement>([.. movements], $"cursor {facts.Count}", false), now));

    private void Later(int minutes)
    {
        now += Duration.FromMinutes(minutes);
        Do(new Judge(UnderWay, now));
    }

    private void Do(ReconciliationCommand command)
    {
        var decision = Reconciliation.Decide(state, command, now);
        Assert.Null(decision.Refusal);
        foreach (var fact in decision.Facts)
        {
            facts.Add(fact);
            state = Reconciliation.Evolve(state, fact);
        }
    }
}
