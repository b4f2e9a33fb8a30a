using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Verification;

namespace Marketplace.Domain.Market;

/// <summary>A pool with what it is offered at: what stands on the market, and the aggregate that a pool's grain keeps.</summary>
/// <param name="Pool">The pool; null before it was listed.</param>
/// <param name="Offer">Prices, clauses and hold times; null until the operator sets them.</param>
/// <param name="Verification">What the newest decided challenge says of it; null before the first.</param>
/// <param name="Run">The newest challenge opened for it; null before the first.</param>
public sealed partial record Listing(Pool? Pool, PoolOffer? Offer, PoolVerification? Verification = null, OpenRun? Run = null)
{
    /// <summary>Nothing listed yet.</summary>
    public static Listing None { get; } = new(null, null);

    /// <summary>Sets prices, clauses and hold times. Quotes and contracts made before keep theirs.</summary>
    public static Decision<ListingFact> Decide(Listing listing, SetOffer command)
    {
        if (listing.Pool is not { } pool || pool.OperatorId != command.Actor)
        {
            return Refusal.Of(PoolRefusal.NotFound, "There is no such pool, or it belongs to another operator.", "poolId");
        }

        return command.Offer.Faults() is [var fault, ..] ? fault!
            : (pool.Kind == PoolKind.Power) != (command.Offer.Prices.Unit == Pricing.PricingUnit.KilowattMonth)
                ? Refusal.Of(ListingRefusal.UnitMismatch, $"A {(pool.Kind == PoolKind.Power ? "power" : "GPU")} pool has no price per {command.Offer.Prices.Unit.Spelled()}.", "prices.unit")
            : new ListingFact(null, command.Offer);
    }

    /// <summary>Publishes or pauses; a pool without an offer cannot be published.</summary>
    public static Decision<ListingFact> Decide(Listing listing, ChangeListing command)
    {
        var decision = Pool.Decide(listing.Pool, command);
        return decision.Facts is not [] && command.Status == ListingStatus.Published && listing.Offer is null
            ? Refusal.Of(PoolRefusal.OfferMissing, "Set prices, clauses and hold times before publishing.")
            : Of(decision);
    }

    /// <summary>A decision of the pool as one of the listing.</summary>
    public static Decision<ListingFact> Of(Decision<PoolFact> decision) =>
        decision.Refusal is { } refusal ? refusal
        : decision.Facts is [var only] ? new ListingFact(only, null)
        : Decision<ListingFact>.Of([.. decision.Facts.Select(fact => new ListingFact(fact, null))]);

    /// <summary>The listing after a fact.</summary>
    public static Listing Evolve(Listing listing, ListingFact fact) => fact switch
    {
        { Pool: { } change } => listing with { Pool = Pool.Evolve(listing.Pool, change) },
        { Verification: { } verification } => listing with { Verification = verification },
        { Run: { } run } => listing with { Run = run },
        _ => listing with { Offer = fact.Offer },
    };
}

/// <summary>Sets what a pool is offered at. Refused: <c>pool_not_found</c>, any fault of the offer, <c>offer_unit_mismatch</c>.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Offer">Prices, clauses and hold times.</param>
public sealed record SetOffer(OrganizationId Actor, PoolOffer Offer);

/// <summary>Something happened to a listing. Exactly one is set.</summary>
/// <param name="Pool">What happened to the pool.</param>
/// <param name="Offer">The new offer.</param>
/// <param name="Verification">What a challenge said of it, or what is left of that.</param>
/// <param name="Run">A challenge was opened.</param>
public sealed record ListingFact(PoolFact? Pool, PoolOffer? Offer, PoolVerification? Verification = null, OpenRun? Run = null);
