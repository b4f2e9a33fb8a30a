using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Terms;

/// <summary>A side of a contract by name, as it stood when the contract was made.</summary>
/// <param name="LegalName">Its legal name; its id where nothing else is known.</param>
/// <param name="Country">Its country in English; null where it is not known.</param>
/// <param name="Address">Postal address in lines; empty where none was given.</param>
/// <param name="TaxId">Registration with the tax authority; null without one.</param>
public sealed record NamedParty(string LegalName, string? Country, ImmutableArray<string> Address, string? TaxId);

/// <summary>What is leased, and where, by name as it stood when the contract was made.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="Pool">Its name.</param>
/// <param name="SiteId">Its site.</param>
/// <param name="Site">The site's name.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code of where the site is; null where it is not known.</param>
/// <param name="Region">State or province of the site, as its operator names it; null where it is not known.</param>
/// <param name="Locality">Town or county; null where none is stated.</param>
/// <param name="Hardware">The hardware's name in the catalogue; null in a pool of power.</param>
public sealed record CapacityNames(
    PoolId PoolId, string Pool, SiteId SiteId, string Site, string? Country, string? Region, string? Locality, string? Hardware)
{
    /// <summary>Where the site is, from the smaller to the larger: <c>Williams County, ND, US</c>; null where nothing is known.</summary>
    [JsonIgnore]
    public string? Place => string.Join(", ", new[] { Locality, Region, Country }.OfType<string>()) is { Length: > 0 } place ? place : null;
}

/// <summary>The names a contract bears. They stay as they were when it was made, whatever its parties are called later.</summary>
/// <param name="Tenant">Who leases.</param>
/// <param name="Operator">Who lets.</param>
/// <param name="Capacity">What is leased, and where.</param>
public sealed record ContractNames(NamedParty Tenant, NamedParty Operator, CapacityNames Capacity);
