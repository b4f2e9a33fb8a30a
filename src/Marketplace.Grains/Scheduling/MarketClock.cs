using System.Text.Json;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Marketplace.Grains.Scheduling;

/// <summary>Settings of the market clock.</summary>
public sealed class MarketClockOptions
{
    /// <summary>Whether this installation is a sandbox, whose clock may be advanced. Embedded store or a single silo only.</summary>
    public bool Sandbox { get; set; }

    /// <summary>In a sandbox with an empty store: the market time to begin at; null for now.</summary>
    public Instant? BeginAt { get; set; }
}

/// <summary>Real time plus the sandbox's offset, which is durable so that market time never goes back over a restart.</summary>
internal sealed class MarketClock(IRowStore rows, TimeProvider time, IOptions<MarketClockOptions> options) : IMarketClock, IStartupTask, IDisposable
{
    private const string Table = "market";
    private const string Partition = "clock";
    private const string RowKey = "offset";
    private readonly SemaphoreSlim turn = new(1, 1);
    private Offset offset = new(Duration.Zero, 0);

    public Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow()) + Volatile.Read(ref offset).Ahead;

    public bool CanAdvance => options.Value.Sandbox;

    public async Task Execute(CancellationToken cancellationToken)
    {
        if (await rows.GetAsync(Table, Partition, RowKey, cancellationToken) is { } row)
        {
            Volatile.Write(ref offset, JsonSerializer.Deserialize<Offset>(row.Data.Span, MarketJson.Options)!);
        }
        else
        {
            // Written at the very first start whatever the offset, so that no later one begins in the past of what is stored.
            await SaveAsync(CanAdvance && options.Value.BeginAt is { } beginAt ? beginAt - Instant.FromDateTimeOffset(time.GetUtcNow()) : Duration.Zero);
        }
    }

    public async ValueTask SetForwardAsync(Instant instant)
    {
        if (!CanAdvance)
        {
            throw new InvalidOperationException("Only a sandbox's clock can be advanced.");
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
        await rows.UpsertIfNewerAsync(Table, Partition, new Row(RowKey, next.Version, JsonSerializer.SerializeToUtf8Bytes(next, MarketJson.Options)));
        Volatile.Write(ref offset, next);
    }

    private sealed record Offset(Duration Ahead, long Version);
}
