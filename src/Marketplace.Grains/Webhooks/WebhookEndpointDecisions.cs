using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Grains.Webhooks;

/// <summary>Decides about an endpoint and folds what happened. Pure: market time dates registration, real time everything about attempts.</summary>
internal static class WebhookEndpointDecisions
{
    /// <summary>Secrets that may sign at once.</summary>
    public const int MostSecrets = 5;

    /// <summary>Replays that may be under way at once.</summary>
    public const int MostReplays = 10;

    /// <summary>Registers an endpoint whose first event is the one after <paramref name="last"/>.</summary>
    public static Decision<WebhookEndpointFact> Register(WebhookEndpoint? state, RegisterWebhookEndpoint command, long last, Instant realNow, Instant now) => state is null
        ? new EndpointRegistered(command, last, realNow, now)
        : Refusal.Of(WebhookEndpointRefusal.Exists, $"{command.Id} is registered already.");

    /// <summary>Changes it.</summary>
    public static Decision<WebhookEndpointFact> Amend(WebhookEndpoint? state, AmendWebhookEndpoint command) => Living(state, endpoint =>
    {
        var amended = new EndpointAmended(
            command.Url ?? endpoint.Url,
            command.Description is { } said ? said.Length == 0 ? null : said : endpoint.Description,
            command.Events ?? endpoint.Events);
        return amended.Url == endpoint.Url && amended.Description == endpoint.Description && amended.Events.SequenceEqual(endpoint.Events)
            ? Decision<WebhookEndpointFact>.Nothing
            : amended;
    });

    /// <summary>Puts a new secret first.</summary>
    public static Decision<WebhookEndpointFact> Rotate(WebhookEndpoint? state, RotateWebhookSecret command, Instant realNow) => Living(state, endpoint =>
    {
        var end = realNow + command.Overlap;
        var before = endpoint.Secrets
            .Select(secret => secret with { ExpiresAt = secret.ExpiresAt is { } sooner && sooner < end ? sooner : end })
            .Where(secret => secret.SignsAt(realNow))
            .ToImmutableArray();
        return before.Length >= MostSecrets
            ? Refusal.Of(WebhookEndpointRefusal.SecretsFull, $"{before.Length} secrets still sign for {endpoint.Id}.")
            : new SecretRotated(before.Insert(0, new WebhookSecret(command.SealedSecret, realNow, null)));
    });

    /// <summary>Pauses it. A disabled one stays disabled.</summary>
    public static Decision<WebhookEndpointFact> Pause(WebhookEndpoint? state) =>
        Living(state, endpoint => endpoint.Status == WebhookEndpointStatus.Active ? new EndpointPaused() : Decision<WebhookEndpointFact>.Nothing);

    /// <summary>Sets it going, and what failed is tried at once; with <paramref name="skipThrough"/> everything missed is left out.</summary>
    public static Decision<WebhookEndpointFact> Resume(WebhookEndpoint? state, long? skipThrough, Instant realNow) => Living(state, endpoint =>
        endpoint.Status == WebhookEndpointStatus.Active && endpoint.Health.FailuresInARow == 0 && endpoint.Waiting.IsEmpty && skipThrough is null
            ? Decision<WebhookEndpointFact>.Nothing
            : new EndpointResumed(skipThrough, realNow));

    /// <summary>Ends it; again changes nothing.</summary>
    public static Decision<WebhookEndpointFact> Delete(WebhookEndpoint? state) => state switch
    {
        null => NotFound(),
        { Status: WebhookEndpointStatus.Deleted } => Decision<WebhookEndpointFact>.Nothing,
        _ => new EndpointDeleted(),
    };

    /// <summary>Asks for events once more; <paramref name="last"/> is the feed's last.</summary>
    public static Decision<WebhookEndpointFact> Replay(WebhookEndpoint? state, ReplayWebhookEvents command, long last) => Living(state, endpoint =>
        command.EventNumber is { } number && (number < 1 || number > last) ? Refusal.Of(WebhookEndpointRefusal.EventNotFound, $"The feed's events are 1 to {last}.", "eventNumber")
        : endpoint.Replays.Length >= MostReplays ? Refusal.Of(WebhookEndpointRefusal.ReplaysFull, $"{endpoint.Replays.Length} replays are under way.")
        : new ReplayAsked(new WebhookReplay(endpoint.ReplaysAsked + 1, command.EventNumber ?? 1, command.EventNumber ?? last, command.OccurredFrom, command.OccurredUntil)));

