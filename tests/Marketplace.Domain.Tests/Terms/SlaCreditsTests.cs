using System.Collections.Immutable;
using CsCheck;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Terms;

public sealed class SlaCreditsTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 9, 1, 0, 0);
    private static readonly Interval Month = new(Start, Start + Duration.FromHours(720));

    [Fact]
    public void Announced_maintenance_leaves_both_sides()
    {
        var availability = SlaCredits.Availability(Month, [Hours(10, 20)], [Hours(15, 30)]);

        Assert.Equal(new Fraction(700, 705), availability);
        Assert.Equal(Fraction.One, SlaCredits.Availability(Month, [Hours(1, 2)], [Month]));
    }

    [Fact]
    public void Availability_is_compared_exactly_at_a_tiers_edge()
    {
        ImmutableArray<SlaTier> tiers = [new(Percentage.From(99.9m), Percentage.Zero), new(Percentage.From(95), Percentage.From(10))];

        Assert.Equal(Percentage.Zero, SlaCredits.CreditFor(tiers, new Fraction(999, 1_000)));
        Assert.Equal(Percentage.From(10), SlaCredits.CreditFor(tiers, new Fraction(9_989_999, 10_000_000)));
        Assert.Equal(Percentage.From(100), SlaCredits.CreditFor(tiers, new Fraction(9, 10)));
    }

    [Fact]
    public void Credits_are_taken_in_the_contracts_order_up_to_the_cap()
    {
        var credits = SlaCredits.Capped(new Money(Currency.Usd, 10_000), [Percentage.From(50), Percentage.From(70), Percentage.From(10)], Percentage.From(100));

        Assert.Equal([5_000L, 5_000, 0], credits.Select(credit => credit.Minor));
    }

    [Fact]
    public void Downtime_is_what_is_covered_by_any_incident() => Gen.Select(Gen.Int[0, 719], Gen.Int[1, 40]).Array[0, 12].Sample(incidents =>
    {
        var covered = Enumerable.Range(0, 720).Count(hour => incidents.Any(incident => incident.Item1 <= hour && hour < incident.Item1 + incident.Item2));

        Assert.Equal(covered, SlaCredits.Downtime(Month, incidents.Select(incident => Hours(incident.Item1, incident.Item1 + incident.Item2))).TotalHours, 6);
    });

    private static Interval Hours(int from, int until) => new(Start + Duration.FromHours(from), Start + Duration.FromHours(until));
}
