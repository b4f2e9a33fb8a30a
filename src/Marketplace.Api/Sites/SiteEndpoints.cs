using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Sites;

namespace Marketplace.Api.Sites;

/// <summary>Sites as their operators list them and everyone sees them.</summary>
internal static class SiteEndpoints
{
    private const string OneSite = "/v1/sites/{siteId}";
    private static readonly Permission Change = Permission.Change("sites");

    public static IEndpointRouteBuilder MapSites(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Sites");
        room.Post("/v1/sites", new("createSite", "List a site", "Lists one of the caller's own sites as planned. Plan its build phases next; then list pools on their power.", Change)
        {
            Takes = SiteInput.Example,
            Gives = SiteModel.Example,
            Status = 201,
            Refuses = [SiteRefusal.OperatorsOnly, SiteRefusal.DescriptionInvalid],
        }, CreateAsync);

        room.Get("/v1/sites", new("listSites", "List sites", "Every site on the marketplace, newest first, unclaimed ones from public records among them.", Permission.Public)
        {
            Query = SiteFilter.Example,
            Gives = Page.Of(SiteModel.Example),
            Pages = true,
        }, ListAsync);

        room.Get(OneSite, new("getSite", "Read a site", "Particulars, build phases and, for a site from public records, its attribution.", Permission.Public)
        {
            Gives = SiteModel.Example,
        }, async request => request.Ok(await FindAsync(request), SiteModel.Of));

        room.Get(OneSite + "/power", new("getSitePower", "Read a site's power over time", "What the build phases bring and what pools plan on, as steps. Pools never plan on more than is energised by then.", Permission.Public)
        {
            Gives = PowerModel.Example,
        }, async request => request.Ok(await FindAsync(request), PowerModel.Of));

        room.Put(OneSite, new("describeSite", "Restate a site's particulars", "Replaces all particulars; what is left out is no longer stated. The zone is fixed once a phase is planned, and the phases stay within the critical IT MW.", Change)
        {
            Takes = SiteInput.Example,
            Gives = SiteModel.Example,
            Versioned = true,
            Refuses = [SiteRefusal.NotFound, SiteRefusal.Retired, SiteRefusal.DescriptionInvalid, SiteRefusal.Incomplete, SiteRefusal.ZoneFixed, SiteRefusal.PhasesExceedSite, OperationRefusal.VersionChanged],
        }, DescribeAsync);

        room.Post(OneSite + "/begin-construction", new("beginSiteConstruction", "Say that building has begun", "Moves a planned site to under construction. Later statuses follow from milestones and withdrawal.", Change)
        {
            Gives = SiteModel.Example with { Status = SiteStatus.UnderConstruction },
            Refuses = [SiteRefusal.NotFound, SiteRefusal.Retired, SiteRefusal.StatusStepIllegal],
        }, async request => request.Answer(
            await Grain(request).BeginConstructionAsync(request.Operation, new BeginConstruction(request.Caller.Organization)), SiteModel.Of));

        room.Post(OneSite + "/withdraw", new("withdrawSite", "Take a site off the market", "Refuses new phases, pools and reservations at once. What is handed over runs to its own end, and every other reservation on its pools ends itself as if its operator had cancelled it, for the reason given; when the last pool has freed its power the site is retired.", Change)
        {
            Takes = SiteWithdrawal.Example,
            Gives = SiteModel.Example with { Status = SiteStatus.Decommissioning },
            Refuses = [SiteRefusal.NotFound, SiteRefusal.Retired, SiteRefusal.DescriptionInvalid],
        }, WithdrawAsync);

        return routes.MapPhases().MapClaims().MapSiteImport();
    }

    /// <summary>The site named in the address; sites are public.</summary>
    public static async Task<Snapshot<Site>> FindAsync(ApiRequest request) =>
        await Grain(request).GetAsync() ?? throw Problem.NotFound("There is no such site.");

    public static ISiteGrain Grain(ApiRequest request) => request.Grain<ISiteGrain>(request.Id<SiteId>("siteId").Value);

    /// <summary>Ends the request unless the caller operates capacity.</summary>
    public static void RequireOperator(ApiRequest request)
    {
        if (request.Caller.Kind is not (OrganizationKind.Operator or OrganizationKind.OperatorAndTenant))
        {
            throw new ProblemException(Problem.Of(Refusal.Of(SiteRefusal.OperatorsOnly, $"{request.Caller.Name} is registered as {request.Caller.Kind.Spelled()}; an administrator or owner can change its kind.")));
        }
    }

    private static async Task<IResult> CreateAsync(ApiRequest request)
    {
        var description = await request.ReadAsync<SiteInput, SiteDescription>((body, faults) => body.ToDescription(faults));
        RequireOperator(request);
        var id = request.NewId<SiteId>();
        var command = new ListSite(id, request.Caller.Organization, request.Caller.Name, description);
        return request.Answer(await request.Grain<ISiteGrain>(id.Value).ListAsync(request.Operation, command), SiteModel.Of, $"/v1/sites/{id}");
    }

    private static Task<IResult> ListAsync(ApiRequest request)
    {
        var filter = request.ReadQuery<SiteFilter>();
        return request.PageAsync<Site, SiteModel>(SiteRows.Table, filter.OperatorId?.Value ?? SiteRows.Everyone, SiteModel.Of, filter.Takes);
    }

    private static async Task<IResult> DescribeAsync(ApiRequest request)
    {
        var description = await request.ReadAsync<SiteInput, SiteDescription>((body, faults) => body.ToDescription(faults));
        var command = new DescribeSite(request.Caller.Organization, description);
        return request.Answer(await Grain(request).DescribeAsync(request.Operation, command, request.IfMatch), SiteModel.Of);
    }

    private static async Task<IResult> WithdrawAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<SiteWithdrawal>();
        return request.Answer(await Grain(request).WithdrawAsync(request.Operation, new WithdrawSite(request.Caller.Organization, body.Reason)), SiteModel.Of);
    }
}
