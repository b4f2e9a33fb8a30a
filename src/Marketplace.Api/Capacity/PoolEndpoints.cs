using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Api.Terms;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Capacity;

/// <summary>Pools of GPU nodes and of power: the same operations under two nouns.</summary>
internal static partial class PoolEndpoints
{
    private static readonly Permission Read = Permission.Read("pools");
    private static readonly Permission Change = Permission.Change("pools");
    private static readonly Enum[] ListingRefusals =
    [
        PoolRefusal.TextInvalid, PoolRefusal.HardwareInvalid, PoolRefusal.AllocationsInvalid, PoolRefusal.Exists,
        SiteRefusal.NotFound, SiteRefusal.Retired, SiteRefusal.Withdrawn, SiteRefusal.PhaseNotFound, SiteRefusal.PowerExceeded, SiteRefusal.PoolLimit,
    ];

    public static IEndpointRouteBuilder MapCapacity(this IEndpointRouteBuilder routes)
    {
        var gpu = new Noun(new Room(routes, "Pools"), "gpu-pools", "GpuPool", "GPU pool", PoolKind.Gpu);
        gpu.Room.Post("/v1/gpu-pools", Creation(gpu) with { Takes = NewGpuPool.Example }, request => CreateAsync<NewGpuPool>(request, gpu, (body, id, faults) => body.ToCommand(id, request.Caller.Organization, faults)));
        gpu.Room.Post("/v1/gpu-pools/bulk", BulkCreation(gpu) with { Takes = NewGpuPools.Example }, request => CreateManyAsync<NewGpuPools>(request, gpu, (body, faults) =>
            [.. body.Pools.Select((pool, i) => pool.ToCommand(request.NewId<PoolId>(Part(i)), request.Caller.Organization, faults, $"pools[{i}]."))]));
        MapNoun(gpu);
        MapNodes(gpu);

        var power = new Noun(new Room(routes, "Pools"), "power-pools", "PowerPool", "power pool", PoolKind.Power);
        power.Room.Post("/v1/power-pools", Creation(power) with { Takes = NewPowerPool.Example }, request => CreateAsync<NewPowerPool>(request, power, (body, id, faults) => body.ToCommand(id, request.Caller.Organization, faults)));
        power.Room.Post("/v1/power-pools/bulk", BulkCreation(power) with { Takes = NewPowerPools.Example }, request => CreateManyAsync<NewPowerPools>(request, power, (body, faults) =>
            [.. body.Pools.Select((pool, i) => pool.ToCommand(request.NewId<PoolId>(Part(i)), request.Caller.Organization, faults, $"pools[{i}]."))]));
        MapNoun(power);
        return routes;
    }

    private static ApiOperation Creation(Noun noun) => new($"create{noun.Name}", $"List a {noun.Words}", "Lists the pool as a draft. The site grants its power phase by phase, and supply follows the phases' dates of readiness. Set an offer, then publish.", Change)
    {
        Gives = PoolModel.Example,
        Status = 201,
        Refuses = ListingRefusals,
    };

    private static ApiOperation BulkCreation(Noun noun) => new($"create{noun.Name}s", $"List many {noun.Words}s", "Lists each pool like a single one; one that is refused does not keep the others from being listed. Repeating the request with its key finishes what was left.", Change)
    {
        Gives = PoolOutcomes.Example,
    };

