using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Quotes;

/// <summary>A quote's shell around <see cref="Quote"/>.</summary>
[GrainType("quote")]
internal sealed class QuoteGrain(GrainServices services) : RecordGrain<Quote, QuoteFact>(services, "quote"), IQuoteGrain
{
    public Task<Snapshot<Quote>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<Quote>>> MakeAsync(Operation operation, OrganizationId tenant, PoolId pool, Term term, ImmutableArray<QuantityStep> quantities) =>
        MakeWithinAsync(operation, tenant, pool, term, quantities, limit: null);

    public Task<Answer<Snapshot<Quote>>> MakeWithinAsync(Operation operation, OrganizationId tenant, PoolId pool, Term term, ImmutableArray<QuantityStep> quantities, Money? limit) =>
        OperateAsync(operation, async () =>
        {
            var listing = await Services.Grains.GetGrain<IGpuPoolGrain>(pool.Value).GetAsync();
            if (listing?.State is not { Status: ListingStatus.Published, Offer: { } offer } summary)
            {
                return Refusal.Of(PoolRefusal.NotFound, $"Pool {pool} is not on the market.", "poolId");
            }

            var peak = quantities.IsEmpty ? 0 : quantities.Max(step => step.Quantity) / Math.Max(1, summary.GpusPerUnit);
            var quoted = new QuotedPool(
                pool, summary.SiteId, summary.OperatorId, summary.Hardware?.Sku, summary.GpusPerUnit, summary.KilowattsPerUnit, offer, summary.IsPreBuild(term, peak), summary.GreatestSupply);
            var command = new MakeQuote(QuoteId.From(Key), tenant, term, quantities, quoted) { Limit = limit };
            return await CommitAsync(operation, (quote, now) => Quote.Decide(quote, command, now));
        });

    public Task<Answer<Snapshot<Quote>>> UseAsync(UseQuote command) =>
        CommitAsync(null, (quote, now) => Quote.Decide(quote, command, now));

    protected override Quote Evolve(Quote? state, QuoteFact fact) => Quote.Evolve(state, fact);

    protected override Instant? DueAt(Quote state) => state.DueAt();

    protected override Task OnDueAsync(Instant now) => CommitAsync(null, (quote, at) => Quote.Decide(quote, new ExpireQuote(), at));

    protected override void React(Quote? before, Quote after, QuoteFact fact, Effects effects) => QuoteEvents.Publish(after, fact, effects);

    protected override void React(Quote after, Effects effects) =>
        effects.Row(QuoteRows.Table, after.TenantId.Value, SortKeys.Of(after.CreatedAt, after.Id.Value), after);
}
