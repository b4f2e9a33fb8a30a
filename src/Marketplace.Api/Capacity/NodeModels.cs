using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Capacity;

/// <summary>A physical node to register.</summary>
/// <param name="Serial">The maker's serial number, unique among the operator's pools.</param>
/// <param name="Label">The operator's own name for it, such as rack and position.</param>
internal sealed record NewNode([Length(1, 100)] string Serial, [Length(1, 100)] string? Label);

/// <summary>Physical nodes to register.</summary>
/// <param name="Nodes">The nodes, each serial once.</param>
internal sealed record NewNodes([Items(1, Pool.MostNodesAtOnce)] ImmutableArray<NewNode> Nodes)
{
    public static NewNodes Example { get; } = new([new NewNode("SN-000431", "row B, rack 4, unit 12")]);

    public RegisterNodes ToCommand(PoolId pool, OrganizationId caller, Faults faults)
    {
        faults.Require(Nodes.DistinctBy(node => node.Serial).Count() == Nodes.Length, "nodes", Faults.Inconsistent, "Each serial is named once.");

        // The id follows from the serial, so that a node registered twice, by whatever request, is one node.
        return new RegisterNodes(caller, [.. Nodes.Select(node => Registration(pool, node.Serial, node.Label))]);
    }

    public static NodeRegistration Registration(PoolId pool, string serial, string? label) => new(PublicId.Derive<NodeId>(pool.Value, serial), serial, label);
}

/// <summary>A node in the place of one that is not under lease.</summary>
/// <param name="NodeId">The node to take out of service for good.</param>
/// <param name="Serial">The new node's serial number, unique among the operator's pools.</param>
/// <param name="Label">The operator's own name for the new node.</param>
/// <param name="Reason">Why the node is replaced.</param>
internal sealed record NewNodeReplacement(NodeId NodeId, [Length(1, 100)] string Serial, [Length(1, 100)] string? Label, [Length(1, 500)] string Reason)
{
    public static NewNodeReplacement Example { get; } = new(NodeModel.Example.Id, "SN-000977", "row B, rack 4, unit 12", "Two GPUs failed the burn-in.");

    public ReplaceFreeNode ToCommand(PoolId pool, OrganizationId caller) => new(caller, NodeId, NewNodes.Registration(pool, Serial, Label), Reason);
}

/// <summary>A physical node of a pool.</summary>
/// <param name="Id">Public id, derived from pool and serial.</param>
/// <param name="Serial">The maker's serial number.</param>
/// <param name="Label">The operator's own name for it.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="ReservationId">The reservation it is assigned to; null when free or retired.</param>
/// <param name="Reason">Why it was retired, in the operator's words; null before.</param>
internal sealed record NodeModel(NodeId Id, string Serial, string? Label, NodeStatus Status, ReservationId? ReservationId, string? Reason)
{
    public static NodeModel Example { get; } = new(
        NodeId.From("node_4k2m7qz3v5xw6a2bc4d5e6f7ga"), "SN-000431", "row B, rack 4, unit 12", NodeStatus.Free, null, null);

    public static NodeModel Of(PoolNode node) =>
        new(node.Id, node.Serial, node.Label, node.Status, node.Status == NodeStatus.Assigned ? node.Reservation : null, node.Reason);
}

/// <summary>A node that was replaced.</summary>
/// <param name="Retired">The node that left.</param>
/// <param name="Registered">The node in its place.</param>
internal sealed record NodeReplacementModel(NodeModel Retired, NodeModel Registered)
{
    public static NodeReplacementModel Example { get; } = new(
        NodeModel.Example with { Status = NodeStatus.Retired, Reason = NewNodeReplacement.Example.Reason },
        new NodeModel(NodeId.From("node_5m3n7qz3v5xw6a2bc4d5e6f7ga"), "SN-000977", "row B, rack 4, unit 12", NodeStatus.Free, null, null));
}

/// <summary>Nodes registered.</summary>
/// <param name="Nodes">As they stand, in the order sent.</param>
internal sealed record NodesModel(ImmutableArray<NodeModel> Nodes)
{
    public static NodesModel Example { get; } = new([NodeModel.Example]);
}
