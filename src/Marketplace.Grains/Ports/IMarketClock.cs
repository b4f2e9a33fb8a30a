using NodaTime;

namespace Marketplace.Grains.Ports;

/// <summary>
/// The time that dates contract facts. It runs with real time, plus whatever a sandbox has advanced it by. Signatures,
/// sessions, retries and rate limits use <see cref="TimeProvider"/> instead.
/// </summary>
public interface IMarketClock
{
    /// <summary>Market time now.</summary>
    Instant Now { get; }

    /// <summary>Whether this is a sandbox, whose clock may be advanced, and a single silo runs it now.</summary>
    bool CanAdvance { get; }

    /// <summary>
    /// Sets the clock forward to <paramref name="instant"/>, durably; never back. Visiting what falls due on the way is the
    /// caller's work (<c>Scheduling.MarketTime</c>).
    /// </summary>
    /// <exception cref="InvalidOperationException">It cannot be advanced.</exception>
    ValueTask SetForwardAsync(Instant instant);
}
