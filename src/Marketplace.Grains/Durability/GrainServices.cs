using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Telemetry;
using Microsoft.Extensions.Logging;
using NodaTime;
using Orleans.Storage;

namespace Marketplace.Grains.Durability;

/// <summary>What every aggregate grain needs.</summary>
internal sealed class GrainServices(
    IGrainFactory grains,
    IGrainStorage records,
    IRowStore rows,
    IMarketClock clock,
    TimeProvider time,
    OutboxGauge gauge,
    MarketMeters meters,
    StoredLayouts layouts,
    ILoggerFactory logs)
{
    public IGrainFactory Grains { get; } = grains;

    public IGrainStorage Records { get; } = records;

    public IRowStore Rows { get; } = rows;

    public IMarketClock Clock { get; } = clock;

    /// <summary>Real time: for retries and retention, never for contract facts.</summary>
    public Instant RealNow => Instant.FromDateTimeOffset(time.GetUtcNow());

    public OutboxGauge Gauge { get; } = gauge;

    public MarketMeters Meters { get; } = meters;

    public StoredLayouts Layouts { get; } = layouts;

    public ILogger Log { get; } = logs.CreateLogger("Marketplace.Grains");

    /// <summary>Adds a due row; an existing one is as good.</summary>
    public async Task AddDueAsync(AggregateAddress address, DueRow due) => await Rows.TryInsertAsync(
        DueIndex.Table, GrainKeys.DueShardOf(address), [DueIndex.RowFor(address, due, RealNow)]);

    /// <summary>Removes a due row. Only its aggregate does.</summary>
    public async Task RemoveDueAsync(AggregateAddress address, DueRow due) => await Rows.RemoveAsync(
        DueIndex.Table, GrainKeys.DueShardOf(address), [DueIndex.KeyFor(address, due)]);

    /// <summary>The refusal to take more work.</summary>
    public static Refusal Busy(string what) => Refusal.Of(OperationRefusal.Busy, $"{what} is full. Nothing was written; try again with the same Idempotency-Key.");
}
