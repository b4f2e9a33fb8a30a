using System.Security.Cryptography;
using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Organizations;

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
        }, async request => request.PageOf((await OrganizationEndpoints.FindAsync(request)).State.Keys, ApiKeyModel.Of));

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
        var command = body.ToCommand(text, request.RealNow, faults);
        faults.ThrowIfAny();
        RefuseWiderThan(request.Caller, command);
        var organizationAfter = request.Granted(await request.Grain<IOrganizationGrain>(organization.Value).IssueKeyAsync(request.Operation, command)).State;
        var key = organizationAfter.Key(text.Key)!;
        return request.Ok(new IssuedApiKeyModel(ApiKeyModel.Of(key), key.SecretHash == command.SecretHash ? text.Reveal() : null));
    }

    private static async Task<IResult> RevokeAsync(ApiRequest request)
    {
        var organization = (await OrganizationEndpoints.FindAsync(request)).State.Id;
        var command = new RevokeApiKey(request.Id<ApiKeyId>("apiKeyId"));
        request.Granted(await request.Grain<IOrganizationGrain>(organization.Value).RevokeKeyAsync(request.Operation, command));
        return Results.NoContent();
    }

    private static void RefuseWiderThan(Caller caller, IssueApiKey command)
    {
        if (!caller.Scopes.IsEmpty && (command.Scopes.IsEmpty || !command.Scopes.All(scope => caller.Scopes.Any(own => own == scope || own.Value == scope.Value.Replace(":read", ":write", StringComparison.Ordinal)))))
        {
            throw new ProblemException(new Problem(ProblemCode.Forbidden, "A key with scopes can only issue keys within its own scopes."));
        }
    }
}
