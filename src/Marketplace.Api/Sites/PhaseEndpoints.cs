using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;

namespace Marketplace.Api.Sites;

/// <summary>Build phases: planned once, forecast again and again, reached with evidence.</summary>
internal static class PhaseEndpoints
{
    private const string Phases = "/v1/sites/{siteId}/phases";
    private const string OnePhase = Phases + "/{phaseId}";
    private static readonly Permission Change = Permission.Change("sites");
    private static readonly SiteRefusal[] Always = [SiteRefusal.NotFound, SiteRefusal.Retired, SiteRefusal.PhaseNotFound];

    public static IEndpointRouteBuilder MapPhases(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Build phases");
        room.Post(Phases, new("createPhase", "Plan a build phase", "Adds a phase with its critical IT MW and promised days. The promised day of readiness stays as the contract date; forecasts move from it.", Change)
        {
            Takes = NewPhase.Example,
            Gives = PhaseModel.Example,
            Status = 201,
            Refuses =
            [
                SiteRefusal.NotFound, SiteRefusal.Retired, SiteRefusal.Withdrawn, SiteRefusal.Incomplete, SiteRefusal.PhaseExists, SiteRefusal.PhaseInvalid,
                SiteRefusal.PhaseLimit, SiteRefusal.PhasesExceedSite, SiteRefusal.DateInvalid,
            ],
        }, CreateAsync);

        room.Get(Phases, new("listPhases", "List a site's build phases", "In the order they were planned, with evidence and given-up forecasts.", Permission.Public)
        {
            Gives = Page.Of(PhaseModel.Example),
            Pages = true,
        }, async request =>
        {
            var site = (await SiteEndpoints.FindAsync(request)).State;
            return request.PageOf(site.Phases, phase => PhaseModel.Of(site, phase));
        });

        room.Get(OnePhase, new("getPhase", "Read a build phase", "Its days, evidence and given-up forecasts.", Permission.Public)
        {
            Gives = PhaseModel.Example,
        }, async request =>
        {
            var snapshot = await SiteEndpoints.FindAsync(request);
            var phase = snapshot.State.Phase(request.Id<PhaseId>("phaseId")) ?? throw Problem.NotFound("The site has no such build phase.");
            return request.Ok(snapshot, site => PhaseModel.Of(site, phase));
        });

        room.Put(OnePhase, new("revisePhase", "Restate a phase's name and megawatts", "The megawatts stay within the site's and never fall below what pools plan on.", Change)
        {
            Takes = PhaseChanges.Example,
            Gives = PhaseModel.Example,
            Versioned = true,
            Refuses = [.. Always.Cast<Enum>(), SiteRefusal.Withdrawn, SiteRefusal.PhaseExists, SiteRefusal.PhaseInvalid, SiteRefusal.PhasesExceedSite, SiteRefusal.PhasePowerAllocated, OperationRefusal.VersionChanged],
        }, ReviseAsync);

        room.Delete(OnePhase, new("removePhase", "Drop a build phase", "Only a phase that no pool plans on.", Change)
        {
            Status = 204,
            Refuses = [.. Always.Cast<Enum>(), SiteRefusal.PhasePowerAllocated],
        }, RemoveAsync);

        room.Post(OnePhase + "/forecasts", new("reviseForecast", "Forecast another day for a milestone", "The contract date stays. When the day of readiness moves, every pool on the phase moves its supply, and reservations that no longer fit are told.", Change)
        {
            Takes = NewForecast.Example,
            Gives = PhaseModel.Example,
            Refuses = [.. Always.Cast<Enum>(), SiteRefusal.DescriptionInvalid, SiteRefusal.DateInvalid, SiteRefusal.MilestoneReached],
        }, ForecastAsync);

        room.Post(OnePhase + "/milestones", new("reachMilestone", "Record that a milestone was reached", "With its day and evidence. The site's status follows; readiness makes the phase's power supply from that day.", Change)
        {
            Takes = NewMilestone.Example,
            Gives = PhaseModel.Example,
            Refuses = [.. Always.Cast<Enum>(), SiteRefusal.EvidenceInvalid, SiteRefusal.DateInvalid, SiteRefusal.MilestoneReached, SiteRefusal.MilestoneOutOfOrder],
        }, ReachAsync);

        room.Post(OnePhase + "/milestone-corrections", new("correctMilestone", "Correct a wrong report", "Another day on which the milestone was really reached, or none when it was not reached after all. What was reported before stays in the milestone's history with the reason. When the day of readiness moves, pools move their supply as for a forecast. A phase is not taken back while tenants have units that only it carries.", Change)
        {
            Takes = NewCorrection.Example,
            Gives = PhaseModel.Example,
            Refuses = [.. Always.Cast<Enum>(), SiteRefusal.DescriptionInvalid, SiteRefusal.DateInvalid, SiteRefusal.MilestoneReached, SiteRefusal.MilestoneNotReached, SiteRefusal.MilestoneOutOfOrder, PoolRefusal.UnitsHandedOver],
        }, CorrectAsync);

        room.Post(OnePhase + "/evidence", new("addEvidence", "Add evidence to a milestone", "Planned or reached. Evidence is only ever added.", Change)
        {
            Takes = NewEvidence.Example,
            Gives = PhaseModel.Example,
            Refuses = [.. Always.Cast<Enum>(), SiteRefusal.EvidenceInvalid],
        }, AddEvidenceAsync);
        return routes;
    }

