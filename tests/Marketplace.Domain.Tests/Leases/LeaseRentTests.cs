using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using static Marketplace.Domain.Tests.Leases.LeaseScript;

namespace Marketplace.Domain.Tests.Leases;

public sealed class LeaseRentTests
{
    [Fact]
    public void Hourly_rent_runs_from_the_instant_of_acceptance_and_is_stated_at_the_period_end()
    {
        var script = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-12T10:30:00Z", 1);
        Assert.Equal(At("2027-02-01T00:00:00Z"), LeaseDue.NextAt(script.Now));

        var statement = Assert.Single(script.Pass("2027-02-01T00:00:00Z").Statements);

        Assert.Equal(Days("2027-01-01", "2027-02-01"), statement.Period);
        Assert.Equal(Day("2027-01-12"), statement.RentCommencement);
        Assert.Equal([new NodeService(Node(1), 8, At("2027-01-12T10:30:00Z"), At("2027-02-01T00:00:00Z"))], statement.Charges);
        Assert.Equal($"{script.Now.Id}.Rent.2027-01-01.1", statement.Key);
        Assert.Equal(Day("2027-02-01"), script.Now.BilledThrough);
    }

    [Theory]
    [InlineData("2027-01-12T10:30:00Z", "2027-01-13T00:00:00Z")]
    [InlineData("2027-01-12T00:00:00Z", "2027-01-12T00:00:00Z")]
    public void Monthly_rent_runs_from_the_next_local_day_and_the_same_day_only_at_midnight(string accepted, string billedFrom)
    {
        var script = new LeaseScript(Opening(PricingUnit.NodeMonth)).Deliver("2027-01-05T00:00:00Z", 1).Accept(accepted, 1).Pass("2027-02-01T00:00:00Z");

        Assert.Equal([new NodeService(Node(1), 1, At(billedFrom), At("2027-02-01T00:00:00Z"))], Assert.Single(script.Statements).Charges);
    }

    [Fact]
    public void Midnight_is_that_of_the_lease_zone()
    {
        var script = new LeaseScript(Opening(PricingUnit.NodeMonth, zone: "America/New_York", from: "2027-01-01T05:00:00Z", until: "2028-01-01T05:00:00Z"))
            .Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-12T05:00:00Z", 1).Pass("2027-04-01T04:00:00Z");

        Assert.Equal(At("2027-01-12T05:00:00Z"), script.Statements.First().Charges[0].From);
        Assert.Equal(At("2027-04-01T04:00:00Z"), script.Statements.Last().Charges[0].Until);
    }

    [Fact]
    public void Nothing_is_billed_before_the_term_though_accepted_early()
    {
        var script = new LeaseScript().Deliver("2026-12-01T00:00:00Z", 1).Accept("2026-12-05T00:00:00Z", 1);
        Assert.Equal(Day("2027-01-01"), script.Now.RentCommencement);

        Assert.Equal(At("2027-01-01T00:00:00Z"), Assert.Single(script.Pass("2027-02-01T00:00:00Z").Statements).Charges[0].From);
    }

    [Fact]
    public void BC17_only_accepted_nodes_are_billed()
    {
        int[] first = [.. Enumerable.Range(1, 32)];
        int[] second = [.. Enumerable.Range(33, 32)];
        var script = new LeaseScript(Opening(PricingUnit.NodeMonth, units: 64, from: "2026-09-01T00:00:00Z", until: "2027-09-01T00:00:00Z"))
            .Deliver("2026-09-10T00:00:00Z", first).Accept("2026-09-16T00:00:00Z", first)
            .Deliver("2026-09-25T00:00:00Z", second).Accept("2026-10-01T00:00:00Z", second).Pass("2026-11-01T00:00:00Z");

        Assert.Equal([32 * 15, 64 * 31], script.Statements.Select(statement => statement.Charges.Sum(charge => (int)(charge.Until - charge.From).TotalDays)));
    }

