using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <content>What may happen to a pool's listing and supply. Holds are decided by <see cref="CapacityCalendar"/>, nodes in a part of their own.</content>
public sealed partial record Pool
{
    private const int LongestName = 200;
    private const int LongestDescription = 2_000;

    /// <summary>Lists a pool; the same request again changes nothing, which <paramref name="inputHash"/> tells.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, ListPool command, string inputHash, Instant now) =>
        pool is null ? (Fault(command) is { } fault ? fault : new PoolListed(command, inputHash, now))
        : pool.InputHash == inputHash ? Decision<PoolFact>.Nothing
        : Refusal.Of(PoolRefusal.Exists, $"{command.Id} was listed by another request.");

    /// <summary>Changes profile and spares.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, AmendPool command)
    {
        if (pool is null || pool.OperatorId != command.Actor)
        {
            return NotFound();
        }

        var amended = new PoolAmended(command.Name ?? pool.Name, command.Description ?? pool.Description, command.SpareUnits ?? pool.SpareUnits);
        if (TextFault(amended.Name, amended.Description) is { } fault)
        {
            return fault;
        }

        if (amended.SpareUnits < 0)
        {
            return Refusal.Of(PoolRefusal.AllocationsInvalid, "Spares are 0 or more units.", "spareUnits");
        }

        return amended == new PoolAmended(pool.Name, pool.Description, pool.SpareUnits)
            ? Decision<PoolFact>.Nothing
            : amended.SpareUnits > pool.SpareUnits && pool.HandedOverFault(pool.Allocations, amended.SpareUnits, "spareUnits") is { } handedOver ? handedOver
            : pool.Resupplied(amended, pool.Allocations, amended.SpareUnits);
    }

    /// <summary>Publishes or pauses.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, ChangeListing command) =>
        pool is null || pool.OperatorId != command.Actor ? NotFound()
        : pool.Status == command.Status ? Decision<PoolFact>.Nothing
        : command.Status is ListingStatus.Published or ListingStatus.Paused && ListingSteps.Next[pool.Status].Contains(command.Status)
            ? new ListingStatusChanged(command.Status)
            : Refusal.Of(PoolRefusal.StatusConflict, $"The listing is {pool.Status.Spelled()} and cannot become {command.Status.Spelled()}.");

    /// <summary>Withdraws; reservations that hold units learn of it and leave by their own exits.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, WithdrawPool command) =>
        pool is null || pool.OperatorId != command.Actor ? NotFound() : pool.Withdraw();

    /// <summary>Adds or changes what a phase gives.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, AllocatePhase command)
    {
        if (pool is null)
        {
            return NotFound();
        }

        if (pool.Allocations.Contains(command.Allocation))
        {
            return Decision<PoolFact>.Nothing;
        }

        var allocations = With(pool.Allocations, command.Allocation);
        var fewer = command.Allocation.Units < pool.Allocations.FirstOrDefault(known => known.PhaseId == command.Allocation.PhaseId)?.Units;
        return AllocationsFault(allocations, pool.SpareUnits) is { } fault ? fault
            : fewer && pool.HandedOverFault(allocations, 0, "units") is { } handedOver ? handedOver
            : pool.Resupplied(new PhaseAllocated(command.Allocation), allocations, pool.SpareUnits);
    }

    /// <summary>Moves the date of an allocated phase.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, ReschedulePhase command)
    {
        if (pool?.Allocations.FirstOrDefault(allocation => allocation.PhaseId == command.PhaseId) is not { } known || command.Revision <= known.Revision)
        {
            return Decision<PoolFact>.Nothing;
        }

        var moved = known with { Rfs = command.Rfs, Delivered = command.Delivered, Revision = command.Revision };
        return pool.Resupplied(new PhaseAllocated(moved), With(pool.Allocations, moved), pool.SpareUnits);
    }

    /// <summary>Places a hold. New ones only while published; a repeated one is answered whatever the status.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, PlaceHold command, Instant now) =>
        pool is null ? NotFound()
        : pool.Status != ListingStatus.Published && pool.Calendar.Find(command.Id) is null
            ? Refusal.Of(PoolRefusal.NotListed, $"{pool.Id} is {pool.Status.Spelled()}.")
            : pool.Calendar.Decide(command, now);

    /// <summary>Confirms a hold.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, ConfirmHold command) => pool is null ? NotFound() : pool.Calendar.Decide(command);

    /// <summary>Ends a hold; the nodes assigned to its reservation are free again.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, ReleaseHold command, Instant now)
    {
        if (pool is null)
        {
            return NotFound();
        }

        var decision = pool.Calendar.Decide(command, now);
        return decision.Facts is not [] && pool.Calendar.Find(command.Id) is { Status: HoldStatus.Confirmed } &&
            Decide(pool, new ReturnNodes(command.Id, [])).Facts is [var returned]
            ? Decision<PoolFact>.Of(decision.Facts.Add(returned))
            : decision;
    }

    /// <summary>Gives a hold other segments; not in a pool that was withdrawn.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, ResizeHold command) =>
        pool is null ? NotFound()
        : pool.Status == ListingStatus.Withdrawn ? Refusal.Of(PoolRefusal.NotListed, $"{pool.Id} is {pool.Status.Spelled()}.")
        : pool.Calendar.Decide(command);

    /// <summary>Whether the pool was withdrawn, nobody holds units of it, and it has power to give back.</summary>
    [JsonIgnore]
    public bool MayFreePower => Status == ListingStatus.Withdrawn && Calendar.OpenCount == 0 && !Allocations.IsEmpty;

