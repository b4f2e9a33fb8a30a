using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Webhooks;
using NodaTime;

namespace Marketplace.Api.Webhooks;

/// <summary>Addresses to which the caller's events are sent, and what came of it.</summary>
internal static class WebhookEndpoints
{
    private const string All = "/v1/webhook-endpoints";
    private const string One = All + "/{webhookEndpointId}";
    private static readonly Permission Read = Permission.Read("events");
    private static readonly Permission Change = Permission.Change("events");

    public static IEndpointRouteBuilder MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Webhooks");
        room.Post(All, new(
            "createWebhookEndpoint",
            "Register a webhook endpoint",
            "From the next event on, each is posted there as JSON, signed by the Standard Webhooks scheme; the specification's webhooks describe every type. The secret is shown once: repeating the request answers `secret: null`; if the first answer was lost, rotate the secret. At least once and, while the endpoint keeps up, in order; drop repetitions by `webhook-id`.",
            Change)
        {
            Takes = NewWebhookEndpoint.Example,
            Gives = WebhookEndpointWithSecretModel.Example,
            Status = 201,
            Refuses = [WebhookEndpointRefusal.EndpointsFull],
        }, CreateAsync);

        room.Get(All, new("listWebhookEndpoints", "List webhook endpoints", "The caller's endpoints as they stand, newest first.", Read)
        {
            Gives = Page.Of(WebhookEndpointModel.Example),
            Pages = true,
        }, ListAsync);

        room.Get(One, new("getWebhookEndpoint", "Read a webhook endpoint", "With what waits to be tried again, and a notice for people when it fails or is disabled.", Read)
        {
            Gives = WebhookEndpointModel.Example,
        }, async request => request.Ok(await FindAsync(request), WebhookEndpointModel.Of));

        room.Patch(One, new("updateWebhookEndpoint", "Change a webhook endpoint", "Changes what is named and leaves the rest; what waits goes to the new address too.", Change)
        {
            Takes = WebhookEndpointChanges.Example,
            Gives = WebhookEndpointModel.Example,
        }, UpdateAsync);

        room.Delete(One, new("deleteWebhookEndpoint", "Delete a webhook endpoint", "Nothing more is sent, and its secrets and its log are gone.", Change)
        {
            Status = 204,
        }, DeleteAsync);

        room.Post(One + "/rotate-secret", new(
            "rotateWebhookSecret",
            "Rotate the secret",
            "Makes a new secret and shows it once. For the hours of the overlap every message carries the signatures of the new one and of those before, so that the receiver changes over without losing one. At most 5 sign at once.",
            Change)
        {
            Takes = SecretRotation.Example,
            Gives = WebhookEndpointWithSecretModel.Example,
            Refuses = [WebhookEndpointRefusal.SecretsFull],
        }, RotateAsync);

        room.Post(One + "/ping", new(
            "pingWebhookEndpoint",
            "Send a test message",
            "Sends `webhook_endpoint.pinged` now, whatever the endpoint's status, and answers what came of it, after 15 s at the latest. A success ends the waiting of an endpoint that was failing. Repeating the request sends again, under the same id.",
            Change)
        {
            Gives = WebhookDeliveryModel.Example with { EventNumber = 0, EventType = "webhook_endpoint.pinged", Lane = WebhookLane.Ping },
        }, PingAsync);

        room.Post(One + "/pause", new("pauseWebhookEndpoint", "Pause a webhook endpoint", "Nothing is sent until it is resumed; what happens meanwhile waits, and goes out then.", Change)
        {
            Gives = WebhookEndpointModel.Example with { Status = WebhookEndpointStatus.Paused },
        }, PauseAsync);

        room.Post(One + "/resume", new(
            "resumeWebhookEndpoint",
            "Resume a webhook endpoint",
            "Sets a paused or disabled endpoint going, or a failing one without waiting longer: first what failed, then what was missed, in order. `skipMissed` leaves both out.",
            Change)
        {
            Takes = WebhookResumption.Example,
            Gives = WebhookEndpointModel.Example,
        }, ResumeAsync);

        room.Post(One + "/replays", new(
            "replayWebhookEvents",
            "Send events once more",
            "One event by number, or those of a stretch of market time that the endpoint wants, under the ids they had and in order, after what is new. Not before the endpoint is active. At most 10 at once.",
            Change)
        {
            Takes = NewReplay.Example,
            Gives = WebhookEndpointModel.Example with { Replays = [new ReplayModel(1, 1, 42, NewReplay.Example.OccurredFrom, NewReplay.Example.OccurredUntil)] },
            Status = 202,
            Refuses = [WebhookEndpointRefusal.EventNotFound, WebhookEndpointRefusal.ReplaysFull],
        }, ReplayAsync);

