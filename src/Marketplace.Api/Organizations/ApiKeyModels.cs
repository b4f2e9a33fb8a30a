using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Organizations;

/// <summary>An API key to issue.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Scopes">Narrows the role; absent or empty: all that the role may.</param>
/// <param name="ExpiresAt">Real time from which it is refused; absent: never.</param>
internal sealed record NewApiKey(
    [Length(1, 100)] string Name,
    OrganizationRole Role,
    [Items(0, 20)] ImmutableArray<Scope>? Scopes,
    Instant? ExpiresAt)
{
    public static NewApiKey Example { get; } = new("build server", OrganizationRole.Engineer, [Scope.From("pools:write"), Scope.From("sites:read")], Instant.FromUtc(2028, 1, 1, 0, 0));

    public IssueApiKey ToCommand(ApiKeyText text, string by, Instant realNow, Faults faults)
    {
        faults.Require(ExpiresAt is not { } end || end > realNow, "expiresAt", Faults.OutOfRange, "A key expires in the future.");
        return new IssueApiKey(text.Key, Name, text.Prefix, ApiKey.Hash(text.Secret), Role, [.. (Scopes ?? []).Distinct()], ExpiresAt, by);
    }
}

/// <summary>How an API key is to be replaced.</summary>
/// <param name="GraceHours">Hours for which the old key goes on working; absent: 24.</param>
internal sealed record ApiKeyRotation([Range(0, 720)] int GraceHours = 24)
{
    public static ApiKeyRotation Example { get; } = new(24);
}

/// <summary>An API key, without its secret.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Prefix">The key's readable beginning.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Scopes">Narrows the role; empty: all that the role may.</param>
/// <param name="CreatedAt">Market time of issue.</param>
/// <param name="ExpiresAt">Real time from which it is refused, if any.</param>
/// <param name="RevokedAt">Market time of its revocation, if it was revoked.</param>
/// <param name="LastUsedAt">Real time of its last use, five minutes coarse; null: none was noted.</param>
/// <param name="ReplacedBy">The key that took its place, if it was rotated.</param>
internal sealed record ApiKeyModel(
    ApiKeyId Id,
    string Name,
    string Prefix,
    OrganizationRole Role,
    ImmutableArray<Scope> Scopes,
    Instant CreatedAt,
    Instant? ExpiresAt,
    Instant? RevokedAt,
    Instant? LastUsedAt,
    ApiKeyId? ReplacedBy)
{
    public static ApiKeyModel Example { get; } = new(
        ApiKeyId.From("key_6s4n7qz3v5xw6a2bc4d5e6f7ga"),
        "build server",
        "mk_4k2m7qz3v5xw6a2bc4d5e6f7ga_6s4n7qz3v5xw6a2bc4d5e6f7ga",
        OrganizationRole.Engineer,
        [Scope.From("pools:write"), Scope.From("sites:read")],
        Instant.FromUtc(2027, 1, 4, 9, 0),
        Instant.FromUtc(2028, 1, 1, 0, 0),
        null,
        Instant.FromUtc(2027, 1, 5, 14, 20),
        null);

    public static ApiKeyModel Of(ApiKey key, Instant? lastUsedAt) =>
        new(key.Id, key.Name, key.Prefix, key.Role, key.Scopes, key.CreatedAt, key.ExpiresAt, key.RevokedAt, lastUsedAt, key.ReplacedBy);
}

/// <summary>A key just issued.</summary>
/// <param name="ApiKey">The key.</param>
/// <param name="Secret">The whole key to send as <c>Authorization: Bearer</c>. It is shown this once and kept nowhere; a repeated request answers null.</param>
internal sealed record IssuedApiKeyModel(ApiKeyModel ApiKey, string? Secret)
{
    public static IssuedApiKeyModel Example { get; } = new(ApiKeyModel.Example, ApiKeyModel.Example.Prefix + "_shownonce");
}

/// <summary>Who is calling, and for whom.</summary>
/// <param name="OrganizationId">The organization acted for.</param>
/// <param name="OrganizationName">That organization's name.</param>
/// <param name="Kind">What that organization does.</param>
/// <param name="ApiKeyId">The key that was sent; null: a person is signed in.</param>
/// <param name="UserId">The person who is signed in; null: a key was sent.</param>
/// <param name="Role">What the caller may do.</param>
/// <param name="Scopes">Narrows the role; empty: all that the role may.</param>
internal sealed record CallerModel(
    OrganizationId OrganizationId, string OrganizationName, OrganizationKind Kind, ApiKeyId? ApiKeyId, UserId? UserId, OrganizationRole Role, ImmutableArray<Scope> Scopes)
{
    public static CallerModel Example { get; } = new(
        OrganizationModel.Example.Id, "Northern Compute AS", OrganizationKind.Operator, ApiKeyModel.Example.Id, null, OrganizationRole.Engineer, [Scope.From("pools:write")]);

    public static CallerModel Of(Caller caller) => new(
        caller.Organization,
        caller.Name,
        caller.Kind,
        PublicId.TryParse<ApiKeyId>(caller.Actor, out var key) ? key : null,
        PublicId.TryParse<UserId>(caller.Actor, out var user) ? user : null,
        caller.Role,
        caller.Scopes);
}
