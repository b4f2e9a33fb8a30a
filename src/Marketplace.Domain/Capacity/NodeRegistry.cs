using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Capacity;

/// <summary>What a physical node of a pool is doing.</summary>
public enum NodeStatus
{
    /// <summary>Registered and not assigned.</summary>
    Free,

    /// <summary>Assigned to a reservation's lease.</summary>
    Assigned,

    /// <summary>Taken out of service for good.</summary>
    Retired,
}

/// <summary>A physical node as its operator registers it.</summary>
/// <param name="Id">The node.</param>
/// <param name="Serial">The maker's serial number, 1 to 100 characters; unique among its operator's pools.</param>
/// <param name="Label">The operator's own name for it, such as rack and position, at most 100 characters.</param>
public sealed record NodeRegistration(NodeId Id, string Serial, string? Label);

/// <summary>A physical node.</summary>
/// <param name="Id">The node.</param>
/// <param name="Order">Order of registration in the pool, from 1; free nodes are assigned in it.</param>
/// <param name="Serial">The maker's serial number.</param>
/// <param name="Label">The operator's own name for it.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="Reservation">The reservation it is assigned to, or was when it was retired; null when free.</param>
/// <param name="Reason">Why it was retired, in the operator's words; null before.</param>
public sealed record PoolNode(NodeId Id, int Order, string Serial, string? Label, NodeStatus Status, ReservationId? Reservation, string? Reason = null);

/// <summary>
/// The physical nodes of a pool. Because units are interchangeable and holds are intervals, any free node serves any hold:
/// nodes are assigned when a lease starts, in start order, and are never moved to make room.
/// </summary>
public sealed class NodeRegistry
{
    private readonly ImmutableDictionary<NodeId, PoolNode> byId;
    private readonly ImmutableHashSet<string> serials;
    private readonly ImmutableSortedDictionary<int, NodeId> free;
    private readonly int assigned;

    /// <summary>Rebuilds a registry from what is stored of it.</summary>
    [JsonConstructor]
    public NodeRegistry(IEnumerable<PoolNode> nodes)
    {
        byId = nodes.ToImmutableDictionary(node => node.Id);
        serials = byId.Values.Select(node => node.Serial).ToImmutableHashSet(StringComparer.Ordinal);
        free = byId.Values.Where(node => node.Status == NodeStatus.Free).ToImmutableSortedDictionary(node => node.Order, node => node.Id);
        assigned = byId.Values.Count(node => node.Status == NodeStatus.Assigned);
    }

    private NodeRegistry(ImmutableDictionary<NodeId, PoolNode> byId, ImmutableHashSet<string> serials, ImmutableSortedDictionary<int, NodeId> free, int assigned)
    {
        this.assigned = assigned;
        this.byId = byId;
        this.serials = serials;
        this.free = free;
    }

    /// <summary>No nodes.</summary>
    public static NodeRegistry Empty { get; } = new([]);

    /// <summary>Every node ever registered, in no particular order.</summary>
    public IEnumerable<PoolNode> Nodes => byId.Values;

    /// <summary>Nodes ever registered.</summary>
    [JsonIgnore]
    public int Count => byId.Count;

    /// <summary>Nodes assigned to reservations.</summary>
    [JsonIgnore]
    public int AssignedCount => assigned;

    /// <summary>Free nodes in order of registration.</summary>
    [JsonIgnore]
    public IEnumerable<NodeId> Free => free.Values;

    /// <summary>The node, or null.</summary>
    public PoolNode? Find(NodeId id) => byId.GetValueOrDefault(id);

    /// <summary>Whether a node with this serial was registered.</summary>
    public bool HasSerial(string serial) => serials.Contains(serial);

    /// <summary>The nodes assigned to a reservation, in order of registration.</summary>
    public IEnumerable<PoolNode> Of(ReservationId reservation) =>
        byId.Values.Where(node => node.Status == NodeStatus.Assigned && node.Reservation == reservation).OrderBy(node => node.Order);

    /// <summary>The registry after a fact; facts about other matters leave it as it is.</summary>
    public NodeRegistry Evolve(PoolFact fact) => fact switch
    {
        NodesRegistered registered => Registered(registered.Nodes),
        NodesAssigned assigned => With(assigned.Nodes.Select(id => byId[id] with { Status = NodeStatus.Assigned, Reservation = assigned.Reservation })),
        NodesReturned returned => With(returned.Nodes.Select(id => byId[id] with { Status = NodeStatus.Free, Reservation = null })),
        NodeReplaced replaced => With(
        [
            byId[replaced.Out] with { Status = NodeStatus.Retired, Reason = replaced.Reason },
            byId[replaced.In] with { Status = NodeStatus.Assigned, Reservation = replaced.Reservation },
        ]),
        FreeNodeReplaced replaced => Registered([replaced.In]).With([byId[replaced.Out] with { Status = NodeStatus.Retired, Reason = replaced.Reason }]),
        _ => this,
    };

    private NodeRegistry Registered(ImmutableArray<NodeRegistration> added)
    {
        var order = byId.Count;
        var nodes = added.Select(node => new PoolNode(node.Id, ++order, node.Serial, node.Label, NodeStatus.Free, null)).ToList();
        return new(
            byId.AddRange(nodes.Select(node => KeyValuePair.Create(node.Id, node))),
            serials.Union(nodes.Select(node => node.Serial)),
            free.AddRange(nodes.Select(node => KeyValuePair.Create(node.Order, node.Id))),
            assigned);
    }

    private NodeRegistry With(IEnumerable<PoolNode> changed)
    {
        var nodes = changed.ToList();
        return new(
            byId.SetItems(nodes.Select(node => KeyValuePair.Create(node.Id, node))),
            serials,
            free.RemoveRange(nodes.Select(node => node.Order))
                .AddRange(nodes.Where(node => node.Status == NodeStatus.Free).Select(node => KeyValuePair.Create(node.Order, node.Id))),
            assigned + nodes.Sum(node => (node.Status == NodeStatus.Assigned ? 1 : 0) - (byId[node.Id].Status == NodeStatus.Assigned ? 1 : 0)));
    }
}
