using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Pricing;

/// <summary>A discount for long terms.</summary>
/// <param name="FromMonths">Shortest term in calendar months that earns it, 1 to 360.</param>
/// <param name="Discount">0 to below 100 %.</param>
public sealed record TermTier(int FromMonths, Percentage Discount);

/// <summary>A discount for large quantities.</summary>
/// <param name="FromUnits">Smallest peak quantity that earns it, in the pool's units (nodes, or kW of critical IT load), at least 1.</param>
/// <param name="Discount">0 to below 100 %.</param>
public sealed record VolumeTier(int FromUnits, Percentage Discount);

/// <summary>
/// An operator's public prices for one pool: a base price per unit, and the discounts that anyone who meets them gets.
/// Discounts multiply, in the order term, volume, pre-build.
/// </summary>
public sealed record PriceBook
{
    /// <summary>Longest term a price book may allow, in months.</summary>
    public const int LongestTermMonths = 360;

    /// <summary>Highest base price per unit, in major units of the currency.</summary>
    public const decimal HighestBasePrice = 100_000_000m;

    /// <summary>What the base price is per.</summary>
    public required PricingUnit Unit { get; init; }

    /// <summary>Price per unit before discounts and escalation; its currency is the currency of the whole contract.</summary>
    public required UnitPrice BasePrice { get; init; }

    /// <summary>Discounts by term, in ascending order of <see cref="TermTier.FromMonths"/>; the last one reached applies.</summary>
    public ImmutableArray<TermTier> TermTiers { get; init; } = [];

    /// <summary>Discounts by peak quantity, in ascending order of <see cref="VolumeTier.FromUnits"/>; the last one reached applies.</summary>
    public ImmutableArray<VolumeTier> VolumeTiers { get; init; } = [];

    /// <summary>Discount for capacity that is not delivered yet when the quote is made; 0 to below 100 %.</summary>
    public Percentage PreBuildDiscount { get; init; }

    /// <summary>Shortest term sold, in calendar months; 0 sells any.</summary>
    public int MinimumMonths { get; init; }

    /// <summary>Longest term sold, in calendar months, 1 to <see cref="LongestTermMonths"/>.</summary>
    public required int MaximumMonths { get; init; }

    /// <summary>Everything wrong with the book, in order of its fields; empty when it may be published.</summary>
    public ImmutableArray<Refusal> Faults()
    {
        var faults = ImmutableArray.CreateBuilder<Refusal>();
        void Fault(PricingRefusal code, string detail, string field) => faults.Add(Refusal.Of(code, detail, field));

        if (BasePrice.Amount is <= 0 or > HighestBasePrice || BasePrice != UnitPrice.Of(BasePrice.Currency, BasePrice.Amount))
        {
            Fault(PricingRefusal.BasePriceOutOfRange, $"Expected a price above 0, at most {HighestBasePrice} and with at most {UnitPrice.Places} places.", "basePrice");
        }

        CheckTiers(TermTiers.Select(tier => (tier.FromMonths, tier.Discount)), LongestTermMonths, "termTiers");
        CheckTiers(VolumeTiers.Select(tier => (tier.FromUnits, tier.Discount)), GpuQuantity.Most, "volumeTiers");
        if (!IsDiscount(PreBuildDiscount))
        {
            Fault(PricingRefusal.DiscountOutOfRange, "Expected 0 to below 100 %.", "preBuildDiscount");
        }

        if (MinimumMonths < 0 || MaximumMonths is < 1 or > LongestTermMonths || MinimumMonths > MaximumMonths)
        {
            Fault(PricingRefusal.TermLimitsOutOfRange, $"Expected 0 <= minimumMonths <= maximumMonths <= {LongestTermMonths}, and maximumMonths of at least 1.", "minimumMonths");
        }

        return faults.ToImmutable();

        void CheckTiers(IEnumerable<(int From, Percentage Discount)> tiers, int most, string field)
        {
            var last = 0;
            foreach (var (from, discount) in tiers)
            {
                if (from <= last || from > most)
                {
                    Fault(PricingRefusal.TiersNotAscending, $"Expected thresholds from 1 to {most}, each above the one before.", field);
                    return;
                }

                if (!IsDiscount(discount))
                {
                    Fault(PricingRefusal.DiscountOutOfRange, "Expected 0 to below 100 %.", field);
                    return;
                }

                last = from;
            }
        }
    }

