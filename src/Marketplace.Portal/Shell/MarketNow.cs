using Marketplace.Client;

namespace Marketplace.Portal.Shell;

/// <summary>Market time, which dates every contract fact: read once, then running on with this machine's clock until it is read again.</summary>
public sealed class MarketNow(PortalSession session, TimeProvider time)
{
    private TimeSpan ahead;

    /// <summary>Raised when it was read again.</summary>
    public event Action? Changed;

    /// <summary>Whether this is a sandbox, whose clock can be advanced.</summary>
    public bool IsSandbox { get; private set; }

    /// <summary>The time in the market.</summary>
    public DateTimeOffset Now => time.GetUtcNow() + ahead;

    /// <summary>The day in the market, in UTC.</summary>
    public DateOnly Today => DateOnly.FromDateTime(Now.UtcDateTime);

    /// <summary>Reads it.</summary>
    public async Task ReadAsync()
    {
        var clock = (await session.Api.GetClockAsync()).Result;
        ahead = clock.Now - time.GetUtcNow();
        IsSandbox = clock.CanAdvance;
        Changed?.Invoke();
    }

    /// <summary>Moves a sandbox's clock on; whatever falls due on the way happens first.</summary>
    /// <param name="until">A later instant.</param>
    /// <param name="key">Idempotency key of this move.</param>
    public async Task AdvanceAsync(DateTimeOffset until, string key)
    {
        await session.Api.Once(key).AdvanceClockAsync(new ClockAdvance { To = until });
        await ReadAsync();
    }
}
