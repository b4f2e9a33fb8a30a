using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using NodaTime;

namespace Marketplace.Api.Organizations;

/// <summary>Asks the organization a key names, on every request: a revoked key is refused at once.</summary>
internal sealed class OrganizationCallers(IGrainFactory grains, TimeProvider time) : ICallers
{
    public async ValueTask<Caller?> FindAsync(ApiKeyText key)
    {
        var organization = (await grains.Of<IOrganizationGrain>(key.Organization.Value).GetAsync())?.State;
        return organization?.Key(key.Key) is { } known && known.Admits(key.Secret, Instant.FromDateTimeOffset(time.GetUtcNow()))
            ? new Caller(organization.Id, organization.Name, organization.Kind, known.Role, known.Scopes, known.Id.Value)
            : null;
    }
}