    [Fact]
    public void BC19_the_gap_of_a_replaced_node_is_not_billed()
    {
        var script = new LeaseScript(Opening(units: 1, from: "2026-10-01T00:00:00Z", until: "2027-10-01T00:00:00Z"))
            .Deliver("2026-10-01T00:00:00Z", 1).Accept("2026-10-01T00:00:00Z", 1)
            .Play("2026-10-14T08:00:00Z", new ReplaceNode(Operator, Node(1), Node(2), "failed fan"))
            .Accept("2026-10-14T11:20:00Z", 2).Pass("2026-11-01T00:00:00Z");

        var hours = Assert.Single(script.Statements).Charges.Aggregate(Fraction.Zero, (sum, charge) => sum + (Proration.Hours(charge.From, charge.Until) * Fraction.From(charge.Quantity)));

        Assert.Equal(new Fraction(17776, 3), hours);
    }

    [Fact]
    public void BC21_more_accepted_than_leased_is_billed_as_leased()
    {
        int[] nodes = [.. Enumerable.Range(1, 102)];
        var script = new LeaseScript(Opening(units: 100)).Deliver("2027-01-01T00:00:00Z", nodes).Accept("2027-01-01T00:00:00Z", nodes).Pass("2027-02-01T00:00:00Z");

        Assert.Equal(800, Assert.Single(script.Statements).Charges.Sum(charge => charge.Quantity));
        Assert.Equal(2, script.Now.ExcessUnitsAt(At("2027-01-10T00:00:00Z")));
    }

    [Fact]
    public void A_ramp_step_makes_room_for_nodes_that_were_there_before()
    {
        var script = new LeaseScript(Opening(units: 1, later: new RampStep(At("2027-01-21T00:00:00Z"), 2)))
            .Deliver("2027-01-01T00:00:00Z", 1, 2).Accept("2027-01-01T00:00:00Z", 1, 2).Pass("2027-02-01T00:00:00Z");

        Assert.Equal(
            [
                new NodeService(Node(1), 8, At("2027-01-01T00:00:00Z"), At("2027-02-01T00:00:00Z")),
                new NodeService(Node(2), 8, At("2027-01-21T00:00:00Z"), At("2027-02-01T00:00:00Z")),
            ],
            Assert.Single(script.Statements).Charges);
    }

    [Fact]
    public void Power_is_delivered_in_blocks_and_billed_by_the_kilowatt_up_to_what_is_leased()
    {
        var opening = Opening(PricingUnit.KilowattMonth, units: 1000) with { KilowattsPerUnit = 1 };
        var script = new LeaseScript(opening);
        foreach (var (id, kilowatts) in new[] { ("dlv_a", 600), ("dlv_b", 600) })
        {
            var delivery = LeaseDelivery.OfPower(DeliveryId.From(id), At("2027-01-01T00:00:00Z"), kilowatts);
            script.Play("2027-01-01T00:00:00Z", new TakeDelivery(opening, delivery)).Play("2027-01-01T00:00:00Z", new AcceptNodes(Tenant, [delivery.Nodes[0].Id]));
        }

        Assert.Equal([400m, 600m], Assert.Single(script.Pass("2027-02-01T00:00:00Z").Statements).Charges.Select(charge => charge.Quantity).Order());
    }

    [Fact]
    public void Rent_in_advance_is_stated_at_the_start_and_BC13_an_expansion_on_a_line_of_its_own()
    {
        var script = new LeaseScript(Opening(PricingUnit.NodeMonth, BillingTiming.InAdvance)).Deliver("2027-03-01T00:00:00Z", 1, 2)
            .Accept("2027-03-01T00:00:00Z", 1).Accept("2027-03-11T00:00:00Z", 2);

        Assert.Equal(
            [
                ("2027-03-01", 1, new NodeService(Node(1), 1, At("2027-03-01T00:00:00Z"), At("2027-04-01T00:00:00Z"))),
                ("2027-03-01", 2, new NodeService(Node(2), 1, At("2027-03-11T00:00:00Z"), At("2027-04-01T00:00:00Z"))),
            ],
            script.Statements.Select(statement => (statement.Period.Start.ToString("uuuu-MM-dd", null), statement.Revision, Assert.Single(statement.Charges))));
        Assert.Equal(At("2027-04-01T00:00:00Z"), Assert.Single(script.Pass("2027-04-01T00:00:00Z").Statements.Skip(2)).StatedAt);
    }

