using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Capacity;

/// <summary>When to look, and for what.</summary>
/// <param name="Start">First whole UTC hour to look at.</param>
/// <param name="End">Whole UTC hour to look up to, at most ten years later.</param>
/// <param name="Units">Nodes or kW that shall be free; adds the windows in which they are.</param>
/// <param name="Hours">Hours on end for which they shall be free; 1 unless said otherwise.</param>
internal sealed record AvailabilityFilter(Instant Start, Instant End, [Range(1, Pool.MostUnits)] int? Units, [Range(1, 87_672)] int? Hours)
{
    public const int MostHours = 87_672;

    public static AvailabilityFilter Example { get; } = new(Instant.FromUtc(2027, 1, 1, 0, 0), Instant.FromUtc(2028, 1, 1, 0, 0), 8, 720);

    public Term ToTerm(Faults faults)
    {
        var term = faults.Term(Start, End, "start", "end");
        faults.Require(faults.Count > 0 || term.Hours <= MostHours, "end", Faults.OutOfRange, "Look at ten years or less at a time.");
        return term;
    }
}

/// <summary>What a pool supplies, holds and has free from an hour on.</summary>
/// <param name="From">From this whole UTC hour on, until the next step.</param>
/// <param name="Supply">Units that may be reserved.</param>
/// <param name="Held">Units that reservations and leases keep.</param>
/// <param name="Free">The rest.</param>
internal sealed record AvailabilityStepModel(Instant From, int Supply, int Held, int Free);

/// <summary>A stretch of time.</summary>
/// <param name="Start">First instant inside.</param>
/// <param name="End">First instant after.</param>
internal sealed record WindowModel(Instant Start, Instant End);

/// <summary>A pool's availability over time.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="GpusPerUnit">GPUs in one unit; 0 in a power pool.</param>
/// <param name="Steps">A step wherever supply or use changes, at most 10,000.</param>
/// <param name="Windows">Every longest stretch in which the units asked for are free for the hours asked for; null when none were asked for.</param>
/// <param name="EarliestStart">The first hour at or after the start from which they are, also beyond the end; null when there is none or none were asked for.</param>
internal sealed record AvailabilityModel(PoolId PoolId, int GpusPerUnit, ImmutableArray<AvailabilityStepModel> Steps, ImmutableArray<WindowModel>? Windows, Instant? EarliestStart)
{
    public static AvailabilityModel Example { get; } = new(
        PoolId.From("pool_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        8,
        [new AvailabilityStepModel(Instant.FromUtc(2027, 1, 1, 0, 0), 0, 0, 0), new AvailabilityStepModel(Instant.FromUtc(2027, 3, 1, 6, 0), 62, 40, 22)],
        [new WindowModel(Instant.FromUtc(2027, 3, 1, 6, 0), Instant.FromUtc(2028, 1, 1, 0, 0))],
        Instant.FromUtc(2027, 3, 1, 6, 0));

    public static AvailabilityModel Of(PoolId pool, int gpusPerUnit, ImmutableArray<AvailabilityStep> steps, ImmutableArray<Term>? windows, Instant? earliest) => new(
        pool,
        gpusPerUnit,
        [.. steps.Select(step => new AvailabilityStepModel(step.From, step.Supply, step.Held, step.Free))],
        windows?.Select(window => new WindowModel(window.Start, window.End)).ToImmutableArray(),
        earliest);
}
