using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using NodaTime;

namespace Marketplace.Api.Organizations;

/// <summary>Asks the organization a key names, on every request: a revoked key is refused at once.</summary>
internal sealed class OrganizationCallers(IGrainFactory grains, TimeProvider time, KeyUses uses) : ICallers
{
    public async ValueTask<Caller?> FindAsync(ApiKeyText key)
    {
        var organization = (await grains.Of<IOrganizationGrain>(key.Organization.Value).GetAsync())?.State;
        if (organization?.Key(key.Key) is not { } known || !known.Admits(key.Secret, Instant.FromDateTimeOffset(time.GetUtcNow())))
        {
            return null;
        }

        await uses.NoteAsync(organization.Id, known.Id);
        return new Caller(organization.Id, organization.Name, organization.Kind, known.Role, known.Scopes, known.Id.Value);
    }
}
