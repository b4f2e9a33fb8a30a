using System.Globalization;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Transparency;

/// <summary>How many events a feed has numbered.</summary>
internal sealed record EventFeedState(long Last);

[Reentrant]
[GrainType("event-feed")]
internal sealed class EventFeedGrain(GrainServices services)
    : JournaledGrain<EventFeedState, EventRaised, EventFeedState>(services, "event-feed"), IEventFeedGrain
{
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(25);
    private TaskCompletionSource raised = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<long> GetLastAsync() => Task.FromResult(Durable.Last);

    public async Task<long> WaitBeyondAsync(long after, TimeSpan patience)
    {
        if (Durable.Last <= after)
        {
            await Task.WhenAny(raised.Task, Task.Delay(patience < MostPatience ? patience : MostPatience));
        }

        return Durable.Last;
    }

    protected override async Task OnNoticeAsync(Envelope envelope)
    {
        if (envelope.Notice is not EventRaised fact)
        {
            await base.OnNoticeAsync(envelope);
            return;
        }

        await CommitAsync<long>((_, _) => fact, state => state.Last, envelope);
        var waiters = raised;
        raised = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiters.SetResult();
    }

    protected override EventFeedState Empty(string key) => new(0);

    protected override EventFeedState Evolve(EventFeedState state, EventRaised fact) => new(state.Last + 1);

    protected override EventFeedState ToSnapshot(EventFeedState state) => state;

    protected override EventFeedState FromSnapshot(EventFeedState snapshot) => snapshot;

    // The read copy. An event's id follows from its feed and number, so every delivery of it carries the same one.
    protected override void React(EventFeedState after, EventRaised fact, Effects effects) => effects.Row(
        EventRows.Table,
        Key,
        EventRows.Key(after.Last),
        new FeedEvent(
            after.Last,
            PublicId.Derive<EventId>(Key, after.Last.ToString(CultureInfo.InvariantCulture)).Value,
            fact.Type,
            fact.At,
            fact.Subject,
            fact.Data));
}
