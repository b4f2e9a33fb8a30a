using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;
using static Marketplace.Domain.Tests.Leases.LeaseScript;

namespace Marketplace.Domain.Tests.Leases;

public sealed class LeaseTests
{
    private static readonly ExitQuoteId Exit = ExitQuoteId.From("exit_1");
    private static readonly InvoiceId Invoice = InvoiceId.From("inv_1");

    [Fact]
    public void The_first_delivery_opens_the_lease_and_starts_the_acceptance_period()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1, 2);

        Assert.Equal(["LeaseOpened", "NodesDelivered", "NodesOffered"], script.Facts.Select(fact => fact.GetType().Name));
        Assert.Equal(Lease.IdOf(ReservationId.From("rsv_1")), script.Now.Id);
        Assert.Equal(LeaseStatus.InAcceptance, script.Now.Status);
        Assert.Equal(At("2027-01-15T00:00:00Z"), LeaseDue.NextAt(script.Now));
        Assert.Null(script.Now.RentCommencement);
    }

    [Fact]
    public void A_repeated_notice_changes_nothing_and_a_second_adds_its_nodes()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1, 2);
        var again = new TakeDelivery(Opening(), LeaseDelivery.OfNodes(DeliveryId.From("dlv_1"), At("2027-01-05T00:00:00Z"), Nodes(1, 2)));

        Assert.Empty(script.Decide("2027-01-06T00:00:00Z", again).Facts);
        Assert.Equal(3, script.Deliver("2027-01-07T00:00:00Z", 3).Now.Nodes.Length);
    }

    [Fact]
    public void A_delivery_for_later_waits_for_its_day()
    {
        var script = new LeaseScript().DeliverFor("2027-01-05T00:00:00Z", "2027-01-09T00:00:00Z", 1);

        Assert.Equal(LeaseStatus.Scheduled, script.Now.Status);
        Assert.Equal("lease_node_not_ready", script.RefusalOf("2027-01-08T23:59:59Z", new AcceptNodes(Tenant, Nodes(1))));

        script.Accept("2027-01-09T00:00:00Z", 1);

        Assert.Equal(LeaseStatus.Active, script.Now.Status);
    }

    [Fact]
    public void Silence_accepts_at_the_end_of_the_period_however_late_the_visit()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1, 2).Accept("2027-01-06T12:00:00Z", 1).Pass("2027-01-25T00:00:00Z");

        Assert.Contains(script.Facts, fact => fact is NodesAccepted { BySilence: true } accepted && accepted.At == At("2027-01-15T00:00:00Z") && accepted.Nodes.SequenceEqual(Nodes(2)));
    }

    [Fact]
    public void Rejected_nodes_go_back_and_may_be_delivered_again()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1, 2)
            .Play("2027-01-06T00:00:00Z", new RejectNodes(Tenant, Nodes(1), "NVLink errors"));
        Assert.Equal(LeaseStatus.InAcceptance, script.Now.Status);

        script.Play("2027-01-07T00:00:00Z", new RejectNodes(Tenant, Nodes(2), "NVLink errors"));
        Assert.Equal(LeaseStatus.Scheduled, script.Now.Status);
        Assert.Equal("lease_node_not_offered", script.RefusalOf("2027-01-08T00:00:00Z", new AcceptNodes(Tenant, Nodes(1))));

        var repaired = LeaseDelivery.OfNodes(DeliveryId.From("dlv_again"), At("2027-01-08T00:00:00Z"), Nodes(1));
        script.Play("2027-01-08T00:00:00Z", new DeliverNodes(Operator, repaired)).Accept("2027-01-09T00:00:00Z", 1);
        Assert.Equal([NodeStanding.Rejected, NodeStanding.Rejected, NodeStanding.InService], script.Now.Nodes.Select(node => node.Standing));
    }

    [Fact]
    public void Accepting_what_is_in_service_changes_nothing()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1);

        Assert.Empty(script.Decide("2027-01-07T00:00:00Z", new AcceptNodes(Tenant, Nodes(1))).Facts);
    }

    [Fact]
    public void A_replacement_is_offered_in_the_place_of_the_node_taken_out()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1)
            .Play("2027-02-01T00:00:00Z", new ReplaceNode(Operator, Node(1), Node(9), "failed board"));

        Assert.Equal(LeaseStatus.Active, script.Now.Status);
        Assert.Equal([NodeStanding.Out, NodeStanding.Offered], script.Now.Nodes.Select(node => node.Standing));
        Assert.Equal("lease_node_not_in_service", script.RefusalOf("2027-02-02T00:00:00Z", new ReplaceNode(Operator, Node(1), null, "again")));
        Assert.Equal("lease_node_already_delivered", script.Accept("2027-02-02T00:00:00Z", 9).RefusalOf("2027-02-03T00:00:00Z", new ReplaceNode(Operator, Node(9), Node(9), "same")));
    }

    [Fact]
    public void An_overdue_invoice_puts_the_lease_in_arrears_until_the_last_is_paid()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1);
        var second = InvoiceId.From("inv_2");

        script.Play("2027-03-05T00:00:00Z", new MarkOverdue(Invoice)).Play("2027-03-06T00:00:00Z", new MarkOverdue(second));
        Assert.Equal(LeaseStatus.InArrears, script.Now.Status);
        Assert.Empty(script.Decide("2027-03-06T00:00:00Z", new MarkOverdue(Invoice)).Facts);

        Assert.Equal(LeaseStatus.InArrears, script.Play("2027-03-07T00:00:00Z", new ClearOverdue(Invoice)).Now.Status);
        Assert.Equal(LeaseStatus.Active, script.Play("2027-03-08T00:00:00Z", new ClearOverdue(second)).Now.Status);
    }

    [Fact]
    public void A_renewal_moves_the_end_by_months_from_the_original_end()
    {
        var script = new LeaseScript(Opening(from: "2026-08-31T00:00:00Z", until: "2027-08-31T00:00:00Z", renewal: new Renewal(2, 6, 90)))
            .Deliver("2026-08-31T00:00:00Z", 1).Accept("2026-08-31T00:00:00Z", 1);

        Assert.Equal(At("2027-06-02T00:00:00Z"), LeaseDue.RenewalDeadline(script.Now));
        Assert.Equal(At("2028-02-29T00:00:00Z"), script.Play("2027-06-01T00:00:00Z", new RenewLease(Tenant)).Now.EndsAt);
        Assert.Equal(At("2028-08-31T00:00:00Z"), script.Play("2027-06-01T00:00:00Z", new RenewLease(Tenant)).Now.EndsAt);
        Assert.Equal("lease_no_renewal_left", script.RefusalOf("2027-06-01T00:00:00Z", new RenewLease(Tenant)));
    }

    [Fact]
    public void A_renewal_option_lapses_at_its_deadline_and_can_be_declined_before()
    {
        var opening = Opening(renewal: new Renewal(1, 12, 90));
        var lapsed = new LeaseScript(opening).Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1).Pass("2027-10-03T00:00:00Z");
        var declined = new LeaseScript(opening).Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1)
            .Play("2027-02-01T00:00:00Z", new DeclineRenewal(Tenant));

        Assert.Contains(new RenewalGivenUp(At("2027-10-03T00:00:00Z"), Lapsed: true), lapsed.Facts);
        Assert.Equal("lease_no_renewal_left", lapsed.RefusalOf("2027-10-03T00:00:00Z", new RenewLease(Tenant)));
        Assert.Equal("lease_no_renewal_left", declined.RefusalOf("2027-02-02T00:00:00Z", new RenewLease(Tenant)));
        Assert.Equal("lease_no_renewal_left", declined.RefusalOf("2027-02-02T00:00:00Z", new DeclineRenewal(Tenant)));
    }

    [Fact]
    public void Arrears_bar_a_renewal()
    {
        var script = new LeaseScript(Opening(renewal: new Renewal(1, 12, 90))).Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1)
            .Play("2027-03-05T00:00:00Z", new MarkOverdue(Invoice));

        Assert.Equal("lease_in_arrears", script.RefusalOf("2027-03-06T00:00:00Z", new RenewLease(Tenant)));
    }

    [Fact]
    public void Notice_against_a_quote_ends_the_lease_on_its_day()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1)
            .Play("2027-04-10T09:00:00Z", new QuoteExit(Tenant, Exit, null));
        Assert.Equal(Day("2027-05-11"), script.Now.ExitQuote!.ExitsOn);
        Assert.Equal(At("2027-04-11T09:00:00Z"), script.Now.ExitQuote.ValidUntil);

        script.Play("2027-04-10T10:00:00Z", new TerminateLease(Tenant, Exit));
        Assert.Equal(LeaseStatus.Terminating, script.Now.Status);
        Assert.Equal(At("2027-05-11T00:00:00Z"), script.Now.EndsAt);
        Assert.Equal("lease_terminating", script.RefusalOf("2027-04-11T00:00:00Z", new RenewLease(Tenant)));

        script.Pass("2027-05-12T00:00:00Z");
        Assert.Equal(LeaseStatus.Ended, script.Now.Status);
        Assert.Equal(At("2027-05-11T00:00:00Z"), script.Now.EndedAt);
        Assert.Null(LeaseDue.NextAt(script.Now));
    }

    [Fact]
    public void A_quote_binds_for_a_day_and_only_while_the_lease_stands_as_it_was()
    {
        var script = new LeaseScript(Opening(renewal: new Renewal(1, 12, 90))).Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1);
        Assert.Equal("lease_exit_quote_unknown", script.RefusalOf("2027-04-10T00:00:00Z", new TerminateLease(Tenant, Exit)));

        script.Play("2027-04-10T00:00:00Z", new QuoteExit(Tenant, Exit, Day("2027-06-01")));
        Assert.Equal("lease_exit_quote_expired", script.RefusalOf("2027-04-11T00:00:00Z", new TerminateLease(Tenant, Exit)));

        script.Play("2027-04-10T01:00:00Z", new RenewLease(Tenant));
        Assert.Equal("lease_exit_quote_unknown", script.RefusalOf("2027-04-10T02:00:00Z", new TerminateLease(Tenant, Exit)));
    }

    [Theory]
    [InlineData("2027-05-10", "lease_exit_too_soon")]
    [InlineData("2027-05-11", null)]
    [InlineData("2027-12-31", null)]
    [InlineData("2028-01-01", "lease_exit_after_end")]
    public void An_exit_keeps_the_notice_and_comes_before_the_end(string on, string? refusal)
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1);

        Assert.Equal(refusal, script.RefusalOf("2027-04-10T09:00:00Z", new QuoteExit(Tenant, Exit, Day(on))));
    }

    [Fact]
    public void The_term_ends_by_itself_and_everything_goes_back()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1, 2).Accept("2027-01-06T00:00:00Z", 1)
            .Play("2027-12-30T00:00:00Z", new DeliverNodes(Operator, LeaseDelivery.OfNodes(DeliveryId.From("dlv_late"), At("2027-12-30T00:00:00Z"), Nodes(3))))
            .Pass("2028-01-01T00:00:00Z");

        var ended = Assert.IsType<LeaseEnded>(script.Facts[^1]);
        Assert.Equal(Nodes(1, 2, 3), ended.Nodes);
        Assert.Equal(RentKind.Final, script.Statements.Last().Kind);
        Assert.All(script.Now.Nodes, node => Assert.Equal(NodeStanding.Out, node.Standing));
        Assert.Equal("lease_ended", script.RefusalOf("2028-01-02T00:00:00Z", new RenewLease(Tenant)));
        Assert.Empty(script.Decide("2028-01-02T00:00:00Z", new MarkOverdue(Invoice)).Facts);
    }

    [Fact]
    public void A_lease_in_which_nothing_was_accepted_ends_without_a_statement()
    {
        var script = new LeaseScript().Deliver("2027-12-31T00:00:00Z", 1).Pass("2028-01-05T00:00:00Z");

        Assert.Equal(LeaseStatus.Ended, script.Now.Status);
        Assert.Empty(script.Statements);
    }

    [Fact]
    public void Each_party_has_its_own_part_and_others_see_no_lease()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1);

        Assert.Equal("lease_not_tenant", script.RefusalOf("2027-01-06T00:00:00Z", new AcceptNodes(Operator, Nodes(1))));
        Assert.Equal("lease_not_operator", script.RefusalOf("2027-01-06T00:00:00Z", new ReplaceNode(Tenant, Node(1), null, "why")));
        Assert.Equal("lease_not_found", script.RefusalOf("2027-01-06T00:00:00Z", new AcceptNodes(Stranger, Nodes(1))));
        Assert.Equal("lease_not_found", script.RefusalOf("2027-01-06T00:00:00Z", new ReplaceNode(Stranger, Node(1), null, "why")));
        Assert.Equal("lease_not_found", Lease.Decide(null, new RenewLease(Tenant), At("2027-01-06T00:00:00Z")).Refusal?.Code);
        Assert.Equal("lease_not_running", script.RefusalOf("2027-01-06T00:00:00Z", new RenewLease(Tenant)));
    }

    [Fact]
    public void Faulty_lists_of_nodes_and_reasons_are_refused()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1, 2);
        var at = "2027-01-06T00:00:00Z";

        Assert.Equal("lease_nodes_missing", script.RefusalOf(at, new AcceptNodes(Tenant, [])));
        Assert.Equal("lease_node_named_twice", script.RefusalOf(at, new AcceptNodes(Tenant, Nodes(1, 1))));
        Assert.Equal("lease_node_unknown", script.RefusalOf(at, new AcceptNodes(Tenant, Nodes(7))));
        Assert.Equal("lease_reason_missing", script.RefusalOf(at, new RejectNodes(Tenant, Nodes(1), " ")));
        Assert.Equal("lease_reason_missing", script.RefusalOf(at, new RejectNodes(Tenant, Nodes(1), new string('x', 1001))));
        Assert.Equal("lease_node_already_delivered", script.RefusalOf(at, new DeliverNodes(Operator, LeaseDelivery.OfNodes(DeliveryId.From("dlv_x"), At(at), Nodes(2)))));
    }

    [Fact]
    public void Units_beyond_those_leased_are_reported()
    {
        var script = new LeaseScript(Opening(units: 1)).Deliver("2027-01-05T00:00:00Z", 1, 2).Accept("2027-01-06T00:00:00Z", 1, 2);

        Assert.Equal(1, script.Now.ExcessUnitsAt(At("2027-01-06T00:00:00Z")));
    }

    [Fact]
    public void Every_state_is_reached_and_every_step_taken_is_in_the_table()
    {
        var seen = new HashSet<(LeaseStatus From, LeaseStatus To)>();
        var script = new LeaseScript(Opening(renewal: new Renewal(1, 12, 90)));
        Follow(script.DeliverFor("2027-01-02T00:00:00Z", "2027-01-05T00:00:00Z", 1).Pass("2027-01-05T00:00:00Z")
            .Play("2027-01-06T00:00:00Z", new RejectNodes(Tenant, Nodes(1), "dead")).Deliver("2027-01-07T00:00:00Z", 2).Accept("2027-01-08T00:00:00Z", 2)
            .Play("2027-02-01T00:00:00Z", new MarkOverdue(Invoice)).Play("2027-02-02T00:00:00Z", new ClearOverdue(Invoice)).Play("2027-02-03T00:00:00Z", new MarkOverdue(Invoice))
            .Play("2027-03-01T00:00:00Z", new QuoteExit(Tenant, Exit, null)).Play("2027-03-01T00:00:00Z", new TerminateLease(Tenant, Exit)).Pass("2027-06-01T00:00:00Z"));
        Follow(new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1)
            .Play("2027-03-01T00:00:00Z", new QuoteExit(Tenant, Exit, null)).Play("2027-03-01T00:00:00Z", new TerminateLease(Tenant, Exit)));
        Follow(new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1).Pass("2028-01-01T00:00:00Z"));
        Follow(new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1).Play("2027-12-01T00:00:00Z", new MarkOverdue(Invoice)).Pass("2028-01-01T00:00:00Z"));
        Follow(new LeaseScript().Deliver("2027-12-31T00:00:00Z", 1).Pass("2028-01-05T00:00:00Z"));
        Follow(new LeaseScript().Deliver("2027-12-31T00:00:00Z", 1).Play("2027-12-31T01:00:00Z", new RejectNodes(Tenant, Nodes(1), "dead")).Pass("2028-01-05T00:00:00Z"));
        Follow(new LeaseScript().DeliverFor("2027-01-05T00:00:00Z", "2027-12-01T00:00:00Z", 1)
            .Play("2027-03-01T00:00:00Z", new QuoteExit(Tenant, Exit, null)).Play("2027-03-01T00:00:00Z", new TerminateLease(Tenant, Exit)));

        Assert.Equal(
            LeaseStatuses.Next.SelectMany(pair => pair.Value.Select(step => (pair.Key, step.To))).Order(),
            seen.Order());

        void Follow(LeaseScript script)
        {
            Lease? lease = null;
            foreach (var fact in script.Facts)
            {
                var next = Lease.Evolve(lease, fact);
                if (lease is not null && lease.Status != next.Status)
                {
                    seen.Add((lease.Status, next.Status));
                }

                lease = next;
            }
        }
    }

    [Fact]
    public void Facts_fold_to_the_same_lease_and_never_go_back_in_time()
    {
        var script = new LeaseScript(Opening(timing: BillingTiming.InAdvance)).Deliver("2027-01-05T00:00:00Z", 1, 2).Accept("2027-01-06T00:00:00Z", 1).Pass("2027-07-01T00:00:00Z");

        Assert.Equal(script.Facts.Select(fact => fact.At).Order(), script.Facts.Select(fact => fact.At));
        var folded = script.Facts.Aggregate((Lease?)null, Lease.Evolve)!;
        Assert.Equal(script.Now.BilledThrough, folded.BilledThrough);
        Assert.Equal(script.Now.Nodes, folded.Nodes);
        Assert.Equal(new LocalDate(2027, 8, 1), folded.BilledThrough);
    }
}
