using System.Collections.Immutable;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Http;

/// <summary>Who is calling for an organization: one of its keys, or one of its members who signed in.</summary>
/// <param name="Organization">The organization it acts for.</param>
/// <param name="Name">The organization's name.</param>
/// <param name="Kind">What that organization does.</param>
/// <param name="Role">What the caller may do.</param>
/// <param name="Scopes">Narrows the role; empty: all of it.</param>
/// <param name="Actor">Public id of the key or the person, for the record of who did something.</param>
/// <param name="Member">Public id of the person as a member of the organization; null for a key.</param>
internal sealed record Caller(
    OrganizationId Organization,
    string Name,
    OrganizationKind Kind,
    OrganizationRole Role,
    ImmutableArray<Scope> Scopes,
    string Actor,
    string? Member = null)
{
    /// <summary>Whom a spend limit names: the member, or the key.</summary>
    public string Spender => Member ?? Actor;

    /// <summary>Whether the marketplace itself is calling: it sees everything.</summary>
    public bool IsPlatform => Kind == OrganizationKind.Platform;
}

/// <summary>Finds the caller behind a key.</summary>
internal interface ICallers
{
    /// <summary>The caller, or null when the key is unknown, wrong, expired or revoked.</summary>
    ValueTask<Caller?> FindAsync(ApiKeyText key);
}

/// <summary>A person who is signed in at a browser.</summary>
/// <param name="User">The person.</param>
/// <param name="Session">This sign-in.</param>
/// <param name="Caller">For whom the person acts and as what; null: for nobody yet.</param>
internal sealed record SignedIn(User User, Session Session, Caller? Caller);

/// <summary>Finds the person behind the session's cookie.</summary>
internal interface ISessions
{
    /// <summary>Who is signed in, or null when no valid cookie was sent.</summary>
    ValueTask<SignedIn?> FindAsync(HttpContext http);

    /// <summary>The person as a member of an organization, or null when it is none.</summary>
    Task<Caller?> CallerAsync(User user, OrganizationId id);

    /// <summary>Whether the request shows that it comes from our own pages: it knows the session's token.</summary>
    bool IsOurs(HttpContext http, SignedIn signedIn);
}
