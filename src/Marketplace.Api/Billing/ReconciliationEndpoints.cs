using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;

namespace Marketplace.Api.Billing;

/// <summary>Reconciliation and its incidents, for the marketplace's own people.</summary>
internal static class ReconciliationEndpoints
{
    private static readonly Permission Read = Permission.Read("admin");
    private static readonly Permission Change = Permission.Change("admin");

    public static IEndpointRouteBuilder MapReconciliation(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Reconciliation");
        room.Get("/v1/admin/reconciliation", new(
            "getReconciliation",
            "Read the reconciliation",
            "Both sides of the comparison of all books with the gateway's, and what differs. Movements are compared as they come; documents and balances, and notifications that never came, once a day.",
            Read)
        {
            Gives = ReconciliationModel.Example,
        }, async request =>
        {
            var gateway = request.Service<IPaymentGateway>();
            return request.Ok(ReconciliationModel.Of(await Grain(request).GetAsync(), gateway.Name, gateway.IsSandbox));
        });

        room.Post("/v1/admin/reconciliation/runs", new(
            "runReconciliation",
            "Reconcile now",
            "Takes every notification of the gateway that never came, by the same way as those that do, then compares everything. What has differed for more than five minutes becomes an incident; what agrees again resolves its own.",
            Change)
        {
            Gives = ReconciliationRunModel.Example,
            Status = 201,
        }, async request =>
        {
            await request.BindKeyAsync();
            return request.Ok(ReconciliationRunModel.Of(await Grain(request).RunAsync(full: true)));
        });

        room.Get("/v1/admin/incidents", new("listIncidents", "List incidents", "Every drift ever found, newest first, with both sides.", Read)
        {
            Query = IncidentFilter.Example,
            Gives = Page.Of(IncidentModel.Example),
            Pages = true,
        }, request => request.PageAsync<Incident, IncidentModel>(
            IncidentRows.Table, Organization.Platform.Value, IncidentModel.Of, request.ReadQuery<IncidentFilter>().Takes));

        room.Get("/v1/admin/incidents/{incidentId}", new("getIncident", "Read an incident", "The drift with both sides, as it stands.", Read)
        {
            Gives = IncidentModel.Example,
        }, async request => request.Ok(IncidentModel.Of(
            await Grain(request).GetIncidentAsync(request.Id<IncidentId>("incidentId")) ?? throw Problem.NotFound("There is no such incident."))));

        room.Post("/v1/admin/incidents/{incidentId}/explanations", new(
            "explainIncident",
            "Explain an incident",
            "Says why the two sides differ. The incident no longer counts as drift; when the difference changes it is open again, and when it goes it resolves by itself.",
            Change)
        {
            Takes = NewIncidentExplanation.Example,
            Gives = IncidentModel.Example with { Status = IncidentStatus.Explained, Explanation = new("key_4k2m7qz3v5xw6a2bc4d5e6f7ga", NewIncidentExplanation.Example.Text, IncidentModel.Example.OpenedAt) },
            Status = 201,
            Refuses = [IncidentRefusal.NotFound, IncidentRefusal.Resolved],
        }, ExplainAsync);
        return routes;
    }

    private static async Task<IResult> ExplainAsync(ApiRequest request)
    {
        var id = request.Id<IncidentId>("incidentId");
        var body = await request.ReadAsync<NewIncidentExplanation>();
        if (await Grain(request).GetIncidentAsync(id) is not null)
        {
            await request.BindKeyAsync();
        }

        return request.Ok(IncidentModel.Of(request.Granted(await Grain(request).ExplainAsync(new ExplainIncident(id, request.Caller.Actor, body.Text)))));
    }

    private static IReconciliationGrain Grain(ApiRequest request) => request.Grain<IReconciliationGrain>(GrainKeys.Reconciliation(Organization.Platform).Key);
}
