using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Grains.Webhooks;

/// <summary>What an endpoint does next.</summary>
/// <param name="Lane">What to send from; null: nothing now.</param>
/// <param name="Waiting">The event to try again, on that lane.</param>
/// <param name="Until">Real time at which to look again; null: when something happens.</param>
internal readonly record struct WebhookStep(WebhookLane? Lane, WaitingEvent? Waiting = null, Instant? Until = null);

/// <summary>
/// When what is sent. One message is on its way at a time, in the order of the events. A failed one holds the line for one
/// quick retry; then it is set aside and the line goes on. An endpoint that fails three times in a row is taken to be down: its
/// line waits, and only what was set aside is tried, at growing intervals; once all of that is given up, the line's next event.
/// </summary>
internal static class WebhookSchedule
{
    /// <summary>Attempts during which a failed event holds the line.</summary>
    public const int AttemptsInLine = 2;

    /// <summary>Most events set aside; beyond it the line waits.</summary>
    public const int MostWaiting = 100;

    /// <summary>Failing without a success for this long, an endpoint is disabled.</summary>
    public static readonly Duration DisableAfter = Duration.FromHours(72);

    /// <summary>Longest pause that a receiver can ask for.</summary>
    public static readonly Duration LongestPause = Duration.FromHours(24);

    /// <summary>Pauses after the first, second, … failed attempt at an event, as the Standard Webhooks specification suggests; after the last one it is given up.</summary>
    public static readonly ImmutableArray<Duration> Pauses =
    [
        Duration.FromSeconds(5), Duration.FromMinutes(5), Duration.FromMinutes(30), Duration.FromHours(2), Duration.FromHours(5),
        Duration.FromHours(10), Duration.FromHours(14), Duration.FromHours(20), Duration.FromHours(24),
    ];

    /// <summary>Attempts at one event.</summary>
    public static int MostAttempts => Pauses.Length + 1;

    /// <summary>
    /// The pause after so many failed attempts: that of the table and up to a fifth more, so that what failed together does not
    /// come back together; longer when the receiver asked for it. The fifth follows from the event, so that it needs no dice.
    /// </summary>
    public static Duration PauseAfter(WebhookEndpointId endpoint, long number, int attempts, Duration? retryAfter)
    {
        var pause = Pauses[attempts - 1];
        var share = BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{endpoint} {number} {attempts}"))) / (double)uint.MaxValue;
        pause += pause * (share / 5);
        return retryAfter is { } asked && asked > pause ? Duration.Min(asked, LongestPause) : pause;
    }

    /// <summary>The next step.</summary>
    /// <param name="endpoint">The endpoint as last made durable.</param>
    /// <param name="position">Number up to which the line was dealt with, perhaps not durably yet.</param>
    /// <param name="last">Number of the feed's last event.</param>
    /// <param name="realNow">Real time.</param>
    public static WebhookStep Next(WebhookEndpoint endpoint, long position, long last, Instant realNow)
    {
        if (endpoint.Status != WebhookEndpointStatus.Active)
        {
            return default;
        }

        if (endpoint.Health.HeldUntil is { } held && held > realNow)
        {
            return new WebhookStep(null, Until: held);
        }

        if (endpoint.Waiting.FirstOrDefault(waiting => waiting.RetryAt <= realNow) is { } due)
        {
            return new WebhookStep(WebhookLane.Retry, due);
        }

        // Where the last event set aside was given up nothing is left to try a down endpoint with but the line itself.
        var isTried = endpoint.Health.FailuresInARow < WebhookEndpoint.DownAfter || endpoint.Waiting.IsEmpty;
        if (isTried && endpoint.Waiting.Length < MostWaiting && endpoint.Waiting.All(waiting => waiting.Attempts >= AttemptsInLine))
        {
            if (position < last)
            {
                return new WebhookStep(WebhookLane.Line);
            }

            if (!endpoint.Replays.IsEmpty)
            {
                return new WebhookStep(WebhookLane.Replay);
            }
        }

        return new WebhookStep(null, Until: endpoint.Waiting.IsEmpty ? null : endpoint.Waiting.Min(waiting => waiting.RetryAt));
    }
}
