using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <content>What may happen to a pool's physical nodes.</content>
public sealed partial record Pool
{
    /// <summary>Most nodes registered at once.</summary>
    public const int MostNodesAtOnce = 1_000;

    private const int LongestLabel = 100;
    private const int LongestReason = 500;

    /// <summary>Units with tenants: nodes assigned, or kW handed over.</summary>
    [JsonIgnore]
    public int HandedOverUnits => Nodes.AssignedCount + Blocks.Sum(block => block.Kilowatts);

    /// <summary>Registers nodes.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, RegisterNodes command, Instant now)
    {
        if (pool is null || pool.OperatorId != command.Actor)
        {
            return NotFound();
        }

        var nodes = command.Nodes;
        if (pool.Kind != PoolKind.Gpu || nodes.Length is 0 or > MostNodesAtOnce ||
            nodes.DistinctBy(node => node.Id).Count() != nodes.Length || nodes.DistinctBy(node => node.Serial).Count() != nodes.Length ||
            nodes.Any(node => node.Serial.Length is 0 or > LongestLabel || node.Label is { Length: > LongestLabel }))
        {
            return Refusal.Of(PoolRefusal.NodesInvalid, $"A GPU pool takes 1 to {MostNodesAtOnce} nodes at once, ids and serials each once and of 1 to {LongestLabel} characters.", "nodes");
        }

        var added = nodes.Where(node => pool.Nodes.Find(node.Id) is not { } known || known.Serial != node.Serial).ToImmutableArray();
        var inService = pool.Nodes.Nodes.Count(node => node.Status != NodeStatus.Retired) + added.Length;
        var supplied = pool.Allocations.Sum(allocation => (long)allocation.Units);
        if (inService > supplied)
        {
            return Refusal.Of(PoolRefusal.NodesExceedSupply, $"{inService} nodes would be in service; the phases supply {supplied} in all.", "nodes");
        }

        if (added.FirstOrDefault(node => pool.Nodes.HasSerial(node.Serial) || pool.Nodes.Find(node.Id) is not null) is { } taken)
        {
            return Refusal.Of(PoolRefusal.SerialTaken, $"{taken.Id} or serial '{taken.Serial}' is registered otherwise in this pool.", "nodes");
        }

        return added.IsEmpty ? Decision<PoolFact>.Nothing : new NodesRegistered(added, now);
    }

    /// <summary>Assigns nodes when a lease takes delivery.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, AssignNodes command)
    {
        if (pool is null)
        {
            return NotFound();
        }

        if (pool.Calendar.Find(command.Reservation) is not { Status: HoldStatus.Confirmed } hold)
        {
            return Refusal.Of(PoolRefusal.HoldNotConfirmed, $"{command.Reservation} has no confirmed hold in this pool.", "reservationId");
        }

        var has = pool.Nodes.Of(command.Reservation).Select(node => node.Id).ToHashSet();
        var wanted = command.Nodes.IsEmpty
            ? [.. pool.Nodes.Free.Take(Math.Max(0, command.Count - has.Count))]
            : command.Nodes.Distinct().Where(id => !has.Contains(id)).ToImmutableArray();
        foreach (var id in wanted)
        {
            if (pool.Nodes.Find(id) is not { } node)
            {
                return Refusal.Of(PoolRefusal.NodeNotFound, $"{id} is not registered in this pool.", "nodes");
            }

            if (node.Status != NodeStatus.Free)
            {
                return Refusal.Of(PoolRefusal.NodeNotFree, $"{id} is {node.Status.Spelled()}.", "nodes");
            }
        }

        var most = hold.Segments.Max(segment => segment.Units);
        var shall = command.Nodes.IsEmpty ? command.Count : has.Count + wanted.Length;
        return shall <= most && pool.ServiceFault(wanted.Length) is { } waiting ? waiting
            : shall > most ? Refusal.Of(PoolRefusal.NodesExceedHold, $"{shall} nodes; the hold is for at most {most}.", "nodes")
            : has.Count + wanted.Length < shall ? Refusal.Of(PoolRefusal.NodesNotAvailable, $"{shall} nodes are needed, {has.Count + wanted.Length} are registered and free.", "nodes")
            : wanted.IsEmpty ? Decision<PoolFact>.Nothing
            : new NodesAssigned(command.Reservation, wanted);
    }

    /// <summary>Notes kW of a power pool as handed over.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, HandOverPower command)
    {
        if (pool is null)
        {
            return NotFound();
        }

        if (pool.Calendar.Find(command.Reservation) is not { Status: HoldStatus.Confirmed } hold)
        {
            return Refusal.Of(PoolRefusal.HoldNotConfirmed, $"{command.Reservation} has no confirmed hold in this pool.", "reservationId");
        }

        if (pool.Blocks.Any(block => block.Id == command.Block))
        {
            return Decision<PoolFact>.Nothing;
        }

        var shall = command.Kilowatts + pool.Blocks.Where(block => block.Reservation == command.Reservation).Sum(block => block.Kilowatts);
        var most = hold.Segments.Max(segment => segment.Units);
        return shall > most ? Refusal.Of(PoolRefusal.NodesExceedHold, $"{shall} kW; the hold is for at most {most}.", "kilowatts")
            : pool.ServiceFault(command.Kilowatts) is { } waiting ? waiting
            : new PowerHandedOver(new PowerBlock(command.Block, command.Reservation, command.Kilowatts));
    }

