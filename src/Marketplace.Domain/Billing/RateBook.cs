using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>A published index.</summary>
/// <param name="Id">Its id, such as <c>us-cpi-u</c>.</param>
/// <param name="Name">What it is and who publishes it, 1 to 200 characters.</param>
/// <param name="Values">Its values, ascending by month.</param>
public sealed record IndexSeries(string Id, string Name, ImmutableArray<IndexValue> Values);

/// <summary>What can be published in the rate book.</summary>
public abstract record RateBookCommand;

/// <summary>Publishes a rate of tax. It takes the place of the rate of the same country and region from its first day on. Repeated, it changes nothing.</summary>
public sealed record PublishTaxRate(TaxRate Rate) : RateBookCommand;

/// <summary>Publishes one value of an index. A value is never changed; the same one again changes nothing.</summary>
/// <param name="Index">The index's id.</param>
/// <param name="Name">What it is and who publishes it; kept as first given.</param>
/// <param name="Value">The value.</param>
public sealed record PublishIndexValue(string Index, string Name, IndexValue Value) : RateBookCommand;

/// <summary>What happened to the rate book.</summary>
/// <param name="At">When, in market time.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(TaxRatePublished), "taxRatePublished")]
[JsonDerivedType(typeof(IndexValuePublished), "indexValuePublished")]
public abstract record RateBookFact(Instant At);

/// <summary>A rate of tax was published.</summary>
public sealed record TaxRatePublished(Instant At, TaxRate Rate) : RateBookFact(At);

/// <summary>A value of an index was published.</summary>
public sealed record IndexValuePublished(Instant At, string Index, string Name, IndexValue Value) : RateBookFact(At);

/// <summary>The rates that invoices use: taxes with their validity, and values of indices. The marketplace's administrators publish them.</summary>
public sealed record RateBook
{
    /// <summary>Most rates of tax, past ones included.</summary>
    public const int MostRates = 2_000;

    /// <summary>Most indices.</summary>
    public const int MostIndices = 50;

    /// <summary>Rates of tax, in order of publication.</summary>
    public ImmutableArray<TaxRate> TaxRates { get; init; } = [];

    /// <summary>Indices, by id.</summary>
    public ImmutableArray<IndexSeries> Indices { get; init; } = [];

    /// <summary>When the newest fact happened.</summary>
    public required Instant ChangedAt { get; init; }

    /// <summary>Values of an index, ascending by month; empty for one nobody published.</summary>
    public ImmutableArray<IndexValue> ValuesOf(string index) => Indices.FirstOrDefault(series => series.Id == index)?.Values ?? [];

    /// <summary>Rates that may matter between two parties.</summary>
    public ImmutableArray<TaxRate> RatesOf(string? country, string? other) => [.. TaxRates.Where(rate => rate.Country == country || rate.Country == other)];

    /// <summary>Decides a publication.</summary>
    public static Decision<RateBookFact> Decide(RateBook? state, RateBookCommand command, Instant now)
    {
        var book = state ?? new RateBook { ChangedAt = now };
        return command switch
        {
            PublishTaxRate publish => book.Publish(publish.Rate, now),
            PublishIndexValue publish => book.Publish(publish, now),
            _ => throw new InvalidOperationException($"The rate book does not know {command.GetType().Name}."),
        };
    }

    /// <summary>The rate book after a fact.</summary>
    public static RateBook Evolve(RateBook? state, RateBookFact fact)
    {
        var book = (state ?? new RateBook { ChangedAt = fact.At }) with { ChangedAt = fact.At };
        return fact switch
        {
            TaxRatePublished published => book with
            {
                TaxRates = [.. book.TaxRates.Select(rate => IsSame(rate, published.Rate) && rate.ValidUntil is null ? rate with { ValidUntil = published.Rate.ValidFrom } : rate), published.Rate],
            },
            IndexValuePublished published => book with
            {
                Indices =
                [
                    .. book.Indices.Where(series => series.Id != published.Index),
                    new IndexSeries(
                        published.Index,
                        book.Indices.FirstOrDefault(series => series.Id == published.Index)?.Name ?? published.Name,
                        [.. book.ValuesOf(published.Index).Add(published.Value).OrderBy(value => value.Month)]),
                ],
            },
            _ => throw new InvalidOperationException($"The rate book does not know {fact.GetType().Name}."),
        };
    }

    private static bool IsSame(TaxRate rate, TaxRate other) => rate.Country == other.Country && rate.Region == other.Region;

    private Decision<RateBookFact> Publish(TaxRate rate, Instant now)
    {
        if (rate.Rate.Value is < 0 or > 50 || rate.ValidUntil <= rate.ValidFrom)
        {
            return Refusal.Of(RateBookRefusal.RateInvalid, "Expected 0 to 50 % and an end after the beginning.", "rate");
        }

        var others = TaxRates.Where(other => IsSame(other, rate)).ToList();
        if (others.Any(other => other with { ValidUntil = null, NotOn = [] } == rate with { ValidUntil = null, NotOn = [] }))
        {
            return Decision<RateBookFact>.Nothing;
        }

        if (others.Any(other => other.ValidFrom >= rate.ValidFrom || other.ValidUntil > rate.ValidFrom))
        {
            return Refusal.Of(RateBookRefusal.RateOverlaps, $"A rate of {rate.Country}{(rate.Region is { } region ? "-" + region : "")} holds on {rate.ValidFrom:uuuu-MM-dd} or begins later.", "validFrom");
        }

        return TaxRates.Length >= MostRates
            ? Refusal.Of(RateBookRefusal.BookFull, $"There are {MostRates} rates.")
            : new TaxRatePublished(now, rate);
    }

    private Decision<RateBookFact> Publish(PublishIndexValue publish, Instant now)
    {
        if (!IndexLink.IsId(publish.Index) || publish.Value.Value <= 0 || publish.Value.Month.Day != 1)
        {
            return Refusal.Of(RateBookRefusal.IndexInvalid, "Expected an id of lower-case letters, digits and dashes, a value above 0 and the first day of its month.", "value");
        }

        if (ValuesOf(publish.Index).FirstOrDefault(value => value.Month == publish.Value.Month) is { } known)
        {
            return known == publish.Value
                ? Decision<RateBookFact>.Nothing
                : Refusal.Of(RateBookRefusal.IndexPublished, $"{publish.Index} is {known.Value} for {known.Month:uuuu-MM}.", "value");
        }

        return Indices.Length >= MostIndices && ValuesOf(publish.Index).IsEmpty
            ? Refusal.Of(RateBookRefusal.BookFull, $"There are {MostIndices} indices.")
            : new IndexValuePublished(now, publish.Index, publish.Name, publish.Value);
    }
}
