using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>An exit quote of one lease.</summary>
public readonly record struct ExitQuoteId : IPublicId<ExitQuoteId>
{
    private ExitQuoteId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "exit";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static ExitQuoteId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>What leaving a lease early costs, firm until it expires.</summary>
/// <param name="Id">The quote.</param>
/// <param name="QuotedAt">When it was made.</param>
/// <param name="ValidUntil">First instant it no longer binds.</param>
/// <param name="ExitsOn">First day without the lease, in the lease's zone.</param>
/// <param name="EndsOn">First day after the term as it stands.</param>
/// <param name="Left">Rent from the exit to the end of the term at the escalated prices, rounded once.</param>
/// <param name="FeePercentage">The share of it that the terms charge.</param>
/// <param name="Fee">That share of the unrounded rent, rounded once (case BC-55).</param>
public sealed record ExitQuote(
    ExitQuoteId Id,
    Instant QuotedAt,
    Instant ValidUntil,
    LocalDate ExitsOn,
    LocalDate EndsOn,
    Money Left,
    Percentage FeePercentage,
    Money Fee);
