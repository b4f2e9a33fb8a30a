using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Http;

/// <summary>
/// Evens out requests per key and per address (GCRA: one instant per caller, so that nothing has to be refilled or reset).
/// Runs on <see cref="TimeProvider"/>, never on market time.
/// </summary>
internal sealed class RateLimits(TimeProvider time, IOptions<ApiOptions> options)
{
    private const int ManyCallers = 100_000;
    private const int MinuteSeconds = 60;
    private readonly ConcurrentDictionary<string, long> arrivals = new(StringComparer.Ordinal);

    /// <summary>Takes one request of a caller's allowance.</summary>
    public RateLimit Take(string caller, bool isKey) => Take(caller, isKey ? options.Value.RequestsPerMinutePerKey : options.Value.RequestsPerMinutePerAddress);

    /// <summary>Takes one request of the allowance of a person who is signed in.</summary>
    public RateLimit TakeOfPerson(string person) => Take(person, options.Value.RequestsPerMinutePerPerson);

    /// <summary>Takes one attempt at what lets people in, of a client address.</summary>
    public RateLimit TakeAttempt(string address) => Take("attempt " + address, options.Value.AttemptsPerMinutePerAddress);

    /// <summary>Takes one attempt at an account, which need not exist.</summary>
    public RateLimit TakeAttemptAt(string account) => Take("account " + account, options.Value.AttemptsPerMinutePerAccount);

    private RateLimit Take(string caller, int limitSet)
    {
        var limit = Math.Max(1, limitSet);
        var window = time.TimestampFrequency * MinuteSeconds;
        var interval = Math.Max(1, window / limit);
        var now = time.GetTimestamp();
        while (true)
        {
            var known = arrivals.TryGetValue(caller, out var stored);
            var arrival = known ? Math.Max(stored, now) : now;
            var room = window - (arrival - now);
            if (room < interval)
            {
                return new RateLimit(false, limit, 0, Seconds(arrival - now), Math.Max(1, Seconds(interval - room)), MinuteSeconds);
            }

            if (known ? arrivals.TryUpdate(caller, arrival + interval, stored) : arrivals.TryAdd(caller, arrival + interval))
            {
                Forget(now);
                return new RateLimit(true, limit, (int)((room - interval) / interval), Seconds(arrival + interval - now), 0, MinuteSeconds);
            }
        }
    }

    /// <summary>Where a caller stands, taking nothing.</summary>
    public RateLimit Look(string caller, bool isKey)
    {
        var limit = Math.Max(1, isKey ? options.Value.RequestsPerMinutePerKey : options.Value.RequestsPerMinutePerAddress);
        var window = time.TimestampFrequency * MinuteSeconds;
        var interval = Math.Max(1, window / limit);
        var now = time.GetTimestamp();
        var ahead = arrivals.TryGetValue(caller, out var stored) ? Math.Max(0, stored - now) : 0;
        var room = window - ahead;
        return room < interval
            ? new RateLimit(false, limit, 0, Seconds(ahead), Math.Max(1, Seconds(interval - room)), MinuteSeconds)
            : new RateLimit(true, limit, (int)(room / interval), Seconds(ahead), 0, MinuteSeconds);
    }

    private int Seconds(long ticks) => (int)((ticks + time.TimestampFrequency - 1) / time.TimestampFrequency);

    private void Forget(long now)
    {
        // A caller whose instant has passed is as good as unknown.
        if (arrivals.Count > ManyCallers)
        {
            foreach (var (caller, arrival) in arrivals)
            {
                if (arrival <= now)
                {
                    arrivals.TryRemove(KeyValuePair.Create(caller, arrival));
                }
            }
        }
    }
}

/// <summary>Where a caller stands.</summary>
/// <param name="Granted">Whether this request may pass.</param>
/// <param name="Limit">Requests in a window.</param>
/// <param name="Remaining">Requests that may still come at once.</param>
/// <param name="ResetSeconds">Until all of them may again.</param>
/// <param name="RetryAfterSeconds">Until the next one may, when not granted.</param>
/// <param name="WindowSeconds">How long a window is.</param>
/// <param name="Mails">Which mails are counted, for people; null: requests are.</param>
internal readonly record struct RateLimit(bool Granted, int Limit, int Remaining, int ResetSeconds, int RetryAfterSeconds, int WindowSeconds, string? Mails = null);
