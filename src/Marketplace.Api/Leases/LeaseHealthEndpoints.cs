using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Api.Verification;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Verification;
using NodaTime;

namespace Marketplace.Api.Leases;

/// <summary>What both parties of a lease see of its nodes' health.</summary>
internal static class LeaseHealthEndpoints
{
    public static IEndpointRouteBuilder MapLeaseHealth(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Leases");
        room.Get("/v1/leases/{leaseId}/health", new(
            "listLeaseHealth",
            "Read the availability of a lease's nodes",
            "For both parties: each node that served in the window, from its acceptance until it left, as its heartbeats show it. A node whose agent never beat says nothing: its availability is null.",
            Permission.Read("leases"))
        {
            Query = HealthFilter.Example,
            Gives = Page.Of(LeaseNodeHealthModel.Example),
            Pages = true,
        }, ListAsync);
        return routes;
    }

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var lease = (await LeaseEndpoints.FindAsync(request)).State;
        var faults = new Faults();
        var window = request.ReadQuery<HealthFilter>().ToInterval(faults);
        faults.ThrowIfAny();
        var served = lease.Nodes
            .Select(node => (node.Id, Served: ServedIn(lease, node, window)))
            .Where(node => node.Served is not null)
            .ToList();
        return await request.PageOfAsync(served, node => OfAsync(request, node.Id, node.Served!.Value));
    }

    private static Interval? ServedIn(Lease lease, LeaseNode node, Interval window)
    {
        if (node.AcceptedAt is not { } accepted)
        {
            return null;
        }

        var (from, until) = (Instant.Max(accepted, window.Start), Instant.Min(node.LeftAt ?? lease.EndsAt, window.End));
        return from < until ? new Interval(from, until) : null;
    }

    private static async Task<LeaseNodeHealthModel> OfAsync(ApiRequest request, NodeId id, Interval served)
    {
        var grain = request.Grain<INodeGrain>(id.Value);
        var node = await grain.GetAsync();
        return LeaseNodeHealthModel.Of(id, served, node?.State, node is null ? [] : await grain.GetHoursAsync(served));
    }
}

/// <summary>A node's health while it served a lease.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="From">From when on in the window it served.</param>
/// <param name="Until">Until when.</param>
/// <param name="AvailabilityPercent">Minutes up of those that count; null where none counts, as when its agent never beat.</param>
/// <param name="UpMinutes">Minutes in which it was heard of.</param>
/// <param name="CountedMinutes">Minutes that count: up, or an outage that nothing excuses.</param>
/// <param name="DegradedMinutes">Minutes in which a GPU throttled, lost lanes or reported errors.</param>
/// <param name="Xids">Xid errors.</param>
/// <param name="Faults">Outages that touch the time it served.</param>
internal sealed record LeaseNodeHealthModel(
    NodeId NodeId,
    Instant From,
    Instant Until,
    decimal? AvailabilityPercent,
    int UpMinutes,
    int CountedMinutes,
    int DegradedMinutes,
    int Xids,
    ImmutableArray<NodeFaultModel> Faults)
{
    public static LeaseNodeHealthModel Example { get; } = new(
        NodeModelIds.Node, HealthFilter.Example.From, HealthFilter.Example.Until, 99.8656m, 44_580, 44_640, 12, 0, EnrolledNodeModel.Example.Faults);

    public static LeaseNodeHealthModel Of(NodeId id, Interval served, Node? node, ImmutableArray<HealthHour> hours)
    {
        var within = HealthBook.Within(hours, served);
        var counted = within.Sum(hour => 60 - hour.ExcusedMinutes);
        return new(
            id,
            served.Start,
            served.End,
            counted == 0 ? null : (HealthBook.Availability(within) * 100).Round(4),
            within.Sum(hour => hour.UpMinutes),
            counted,
            within.Sum(hour => hour.DegradedMinutes),
            within.Sum(hour => hour.Xids),
            [.. (node?.Health.Faults ?? []).Where(fault => fault.Until > served.Start && fault.From < served.End).Select(NodeFaultModel.Of)]);
    }
}