    /// <summary>Replaces a node that is not under lease.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, ReplaceFreeNode command, Instant now)
    {
        if (pool is null || pool.OperatorId != command.Actor)
        {
            return NotFound();
        }

        if (command.In.Serial.Length is 0 or > LongestLabel || command.In.Label is { Length: > LongestLabel } || command.Reason.Length is 0 or > LongestReason)
        {
            return Refusal.Of(PoolRefusal.NodesInvalid, $"A serial has 1 to {LongestLabel} characters, a label at most as many, a reason 1 to {LongestReason}.", "serial");
        }

        if (pool.Nodes.Find(command.Out) is not { } leaving)
        {
            return Refusal.Of(PoolRefusal.NodeNotFound, $"{command.Out} is not registered in this pool.", "nodeId");
        }

        if (pool.Nodes.Find(command.In.Id) is { } known && known.Serial == command.In.Serial && leaving.Status == NodeStatus.Retired)
        {
            return Decision<PoolFact>.Nothing;
        }

        return leaving.Status != NodeStatus.Free
            ? Refusal.Of(PoolRefusal.NodeNotFree, $"{command.Out} is {leaving.Status.Spelled()}; under a lease it is replaced through the lease.", "nodeId")
            : pool.Nodes.HasSerial(command.In.Serial) || pool.Nodes.Find(command.In.Id) is not null
                ? Refusal.Of(PoolRefusal.SerialTaken, $"{command.In.Id} or serial '{command.In.Serial}' is registered otherwise in this pool.", "serial")
                : new FreeNodeReplaced(command.Out, command.In, command.Reason, now);
    }

    /// <summary>Replaces a node under a running lease.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, SubstituteNode command)
    {
        if (pool is null || pool.OperatorId != command.Actor)
        {
            return NotFound();
        }

        if (pool.Nodes.Find(command.Out) is not { } leaving)
        {
            return Refusal.Of(PoolRefusal.NodeNotFound, $"{command.Out} is not registered in this pool.", "nodeId");
        }

        if (command.In is { } named && pool.Nodes.Find(named) is null)
        {
            return Refusal.Of(PoolRefusal.NodeNotFound, $"{named} is not registered in this pool.", "replacementId");
        }

        if (leaving.Reservation != command.Reservation)
        {
            return Refusal.Of(PoolRefusal.NodeNotAssigned, $"{command.Out} is not assigned to {command.Reservation}.", "nodeId");
        }

        if (leaving.Status == NodeStatus.Retired)
        {
            return Decision<PoolFact>.Nothing;
        }

        if ((command.In ?? pool.Nodes.Free.Cast<NodeId?>().FirstOrDefault()) is not { } entering)
        {
            return Refusal.Of(PoolRefusal.NodesNotAvailable, "No free node is registered to take its place.", "nodeId");
        }

        return pool.Nodes.Find(entering) is { Status: NodeStatus.Free }
            ? new NodeReplaced(command.Reservation, command.Out, entering, command.Reason)
            : Refusal.Of(PoolRefusal.NodeNotFree, $"{entering} is not free.", "replacementId");
    }

    /// <summary>Takes nodes back.</summary>
    public static Decision<PoolFact> Decide(Pool? pool, ReturnNodes command)
    {
        if (pool is null)
        {
            return NotFound();
        }

        var has = pool.Nodes.Of(command.Reservation).Select(node => node.Id)
            .Concat(pool.Blocks.Where(block => block.Reservation == command.Reservation).Select(block => block.Id));
        ImmutableArray<NodeId> given = [.. has.Where(id => command.Nodes.IsEmpty || command.Nodes.Contains(id))];
        return given.IsEmpty ? Decision<PoolFact>.Nothing : new NodesReturned(command.Reservation, given);
    }

    private static long InServiceUnits(ImmutableArray<PhaseAllocation> allocations) =>
        allocations.Where(allocation => allocation.Delivered).Sum(allocation => (long)allocation.Units);

    // Spares count: a node that is kept back from the market may still stand in for another.
    private Refusal? ServiceFault(int more)
    {
        var inService = InServiceUnits(Allocations);
        return HandedOverUnits + more > inService
            ? Refusal.Of(PoolRefusal.SupplyNotInService, $"The phases in service give {inService} units, {HandedOverUnits} are handed over, {more} more are named.", Kind == PoolKind.Power ? "kilowatts" : "nodes")
            : null;
    }

    private Dictionary<ReservationId, int> HandedOver()
    {
        var units = Blocks.GroupBy(block => block.Reservation).ToDictionary(group => group.Key, group => group.Sum(block => block.Kilowatts));
        foreach (var node in Nodes.Nodes.Where(node => node.Status == NodeStatus.Assigned))
        {
            units[node.Reservation!.Value] = units.GetValueOrDefault(node.Reservation.Value) + 1;
        }

        return units;
    }
}
