using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Capacity;

/// <summary>A physical node to register.</summary>
/// <param name="Serial">The maker's serial number, unique in the pool.</param>
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
        return new RegisterNodes(caller, [.. Nodes.Select(node => new NodeRegistration(PublicId.Derive<NodeId>(pool.Value, node.Serial), node.Serial, node.Label))]);
    }
}

/// <summary>A physical node of a pool.</summary>
/// <param name="Id">Public id, derived from pool and serial.</param>
/// <param name="Serial">The maker's serial number.</param>
/// <param name="Label">The operator's own name for it.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="ReservationId">The reservation it is assigned to, or was when it was retired.</param>
internal sealed record NodeModel(NodeId Id, string Serial, string? Label, NodeStatus Status, ReservationId? ReservationId)
{
    public static NodeModel Example { get; } = new(
        NodeId.From("node_4k2m7qz3v5xw6a2bc4d5e6f7ga"), "SN-000431", "row B, rack 4, unit 12", NodeStatus.Free, null);

    public static NodeModel Of(PoolNode node) => new(node.Id, node.Serial, node.Label, node.Status, node.Reservation);
}

/// <summary>Nodes registered.</summary>
/// <param name="Nodes">As they stand, in the order sent.</param>
internal sealed record NodesModel(ImmutableArray<NodeModel> Nodes)
{
    public static NodesModel Example { get; } = new([NodeModel.Example]);
}
