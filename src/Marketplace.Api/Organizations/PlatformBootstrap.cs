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
    /// Registers <c>org_platform</c> if it is not there, and issues its first administrator key if it has none yet.
    /// </summary>
    /// <param name="grains">Calls the organization.</param>
    /// <param name="keep">Keeps the key before it is issued, since the store will know only its hash: a process that ends in between must not lock everybody out.</param>
    /// <returns>That key, to be shown once; null when there was one already.</returns>
    public static async Task<string?> EnsureAsync(IGrainFactory grains, Func<string, Task>? keep = null)
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

        // Named at random: if this answer is lost, the next start makes another key only when none was issued.
        var text = ApiKeyText.Of(Organization.Platform, PublicId.Derive<ApiKeyId>(RandomNumberGenerator.GetHexString(32)), RandomNumberGenerator.GetBytes(32));
        if (keep is not null)
        {
            await keep(text.Reveal());
        }

        var issued = await grain.IssueKeyAsync(
            new Operation("bootstrap-key-" + text.Key.Value, "issue"),
            new IssueApiKey(text.Key, "first administrator", text.Prefix, ApiKey.Hash(text.Secret), OrganizationRole.Owner, [], null));
        return issued.IsGranted ? text.Reveal() : null;
    }
}
