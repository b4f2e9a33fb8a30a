using System.Collections.Immutable;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Http;

/// <summary>Who is calling: one key of one organization.</summary>
/// <param name="Organization">The organization it acts for.</param>
/// <param name="Name">The organization's name.</param>
/// <param name="Kind">What that organization does.</param>
/// <param name="Role">What the key may do.</param>
/// <param name="Scopes">Narrows the role; empty: all of it.</param>
/// <param name="Actor">Public id of the key, for the record of who did something.</param>
internal sealed record Caller(
    OrganizationId Organization,
    string Name,
    OrganizationKind Kind,
    OrganizationRole Role,
    ImmutableArray<Scope> Scopes,
    string Actor)
{
    /// <summary>Whether the marketplace itself is calling: it sees everything.</summary>
    public bool IsPlatform => Kind == OrganizationKind.Platform;
}

/// <summary>Finds the caller behind a key.</summary>
internal interface ICallers
{
    /// <summary>The caller, or null when the key is unknown, wrong, expired or revoked.</summary>
    ValueTask<Caller?> FindAsync(ApiKeyText key);
}