    /// <summary>Takes what deliveries came to. Reports of an endpoint that is gone say nothing.</summary>
    public static Decision<WebhookEndpointFact> Report(WebhookEndpoint? state, WebhookReport report, Instant realNow)
    {
        if (state is null or { Status: WebhookEndpointStatus.Deleted })
        {
            return Decision<WebhookEndpointFact>.Nothing;
        }

        var facts = ImmutableArray.CreateBuilder<WebhookEndpointFact>();
        var isSkipped = report.Failure is { } missed && IsSkipped(state, report, missed);
        if (report.Passed > state.Cursor)
        {
            facts.Add(new LineAdvanced(report.Passed));
        }

        if (report.CaughtUp is { } number && state.Waiting.Any(waiting => waiting.Number == number))
        {
            facts.Add(new EventCaughtUp(number));
        }

        if (report.Replay is { } progress && state.Replays.Any(replay => replay.Id == progress.Id))
        {
            facts.Add(new ReplayAdvanced(progress.Id, progress.Next));
        }

        if (report.Reached)
        {
            facts.Add(new EndpointReached(realNow));
        }

        if (report.Failure is { } failure && !isSkipped)
        {
            AddFailure(state, failure, report.Reached, realNow, facts);
        }

        return Decision<WebhookEndpointFact>.Of(facts.ToImmutable());
    }

    /// <summary>The endpoint after a fact.</summary>
    public static WebhookEndpoint Evolve(WebhookEndpoint? state, WebhookEndpointFact fact) => fact switch
    {
        EndpointRegistered it => new WebhookEndpoint(
            it.As.Id, it.As.Organization, it.As.Url, it.As.Description, it.As.Events, WebhookEndpointStatus.Active,
            [new WebhookSecret(it.As.SealedSecret, it.RealAt, null)], it.At, it.After, [], [], 0, WebhookHealth.Untried, null),
        EndpointAmended it => state! with { Url = it.Url, Description = it.Description, Events = it.Events },
        SecretRotated it => state! with { Secrets = it.Secrets },
        EndpointPaused => state! with { Status = WebhookEndpointStatus.Paused },
        EndpointResumed it => Resumed(state!, it),
        EndpointDisabled it => state! with { Status = WebhookEndpointStatus.Disabled, Stop = it.Stop },
        EndpointDeleted => state! with { Status = WebhookEndpointStatus.Deleted, Secrets = [], Waiting = [], Replays = [], Stop = null },
        ReplayAsked it => state! with { Replays = state.Replays.Add(it.Replay), ReplaysAsked = it.Replay.Id },
        ReplayAdvanced it => state! with { Replays = [.. state.Replays.Select(replay => replay.Id == it.Id ? replay with { Next = it.Next } : replay).Where(replay => replay.Next <= replay.Through)] },
        LineAdvanced it => state! with { Cursor = Math.Max(state.Cursor, it.Through) },
        EndpointReached it => Reached(state!, it.RealAt),
        EventCaughtUp it => state! with { Waiting = state.Waiting.RemoveAll(waiting => waiting.Number == it.Number) },
        EventSetAside it => state! with
        {
            Waiting = [.. state.Waiting.Where(waiting => waiting.Number != it.Event.Number).Append(it.Event).OrderBy(waiting => waiting.Number)],
            Health = Failed(state.Health, it.RealAt) with { HeldUntil = it.HeldUntil },
        },
        EventGivenUp it => state! with
        {
            Waiting = state.Waiting.RemoveAll(waiting => waiting.Number == it.Number),
            Health = Failed(state.Health, it.RealAt) with { GivenUp = state.Health.GivenUp + 1 },
        },
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Not a fact of an endpoint."),
    };

