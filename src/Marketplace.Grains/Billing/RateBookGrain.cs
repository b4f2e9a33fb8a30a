using Marketplace.Domain.Billing;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Billing;

[GrainType("rate-book")]
internal sealed class RateBookGrain(GrainServices services) : RecordGrain<RateBook, RateBookFact>(services, "rate-book"), IRateBookGrain
{
    public Task<Snapshot<RateBook>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<RateBook>>> PublishAsync(Operation operation, RateBookCommand command) =>
        CommitAsync(operation, (book, now) => RateBook.Decide(book, command, now));

    protected override RateBook Evolve(RateBook? state, RateBookFact fact) => RateBook.Evolve(state, fact);

    // Nothing of it falls due by itself; it stays open so that it looks after its outbox.
    protected override Instant? DueAt(RateBook state) => Instant.MaxValue;

    // Everybody reads the book itself; no organization's feed tells of it.
    protected override void React(RateBook? before, RateBook after, RateBookFact fact, Effects effects)
    {
    }
}