    private static async Task<IResult> CreateAsync(ApiRequest request)
    {
        var id = request.NewId<PhaseId>();
        var command = await request.ReadAsync<NewPhase, PlanPhase>((body, faults) => body.ToCommand(request.Caller.Organization, id, faults));
        var answer = await SiteEndpoints.Grain(request).PlanPhaseAsync(request.Operation, command);
        return Answer(request, answer, id, $"/v1/sites/{request.Text("siteId")}/phases/{id}");
    }

    private static async Task<IResult> ReviseAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<PhaseChanges>();
        var id = request.Id<PhaseId>("phaseId");
        var command = new RevisePhase(request.Caller.Organization, id, body.Name, body.CriticalItMw);
        return Answer(request, await SiteEndpoints.Grain(request).RevisePhaseAsync(request.Operation, command, request.IfMatch), id);
    }

    private static async Task<IResult> RemoveAsync(ApiRequest request)
    {
        var command = new RemovePhase(request.Caller.Organization, request.Id<PhaseId>("phaseId"));
        request.Granted(await SiteEndpoints.Grain(request).RemovePhaseAsync(request.Operation, command));
        return Results.NoContent();
    }

    private static async Task<IResult> ForecastAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewForecast>();
        var id = request.Id<PhaseId>("phaseId");
        var command = new ReviseForecast(request.Caller.Organization, id, body.Milestone, body.Forecast, body.Reason);
        return Answer(request, await SiteEndpoints.Grain(request).ReviseForecastAsync(request.Operation, command), id);
    }

    private static async Task<IResult> ReachAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewMilestone>();
        var id = request.Id<PhaseId>("phaseId");
        var command = new ReachMilestone(request.Caller.Organization, id, body.Milestone, body.Actual, EvidenceInput.ToLinks(body.Evidence), request.Caller.Actor);
        return Answer(request, await SiteEndpoints.Grain(request).ReachMilestoneAsync(request.Operation, command), id);
    }

    private static async Task<IResult> CorrectAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewCorrection>();
        var id = request.Id<PhaseId>("phaseId");
        var command = new CorrectMilestone(request.Caller.Organization, id, body.Milestone, body.Actual, body.Reason, request.Caller.Actor);
        if (body is { Milestone: MilestoneKind.ReadyForService, Actual: null } && await SiteEndpoints.FindAsync(request) is { State: var site } && site.Operator == request.Caller.Organization)
        {
            foreach (var pool in site.Allocations.Where(allocation => allocation.Phase == id).Select(allocation => allocation.Pool))
            {
                if (await request.Grain<IGpuPoolGrain>(pool.Value).RefuseRetractionAsync(id) is { } refusal)
                {
                    throw new ProblemException(Problem.Of(refusal));
                }
            }
        }

        return Answer(request, await SiteEndpoints.Grain(request).CorrectMilestoneAsync(request.Operation, command), id);
    }

    private static async Task<IResult> AddEvidenceAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewEvidence>();
        var id = request.Id<PhaseId>("phaseId");
        var command = new AddEvidence(request.Caller.Organization, id, body.Milestone, EvidenceInput.ToLinks(body.Evidence), request.Caller.Actor);
        return Answer(request, await SiteEndpoints.Grain(request).AddEvidenceAsync(request.Operation, command), id);
    }

    private static IResult Answer(ApiRequest request, Answer<Snapshot<Site>> answer, PhaseId id, string? location = null) =>
        request.Answer(answer, site => PhaseModel.Of(site, site.Phase(id) ?? throw Problem.NotFound("The build phase was dropped since.")), location);
}
