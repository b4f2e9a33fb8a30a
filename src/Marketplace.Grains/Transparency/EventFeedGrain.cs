using System.Collections.Immutable;
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

    /// <summary>Takes all of a mail in one commit.</summary>
    public override Task ReceiveAllAsync(Mail mail) => Untaken(mail) is { IsEmpty: false } untaken ? TakeAsync(untaken) : base.ReceiveAllAsync(mail);

    protected override Task OnNoticeAsync(Envelope envelope) => TakeAsync([envelope]);

    protected override EventFeedState Empty(string key) => new(0);

    protected override EventFeedState Evolve(EventFeedState state, EventRaised fact) => new(state.Last + 1);

    protected override EventFeedState ToSnapshot(EventFeedState state) => state;

    protected override EventFeedState FromSnapshot(EventFeedState snapshot) => snapshot;

    // The read copy, made again from the journal after a restart. An event's id follows from its feed and number, so every delivery of it carries the same one.
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

    private async Task TakeAsync(ImmutableArray<Envelope> envelopes)
    {
        var facts = envelopes.Select(envelope => envelope.Notice as EventRaised ?? throw new InvalidOperationException($"A feed takes no {envelope.Notice.GetType().Name}."));
        var taken = await CommitAsync<long>((_, _) => Decision<EventRaised>.Of([.. facts]), state => state.Last, envelopes[^1]);
        if (!taken.IsGranted)
        {
            // Nothing to answer to: the events stay in their sender's outbox and come again.
            throw new InvalidOperationException($"{Address}: {taken.Refusal.Code}: {taken.Refusal.Detail}");
        }

        var waiters = raised;
        raised = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiters.SetResult();
    }
}
