using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Testing;

/// <summary>Market time that stands still until a test sets it forward.</summary>
public sealed class StillClock(Instant now) : IMarketClock
{
    private readonly Lock _gate = new();
    private Instant _now = now;

    /// <inheritdoc/>
    public Instant Now
    {
        get
        {
            lock (_gate)
            {
                return _now;
            }
        }
    }

    /// <inheritdoc/>
    public bool CanAdvance => true;

    /// <inheritdoc/>
    public ValueTask SetForwardAsync(Instant instant)
    {
        lock (_gate)
        {
            _now = Instant.Max(_now, instant);
        }

        return ValueTask.CompletedTask;
    }
}