    [Fact]
    public void What_was_stated_in_advance_for_a_node_that_left_is_credited()
    {
        var script = new LeaseScript(Opening(PricingUnit.NodeMonth, BillingTiming.InAdvance)).Deliver("2027-03-01T00:00:00Z", 1).Accept("2027-03-01T00:00:00Z", 1)
            .Play("2027-03-10T10:00:00Z", new ReplaceNode(Operator, Node(1), null, "failed"));

        var credit = script.Statements.Last();

        Assert.Empty(credit.Charges);
        Assert.Equal([new NodeService(Node(1), 1, At("2027-03-11T00:00:00Z"), At("2027-04-01T00:00:00Z"))], credit.Credits);
    }

    [Fact]
    public void An_exit_inside_a_period_stated_in_advance_is_credited_and_its_fee_stated_once()
    {
        var exit = ExitQuoteId.From("exit_1");
        var script = new LeaseScript(Opening(PricingUnit.NodeMonth, BillingTiming.InAdvance, notice: 5)).Deliver("2027-03-01T00:00:00Z", 1).Accept("2027-03-01T00:00:00Z", 1)
            .Play("2027-03-10T00:00:00Z", new QuoteExit(Tenant, exit, null)).Play("2027-03-10T00:00:00Z", new TerminateLease(Tenant, exit)).Pass("2027-03-20T00:00:00Z");

        Assert.Equal([RentKind.Rent, RentKind.ExitFee, RentKind.Rent, RentKind.Final], script.Statements.Select(statement => statement.Kind));
        Assert.Equal(script.Now.ExitQuote!.Fee, script.Statements.ElementAt(1).ExitFee);
        Assert.Equal([new NodeService(Node(1), 1, At("2027-03-15T00:00:00Z"), At("2027-04-01T00:00:00Z"))], script.Statements.ElementAt(2).Credits);
        Assert.Empty(script.Statements.Last().Charges);
    }

    [Fact]
    public void In_arrears_the_last_part_of_a_period_is_the_final_statement()
    {
        var exit = ExitQuoteId.From("exit_1");
        var script = new LeaseScript(Opening(notice: 5)).Deliver("2027-03-01T00:00:00Z", 1).Accept("2027-03-01T00:00:00Z", 1)
            .Play("2027-03-10T00:00:00Z", new QuoteExit(Tenant, exit, null)).Play("2027-03-10T00:00:00Z", new TerminateLease(Tenant, exit)).Pass("2027-03-20T00:00:00Z");

        var final = script.Statements.Last();

        Assert.Equal(RentKind.Final, final.Kind);
        Assert.Equal(Days("2027-03-01", "2027-03-15"), final.Period);
        Assert.Equal(At("2027-03-15T00:00:00Z"), Assert.Single(final.Charges).Until);
    }

    [Fact]
    public void BC55_the_exit_fee_is_a_share_of_the_unrounded_rent_that_is_left()
    {
        var exit = ExitQuoteId.From("exit_1");
        var script = new LeaseScript(Opening(PricingUnit.NodeMonth, units: 1, price: 100_000, fee: 40, notice: 0, until: "2028-01-31T00:00:00Z"))
            .Deliver("2027-01-01T00:00:00Z", 1).Accept("2027-01-01T00:00:00Z", 1).Play("2027-05-20T00:00:00Z", new QuoteExit(Tenant, exit, null));

        var quote = script.Now.ExitQuote!;

        Assert.Equal(Day("2027-05-20"), quote.ExitsOn);
        Assert.Equal(new Money(Currency.Usd, 83_548_387), quote.Left);
        Assert.Equal(new Money(Currency.Usd, 33_419_355), quote.Fee);
    }

