using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Tests.Leases;
using NodaTime;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

public class RentEngineTests
{
    [Theory]
    [InlineData("BC-09", "2027-01-01", "2027-02-01", "2027-01-12", 62_000, 1, 4_000_000)]
    [InlineData("BC-11", "2028-02-01", "2028-03-01", "2028-02-15", 62_000, 1, 3_206_897)]
    [InlineData("BC-13", "2027-03-01", "2027-04-01", "2027-03-11", 9_000, 8, 4_877_419)]
    [InlineData("BC-17 September", "2026-09-01", "2026-10-01", "2026-09-16", 20_000, 32, 32_000_000)]
    [InlineData("BC-17 October", "2026-10-01", "2026-11-01", "2026-10-01", 20_000, 64, 128_000_000)]
    public void Monthly_fees_are_prorated_by_days(string id, string from, string until, string service, decimal price, int nodes, long cents)
    {
        var statement = Of(from, until, PricingUnit.NodeMonth, price) with
        {
            Charges = [.. Enumerable.Range(1, nodes).Select(node => Between(service, until, 1, node: node))],
        };

        var line = Assert.Single(RentEngine.Lines(statement));

        Assert.True(Usd(cents) == line.Amount, id);
        Assert.Equal(LeaseScript.Days(service, until), line.Period);
        Assert.Equal(nodes, Assert.Single(line.Services).Nodes);
    }

    [Theory]
    [InlineData("BC-31", "America/New_York", "2027-03-01", "2027-04-01", 743, 1_188_800)]
    [InlineData("BC-33", "Europe/Oslo", "2026-10-01", "2026-11-01", 745, 1_192_000)]
    [InlineData("BC-35", "UTC", "2026-10-01", "2026-11-01", 744, 1_190_400)]
    public void Hours_are_counted_in_UTC_between_local_midnights(string id, string zone, string from, string until, int hours, long cents)
    {
        var line = Assert.Single(RentEngine.Lines(Of(from, until, zone: zone, charges: [Between(from, until, 8, zone)])));

        Assert.True(Usd(cents) == line.Amount, id);
        Assert.Equal(hours * 8, line.Quantity);
        Assert.Contains(zone, line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void BC19_a_node_gone_for_3_h_20_min_is_an_exact_fraction()
    {
        var line = Assert.Single(RentEngine.Lines(Of("2026-10-01", "2026-11-01", price: 2.49m, charges:
        [
            Service("2026-10-01T00:00:00Z", "2026-10-10T10:00:00Z", 8),
            Service("2026-10-10T13:20:00Z", "2026-11-01T00:00:00Z", 8, node: 2),
        ])));

        Assert.Equal(Usd(1_475_408), line.Amount);
        Assert.Equal("Rent, 2026-10-01 until 2026-10-31 (UTC): 5,925.3333 GPU-hours at USD 2.49", line.Text);
    }

    [Fact]
    public void BC23_a_thousand_small_services_are_added_before_they_are_priced()
    {
        // 0.333 h is 1,198.8 s.
        var start = LeaseScript.At("2026-10-01T00:00:00Z");
        var statement = Of("2026-10-01", "2026-11-01", price: 2.25m) with
        {
            Charges = [.. Enumerable.Range(1, 1_000).Select(node => new NodeService(LeaseScript.Node(node), 1, start, start + Duration.FromMilliseconds(1_198_800)))],
        };

        Assert.Equal(Usd(74_925), Assert.Single(RentEngine.Lines(statement)).Amount);
    }

    [Fact]
    public void BC25_a_credit_mirrors_its_charge()
    {
        var hour = Service("2027-01-01T00:00:00Z", "2027-01-01T01:00:00Z", 1);
        var lines = RentEngine.Lines(Of("2027-01-01", "2027-02-01", price: 0.125m) with { Charges = [hour], Credits = [hour] });

        Assert.Equal([Usd(13), Usd(-13)], lines.Select(line => line.Amount));
        Assert.Equal([InvoiceLineKind.Rent, InvoiceLineKind.RentCredit], lines.Select(line => line.Kind));
    }

    [Fact]
    public void BC39_a_period_with_two_prices_has_two_lines()
    {
        var lines = RentEngine.Lines(Of(
            "2029-02-01", "2029-03-01", escalator: 3, commencement: "2028-02-29", charges: [Between("2029-02-01", "2029-03-01", 1)]));

        Assert.Equal([(27 * 24m, 2.00m, Usd(129_600)), (24m, 2.06m, Usd(4_944))], lines.Select(line => (line.Quantity!.Value, line.Price!.Value.Amount, line.Amount)));
        Assert.Equal([LeaseScript.Days("2029-02-01", "2029-02-28"), LeaseScript.Days("2029-02-28", "2029-03-01")], lines.Select(line => line.Period));
    }

    [Fact]
    public void Take_or_pay_bills_what_falls_short_of_the_commitment()
    {
        var statement = Of("2027-01-01", "2027-02-01", PricingUnit.KilowattMonth, 125, takeOrPay: 80, charges: [Between("2027-01-01", "2027-02-01", 500)]) with
        {
            Committed = [new CommittedQuantity(1_000, LeaseScript.At("2027-01-01T00:00:00Z"), LeaseScript.At("2027-02-01T00:00:00Z"))],
        };

        var lines = RentEngine.Lines(statement);

        Assert.Equal([(InvoiceLineKind.Rent, Usd(6_250_000)), (InvoiceLineKind.Shortfall, Usd(3_750_000))], lines.Select(line => (line.Kind, line.Amount)));
    }

    [Fact]
    public void An_exit_fee_is_billed_as_quoted()
    {
        var line = Assert.Single(RentEngine.Lines(Of("2027-05-20", "2028-01-31") with { Kind = RentKind.ExitFee, ExitFee = Usd(33_419_355) }));

        Assert.Equal((InvoiceLineKind.ExitFee, Usd(33_419_355), null), (line.Kind, line.Amount, line.Price));
    }

    [Fact]
    public void A_statement_of_nothing_has_no_lines() => Assert.Empty(RentEngine.Lines(Of("2027-01-01", "2027-02-01")));

    [Fact]
    public void Credits_give_back_exactly_what_was_charged_and_lines_stay_within_half_a_cent() =>
        Gen.Select(Gen.Select(Gen.Int[0, 40], Gen.Int[1, 600], Gen.Int[1, 16]).Array[1, 12], Gen.Long[1, 500_000_000]).Sample((parts, price) =>
        {
            var services = parts.Select((part, node) =>
            {
                var from = LeaseScript.At("2027-01-01T00:00:00Z") + Duration.FromHours(part.Item1);
                return new NodeService(LeaseScript.Node(node), part.Item3, from, from + Duration.FromMinutes(part.Item2));
            }).ToArray();
            var statement = Of("2027-01-01", "2027-02-01", price: price / 100_000_000m) with { Charges = [.. services] };

            var charge = Assert.Single(RentEngine.Lines(statement));
            var credit = Assert.Single(RentEngine.Lines(statement with { Charges = [], Credits = [.. services] }));

            Assert.Equal(-charge.Amount, credit.Amount);
            var minutes = services.Sum(service => service.Quantity * (decimal)(service.Until - service.From).TotalMinutes);
            Assert.True(Math.Abs((charge.Amount.Major * 60) - (minutes * (price / 100_000_000m))) <= 0.005m * 60);
        });
}
