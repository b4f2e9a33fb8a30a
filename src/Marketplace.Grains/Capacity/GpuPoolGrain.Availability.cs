using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Grains.Capacity;

/// <content>
/// What is free, as a row for searches over many pools. It is written beside the commits, once for all holds of some seconds: a search
/// asks the pools it shows, so a row that is late or lost miscounts for a while and promises nothing.
/// </content>
internal sealed partial class GpuPoolGrain
{
    private static readonly TimeSpan AvailabilityPause = TimeSpan.FromSeconds(2);
    private static readonly Duration AvailabilityHorizon = Duration.FromDays(3_660 * 2);
    private IGrainTimer? availabilityTimer;
    private bool isAvailabilityAwaited;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        if (Durable.Pool?.Calendar.HoldCount > 0)
        {
            // The row may have been lost with the process that was about to write it.
            AwaitAvailability();
        }
    }

    /// <summary>Writes the row soon.</summary>
    private void AwaitAvailability()
    {
        if (!isAvailabilityAwaited)
        {
            isAvailabilityAwaited = true;
            availabilityTimer ??= this.RegisterGrainTimer(WriteAvailabilityAsync, new GrainTimerCreationOptions(AvailabilityPause, Timeout.InfiniteTimeSpan) { Interleave = true });
            availabilityTimer.Change(AvailabilityPause, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task WriteAvailabilityAsync(CancellationToken cancellation)
    {
        isAvailabilityAwaited = false;
        if (Durable.Pool is not { } pool)
        {
            return;
        }

        if (DecidedVersion != Version)
        {
            AwaitAvailability(); // What was decided last is about to be durable.
        }

        var from = Instant.Max(pool.Calendar.Origin, Term.CeilingHour(Services.Clock.Now));
        var steps = pool.Calendar.Availability(new Term(from, Instant.Min(pool.Calendar.End, from + AvailabilityHorizon)));
        var row = new PoolAvailability(pool.Id, PoolAvailability.Coarse(steps));
        await Services.Rows.UpsertIfNewerAsync(
            PoolRows.Availability, PoolRows.Everyone, new Row(pool.Id.Value, Version, JsonSerializer.SerializeToUtf8Bytes(row, MarketJson.Options)), cancellation);
    }
}

/// <summary>What is free in a pool.</summary>
/// <param name="Id">The pool.</param>
/// <param name="Free">Ascending steps of units free.</param>
public sealed record PoolAvailability(PoolId Id, ImmutableArray<SupplyStep> Free)
{
    /// <summary>Most steps of a row.</summary>
    private const int MostSteps = 256;

    /// <summary>Steps of what is free; where there are too many, neighbours become one with the lesser of both.</summary>
    public static ImmutableArray<SupplyStep> Coarse(ImmutableArray<AvailabilityStep> steps)
    {
        var free = new List<SupplyStep>(steps.Length);
        foreach (var step in steps)
        {
            if (free.Count == 0 || free[^1].Units != step.Free)
            {
                free.Add(new SupplyStep(step.From, step.Free));
            }
        }

        while (free.Count > MostSteps)
        {
            free = [.. free.Chunk(2).Select(pair => new SupplyStep(pair[0].From, pair.Min(step => step.Units)))];
        }

        return [.. free];
    }
}
