using System.Security.Cryptography;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;

namespace Marketplace.Api.Organizations;

/// <summary>Puts the marketplace itself into an empty store.</summary>
public static class PlatformBootstrap
{
    /// <summary>
    /// Registers <c>org_platform</c> if it is not there, and issues its first administrator key if it has none yet: one, however
    /// many processes do so at once.
    /// </summary>
    /// <param name="grains">Calls the organization.</param>
    /// <param name="keep">
    /// Keeps a key before it is issued, since the store will know only its hash: a process that ends in between must not lock
    /// everybody out. Answers the key to issue, which may be one kept before.
    /// </param>
    /// <returns>The key issued, to be shown once; null when there was one already, or another process issued its own.</returns>
    public static async Task<string?> EnsureAsync(IGrainFactory grains, Func<string, Task<string>>? keep = null)
    {
        ArgumentNullException.ThrowIfNull(grains);
        var grain = grains.GetGrain<IOrganizationGrain>(Organization.Platform.Value);
        var found = await grain.GetAsync();
        if (found is null)
        {
            await grain.RegisterAsync(
                new Operation("bootstrap", "register"),
                new RegisterOrganization(Organization.Platform, "Marketplace", OrganizationKind.Platform, "US", null));
        }

        if (found?.State.Keys.IsEmpty == false)
        {
            return null;
        }

        var text = ApiKeyText.Of(Organization.Platform, PublicId.Derive<ApiKeyId>(RandomNumberGenerator.GetHexString(32)), RandomNumberGenerator.GetBytes(32));
        if (keep is not null && ApiKeyText.Parse(await keep(text.Reveal())) is { } kept && kept.Organization == Organization.Platform)
        {
            text = kept;
        }

        // One operation for all processes: the second to come is answered with what the first one did.
        var issued = await grain.IssueKeyAsync(
            new Operation("bootstrap-key", "issue"),
            new IssueApiKey(text.Key, "first administrator", text.Prefix, ApiKey.Hash(text.Secret), OrganizationRole.Owner, [], null));
        return issued.Value?.State.Key(text.Key) is not null ? text.Reveal() : null;
    }
}