    /// <summary>Records that the site took the power of every phase back.</summary>
    public Decision<PoolFact> FreePower() => MayFreePower
        ? Decision<PoolFact>.Of([new PowerFreed(), .. Calendar.Reforecast([]).Facts])
        : Decision<PoolFact>.Nothing;

    /// <summary>The listing goes for good because its site does, or by its operator's wish.</summary>
    /// <param name="reason">The operator's words; null where none were given.</param>
    public Decision<PoolFact> Withdraw(string? reason = null) => Status == ListingStatus.Withdrawn
        ? Decision<PoolFact>.Nothing
        : new ListingWithdrawn([.. Calendar.Holds.Where(hold => hold.IsOpen).Select(hold => hold.Id).OrderBy(id => id.Value, StringComparer.Ordinal)], reason);

    /// <summary>
    /// Why a phase cannot be reported not ready after all, or null when it can: what tenants have been handed over stands on
    /// what is in service, so the phases left must carry it.
    /// </summary>
    public Refusal? RefuseRetraction(PhaseId phase)
    {
        var left = InServiceUnits([.. Allocations.Where(allocation => allocation.PhaseId != phase)]);
        return Allocations.Any(allocation => allocation.PhaseId == phase) && left < HandedOverUnits
            ? Refusal.Of(PoolRefusal.UnitsHandedOver, $"Tenants have {HandedOverUnits} units of {Id}; without this phase {left} would be in service.", "actual")
            : null;
    }

    private static Refusal NotFound() => Refusal.Of(PoolRefusal.NotFound, "There is no such pool, or it belongs to another operator.", "poolId");

    private static Refusal? Fault(ListPool command)
    {
        if (TextFault(command.Name, command.Description) is { } text)
        {
            return text;
        }

        return (command.Kind == PoolKind.Power ? PowerFault(command) : NodeFault(command)) ?? AllocationsFault(command.Allocations, command.SpareUnits);
    }

    private static Refusal? PowerFault(ListPool command) => command.Hardware is null && command.KilowattsPerUnit == 1
        ? null
        : Refusal.Of(PoolRefusal.HardwareInvalid, "A power pool names no hardware, and its unit is 1 kW.");

    private static Refusal? NodeFault(ListPool command) =>
        command.Hardware is not { } hardware || HardwareCatalogue.Find(hardware.Sku) is not { Kind: HardwareKind.Gpu }
            ? Refusal.Of(PoolRefusal.HardwareInvalid, "Expected a GPU of the hardware catalogue.", "sku")
        : hardware.GpusPerNode is < 1 or > 576
            ? Refusal.Of(PoolRefusal.HardwareInvalid, "Expected 1 to 576 GPUs per node.", "gpusPerNode")
        : command.KilowattsPerUnit is <= 0 or > 2_000 || decimal.Round(command.KilowattsPerUnit, 3) != command.KilowattsPerUnit
            ? Refusal.Of(PoolRefusal.HardwareInvalid, "Expected above 0 to 2,000 kW per node, to the watt.", "kilowattsPerNode")
        : hardware.Interconnect.Length > LongestName ? Refusal.Of(PoolRefusal.TextInvalid, $"An interconnect has at most {LongestName} characters.", "interconnect")
        : hardware.Fabric.Length > LongestName ? Refusal.Of(PoolRefusal.TextInvalid, $"A fabric has at most {LongestName} characters.", "fabric")
        : null;

    private static Refusal? TextFault(string name, string? description) =>
        name.Length is 0 or > LongestName ? Refusal.Of(PoolRefusal.TextInvalid, $"A name has 1 to {LongestName} characters.", "name")
        : description is { Length: > LongestDescription } ? Refusal.Of(PoolRefusal.TextInvalid, $"A description has at most {LongestDescription} characters.", "description")
        : null;

    private static Refusal? AllocationsFault(ImmutableArray<PhaseAllocation> allocations, int spareUnits) =>
        spareUnits < 0 ? Refusal.Of(PoolRefusal.AllocationsInvalid, "Spares are 0 or more units.", "spareUnits")
        : allocations.Length is 0 or > MostPhases || allocations.DistinctBy(allocation => allocation.PhaseId).Count() != allocations.Length
            ? Refusal.Of(PoolRefusal.AllocationsInvalid, $"Expected 1 to {MostPhases} phases, each once.", "phases")
        : allocations.Any(allocation => allocation.Units < 1) || allocations.Sum(allocation => (long)allocation.Units) > MostUnits
            ? Refusal.Of(PoolRefusal.AllocationsInvalid, $"Each phase gives at least 1 unit, all together at most {MostUnits}.", "phases")
        : null;

    private Refusal? HandedOverFault(ImmutableArray<PhaseAllocation> allocations, int spareUnits, string field)
    {
        var left = Math.Max(0, InServiceUnits(allocations) - spareUnits);
        return left < HandedOverUnits
            ? Refusal.Of(PoolRefusal.UnitsHandedOver, $"{HandedOverUnits} units are handed over; the phases in service would give {left}.", field)
            : null;
    }

    private Decision<PoolFact> Resupplied(PoolFact fact, ImmutableArray<PhaseAllocation> allocations, int spareUnits) =>
        Decision<PoolFact>.Of([fact, .. Calendar.Reforecast(SupplyOf(allocations, spareUnits), HandedOver()).Facts]);
}
