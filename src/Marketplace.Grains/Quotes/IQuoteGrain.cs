using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Quotes;

/// <summary>One firm quote. Key: the quote's id.</summary>
[Alias("Marketplace.IQuoteGrain"), GrainInterfaceType("Marketplace.IQuoteGrain")]
public interface IQuoteGrain : IAggregateGrain
{
    /// <summary>The quote, or null when there is none.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<Quote>?> GetAsync();

    /// <summary>Makes the quote from the pool's present offer. Refused by <c>pool_not_found</c> for a pool that is not on the market.</summary>
    [Alias("Make")]
    Task<Answer<Snapshot<Quote>>> MakeAsync(Operation operation, OrganizationId tenant, PoolId pool, Term term, ImmutableArray<QuantityStep> quantities);

    /// <summary>Makes the quote as Make does, if its total is within a limit; else it is refused by <c>total_above_limit</c> and nothing is written.</summary>
    [Alias("MakeWithin")]
    Task<Answer<Snapshot<Quote>>> MakeWithinAsync(Operation operation, OrganizationId tenant, PoolId pool, Term term, ImmutableArray<QuantityStep> quantities, Money? limit);

    /// <summary>Uses it for a reservation; repeating it for the same one answers the same.</summary>
    [Alias("Use")]
    Task<Answer<Snapshot<Quote>>> UseAsync(UseQuote command);
}

/// <summary>Where lists of quotes are: partition by tenant, key by time and id.</summary>
public static class QuoteRows
{
    /// <summary>The table.</summary>
    public const string Table = "quotes";
}
