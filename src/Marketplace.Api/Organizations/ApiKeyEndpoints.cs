using System.Collections.Immutable;
using System.Security.Cryptography;
using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Organizations;
using NodaTime;

namespace Marketplace.Api.Organizations;

/// <summary>API keys of an organization.</summary>
internal static class ApiKeyEndpoints
{
    public static IEndpointRouteBuilder MapApiKeys(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "API keys");
        room.Get("/v1/organizations/{organizationId}/api-keys", new("listApiKeys", "List API keys", "The organization's keys without their secrets, revoked ones too.", Permission.Read("organizations"))
        {
            Gives = Page.Of(ApiKeyModel.Example),
            Pages = true,
        }, ListAsync);

        room.Post("/v1/organizations/{organizationId}/api-keys", new(
            "createApiKey",
            "Issue an API key",
            "Issues a key and shows its secret once. The secret is kept nowhere: repeating the request answers the key with `secret: null`; if the first answer was lost, revoke the key and issue another with a new Idempotency-Key. A key with scopes can only issue keys within them.",
            Permission.Change("organizations"))
        {
            Takes = NewApiKey.Example,
            Gives = IssuedApiKeyModel.Example,
            Status = 201,
            Refuses = [OrganizationRefusal.KeysFull],
        }, IssueAsync);

        room.Post("/v1/organizations/{organizationId}/api-keys/{apiKeyId}/rotations", new(
            "rotateApiKey",
            "Replace an API key",
            "Issues another key of the same name, role, scopes and expiry, and shows its secret once, as when it was issued. The old key goes on working for the hours of grace.",
            Permission.Change("organizations"))
        {
            Takes = ApiKeyRotation.Example,
            Gives = IssuedApiKeyModel.Example,
            Status = 201,
            Refuses = [OrganizationRefusal.KeyNotFound, OrganizationRefusal.KeysFull, OrganizationRefusal.KeyEnded],
        }, RotateAsync);

        room.Delete("/v1/organizations/{organizationId}/api-keys/{apiKeyId}", new("revokeApiKey", "Revoke an API key", "The key is refused from the next request on. Revoking a revoked key changes nothing.", Permission.Change("organizations"))
        {
            Status = 204,
            Refuses = [OrganizationRefusal.KeyNotFound],
        }, RevokeAsync);
        return routes;
    }

    private static async Task<IResult> IssueAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewApiKey>();
        var organization = (await OrganizationEndpoints.FindAsync(request)).State.Id;
        var text = ApiKeyText.Of(organization, request.NewId<ApiKeyId>(), RandomNumberGenerator.GetBytes(32));
        var faults = new Faults();
        var command = body.ToCommand(text, request.Caller.Actor, request.RealNow, faults);
        faults.ThrowIfAny();
        await RefuseWiderThanAsync(request, command.Scopes);
        var organizationAfter = request.Granted(await request.Grain<IOrganizationGrain>(organization.Value).IssueKeyAsync(request.Operation, command)).State;
        return request.Ok(Issued(organizationAfter, text, command.SecretHash));
    }

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var organization = (await OrganizationEndpoints.FindAsync(request)).State;
        var uses = await request.Service<KeyUses>().OfAsync(organization.Id, request.Cancellation);
        return request.PageOf(organization.Keys, key => ApiKeyModel.Of(key, uses.TryGetValue(key.Id.Value, out var used) ? used : null));
    }

    private static async Task<IResult> RotateAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<ApiKeyRotation>();
        var organization = (await OrganizationEndpoints.FindAsync(request)).State;
        var id = request.Id<ApiKeyId>("apiKeyId");
        if (organization.Key(id) is { } old)
        {
            await RefuseWiderThanAsync(request, old.Scopes);
        }

        var text = ApiKeyText.Of(organization.Id, request.NewId<ApiKeyId>(), RandomNumberGenerator.GetBytes(32));
        var command = new RotateApiKey(id, text.Key, text.Prefix, ApiKey.Hash(text.Secret), request.RealNow + Duration.FromHours(body.GraceHours), request.RealNow, request.Caller.Actor);
        var after = request.Granted(await request.Grain<IOrganizationGrain>(organization.Id.Value).RotateKeyAsync(request.Operation, command)).State;
        return request.Ok(Issued(after, text, command.SecretHash));
    }

    // A repetition finds the key of the first time, whose secret is known nowhere.
    private static IssuedApiKeyModel Issued(Organization organization, ApiKeyText text, string secretHash)
    {
        var key = organization.Key(text.Key)!;
        return new IssuedApiKeyModel(ApiKeyModel.Of(key, null), key.SecretHash == secretHash ? text.Reveal() : null);
    }

    private static async Task<IResult> RevokeAsync(ApiRequest request)
    {
        var organization = (await OrganizationEndpoints.FindAsync(request)).State.Id;
        var command = new RevokeApiKey(request.Id<ApiKeyId>("apiKeyId"), request.Caller.Actor);
        request.Granted(await request.Grain<IOrganizationGrain>(organization.Value).RevokeKeyAsync(request.Operation, command));
        return Results.NoContent();
    }

    private static async Task RefuseWiderThanAsync(ApiRequest request, ImmutableArray<Scope> scopes)
    {
        var caller = request.Caller;
        if (!caller.Scopes.IsEmpty && (scopes.IsEmpty || !scopes.All(scope => caller.Scopes.Any(own => own == scope || own.Value == scope.Value.Replace(":read", ":write", StringComparison.Ordinal)))))
        {
            throw await request.ForbidAsync("A key with scopes can only issue keys within its own scopes.");
        }
    }
}
