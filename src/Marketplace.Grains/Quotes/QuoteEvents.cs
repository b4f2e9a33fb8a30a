using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Quotes;

/// <summary>A quote after the event.</summary>
/// <param name="Id">The quote.</param>
/// <param name="Status">Whether it can be used.</param>
/// <param name="TenantId">Who asked for it.</param>
/// <param name="PoolId">The pool it is for.</param>
/// <param name="Total">All rent over the term.</param>
/// <param name="ExpiresAt">From this instant on it can no longer be used.</param>
/// <param name="ReservationId">The reservation that used it; null while none has.</param>
public sealed record QuoteData(QuoteId Id, QuoteStatus Status, OrganizationId TenantId, PoolId PoolId, Money Total, Instant ExpiresAt, ReservationId? ReservationId);

/// <summary>What the tenant's feed says of a quote.</summary>
internal static class QuoteEvents
{
    public static readonly EventType<QuoteData> Made = new("quote.made", "A firm quote was made.");
    public static readonly EventType<QuoteData> Used = new("quote.used", "A reservation used a quote.");
    public static readonly EventType<QuoteData> Expired = new("quote.expired", "A quote can no longer be used.");

    /// <summary>Adds the fact's event.</summary>
    public static void Publish(Quote quote, QuoteFact fact, Effects effects) => effects.Publish(
        quote.TenantId,
        fact switch { QuoteMade => Made, QuoteUsed => Used, _ => Expired },
        new QuoteData(quote.Id, quote.Status, quote.TenantId, quote.PoolId, quote.Total, quote.ExpiresAt, quote.UsedBy));
}
