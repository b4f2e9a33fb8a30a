using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;

namespace Marketplace.Api.Leases;

/// <summary>Leases: acceptance, nodes, renewal and exit.</summary>
internal static class LeaseEndpoints
{
    private static readonly Permission Read = Permission.Read("leases");
    private static readonly Permission Change = Permission.Change("leases");

    public static IEndpointRouteBuilder MapLeases(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Leases");
        room.Get("/v1/leases", new("listLeases", "List leases", "The caller's leases, as tenant and as operator, newest first.", Read)
        {
            Query = LeaseFilter.Example,
            Gives = Page.Of(LeaseModel.Example with { Units = null }),
            Pages = true,
        }, request => request.PageAsync<Lease, LeaseModel>(LeaseRows.Table, request.Caller.Organization.Value, LeaseModel.Of, request.ReadQuery<LeaseFilter>().Takes));

        room.Get("/v1/leases/{leaseId}", new("getLease", "Read a lease", "The lease as it stands, for its two parties.", Read)
        {
            Gives = LeaseModel.Example,
        }, async request => request.Ok(await FindAsync(request), lease => LeaseModel.Of(lease, request.MarketNow)));

        room.Get("/v1/leases/{leaseId}/nodes", new("listLeaseNodes", "List a lease's nodes", "Every node ever delivered, in order; one rejected and delivered again stands twice.", Read)
        {
            Gives = Page.Of(LeaseNodeModel.Example),
            Pages = true,
        }, async request => request.PageOf((await FindAsync(request)).State.Nodes, LeaseNodeModel.Of));

        room.Post("/v1/leases/{leaseId}/acceptances", new(
            "acceptNodes",
            "Accept delivered nodes",
            "The tenant's word that nodes passed: rent starts for them, at once for prices by the hour, on the next local day for prices by the month. What is not accepted or rejected in the period of the terms is accepted by silence.",
            Change)
        {
            Takes = NamedNodes.Example,
            Gives = LeaseModel.Example,
            Status = 201,
            Refuses = [LeaseRefusal.Ended, LeaseRefusal.NotTenant, LeaseRefusal.NodeNamedTwice, LeaseRefusal.NodeUnknown, LeaseRefusal.NodeNotReady, LeaseRefusal.NodeNotOffered],
        }, AcceptAsync);

        room.Post("/v1/leases/{leaseId}/rejections", new(
            "rejectNodes",
            "Reject delivered nodes",
            "The tenant's word that nodes failed, and why. The operator puts them right, or finds others, and delivers again.",
            Change)
        {
            Takes = RejectedNodes.Example,
            Gives = LeaseModel.Example,
            Status = 201,
            Refuses = [LeaseRefusal.Ended, LeaseRefusal.NotTenant, LeaseRefusal.NodeNamedTwice, LeaseRefusal.NodeUnknown, LeaseRefusal.NodeNotReady, LeaseRefusal.NodeNotOffered, LeaseRefusal.ReasonMissing],
        }, RejectAsync);

        room.Post("/v1/leases/{leaseId}/replacements", new(
            "replaceNode",
            "Replace a node in service",
            "The operator takes a node out, which ends its rent, and may offer a free one in its place, whose rent starts with its own acceptance: the gap is nobody's rent.",
            Change)
        {
            Takes = NewReplacement.Example,
            Names = new Dictionary<string, string> { ["nodes"] = "nodeId" },
            Gives = LeaseModel.Example,
            Status = 201,
            Refuses =
            [
                LeaseRefusal.Ended, LeaseRefusal.NotOperator, LeaseRefusal.NodeUnknown, LeaseRefusal.NodeAlreadyDelivered, LeaseRefusal.NodeNotInService, LeaseRefusal.ReasonMissing,
                PoolRefusal.NodeNotFound, PoolRefusal.NodeNotFree, PoolRefusal.NodeNotAssigned, PoolRefusal.NodesNotAvailable,
            ],
        }, ReplaceAsync);

        room.Post("/v1/leases/{leaseId}/hand-backs", new(
            "handBackNodes",
            "Give nodes up before the end",
            "The tenant gives nodes up: in arrears they are no longer billed from now, in advance from the next period. Take-or-pay still counts them as committed.",
            Change)
        {
            Takes = NamedNodes.Example,
            Gives = LeaseModel.Example,
            Status = 201,
            Refuses = [LeaseRefusal.Ended, LeaseRefusal.NotTenant, LeaseRefusal.Terminating, LeaseRefusal.NotRunning, LeaseRefusal.NodeNamedTwice, LeaseRefusal.NodeUnknown, LeaseRefusal.NodeNotInService],
        }, HandBackAsync);

        room.Post("/v1/leases/{leaseId}/renewals", new(
            "renewLease",
            "Use a renewal option",
            "The lease runs on for the option's months on the same terms. The pool must have the capacity free.",
            Change)
        {
            Gives = LeaseModel.Example,
            Status = 201,
            Refuses = [LeaseRefusal.Ended, LeaseRefusal.NotTenant, LeaseRefusal.Terminating, LeaseRefusal.NotRunning, LeaseRefusal.InArrears, LeaseRefusal.PaymentDisputed, LeaseRefusal.NoRenewalLeft, HoldRefusal.NotFree, HoldRefusal.BeyondCalendar],
        }, request => CommandAsync(request, grain => grain.RenewAsync(request.Operation, new RenewLease(request.Caller.Organization))));

        room.Post("/v1/leases/{leaseId}/renewal-declines", new("declineRenewal", "Give up the renewal options left", "The lease then ends with its term.", Change)
        {
            Gives = LeaseModel.Example with { Renewal = null },
            Status = 201,
            Refuses = [LeaseRefusal.Ended, LeaseRefusal.NotTenant, LeaseRefusal.Terminating, LeaseRefusal.NotRunning, LeaseRefusal.NoRenewalLeft],
        }, request => CommandAsync(request, grain => grain.DeclineRenewalAsync(request.Operation, new DeclineRenewal(request.Caller.Organization))));

        room.Post("/v1/leases/{leaseId}/exit-quotes", new(
            "createExitQuote",
            "Price an early exit",
            "What leaving early costs, by the terms; nothing while nothing was accepted in time (`freeExitFrom`). It binds for a day; nothing happens until the lease is terminated against it, and a newer quote replaces it.",
            Change)
        {
            Takes = NewExitQuote.Example,
            Gives = ExitQuoteModel.Example,
            Status = 201,
            Refuses = [LeaseRefusal.Ended, LeaseRefusal.NotTenant, LeaseRefusal.Terminating, LeaseRefusal.NotRunning, LeaseRefusal.ExitTooSoon, LeaseRefusal.ExitAfterEnd],
        }, QuoteExitAsync);

        room.Post("/v1/leases/{leaseId}/terminations", new(
            "terminateLease",
            "Leave early",
            "Gives notice against an exit quote. The fee is invoiced now, rent runs up to the exit, then the lease ends and the deposit is settled.",
            Change)
        {
            Takes = NewTermination.Example,
            Gives = LeaseModel.Example with { Status = LeaseStatus.Terminating, ExitQuote = ExitQuoteModel.Example, Renewal = null },
            Status = 201,
            Refuses = [LeaseRefusal.Ended, LeaseRefusal.NotTenant, LeaseRefusal.Terminating, LeaseRefusal.NotRunning, LeaseRefusal.ExitQuoteUnknown, LeaseRefusal.ExitQuoteExpired],
        }, TerminateAsync);
        return routes.MapDeliveries();
    }