    private static void MapNoun(Noun noun)
    {
        var (room, path, name, words, kind) = noun;
        room.Get($"/v1/{path}", new($"list{name}s", $"List own {words}s", "The caller's own pools, newest first. Published pools of everyone: `GET /v1/listings`.", Read)
        {
            Gives = Page.Of(PoolModel.Example),
            Pages = true,
        }, request => request.PageAsync<PoolSummary, PoolModel>(PoolRows.Table, request.Caller.Organization.Value, PoolModel.Of, pool => pool.Kind == kind));

        room.Get($"/v1/{path}/{{poolId}}", new($"get{name}", $"Read a {words}", "Drafts are seen by their operator alone.", Permission.Public)
        {
            Gives = PoolModel.Example,
        }, async request => request.Ok(await FindAsync(request, kind), PoolModel.Of));

        room.Patch($"/v1/{path}/{{poolId}}", new($"update{name}", $"Change a {words}", "Changes what is named and leaves the rest.", Change)
        {
            Takes = PoolChanges.Example,
            Gives = PoolModel.Example,
            Versioned = true,
            Refuses = [PoolRefusal.TextInvalid, PoolRefusal.AllocationsInvalid, PoolRefusal.UnitsHandedOver, OperationRefusal.VersionChanged],
        }, async request =>
        {
            var body = await request.ReadAsync<PoolChanges>();
            var (pool, grain) = await OwnAsync(request, kind);
            await request.BindKeyAsync();
            return request.Answer(await grain.AmendAsync(new AmendPool(pool.State.OperatorId, body.Name, body.Description, body.SpareUnits), request.IfMatch), PoolModel.Of);
        });

        room.Put($"/v1/{path}/{{poolId}}/offer", new($"set{name}Offer", $"Set what a {words} is offered at", "Prices, standing terms and hold times. Quotes and contracts made before keep theirs.", Change)
        {
            Takes = kind == PoolKind.Power ? OfferModel.PowerExample : OfferModel.Example,
            Gives = PoolModel.Example,
            Refuses = [ListingRefusal.UnitMismatch],
        }, async request =>
        {
            var read = await request.ReadAsync<OfferModel, PoolOffer>((body, faults) => body.ToOffer(faults));
            var country = (await request.Grain<IOrganizationGrain>(request.Caller.Organization.Value).GetAsync())!.State.Country;
            var offer = OfferModel.WithCustody(read, country, request.Service<IOptions<CustodyOptions>>().Value.Custodian);
            var (pool, grain) = await OwnAsync(request, kind);
            await request.BindKeyAsync();
            return request.Answer(await grain.SetOfferAsync(new SetOffer(pool.State.OperatorId, offer)), PoolModel.Of);
        });

        room.Put($"/v1/{path}/{{poolId}}/phases/{{phaseId}}", new($"set{name}Phase", $"Set what a phase gives a {words}", "More is granted by the site first; less may displace reservations, in fair order, but never what was handed over.", Change)
        {
            Takes = PhaseUnits.Example,
            Gives = PoolModel.Example,
            Refuses = [PoolRefusal.AllocationsInvalid, PoolRefusal.UnitsHandedOver, SiteRefusal.PhaseNotFound, SiteRefusal.PowerExceeded, SiteRefusal.PoolLimit, SiteRefusal.Withdrawn, SiteRefusal.Retired],
        }, async request =>
        {
            var body = await request.ReadAsync<PhaseUnits>();
            var (pool, grain) = await OwnAsync(request, kind);
            var phase = request.Id<PhaseId>("phaseId");
            await request.BindKeyAsync();
            return request.Answer(await grain.AllocateAsync(pool.State.OperatorId, phase, body.Units), PoolModel.Of);
        });

        Step("publish", "Publish", "Puts the pool on the market. It needs an offer.", [PoolRefusal.OfferMissing, PoolRefusal.StatusConflict], (grain, actor) => grain.ChangeListingAsync(new ChangeListing(actor, ListingStatus.Published)));
        Step("pause", "Pause", "Takes no new reservations for now; existing ones run on.", [PoolRefusal.StatusConflict], (grain, actor) => grain.ChangeListingAsync(new ChangeListing(actor, ListingStatus.Paused)));
        Step("withdraw", "Withdraw", "Takes the pool off the market for good. Reservations that hold units are told, and leave by their own exits.", [], (grain, actor) => grain.WithdrawAsync(new WithdrawPool(actor)));

        room.Get($"/v1/{path}/{{poolId}}/availability", new($"get{name}Availability", $"See a {words}'s availability", "Supply, use and what is free as steps over time; with `units`, also the windows in which so many are free, and the earliest start.", Permission.Public)
        {
            Query = AvailabilityFilter.Example,
            Gives = AvailabilityModel.Example,
        }, request => AvailabilityAsync(request, kind));

        void Step(string step, string summary, string description, Enum[] refuses, Func<IGpuPoolGrain, OrganizationId, Task<Answer<Snapshot<PoolSummary>>>> take) =>
            room.Post($"/v1/{path}/{{poolId}}/{step}", new($"{step}{name}", $"{summary} a {words}", description, Change)
            {
                Gives = PoolModel.Example,
                Refuses = refuses,
            }, async request =>
            {
                var (pool, grain) = await OwnAsync(request, kind);
                await request.BindKeyAsync();
                return request.Answer(await take(grain, pool.State.OperatorId), PoolModel.Of);
            });
    }