    /// <summary>The price of one unit for a request, with each discount it earns.</summary>
    /// <param name="term">The whole term asked for.</param>
    /// <param name="peakUnits">Highest quantity of the ramp, in the pool's units.</param>
    /// <param name="zone">The lease's zone, in which months are counted.</param>
    /// <param name="preBuild">Whether any of the capacity is not delivered yet.</param>
    public PricedUnit PriceFor(Term term, int peakUnits, DateTimeZone zone, bool preBuild)
    {
        var steps = ImmutableArray.CreateBuilder<PriceStep>(3);
        var price = BasePrice;
        Apply(PriceStepKind.TermDiscount, TermTiers.LastOrDefault(tier => Reaches(term, tier.FromMonths, zone))?.Discount);
        Apply(PriceStepKind.VolumeDiscount, VolumeTiers.LastOrDefault(tier => peakUnits >= tier.FromUnits)?.Discount);
        Apply(PriceStepKind.PreBuildDiscount, preBuild ? PreBuildDiscount : null);
        return new PricedUnit(BasePrice, steps.ToImmutable(), price);

        void Apply(PriceStepKind kind, Percentage? discount)
        {
            if (discount is { Value: > 0 } given)
            {
                price = UnitPrice.Of(price.Currency, price.Amount * (1 - given.Fraction));
                steps.Add(new PriceStep(kind, given, price));
            }
        }
    }

    /// <summary>Why this term is not sold, or null when it is.</summary>
    public Refusal? RefuseTerm(Term term, DateTimeZone zone)
    {
        if (MinimumMonths > 0 && !Reaches(term, MinimumMonths, zone))
        {
            return Refusal.Of(
                PricingRefusal.TermTooShort,
                $"This pool is let for at least {MinimumMonths} months in {zone.Id}, from {term.Start} until {EarliestEnd(term.Start, MinimumMonths, zone)} or later.",
                "term");
        }

        var latestEnd = Instant.Max(EndAfter(term.Start, MaximumMonths, zone), EndAfter(term.Start, MaximumMonths, DateTimeZone.Utc));
        return term.End > latestEnd
            ? Refusal.Of(PricingRefusal.TermTooLong, $"This pool is let for at most {MaximumMonths} months in {zone.Id}, from {term.Start} until {latestEnd}.", "term")
            : null;
    }

    private static bool Reaches(Term term, int months, DateTimeZone zone) => term.End >= EarliestEnd(term.Start, months, zone);

    // Months are the zone's. Where its clocks change on the way, the same hour of UTC is as good: who asks for 1 September to
    // 1 December in UTC asks for three months.
    private static Instant EarliestEnd(Instant start, int months, DateTimeZone zone) =>
        Instant.Min(EndAfter(start, months, zone), EndAfter(start, months, DateTimeZone.Utc));

    // Local midnights need not be whole UTC hours; the term is, so a threshold counts as reached within its last hour.
    private static Instant EndAfter(Instant start, int months, DateTimeZone zone) =>
        Term.CeilingHour(start.InZone(zone).LocalDateTime.PlusMonths(months).InZoneLeniently(zone).ToInstant());

    private static bool IsDiscount(Percentage discount) => discount.Value is >= 0 and < 100;
}

/// <summary>Which discount took a price down.</summary>
public enum PriceStepKind
{
    /// <summary>For the length of the term.</summary>
    TermDiscount,

    /// <summary>For the quantity.</summary>
    VolumeDiscount,

    /// <summary>For taking capacity before it is built.</summary>
    PreBuildDiscount,
}

/// <summary>One discount applied to a price.</summary>
/// <param name="Kind">Which discount.</param>
/// <param name="Discount">How much, above 0.</param>
/// <param name="PriceAfter">The price per unit after it, rounded to 8 places.</param>
public sealed record PriceStep(PriceStepKind Kind, Percentage Discount, UnitPrice PriceAfter);

/// <summary>How the price of one unit came about.</summary>
/// <param name="BasePrice">From the price book.</param>
/// <param name="Steps">The discounts earned, in the order applied.</param>
/// <param name="Price">What one unit costs, before escalation.</param>
public sealed record PricedUnit(UnitPrice BasePrice, ImmutableArray<PriceStep> Steps, UnitPrice Price);
