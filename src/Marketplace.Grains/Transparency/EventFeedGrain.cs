using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Webhooks;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Transparency;

/// <summary>How many events a feed has numbered, and which webhook endpoints follow it.</summary>
internal sealed record EventFeedState(long Last, ImmutableSortedSet<string>? Followers = null);

/// <summary>What a feed's journal holds: an event, or an endpoint that follows it from now on, or no longer.</summary>
internal sealed record FeedFact(string? Type, Instant At, string? Subject, JsonElement? Data, WebhookEndpointId? Follower = null, bool? Leaves = null);

[Reentrant]
[GrainType("event-feed")]
internal sealed class EventFeedGrain(GrainServices services)
    : JournaledGrain<EventFeedState, FeedFact, EventFeedState>(services, "event-feed"), IEventFeedGrain
{
    private const int LongestPauseSeconds = 30;
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(25);
    private readonly HashSet<string> waking = new(StringComparer.Ordinal);
    private bool isStopping;
    private TaskCompletionSource raised = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);

        // Whoever was to be told may have been lost with the activation before this one.
        WakeFollowers();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        isStopping = true;
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

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

    protected override EventFeedState Evolve(EventFeedState state, FeedFact fact) => fact switch
    {
        { Follower: { } follower, Leaves: true } => state with { Followers = state.Followers?.Remove(follower.Value) },
        { Follower: { } follower } => state with { Followers = (state.Followers ?? ImmutableSortedSet.Create<string>(StringComparer.Ordinal)).Add(follower.Value) },
        _ => state with { Last = state.Last + 1 },
    };

    protected override EventFeedState ToSnapshot(EventFeedState state) => state;

    protected override EventFeedState FromSnapshot(EventFeedState snapshot) => snapshot;

    // The read copy, made again from the journal after a restart. An event's id follows from its feed and number, so every delivery of it carries the same one.
    protected override void React(EventFeedState after, FeedFact fact, Effects effects)
    {
        if (fact is { Type: { } type, Subject: { } subject, Data: { } data })
        {
            var id = PublicId.Derive<EventId>(Key, after.Last.ToString(CultureInfo.InvariantCulture)).Value;
            effects.Row(EventRows.Table, Key, EventRows.Key(after.Last), new FeedEvent(after.Last, id, type, fact.At, subject, data));
            if (NoticeTypes.IsMailed(type))
            {
                effects.Tell(new AggregateAddress(NoticeBoardGrain.Noun, Key), new NoticeRaised(after.Last));
            }
        }
    }

    private FeedFact FactOf(Envelope envelope) => envelope.Notice switch
    {
        EventRaised it => new FeedFact(it.Type, it.At, it.Subject, it.Data),
        FeedFollowed it => new FeedFact(null, Services.Clock.Now, null, null, it.Endpoint),
        FeedLeft it => new FeedFact(null, Services.Clock.Now, null, null, it.Endpoint, true),
        _ => throw new InvalidOperationException($"A feed takes no {envelope.Notice.GetType().Name}."),
    };

    private async Task TakeAsync(ImmutableArray<Envelope> envelopes)
    {
        var taken = await CommitAsync<long>((_, _) => Decision<FeedFact>.Of([.. envelopes.Select(FactOf)]), state => state.Last, envelopes[^1]);
        if (!taken.IsGranted)
        {
            // Nothing to answer to: the events stay in their sender's outbox and come again.
            throw new InvalidOperationException($"{Address}: {taken.Refusal.Code}: {taken.Refusal.Detail}");
        }

        var waiters = raised;
        raised = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiters.SetResult();
        WakeFollowers();
    }

    /// <summary>
    /// Tells the followers how far the feed is, each by itself, so that none waits for another. Nothing of it is durable: an
    /// endpoint that was not told looks by itself when it is loaded or swept.
    /// </summary>
    private void WakeFollowers()
    {
        foreach (var follower in Durable.Followers ?? [])
        {
            if (waking.Add(follower))
            {
                WakeAsync(follower).Ignore();
            }
        }
    }

    private async Task WakeAsync(string follower)
    {
        var endpoint = Services.Grains.GetGrain<IWebhookEndpointGrain>(follower);
        var told = -1L;
        for (var failures = 0; told < Durable.Last && !isStopping;)
        {
            var last = Durable.Last;
            try
            {
                await endpoint.WakeAsync(last);
                told = last;
                failures = 0;
            }
            catch (Exception)
            {
                // It cannot be loaded now; whoever can see why is its own silo, which says so.
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(LongestPauseSeconds, 1 << Math.Min(failures++, 10))));
            }
        }

        waking.Remove(follower);
    }
}