    private static void MapNodes(Noun noun)
    {
        noun.Room.Post("/v1/gpu-pools/{poolId}/nodes", new("registerNodes", "Register nodes", "Registers physical nodes by serial number. They are assigned to leases in the order registered. A serial registered before changes nothing; one that is in service in another pool of the operator is refused.", Change)
        {
            Takes = NewNodes.Example,
            Gives = NodesModel.Example,
            Status = 201,
            Refuses = [PoolRefusal.NodesInvalid, PoolRefusal.NodesExceedSupply, PoolRefusal.SerialTaken],
        }, async request =>
        {
            var id = request.Id<PoolId>("poolId");
            var command = await request.ReadAsync<NewNodes, RegisterNodes>((body, faults) => body.ToCommand(id, request.Caller.Organization, faults));
            var (_, grain) = await OwnAsync(request, noun.Kind);
            await request.BindKeyAsync();
            return request.Ok(new NodesModel([.. request.Granted(await grain.RegisterNodesAsync(command)).Select(NodeModel.Of)]));
        });

        noun.Room.Post("/v1/gpu-pools/{poolId}/node-replacements", new("replaceFreeNode", "Replace a node that is not under lease", "Takes the node out of service for good and registers another in its place. A node under lease is replaced through its lease.", Change)
        {
            Takes = NewNodeReplacement.Example,
            Gives = NodeReplacementModel.Example,
            Status = 201,
            Refuses = [PoolRefusal.NodesInvalid, PoolRefusal.NodeNotFound, PoolRefusal.NodeNotFree, PoolRefusal.SerialTaken],
        }, async request =>
        {
            var id = request.Id<PoolId>("poolId");
            var body = await request.ReadAsync<NewNodeReplacement>();
            var (_, grain) = await OwnAsync(request, noun.Kind);
            await request.BindKeyAsync();
            var nodes = request.Granted(await grain.ReplaceFreeNodeAsync(body.ToCommand(id, request.Caller.Organization)));
            return request.Ok(new NodeReplacementModel(NodeModel.Of(nodes[0]), NodeModel.Of(nodes[1])));
        });

        noun.Room.Get("/v1/gpu-pools/{poolId}/nodes", new("listNodes", "List nodes", "The pool's physical nodes in order of registration, for its operator.", Read)
        {
            Gives = Page.Of(NodeModel.Example),
            Pages = true,
        }, async request =>
        {
            var (limit, after) = request.Paging();
            if (!int.TryParse(after ?? "0", out var order))
            {
                throw Problem.Invalid("startingAfter", Faults.InvalidFormat, "Pass nextCursor of the page before as it was.");
            }

            var (_, grain) = await OwnAsync(request, noun.Kind);
            var nodes = await grain.GetNodesAsync(order, limit + 1);
            var page = nodes.Take(limit).ToImmutableArray();
            return request.Ok(new Page<NodeModel>([.. page.Select(NodeModel.Of)], nodes.Length > limit, nodes.Length > limit ? Page.CursorOf(page[^1].Order.ToString()) : null));
        });
    }

