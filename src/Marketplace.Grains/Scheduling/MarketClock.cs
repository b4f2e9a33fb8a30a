using System.Text.Json;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Marketplace.Grains.Scheduling;

/// <summary>Settings of the market clock.</summary>
public sealed class MarketClockOptions
{
    /// <summary>Whether this installation is a sandbox, whose clock may be advanced while a single silo runs it.</summary>
    public bool Sandbox { get; set; }

    /// <summary>In a sandbox with an empty store: the market time to begin at; null for now.</summary>
    public Instant? BeginAt { get; set; }
}

/// <summary>
/// Real time plus the sandbox's offset, which is durable so that market time never goes back over a restart. Other processes
/// hear of an advance late, so only a lone silo may advance; a process without a silo has no <paramref name="silos"/> and never may.
/// </summary>
internal sealed class MarketClock(IRowStore rows, TimeProvider time, IOptions<MarketClockOptions> options, Silos? silos = null) : IMarketClock, IStartupTask, IDisposable
{
    private const string Table = "market";
    private const string Partition = "clock";
    private const string RowKey = "offset";
    private readonly SemaphoreSlim turn = new(1, 1);
    private Offset offset = new(Duration.Zero, 0);

    public Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow()) + Volatile.Read(ref offset).Ahead;

    public bool CanAdvance => options.Value.Sandbox && silos?.IsAlone == true;

    public async Task Execute(CancellationToken cancellationToken)
    {
        if (!await FollowAsync(cancellationToken))
        {
            // Written at the very first start whatever the offset, so that no later one begins in the past of what is stored.
            // Of several silos that start together, one is first.
            var ahead = options.Value is { Sandbox: true, BeginAt: { } beginAt } ? beginAt - Instant.FromDateTimeOffset(time.GetUtcNow()) : Duration.Zero;
            await rows.TryInsertAsync(Table, Partition, [RowOf(new Offset(ahead, 1))], cancellationToken);
            await FollowAsync(cancellationToken);
        }
    }

    /// <summary>Takes over what another process has set; false when no clock has been set yet.</summary>
    public async Task<bool> FollowAsync(CancellationToken cancellation)
    {
        if (await rows.GetAsync(Table, Partition, RowKey, cancellation) is not { } row)
        {
            return false;
        }

        var found = JsonSerializer.Deserialize<Offset>(row.Data.Span, MarketJson.Options)!;
        await turn.WaitAsync(cancellation);
        try
        {
            if (found.Version > offset.Version)
            {
                Volatile.Write(ref offset, found);
            }
        }
        finally
        {
            turn.Release();
        }

        return true;
    }

    public async ValueTask SetForwardAsync(Instant instant)
    {
        if (!CanAdvance)
        {
            throw new InvalidOperationException("Only a sandbox's clock can be advanced, and only while one silo runs it.");
        }

        await turn.WaitAsync();
        try
        {
            if (instant > Now)
            {
                await SaveAsync(instant - Instant.FromDateTimeOffset(time.GetUtcNow()));
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task SaveAsync(Duration ahead)
    {
        var next = new Offset(ahead, offset.Version + 1);
        await rows.UpsertIfNewerAsync(Table, Partition, RowOf(next));
        Volatile.Write(ref offset, next);
    }

    private static Row RowOf(Offset offset) => new(RowKey, offset.Version, JsonSerializer.SerializeToUtf8Bytes(offset, MarketJson.Options));

    private sealed record Offset(Duration Ahead, long Version);
}