    private static void AddFailure(WebhookEndpoint state, WebhookFailure failure, bool reachedBefore, Instant realNow, ImmutableArray<WebhookEndpointFact>.Builder facts)
    {
        var attempts = (state.Waiting.FirstOrDefault(waiting => waiting.Number == failure.Number)?.Attempts ?? 0) + 1;
        var since = (reachedBefore ? null : state.Health.FailingSince) ?? realNow;
        var isDown = failure.Gone || realNow - since >= WebhookSchedule.DisableAfter;
        if (attempts >= WebhookSchedule.MostAttempts && !isDown)
        {
            facts.Add(new EventGivenUp(failure.Number, attempts, failure.Problem, realNow));
        }
        else
        {
            // What fails together with its endpoint is kept for when that is resumed.
            var tried = Math.Min(attempts, WebhookSchedule.MostAttempts - 1);
            var retryAt = realNow + WebhookSchedule.PauseAfter(state.Id, failure.Number, tried, failure.RetryAfter);
            facts.Add(new EventSetAside(new WaitingEvent(failure.Number, tried, retryAt), failure.Throttled || failure.RetryAfter is not null ? retryAt : null, realNow));
        }

        if (state.Status == WebhookEndpointStatus.Disabled)
        {
            return;
        }

        if (failure.Gone)
        {
            facts.Add(new EndpointDisabled(new WebhookStop(true, $"{state.Url} answered 410: it is gone. Nothing more is sent there until you resume it.", realNow)));
        }
        else if (isDown)
        {
            facts.Add(new EndpointDisabled(new WebhookStop(
                false,
                $"Every attempt at {state.Url} failed for {(int)(realNow - since).TotalHours} hours, the last one because {failure.Problem}. Events wait; mend it and resume.",
                realNow)));
        }
    }

    /// <summary>Whether an event that failed was skipped meanwhile, when its owner resumed without what was missed.</summary>
    private static bool IsSkipped(WebhookEndpoint state, WebhookReport report, WebhookFailure failure) => failure.Lane == WebhookLane.Replay
        ? state.Replays.All(replay => replay.Id != report.Replay?.Id)
        : failure.Number <= state.Cursor && state.Waiting.All(waiting => waiting.Number != failure.Number);

    private static WebhookEndpoint Resumed(WebhookEndpoint state, EndpointResumed fact) => state with
    {
        Status = WebhookEndpointStatus.Active,
        Stop = null,
        Cursor = Math.Max(state.Cursor, fact.SkippedThrough ?? 0),
        Waiting = fact.SkippedThrough is null ? [.. state.Waiting.Select(waiting => new WaitingEvent(waiting.Number, 0, fact.RealAt))] : [],
        Replays = fact.SkippedThrough is null ? state.Replays : [],
        Health = state.Health with { FailuresInARow = 0, FailingSince = null, HeldUntil = null },
    };

    // An endpoint that was down is up again: what waits need not wait longer. One that only failed at some events keeps their times.
    private static WebhookEndpoint Reached(WebhookEndpoint state, Instant realNow) => state with
    {
        Waiting = state.Health.FailuresInARow >= WebhookEndpoint.DownAfter
            ? [.. state.Waiting.Select(waiting => waiting.RetryAt > realNow ? waiting with { RetryAt = realNow } : waiting)]
            : state.Waiting,
        Health = state.Health with { FailuresInARow = 0, FailingSince = null, HeldUntil = null, LastDeliveredAt = realNow },
    };

    private static WebhookHealth Failed(WebhookHealth health, Instant realNow) =>
        health with { FailuresInARow = health.FailuresInARow + 1, FailingSince = health.FailingSince ?? realNow };

    private static Decision<WebhookEndpointFact> Living(WebhookEndpoint? state, Func<WebhookEndpoint, Decision<WebhookEndpointFact>> decide) =>
        state is null or { Status: WebhookEndpointStatus.Deleted } ? NotFound() : decide(state);

    private static Refusal NotFound() => Refusal.Of(WebhookEndpointRefusal.NotFound, "There is no such webhook endpoint.");
}
