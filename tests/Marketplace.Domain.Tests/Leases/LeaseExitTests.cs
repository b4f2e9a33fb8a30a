using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using static Marketplace.Domain.Tests.Leases.LeaseScript;

namespace Marketplace.Domain.Tests.Leases;

/// <summary>What leaving costs whom: nothing while the operator is late with everything, and never rent for what it cannot deliver.</summary>
public sealed class LeaseExitTests
{
    private static readonly ExitQuoteId Exit = ExitQuoteId.From("exit_1");

    [Fact]
    public void What_is_only_announced_does_not_bind_the_tenant_beyond_the_first_day()
    {
        var script = new LeaseScript().DeliverFor("2026-12-20T00:00:00Z", "2027-10-01T00:00:00Z", 1, 2, 3, 4);
        Assert.Equal(At("2027-01-02T00:00:00Z"), script.Now.MayLeaveFreeFrom);
        Assert.Equal("lease_not_running", script.RefusalOf("2027-01-01T23:59:59Z", new QuoteExit(Tenant, Exit, null)));

        script.Play("2027-01-02T00:00:00Z", new QuoteExit(Tenant, Exit, null));

        Assert.Equal((Day("2027-01-03"), Money.Zero(Currency.Usd), Percentage.Zero), (script.Now.ExitQuote!.ExitsOn, script.Now.ExitQuote.Fee, script.Now.ExitQuote.FeePercentage));
    }

    [Fact]
    public void A_free_exit_ends_the_lease_with_nothing_stated()
    {
        var script = new LeaseScript().DeliverFor("2026-12-20T00:00:00Z", "2027-10-01T00:00:00Z", 1, 2, 3, 4)
            .Play("2027-02-01T09:00:00Z", new QuoteExit(Tenant, Exit, null))
            .Play("2027-02-01T10:00:00Z", new TerminateLease(Tenant, Exit));
        Assert.Equal((LeaseStatus.Terminating, At("2027-02-02T00:00:00Z")), (script.Now.Status, script.Now.EndsAt));
        Assert.Null(script.Now.MayLeaveFreeFrom);

        script.Pass("2027-02-02T00:00:00Z");

        Assert.Equal((LeaseStatus.Ended, At("2027-02-02T00:00:00Z")), (script.Now.Status, script.Now.EndedAt));
        Assert.Empty(script.Statements);
    }

    [Fact]
    public void Rejected_nodes_do_not_bind_but_nodes_that_await_a_word_do()
    {
        var script = new LeaseScript().Deliver("2027-01-01T00:00:00Z", 1, 2);
        Assert.Equal("lease_not_running", script.RefusalOf("2027-01-03T00:00:00Z", new QuoteExit(Tenant, Exit, null)));

        script.Play("2027-01-03T00:00:00Z", new RejectNodes(Tenant, Nodes(1, 2), "No link."))
            .Play("2027-01-03T01:00:00Z", new QuoteExit(Tenant, Exit, null))
            .Play("2027-01-03T02:00:00Z", new DeliverNodes(Operator, LeaseDelivery.OfNodes(DeliveryId.From("dlv_again"), At("2027-01-03T02:00:00Z"), Nodes(1))));

        Assert.Equal("lease_not_running", script.RefusalOf("2027-01-03T03:00:00Z", new TerminateLease(Tenant, Exit)));
        script.Accept("2027-01-03T04:00:00Z", 1);
        Assert.Equal("lease_exit_quote_unknown", script.RefusalOf("2027-01-03T05:00:00Z", new TerminateLease(Tenant, Exit)));
    }

    [Theory]
    [InlineData("2027-12-31T23:00:00Z", null)]
    [InlineData("2028-01-01T00:00:00Z", "lease_delivery_ready_too_late")]
    [InlineData("2099-01-01T00:00:00Z", "lease_delivery_ready_too_late")]
    public void Nothing_is_announced_for_after_the_end(string readyAt, string? refusal) => Assert.Equal(
        refusal,
        new LeaseScript().Deliver("2027-01-01T00:00:00Z", 1).RefusalOf(
            "2027-01-02T00:00:00Z", new DeliverNodes(Operator, LeaseDelivery.OfNodes(DeliveryId.From("dlv_2"), At(readyAt), Nodes(2)))));