    [Fact]
    public void An_exit_prices_what_is_left_at_the_escalated_price()
    {
        var script = new LeaseScript(Opening(units: 1, price: 2, fee: 100, notice: 0, until: "2029-01-01T00:00:00Z", escalator: 3))
            .Deliver("2027-01-01T00:00:00Z", 1).Accept("2027-01-01T00:00:00Z", 1)
            .Play("2027-12-31T00:00:00Z", new QuoteExit(Tenant, ExitQuoteId.From("exit_1"), null));

        Assert.Equal(Money.Round(Currency.Usd, (8 * 24 * 2m) + (8 * 24 * 366 * 2.06m)), script.Now.ExitQuote!.Left);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(25, 8)]
    [InlineData(90, 28.8)]
    [InlineData(100, 32)]
    public void Handing_nodes_back_before_an_exit_does_not_lower_its_fee_below_what_take_or_pay_bills(int takeOrPay, double gpus)
    {
        var opening = Opening(fee: 50, notice: 0);
        var terms = opening.Terms with { Clauses = opening.Terms.Clauses with { TakeOrPay = Percentage.From(takeOrPay) } };
        var script = new LeaseScript(opening with { Terms = terms }).Deliver("2027-01-01T00:00:00Z", 1, 2, 3, 4).Accept("2027-01-01T00:00:00Z", 1, 2, 3, 4)
            .Play("2027-12-01T00:00:00Z", new HandBackNodes(Tenant, Nodes(1, 2, 3)))
            .Play("2027-12-02T00:00:00Z", new QuoteExit(Tenant, ExitQuoteId.From("exit_1"), Day("2027-12-22")));

        var quote = script.Now.ExitQuote!;

        Assert.Equal(Money.Round(Currency.Usd, (decimal)gpus * 24 * 10 * 2), quote.Left);
        Assert.Equal(Money.Round(Currency.Usd, (decimal)gpus * 24 * 10), quote.Fee);
    }

    [Fact]
    public void Nodes_handed_back_stay_committed()
    {
        var script = new LeaseScript().Deliver("2027-01-01T00:00:00Z", 1, 2).Accept("2027-01-01T00:00:00Z", 1, 2)
            .Play("2027-01-11T00:00:00Z", new HandBackNodes(Tenant, Nodes(2))).Pass("2027-02-01T00:00:00Z");

        var statement = Assert.Single(script.Statements);

        Assert.Equal(At("2027-01-11T00:00:00Z"), statement.Charges.Single(charge => charge.Node == Node(2)).Until);
        Assert.Equal(16m * 31, statement.Committed.Sum(committed => committed.Quantity * (decimal)(committed.Until - committed.From).TotalDays));
        Assert.Equal("lease_node_not_in_service", script.RefusalOf("2027-02-02T00:00:00Z", new HandBackNodes(Tenant, Nodes(2))));
    }

    [Fact]
    public void Nodes_handed_back_are_billed_to_the_end_of_what_was_stated_in_advance()
    {
        var script = new LeaseScript(Opening(timing: BillingTiming.InAdvance)).Deliver("2027-01-01T00:00:00Z", 1, 2).Accept("2027-01-01T00:00:00Z", 1, 2)
            .Play("2027-01-11T00:00:00Z", new HandBackNodes(Tenant, Nodes(2))).Pass("2027-02-01T00:00:00Z");

        Assert.Equal([2, 1], script.Statements.Select(statement => statement.Charges.Length));
        Assert.All(script.Statements, statement => Assert.Empty(statement.Credits));
    }
}
