using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Events;

/// <summary>What something is about, by the names people know it by.</summary>
/// <param name="Name">A pool, an invoice's number, a site, a webhook's address: what it is called.</param>
/// <param name="Site">The site it stands on; null where none does.</param>
/// <param name="Counterpart">The other party of the contract, as the caller sees it; null where there is none, or both are meant.</param>
/// <param name="ReservationId">The reservation it belongs to; null where it belongs to none.</param>
/// <param name="StartsAt">First instant of the contract's term; null without a contract.</param>
/// <param name="EndsAt">First instant after it.</param>
/// <param name="TimeZone">IANA zone of the contract or the site; null where neither has one.</param>
internal sealed record AboutModel(string Name, string? Site, string? Counterpart, ReservationId? ReservationId, Instant? StartsAt, Instant? EndsAt, string? TimeZone)
{
    public static AboutModel Example { get; } = new(
        "Hall B, H200",
        "Northern Ridge",
        "Northern Compute AS",
        Domain.Primitives.ReservationId.From("rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        Instant.FromUtc(2027, 3, 1, 0, 0),
        Instant.FromUtc(2029, 3, 1, 0, 0),
        "Europe/Oslo");
}

/// <summary>The names a contract bears, as they stood when it was made.</summary>
/// <param name="Tenant">Who leases.</param>
/// <param name="Operator">Who lets.</param>
/// <param name="Pool">What is leased.</param>
/// <param name="Site">Where it stands.</param>
/// <param name="Hardware">The hardware's name in the catalogue; null in a pool of power.</param>
internal sealed record ContractNamesModel(string Tenant, string Operator, string Pool, string Site, string? Hardware)
{
    public static ContractNamesModel Example { get; } = new("Lumen Labs AS", "Northern Compute AS", "Hall B, H200", "Northern Ridge", "NVIDIA H200 SXM");

    public static ContractNamesModel? Of(ContractNames? names) =>
        names is null ? null : new(names.Tenant.LegalName, names.Operator.LegalName, names.Capacity.Pool, names.Capacity.Site, names.Capacity.Hardware);
}