    /// <summary>One node of two is here; the second step brings six more on 1 July, and the lease is left on 1 April.</summary>
    [Theory]
    [InlineData(0, 91 + (7 * 184))]
    [InlineData(6, 91 + (2 * 184))]
    [InlineData(7, 91 + 184)]
    [InlineData(8, 91)]
    public void Later_steps_count_less_what_the_operator_is_short_of_or_supply_does_not_cover(int uncovered, int nodeDays)
    {
        var script = new LeaseScript(Opening(units: 2, notice: 0, later: new RampStep(At("2027-07-01T00:00:00Z"), 8)))
            .Deliver("2027-01-01T00:00:00Z", 1).Accept("2027-01-01T00:00:00Z", 1);
        var later = new Term(At("2027-07-01T00:00:00Z"), At("2028-01-01T00:00:00Z"));
        var basis = new ExitBasis(uncovered == 0 ? [] : [new RampSegment(later, uncovered)], []);

        script.Play("2027-03-31T09:00:00Z", new QuoteExit(Tenant, Exit, Day("2027-04-01")) { Basis = basis });

        Assert.Equal(new Money(Currency.Usd, nodeDays * 24L * 8 * 200), script.Now.ExitQuote!.Left);
    }

    [Fact]
    public void A_stretch_that_supply_does_not_cover_is_cut_out_of_a_step()
    {
        var script = new LeaseScript(Opening(units: 1, notice: 0, later: new RampStep(At("2027-07-01T00:00:00Z"), 8)))
            .Deliver("2027-01-01T00:00:00Z", 1).Accept("2027-01-01T00:00:00Z", 1);
        var basis = new ExitBasis([new RampSegment(new Term(At("2027-07-01T00:00:00Z"), At("2027-10-01T00:00:00Z")), 7)], []);

        script.Play("2027-03-31T09:00:00Z", new QuoteExit(Tenant, Exit, Day("2027-04-01")) { Basis = basis });

        Assert.Equal(new Money(Currency.Usd, (91 + 92 + (8 * 92)) * 24L * 8 * 200), script.Now.ExitQuote!.Left);
    }

    [Fact]
    public void An_indexed_lease_is_left_at_the_price_of_its_index()
    {
        var opening = Opening(units: 1, notice: 0, until: "2029-01-01T00:00:00Z");
        opening = opening with
        {
            Terms = opening.Terms with { Clauses = opening.Terms.Clauses with { Index = new IndexLink("us-cpi-u", 0, null, null) } },
        };
        var script = new LeaseScript(opening).Deliver("2027-01-01T00:00:00Z", 1).Accept("2027-01-01T00:00:00Z", 1);
        var basis = new ExitBasis([], [new IndexValue(Day("2027-01-01"), 100), new IndexValue(Day("2028-01-01"), 110)]);

        script.Play("2027-12-01T09:00:00Z", new QuoteExit(Tenant, Exit, Day("2028-01-01")) { Basis = basis });

        Assert.Equal(new Money(Currency.Usd, 366L * 24 * 8 * 220), script.Now.ExitQuote!.Left);
    }

    [Fact]
    public void Rent_is_counted_to_the_second()
    {
        var script = new LeaseScript().Deliver("2027-01-01T00:00:00Z", 1).Accept("2027-01-01T00:00:00.064Z", 1).Pass("2027-02-01T00:00:00Z");

        Assert.Equal((At("2027-01-01T00:00:00Z"), At("2027-02-01T00:00:00Z")), (script.Statements.Single().Charges.Single().From, script.Statements.Single().Charges.Single().Until));
    }

    [Fact]
    public void A_meter_reading_names_the_period_that_the_invoice_names()
    {
        var opening = Opening(PricingUnit.KilowattMonth, from: "2028-01-10T09:00:00Z", until: "2029-01-10T09:00:00Z");
        opening = opening with
        {
            Terms = opening.Terms with { Clauses = opening.Terms.Clauses with { PowerPassThrough = new PowerPassThrough(null, Percentage.Zero) } },
        };
        var script = new LeaseScript(opening).Deliver("2028-01-10T09:00:00Z", 1).Accept("2028-01-10T10:00:00Z", 1).Pass("2028-02-10T00:00:00Z");
        var invoiced = Assert.Single(script.Statements).Period;

        script.Play("2028-02-11T00:00:00Z", new RecordReading(Operator, MeterReadingId.From("mrd_1"), invoiced.Start, KilowattHours.From(5_000), UnitPrice.Of(Currency.Usd, 0.05m), "M-1", ""));

        Assert.Equal((Days("2028-01-10", "2028-02-10"), invoiced), (script.Now.Readings!.Value.Single().Period, invoiced));
    }
}
