using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Transparency;
using Microsoft.Extensions.Logging;
using NodaTime;
using EventId = Marketplace.Domain.Primitives.EventId;

namespace Marketplace.Grains.Webhooks;

/// <content>
/// Sending, beside the grain's turns: what to send next is asked of <see cref="WebhookSchedule"/>, and what came of it is reported
/// to the grain itself, some successes together and each failure at once. What was not reported when the process died is
/// sent again, under the same id. It is no request of the grain, so that an activation that ends need not wait for a receiver.
/// </content>
internal sealed partial class WebhookEndpointGrain
{
    private const int MostUnreported = 32;
    private const int ReadAhead = 64;

    // The read copy of the feed follows it by milliseconds.
    private const int MostLooks = 100;
    private const int MostRestarts = 7;
    private static readonly TimeSpan CopyDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ReportAfter = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RestartAfter = TimeSpan.FromSeconds(5);

    // Shorter than the time after which an idle activation is collected, with its timers.
    private static readonly Duration LongestSleep = Duration.FromMinutes(5);

    private readonly CancellationTokenSource stopping = new();
    private CancellationToken stopped;
    private Task sending = Task.CompletedTask;
    private readonly Queue<FeedEvent> ahead = new();
    private readonly List<WebhookDelivery> unlogged = [];
    private DeliveryLog log = null!;
    private IGrainTimer? timer;
    private bool isBehind = true;
    private long last;
    private long passed;
    private bool reached;
    private long? caughtUp;
    private WebhookReplayProgress? replayed;
    private bool isFailed;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        stopped = stopping.Token;
        log = new DeliveryLog(Services.Rows, Key);
        Arm();
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await sending;
        await KeepWhatIsKnownAsync();
        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    public void Dispose() => stopping.Dispose();

