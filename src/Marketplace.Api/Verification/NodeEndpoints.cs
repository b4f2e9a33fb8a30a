using System.Globalization;
using System.Security.Cryptography;
using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Verification;

namespace Marketplace.Api.Verification;

/// <summary>An operator's nodes as the marketplace hears them.</summary>
internal static class NodeEndpoints
{
    private static readonly Permission Read = Permission.Read("pools");
    private static readonly Permission Change = Permission.Change("pools");

    public static IEndpointRouteBuilder MapNodes(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Nodes");
        room.Post("/v1/gpu-pools/{poolId}/nodes/{nodeId}/enrolment-tokens", new("createEnrolmentToken", "Get an enrolment token", "A token by which a registered node introduces itself, once, within 72 hours. A token asked for later replaces it; a node enrolled again loses the key it had.", Change)
        {
            Gives = EnrolmentTokenModel.Example,
            Status = 201,
            Refuses = [PoolRefusal.NodeNotFound, NodeRefusal.NotFound],
        }, IssueAsync);

        room.Get("/v1/nodes", new("listEnrolledNodes", "List nodes with keys", "The caller's nodes that were ever given a token, newest first, without their health.", Read)
        {
            Gives = Page.Of(EnrolledNodeModel.Example),
            Pages = true,
        }, request => request.PageAsync<Node, EnrolledNodeModel>(NodeRows.Table, request.Caller.Organization.Value, node => EnrolledNodeModel.Of(node, request.MarketNow)));

        room.Get("/v1/nodes/{nodeId}", new("getNode", "Read a node", "Keys, the challenge that waits, outages, and messages refused lately with their reasons.", Read)
        {
            Gives = EnrolledNodeModel.Example,
        }, async request => request.Ok(await FindAsync(request), node => EnrolledNodeModel.Of(node, request.MarketNow)));

        room.Post("/v1/nodes/{nodeId}/key-revocations", new("revokeNodeKey", "Revoke a node's key", "Nothing the key signs counts from the next message on. Enrol the node again to go on.", Change)
        {
            Takes = KeyRevocation.Example,
            Gives = EnrolledNodeModel.Example,
            Refuses = [NodeRefusal.NotFound, NodeRefusal.EvidenceMissing],
        }, async request =>
        {
            var body = await request.ReadAsync<KeyRevocation>();
            var id = (await FindAsync(request)).State.Id;
            return request.Answer(await request.Grain<INodeGrain>(id.Value).RevokeKeyAsync(request.Operation, new RevokeKey(ActorOf(request), body.Reason)), node => EnrolledNodeModel.Of(node, request.MarketNow));
        });

        room.Get("/v1/nodes/{nodeId}/health", new("getNodeHealth", "Read a node's health", "Availability and degraded minutes hour by hour, from the first beat on: what service credits are reckoned from. Minutes that the marketplace itself could not hear count for nobody.", Read)
        {
            Query = HealthFilter.Example,
            Gives = NodeHealthModel.Example,
        }, async request =>
        {
            var node = (await FindAsync(request)).State;
            var faults = new Faults();
            var window = request.ReadQuery<HealthFilter>().ToInterval(faults);
            faults.ThrowIfAny();
            return request.Ok(NodeHealthModel.Of(node, window, await request.Grain<INodeGrain>(node.Id.Value).GetHoursAsync(window)));
        });

        room.Post("/v1/nodes/{nodeId}/faults/{number}/attributions", new("attributeFault", "State the cause of an outage", "The operator's word, with evidence. What would excuse an outage counts only when the marketplace says so; its word is final.", Change)
        {
            Takes = NewFaultAttribution.Example,
            Gives = EnrolledNodeModel.Example,
            Refuses = [NodeRefusal.NotFound, NodeRefusal.FaultNotFound, NodeRefusal.FaultDecided, NodeRefusal.EvidenceMissing],
        }, async request =>
        {
            var body = await request.ReadAsync<NewFaultAttribution>();
            var id = (await FindAsync(request)).State.Id;
            var number = int.TryParse(request.Text("number"), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : throw Problem.NotFound("An outage is named by its number.");
            var command = new AttributeFault(request.Caller.Organization, request.Caller.IsPlatform, number, body.Cause, body.Evidence);
            return request.Answer(await request.Grain<INodeGrain>(id.Value).AttributeFaultAsync(request.Operation, command), node => EnrolledNodeModel.Of(node, request.MarketNow));
        });

        room.Post("/v1/nodes/{nodeId}/maintenance", new("planMaintenance", "Announce maintenance", "Minutes within it leave the reckoning of availability. It is announced at least 24 hours before it starts; of each calendar month (UTC) a node may have 12 hours of it, in 20 announcements at most. What goes beyond is an outage. The same announcement again changes nothing.", Change)
        {
            Takes = NewMaintenance.Example,
            Gives = EnrolledNodeModel.Example,
            Status = 201,
            Refuses = [NodeRefusal.NotFound, NodeRefusal.MaintenanceInvalid, NodeRefusal.MaintenanceTooLate, NodeRefusal.MaintenanceTooMuch],
        }, async request =>
        {
            var body = await request.ReadAsync<NewMaintenance>();
            var id = (await FindAsync(request)).State.Id;
            var command = new PlanMaintenance(request.Caller.Organization, body.From, body.Until, body.Reason);
            return request.Answer(await request.Grain<INodeGrain>(id.Value).PlanMaintenanceAsync(request.Operation, command), node => EnrolledNodeModel.Of(node, request.MarketNow));
        });

        room.Post("/v1/nodes/{nodeId}/device-releases", new("releaseDevices", "Release a node's devices", "For the marketplace: takes the GPUs from a node that has them no more, so that another one may claim them. A node that its pool replaced, or whose pool was withdrawn with nobody on it, needs none of this. The node keeps its level until it is tested again.", Permission.Change("admin"))
        {
            Takes = NewDeviceRelease.Example,
            Gives = EnrolledNodeModel.Example,
            Refuses = [NodeRefusal.NotFound, NodeRefusal.EvidenceMissing],
        }, async request =>
        {
            var body = await request.ReadAsync<NewDeviceRelease>();
            var id = (await FindAsync(request)).State.Id;
            return request.Answer(await request.Grain<INodeGrain>(id.Value).ReleaseDevicesAsync(request.Operation, body.Reason), node => EnrolledNodeModel.Of(node, request.MarketNow));
        });
        return routes;
    }

    private static async Task<IResult> IssueAsync(ApiRequest request)
    {
        var pool = request.Id<PoolId>("poolId");
        var id = request.Id<NodeId>("nodeId");
        var grain = request.Grain<IGpuPoolGrain>(pool.Value);
        request.Visible(await grain.GetAsync(), found => found.OperatorId == request.Caller.Organization);
        if (await grain.GetNodeAsync(id) is not { Status: not NodeStatus.Retired })
        {
            throw new ProblemException(Problem.Of(Refusal.Of(PoolRefusal.NodeNotFound, $"{id} is not in service in this pool.", "nodeId")));
        }

        var text = EnrolmentTokenText.Of(id, RandomNumberGenerator.GetBytes(32));
        var hash = EnrolmentTokenText.Hash(text.Reveal());
        var node = request.Granted(await request.Grain<INodeGrain>(id.Value).IssueTokenAsync(request.Operation, new IssueEnrolmentToken(request.Caller.Organization, id, pool, hash))).State;
        return request.Ok(new EnrolmentTokenModel(id, node.Token?.TokenHash == hash ? text.Reveal() : null, node.Token?.ExpiresAt ?? node.CreatedAt + Node.TokenLife));
    }

    private static OrganizationId? ActorOf(ApiRequest request) => request.Caller.IsPlatform ? null : request.Caller.Organization;

    private static async Task<Snapshot<Node>> FindAsync(ApiRequest request) => request.Visible(
        await request.Grain<INodeGrain>(request.Id<NodeId>("nodeId").Value).GetAsync(),
        node => node.OperatorId == request.Caller.Organization);
}
