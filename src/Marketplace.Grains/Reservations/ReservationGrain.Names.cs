using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Sites;

namespace Marketplace.Grains.Reservations;

/// <content>The names an order form bears: looked up once, when an agreement is made, and kept with it.</content>
internal sealed partial class ReservationGrain
{
    private async Task<ContractNames> NamesAsync(Quote quote)
    {
        var tenant = PartyAsync(quote.TenantId);
        var owner = PartyAsync(quote.OperatorId);
        var siteAsked = Services.Grains.GetGrain<ISiteGrain>(quote.SiteId.Value).GetAsync();
        var poolAsked = PoolOf(quote.PoolId).GetAsync();
        await Task.WhenAll(tenant, owner, siteAsked, poolAsked);
        var site = (await siteAsked)?.State.Description;
        return new ContractNames(await tenant, await owner, new CapacityNames(
            quote.PoolId,
            (await poolAsked)?.State.Name ?? quote.PoolId.Value,
            quote.SiteId,
            site?.Name ?? quote.SiteId.Value,
            site?.Location.Country,
            site?.Location.Region,
            site?.Location.Locality,
            quote.Sku is { } sku ? HardwareCatalogue.Find(sku) is { } model ? NameOf(model) : sku.Value : null));
    }

    // The catalogue counts a part of some racks by the GPU; a contract leases the nodes.
    private static string NameOf(HardwareModel model) => $"{model.Vendor} {model.Name}".Replace(" (per GPU)", "", StringComparison.Ordinal);

    private async Task<NamedParty> PartyAsync(OrganizationId id)
    {
        var profileAsked = Services.Grains.GetGrain<IBillingAccountGrain>(id.Value).GetProfileAsync();
        var known = (await Services.Grains.GetGrain<IOrganizationGrain>(id.Value).GetAsync())?.State;
        var profile = await profileAsked;
        var country = profile?.Tax?.Country ?? known?.Country;
        return new NamedParty(
            profile?.LegalName ?? known?.Name ?? id.Value,
            country is null ? null : Countries.NameOf(country),
            profile?.Address ?? [],
            profile?.Tax?.TaxId);
    }
}