    /// <inheritdoc/>
    public Task WakeAsync(long last)
    {
        if (last > this.last)
        {
            this.last = last;
            Arm();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Answer<WebhookDelivery>> PingAsync(string key)
    {
        if (State is not { Status: not WebhookEndpointStatus.Deleted } endpoint)
        {
            return Refusal.Of(WebhookEndpointRefusal.NotFound, "There is no such webhook endpoint.");
        }

        var data = JsonSerializer.SerializeToElement(new WebhookPingData(endpoint.Id, "This is a test; nothing happened."), EventJson.Options);
        var it = new FeedEvent(0, PublicId.Derive<EventId>(Key, "ping", key).Value, WebhookEvents.Pinged.Name, Services.Clock.Now, Key, data);
        var (answer, delivery) = await AttemptAsync(endpoint, it, WebhookLane.Ping, 1);
        await log.AppendAsync([delivery]);
        if (answer.IsDelivered && endpoint.Health.FailuresInARow > 0)
        {
            await this.AsReference<IWebhookEndpointGrain>().ReportAsync(new WebhookReport(0, true, null, null, null));
            Arm();
        }

        return delivery;
    }

    private long Position => Math.Max(State?.Cursor ?? 0, passed);

    private bool HasUnreported => passed > (State?.Cursor ?? 0) || reached || caughtUp is not null || replayed is not null || unlogged.Count > 0;

    /// <summary>Lets the sending look for work now; while it is at work it sees what there is by itself.</summary>
    private void Arm()
    {
        if (sending.IsCompleted && !isFailed && State is { Status: not WebhookEndpointStatus.Deleted } && !stopped.IsCancellationRequested)
        {
            sending = SendAsync();
        }
    }

    private void ArmAfter(TimeSpan pause)
    {
        timer ??= this.RegisterGrainTimer(_ => Look(), new GrainTimerCreationOptions(pause, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
        timer.Change(pause, Timeout.InfiniteTimeSpan);

        Task Look()
        {
            Arm();
            return Task.CompletedTask;
        }
    }

    private IEventFeedGrain FeedOf(OrganizationId organization) => Services.Grains.GetGrain<IEventFeedGrain>(GrainKeys.EventFeed(organization).Key);

    private async Task LookAtFeedAsync()
    {
        if (State is { } endpoint)
        {
            isBehind = false;
            last = Math.Max(last, await FeedOf(endpoint.Organization).GetLastAsync());
        }
    }

    /// <summary>Sends until there is nothing to send now, and sets the timer for what is to be tried later.</summary>
    private async Task SendAsync()
    {
        // Whoever armed it goes on first, and finds it at work.
        await Task.Yield();
        try
        {
            while (!stopped.IsCancellationRequested && State is { } endpoint)
            {
                if (isBehind)
                {
                    await LookAtFeedAsync();
                    continue;
                }

                var now = Services.RealNow;
                var step = WebhookSchedule.Next(endpoint, Position, last, now);
                if (step.Lane is not null)
                {
                    await TakeAsync(endpoint, step);
                }
                else if (HasUnreported)
                {
                    await ReportAsync(failure: null);
                }
                else
                {
                    if (step.Until is { } then)
                    {
                        ArmAfter(Duration.Min(then - now, LongestSleep).ToTimeSpan());
                    }

                    return;
                }
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // What was under way is sent again by the next activation.
        }
        catch (Exception error)
        {
            LogStopped(Services.Log, Key, error);
            RestartLater();
        }
    }

    /// <summary>What is known when the activation ends in good order is written down, so that it is not sent again.</summary>
    private async Task KeepWhatIsKnownAsync()
    {
        if (!HasUnreported || isFailed)
        {
            return;
        }

        try
        {
            await log.AppendAsync([.. unlogged]);
            await ReportAsync(new WebhookReport(passed, reached, caughtUp, replayed, null));
        }
        catch (Exception error)
        {
            LogForgotten(Services.Log, Key, error);
        }
    }

    private Task TakeAsync(WebhookEndpoint endpoint, WebhookStep step) => step.Lane switch
    {
        WebhookLane.Line => TakeFromLineAsync(endpoint),
        WebhookLane.Retry => RetryAsync(endpoint, step.Waiting!),
        _ => TakeFromReplayAsync(endpoint, endpoint.Replays[0]),
    };

    private async Task TakeFromLineAsync(WebhookEndpoint endpoint)
    {
        var it = await NextAsync(endpoint.Organization, Position + 1);
        if (endpoint.Wants(it.Type))
        {
            await ReportAsync(await DeliverAsync(endpoint, it, WebhookLane.Line, 1), passed: it.Number, unlessFewer: MostUnreported);
        }
        else
        {
            passed = it.Number;
        }
    }

    private async Task RetryAsync(WebhookEndpoint endpoint, WaitingEvent waiting)
    {
        var it = await ReadAsync(endpoint.Organization, waiting.Number);
        var failure = await DeliverAsync(endpoint, it, WebhookLane.Retry, waiting.Attempts + 1);
        caughtUp = failure is null ? waiting.Number : null;
        await ReportAsync(failure);
    }

    private async Task TakeFromReplayAsync(WebhookEndpoint endpoint, WebhookReplay replay)
    {
        var next = replayed?.Id == replay.Id ? replayed.Next : replay.Next;
        var it = await NextAsync(endpoint.Organization, next);
        WebhookFailure? failure = null;
        if (replay.IsOfOne || (replay.Covers(it.At) && endpoint.Wants(it.Type)))
        {
            failure = await DeliverAsync(endpoint, it, WebhookLane.Replay, 1);
        }

        await ReportAsync(failure, replayed: new WebhookReplayProgress(replay.Id, next + 1), unlessFewer: it.Number < replay.Through ? MostUnreported : 0);
    }

    /// <summary>Sends an event and notes what came of it.</summary>
    /// <returns>What failed; null for a success.</returns>
    private async Task<WebhookFailure?> DeliverAsync(WebhookEndpoint endpoint, FeedEvent it, WebhookLane lane, int attempt)
    {
        var (answer, delivery) = await AttemptAsync(endpoint, it, lane, attempt);
        unlogged.Add(delivery);
        if (answer.IsDelivered)
        {
            reached = true;
            if (lane != WebhookLane.Replay)
            {
                Services.Meters.WebhookDelivered((Services.Clock.Now - it.At).ToTimeSpan());
            }

            return null;
        }

        return new WebhookFailure(lane, it.Number, answer.IsGone, answer.IsThrottled, answer.RetryAfter, answer.Problem);
    }

    private async Task<(WebhookAnswer Answer, WebhookDelivery Delivery)> AttemptAsync(WebhookEndpoint endpoint, FeedEvent it, WebhookLane lane, int attempt)
    {
        var body = WebhookPayload.Of(it).ToUtf8();
        var sending = sender.SendAsync(new WebhookMessage(endpoint.Url, it.Id, body, endpoint.SigningAt(Services.RealNow)), lane == WebhookLane.Ping ? default : stopped);
        if (lane != WebhookLane.Ping && HasUnreported && await Task.WhenAny(sending, Task.Delay(ReportAfter, stopped)) != sending)
        {
            // A slow receiver must not keep what the ones before it came to from becoming durable.
            await ReportAsync(failure: null);
        }

        var answer = await sending;
        return (answer, new WebhookDelivery(
            0, it.Id, it.Number, it.Type, lane, attempt, answer.SentAt, answer.TookMs, endpoint.Url, answer.Signature, Encoding.UTF8.GetString(body),
            answer.Status, answer.Body, answer.BodyCut, answer.Failure, answer.Detail, answer.IsDelivered));
    }

    /// <summary>
    /// Makes durable what is unreported: the log first, then the record. With few successes and no failure it may wait. An event
    /// that failed counts as passed only with its failure, so that neither becomes durable without the other.
    /// </summary>
    private async Task ReportAsync(WebhookFailure? failure, long? passed = null, WebhookReplayProgress? replayed = null, int unlessFewer = 0)
    {
        if (failure is null)
        {
            this.passed = Math.Max(this.passed, passed ?? 0);
            this.replayed = replayed ?? this.replayed;
            if (!HasUnreported || (unlogged.Count < unlessFewer && State!.Health.FailuresInARow == 0))
            {
                return;
            }
        }

        var report = new WebhookReport(Math.Max(this.passed, passed ?? 0), reached, caughtUp, replayed ?? this.replayed, failure);
        ImmutableArray<WebhookDelivery> deliveries = [.. unlogged];
        (reached, caughtUp, this.replayed) = (false, null, null);
        unlogged.Clear();
        await log.AppendAsync(deliveries);

        // An activation that ends takes no more turns: what it was told then is told to the next one.
        await this.AsReference<IWebhookEndpointGrain>().ReportAsync(report).WaitAsync(stopped);
        this.passed = report.Passed;
    }

    /// <summary>The event of a number on the way through the feed, of which some are read at once.</summary>
    private async Task<FeedEvent> NextAsync(OrganizationId organization, long number)
    {
        while (ahead.TryPeek(out var it) && it.Number != number)
        {
            ahead.Dequeue();
        }

        for (var looks = 0; ahead.Count == 0; looks++)
        {
            foreach (var it in await EventRows.ReadAsync(Services.Rows, organization, number - 1, ReadAhead, stopped))
            {
                ahead.Enqueue(it);
            }

            if (ahead.Count == 0)
            {
                await WaitForCopyAsync(looks, number);
            }
        }

        return ahead.Peek();
    }

    private async Task<FeedEvent> ReadAsync(OrganizationId organization, long number)
    {
        for (var looks = 0; ; looks++)
        {
            if (await EventRows.ReadAsync(Services.Rows, organization, number - 1, 1, stopped) is [var it])
            {
                return it;
            }

            await WaitForCopyAsync(looks, number);
        }
    }

    private async Task WaitForCopyAsync(int looks, long number)
    {
        if (looks == MostLooks)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"Event {number} of the feed is not to be read yet."));
        }

        await Task.Delay(CopyDelay, stopped);
    }

    /// <summary>After a failure of our own, such as of the store, the endpoint is loaded anew and goes on from what is durable.</summary>
    private void RestartLater()
    {
        if (isFailed)
        {
            return;
        }

        isFailed = true;
        if (stopped.IsCancellationRequested)
        {
            return;
        }

        var endpoint = this.AsReference<IAggregateGrain>();
        DeactivateOnIdle();
        Task.Run(async () =>
        {
            var pause = RestartAfter;
            for (var tries = 0; tries < MostRestarts; tries++, pause *= 2)
            {
                await Task.Delay(pause);
                try
                {
                    await endpoint.VisitAsync(null);
                    return;
                }
                catch (Exception)
                {
                    // Tried again; the hourly sweep is what is left after the last try.
                }
            }
        }).Ignore();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "What was sent to {Endpoint} last could not be written down; it is sent again.")]
    private static partial void LogForgotten(ILogger logger, string endpoint, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sending to {Endpoint} stopped for want of something of our own; it goes on in a few seconds.")]
    private static partial void LogStopped(ILogger logger, string endpoint, Exception error);
}