        room.Get(One + "/deliveries", new("listWebhookDeliveries", "Read the delivery log", "The last 1,000 attempts with request, answer and timing, newest first.", Read)
        {
            Query = DeliveryFilter.Example,
            Gives = Page.Of(WebhookDeliveryModel.Example),
            Pages = true,
        }, ListDeliveriesAsync);
        return routes;
    }

    private static async Task<IResult> CreateAsync(ApiRequest request)
    {
        var id = request.NewId<WebhookEndpointId>();
        var organization = request.Caller.Organization;
        var (secret, sealedSecret) = NewSecret(request);
        var command = await request.ReadAsync<NewWebhookEndpoint, RegisterWebhookEndpoint>((body, faults) => body.ToCommand(id, organization, sealedSecret, request.Service<AddressGuard>(), faults));
        var others = await request.Rows.ScanAsync(WebhookRows.Endpoints, organization.Value, null, null, WebhookEndpoint.MostPerOrganization, cancellation: request.Cancellation);
        if (others.Rows.Count >= WebhookEndpoint.MostPerOrganization && await Grain(request, id).GetAsync() is null)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(WebhookEndpointRefusal.EndpointsFull, $"There are {others.Rows.Count}.")));
        }

        request.Http.Response.Headers.Location = $"{All}/{id}";
        return WithSecret(request, await Grain(request, id).RegisterAsync(request.Operation, command), secret, sealedSecret);
    }

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        // A list of at most some dozen, each read as it stands: the rows follow only what owners change.
        var rows = await request.Rows.ScanAsync(WebhookRows.Endpoints, request.Caller.Organization.Value, null, null, WebhookEndpoint.MostPerOrganization, descending: true, request.Cancellation);
        var endpoints = ImmutableArray.CreateBuilder<WebhookEndpoint>(rows.Rows.Count);
        foreach (var row in rows.Rows)
        {
            if (await Grain(request, JsonSerializer.Deserialize<WebhookEndpoint>(row.Data.Span, MarketJson.Options)!.Id).GetAsync() is { } found)
            {
                endpoints.Add(found.State);
            }
        }

        return request.PageOf(endpoints, WebhookEndpointModel.Of);
    }

    private static async Task<IResult> UpdateAsync(ApiRequest request)
    {
        var command = await request.ReadAsync<WebhookEndpointChanges, AmendWebhookEndpoint>((body, faults) => body.ToCommand(request.Service<AddressGuard>(), faults));
        return request.Answer(await (await FoundAsync(request)).AmendAsync(request.Operation, command), WebhookEndpointModel.Of);
    }

    private static async Task<IResult> DeleteAsync(ApiRequest request)
    {
        request.Granted(await (await FoundAsync(request)).DeleteAsync(request.Operation));
        return Results.NoContent();
    }

    private static async Task<IResult> RotateAsync(ApiRequest request)
    {
        var (secret, sealedSecret) = NewSecret(request);
        var command = await request.ReadAsync<SecretRotation, RotateWebhookSecret>((body, _) => new RotateWebhookSecret(sealedSecret, Duration.FromHours(body.OverlapHours)));
        return WithSecret(request, await (await FoundAsync(request)).RotateSecretAsync(request.Operation, command), secret, sealedSecret);
    }

    private static async Task<IResult> PingAsync(ApiRequest request)
    {
        var delivery = request.Granted(await (await FoundAsync(request)).PingAsync(request.Operation.Id));
        return request.Ok(WebhookDeliveryModel.Of(delivery));
    }

    private static async Task<IResult> PauseAsync(ApiRequest request) =>
        request.Answer(await (await FoundAsync(request)).PauseAsync(request.Operation), WebhookEndpointModel.Of);

    private static async Task<IResult> ResumeAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<WebhookResumption>();
        return request.Answer(await (await FoundAsync(request)).ResumeAsync(request.Operation, body.SkipMissed), WebhookEndpointModel.Of);
    }

    private static async Task<IResult> ReplayAsync(ApiRequest request)
    {
        var command = await request.ReadAsync<NewReplay, ReplayWebhookEvents>((body, faults) => body.ToCommand(faults));
        return request.Answer(await (await FoundAsync(request)).ReplayAsync(request.Operation, command), WebhookEndpointModel.Of);
    }

    private static async Task<IResult> ListDeliveriesAsync(ApiRequest request)
    {
        var endpoint = await FindAsync(request);
        var filter = request.ReadQuery<DeliveryFilter>();
        return await request.PageAsync<WebhookDelivery, WebhookDeliveryModel>(WebhookRows.Deliveries, endpoint.State.Id.Value, WebhookDeliveryModel.Of, filter.Covers);
    }

    private static IWebhookEndpointGrain Grain(ApiRequest request, WebhookEndpointId id) => request.Grain<IWebhookEndpointGrain>(id.Value);

    private static async Task<Snapshot<WebhookEndpoint>> FindAsync(ApiRequest request) =>
        request.Visible(await Grain(request, request.Id<WebhookEndpointId>("webhookEndpointId")).GetAsync(), endpoint => endpoint.Organization == request.Caller.Organization);

    private static async Task<IWebhookEndpointGrain> FoundAsync(ApiRequest request) => Grain(request, (await FindAsync(request)).State.Id);

    private static (string Secret, string Sealed) NewSecret(ApiRequest request)
    {
        var secret = StandardSignature.NewSecret();
        return (secret, request.Service<WebhookSecrets>().Seal(secret));
    }

    /// <summary>The endpoint, with the secret when it is the one that was made now.</summary>
    private static IResult WithSecret(ApiRequest request, Answer<Snapshot<WebhookEndpoint>> answer, string secret, string sealedSecret) => request.Answer(
        answer,
        endpoint => new WebhookEndpointWithSecretModel(WebhookEndpointModel.Of(endpoint), endpoint.Secrets.Any(kept => kept.Sealed == sealedSecret) ? secret : null));
}
