using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>
/// A rent that follows a published index. The price of contract year k is that of year k - 1 times one plus the index's change
/// between the two reference months, which is held between floor and cap. Factors compound unrounded (case BC-41).
/// </summary>
/// <param name="Index">The index's id in the marketplace's rate book, such as <c>us-cpi-u</c>.</param>
/// <param name="LagMonths">How many months before a contract year's first month its reference month lies, 0 to 24.</param>
/// <param name="Cap">Highest change a year in percent; null without one.</param>
/// <param name="Floor">Lowest change a year in percent, negative for a fall; null without one.</param>
public sealed record IndexLink(string Index, int LagMonths, Percentage? Cap, Percentage? Floor)
{
    /// <summary>The first day of contract year k's reference month.</summary>
    public LocalDate ReferenceMonth(LocalDate commencement, int year)
    {
        var month = Escalation.YearStart(commencement, year).PlusMonths(-LagMonths);
        return new LocalDate(month.Year, month.Month, 1);
    }

    internal bool Fits() => IsId(Index) && LagMonths is >= 0 and <= 24
        && InRange(Cap) && InRange(Floor) && (Cap is not { } cap || Floor is not { } floor || floor.Value <= cap.Value);

    private static bool InRange(Percentage? limit) => limit is null or { Value: >= -50 and <= 50 };

    /// <summary>Whether a text can name an index: 1 to 60 lower-case letters, digits and dashes.</summary>
    public static bool IsId(string text) => text.Length is >= 1 and <= 60 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}

/// <summary>One published value of an index.</summary>
/// <param name="Month">First day of the month it is for.</param>
/// <param name="Value">The value; more than 0.</param>
public sealed record IndexValue(LocalDate Month, decimal Value);

/// <summary>One yearly step of an indexed price, as it was taken.</summary>
/// <param name="Year">The contract year it leads to, from 1.</param>
/// <param name="From">The value of the year before.</param>
/// <param name="To">The value of this year.</param>
/// <param name="Change">The index's change in percent, to 8 places, before cap and floor.</param>
/// <param name="Taken">The change taken in percent, to 8 places, after cap and floor.</param>
/// <param name="Provisional">Whether a reference value was not published yet, so that the last one known stood in for it.</param>
public sealed record IndexStep(int Year, IndexValue From, IndexValue To, decimal Change, decimal Taken, bool Provisional);

/// <summary>What an indexed price came from.</summary>
/// <param name="Price">The price, rounded once to 8 places.</param>
/// <param name="Steps">The years' steps, in order; empty in year 0 and where nothing is published yet.</param>
/// <param name="Awaits">First day of the earliest reference month whose value is not published; null when none is missing.</param>
public sealed record IndexedPrice(UnitPrice Price, ImmutableArray<IndexStep> Steps, LocalDate? Awaits)
{
    /// <summary>Whether a value is missing, so that the price will be put right once it is published.</summary>
    [JsonIgnore]
    public bool IsProvisional => Awaits is not null;
}

/// <summary>Prices that follow an index.</summary>
public static class Indexation
{
    /// <summary>The rent's price in a contract year under all of the terms: following their index, or raised by their escalator, or as it is.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="commencement">The first day rent accrued.</param>
    /// <param name="year">The contract year, from 0.</param>
    /// <param name="values">Published values of the index, ascending by month; empty without one.</param>
    public static IndexedPrice PriceIn(ContractTerms terms, LocalDate commencement, int year, ImmutableArray<IndexValue> values) => terms.Clauses.Index is { } link
        ? PriceIn(link, terms.Rent.Price, commencement, year, values)
        : new IndexedPrice(Escalation.PriceIn(terms.Rent.Price, terms.Clauses.Escalator?.PerYear ?? Percentage.Zero, year), [], null);

    /// <summary>
    /// The price in contract year <paramref name="year"/>. Where a reference month has no value yet, the newest value before it
    /// stands in and the price is provisional; without any value the price stays as it was.
    /// </summary>
    /// <param name="link">The clause.</param>
    /// <param name="basePrice">Price in year 0.</param>
    /// <param name="commencement">First day rent accrued.</param>
    /// <param name="year">Contract year, 0 or more.</param>
    /// <param name="values">Published values, ascending by month.</param>
    public static IndexedPrice PriceIn(IndexLink link, UnitPrice basePrice, LocalDate commencement, int year, ImmutableArray<IndexValue> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(year);
        var factor = Fraction.One;
        var steps = ImmutableArray.CreateBuilder<IndexStep>();
        LocalDate? awaits = null;
        for (var k = 1; k <= year; k++)
        {
            var from = At(link.ReferenceMonth(commencement, k - 1));
            var to = At(link.ReferenceMonth(commencement, k));
            if (from is null || to is null)
            {
                continue;
            }

            var change = ((Fraction.From(to.Value) / Fraction.From(from.Value)) - Fraction.One) * 100;
            var taken = Held(change, link);
            factor *= Fraction.One + (taken / 100);
            var provisional = from.Month != link.ReferenceMonth(commencement, k - 1) || to.Month != link.ReferenceMonth(commencement, k);
            steps.Add(new IndexStep(k, from, to, change.Round(UnitPrice.Places), taken.Round(UnitPrice.Places), provisional));
        }

        var price = new UnitPrice(basePrice.Currency, (Fraction.From(basePrice.Amount) * factor).Round(UnitPrice.Places));
        return new IndexedPrice(price, steps.ToImmutable(), awaits);

        IndexValue? At(LocalDate month)
        {
            var found = values.LastOrDefault(value => value.Month <= month);
            if (found?.Month != month && (awaits is null || month < awaits))
            {
                awaits = month;
            }

            return found;
        }
    }

    private static Fraction Held(Fraction change, IndexLink link)
    {
        var capped = link.Cap is { } cap ? Fraction.Min(change, Fraction.From(cap.Value)) : change;
        return link.Floor is { } floor ? Fraction.Max(capped, Fraction.From(floor.Value)) : capped;
    }
}
