using Marketplace.Api.Http;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Sites;

namespace Marketplace.Api.Sites;

/// <summary>How a site from public records comes to its operator.</summary>
internal static class ClaimEndpoints
{
    private const string OneClaim = "/v1/sites/{siteId}/claim";

    public static IEndpointRouteBuilder MapClaims(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Site claims");
        room.Post(OneClaim, new("claimSite", "Claim a site", "Says that an unclaimed site is the caller's, with its time zone and megawatts; or asks the marketplace to confirm a site that the caller listed, with zone and megawatts as they are listed. An administrator decides; one claim waits at a time.", Permission.Change("sites"))
        {
            Takes = NewClaim.Example,
            Gives = ClaimModel.Example,
            Status = 201,
            Refuses = [SiteRefusal.OperatorsOnly, SiteRefusal.NotFound, SiteRefusal.Retired, SiteRefusal.AlreadyClaimed, SiteRefusal.AlreadyConfirmed, SiteRefusal.ClaimPending, SiteRefusal.DescriptionInvalid, SiteRefusal.EvidenceInvalid],
        }, ClaimAsync);

        room.Get(OneClaim, new("getSiteClaim", "Read the claim on a site", "The latest one, for its claimant and administrators.", Permission.Read("sites"))
        {
            Gives = ClaimModel.Example,
        }, async request => request.Ok(
            request.Visible(await SiteEndpoints.Grain(request).GetAsync() is { State.Claim: not null } found ? found : null, site => site.Claim!.Claimant == request.Caller.Organization),
            ClaimModel.Of));

        room.Get("/v1/admin/site-claims", new("listSiteClaims", "List waiting claims", "Claims that wait for a decision, oldest site first.", Permission.Read("admin"))
        {
            Gives = Page.Of(ClaimModel.Example),
            Pages = true,
        }, request => request.PageAsync<Site, ClaimModel>(SiteRows.Table, SiteRows.Claimed, ClaimModel.Of, ascending: true));

        room.Post("/v1/admin/sites/{siteId}/claim-decision", new("decideSiteClaim", "Confirm or reject a claim", "Confirmed, an imported site is the claimant's with the time zone and megawatts it stated. Rejected, it is open to others. The operator's own site counts as confirmed for as long as place, zone and megawatts stay as they were asked about.", Permission.Change("admin"))
        {
            Takes = ClaimDecision.Example,
            Gives = ClaimModel.Example with { Status = SiteClaimStatus.Confirmed },
            Refuses = [SiteRefusal.NotFound, SiteRefusal.NoClaimPending, SiteRefusal.DescriptionInvalid],
        }, DecideAsync);
        return routes;
    }

    private static async Task<IResult> ClaimAsync(ApiRequest request)
    {
        var command = await request.ReadAsync<NewClaim, RequestClaim>((body, faults) => body.ToCommand(request.Caller, faults));
        SiteEndpoints.RequireOperator(request);
        return request.Answer(await SiteEndpoints.Grain(request).RequestClaimAsync(request.Operation, command), ClaimModel.Of, $"/v1/sites/{request.Text("siteId")}/claim");
    }

    private static async Task<IResult> DecideAsync(ApiRequest request)
    {
        var command = await request.ReadAsync<ClaimDecision, DecideClaim>((body, faults) => body.ToCommand(faults));
        return request.Answer(await SiteEndpoints.Grain(request).DecideClaimAsync(request.Operation, command), ClaimModel.Of);
    }
}