    /// <summary>The lease named in the address, if the caller is a party to it.</summary>
    public static async Task<Snapshot<Lease>> FindAsync(ApiRequest request)
    {
        var id = request.Id<LeaseId>("leaseId");
        return request.Visible(
            await request.Grain<ILeaseGrain>(id.Value).GetAsync(),
            lease => lease.Opening.Tenant == request.Caller.Organization || lease.Opening.Operator == request.Caller.Organization);
    }

    /// <summary>Gives a command to the lease named in the address.</summary>
    public static async Task<IResult> CommandAsync(ApiRequest request, Func<ILeaseGrain, Task<Answer<Snapshot<Lease>>>> command)
    {
        var lease = await FindAsync(request);
        var answer = await command(request.Grain<ILeaseGrain>(lease.State.Id.Value));
        return request.Answer(answer, state => LeaseModel.Of(state, request.MarketNow));
    }

    private static async Task<IResult> AcceptAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NamedNodes>();
        return await CommandAsync(request, grain => grain.AcceptAsync(request.Operation, new AcceptNodes(request.Caller.Organization, body.Nodes)));
    }

    private static async Task<IResult> RejectAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<RejectedNodes>();
        return await CommandAsync(request, grain => grain.RejectAsync(request.Operation, new RejectNodes(request.Caller.Organization, body.Nodes, body.Reason)));
    }

    private static async Task<IResult> ReplaceAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewReplacement>();
        var command = new ReplaceNode(request.Caller.Organization, body.NodeId, body.ReplacementId, body.Reason);
        return await CommandAsync(request, grain => grain.ReplaceNodeAsync(request.Operation, command));
    }

    private static async Task<IResult> HandBackAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NamedNodes>();
        return await CommandAsync(request, grain => grain.HandBackAsync(request.Operation, new HandBackNodes(request.Caller.Organization, body.Nodes)));
    }

    private static async Task<IResult> QuoteExitAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewExitQuote>();
        var lease = await FindAsync(request);
        var command = new QuoteExit(request.Caller.Organization, request.NewId<ExitQuoteId>(), body.ExitsOn);
        var quoted = request.Granted(await request.Grain<ILeaseGrain>(lease.State.Id.Value).QuoteExitAsync(request.Operation, command));
        return request.Ok(ExitQuoteModel.Of(quoted.State.ExitQuote!));
    }

    private static async Task<IResult> TerminateAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewTermination>();
        return await CommandAsync(request, grain => grain.TerminateAsync(request.Operation, new TerminateLease(request.Caller.Organization, body.ExitQuoteId)));
    }
}