    private static async Task<IResult> CreateAsync<TBody>(ApiRequest request, Noun noun, Func<TBody, PoolId, Faults, ListPool> toCommand)
        where TBody : class
    {
        var id = request.NewId<PoolId>();
        var command = await request.ReadAsync<TBody, ListPool>((body, faults) => toCommand(body, id, faults));
        await request.BindKeyAsync();
        return request.Answer(await request.Grain<IGpuPoolGrain>(id.Value).CreateAsync(request.Operation, command), PoolModel.Of, $"/v1/{noun.Path}/{id}");
    }

    private static async Task<IResult> CreateManyAsync<TBody>(ApiRequest request, Noun noun, Func<TBody, Faults, ImmutableArray<ListPool>> toCommands)
        where TBody : class
    {
        var commands = await request.ReadAsync<TBody, Commands>((body, faults) => new Commands(toCommands(body, faults)));
        await request.BindKeyAsync();
        var outcomes = ImmutableArray.CreateBuilder<PoolOutcome>();
        foreach (var command in commands.Items)
        {
            var answer = await request.Grain<IGpuPoolGrain>(command.Id.Value).CreateAsync(request.Operation, command);
            outcomes.Add(answer.IsGranted
                ? new PoolOutcome(PoolModel.Of(answer.Value.State), null, null)
                : new PoolOutcome(null, answer.Refusal.Code, answer.Refusal.Detail));
        }

        return request.Ok(new PoolOutcomes(outcomes.ToImmutable()));
    }

    private static async Task<IResult> AvailabilityAsync(ApiRequest request, PoolKind kind)
    {
        var filter = request.ReadQuery<AvailabilityFilter>();
        var faults = new Faults();
        var term = filter.ToTerm(faults);
        faults.Require(filter.Hours is null || filter.Units is not null, "units", Faults.Missing, "Say how many units shall be free for so many hours.");
        faults.ThrowIfAny();
        var pool = (await FindAsync(request, kind)).State;
        var grain = request.Grain<IGpuPoolGrain>(pool.Id.Value);
        var steps = await grain.GetAvailabilityAsync(term);
        if (filter.Units is not { } units)
        {
            return request.Ok(AvailabilityModel.Of(pool.Id, pool.GpusPerUnit, steps ?? [], null, null));
        }

        var hours = filter.Hours ?? 1;
        return request.Ok(AvailabilityModel.Of(
            pool.Id, pool.GpusPerUnit, steps ?? [], await grain.GetFreeWindowsAsync(units, hours, term), await grain.GetEarliestStartAsync(units, hours, term.Start)));
    }

    private static async Task<Snapshot<PoolSummary>> FindAsync(ApiRequest request, PoolKind kind)
    {
        var found = await request.Grain<IGpuPoolGrain>(request.Id<PoolId>("poolId").Value).GetAsync();
        return request.Visible(
            found?.State.Kind == kind ? found : null,
            pool => pool.Status is ListingStatus.Published or ListingStatus.Paused || pool.OperatorId == request.OptionalCaller?.Organization);
    }

    private static async Task<(Snapshot<PoolSummary> Pool, IGpuPoolGrain Grain)> OwnAsync(ApiRequest request, PoolKind kind)
    {
        var grain = request.Grain<IGpuPoolGrain>(request.Id<PoolId>("poolId").Value);
        var found = await grain.GetAsync();
        return (request.Visible(found?.State.Kind == kind ? found : null, pool => pool.OperatorId == request.Caller.Organization), grain);
    }

    private static string Part(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private sealed record Noun(Room Room, string Path, string Name, string Words, PoolKind Kind);

    private sealed record Commands(ImmutableArray<ListPool> Items);
}
