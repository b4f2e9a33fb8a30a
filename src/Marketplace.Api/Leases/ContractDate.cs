using NodaTime;

namespace Marketplace.Api.Leases;

/// <summary>A date that a contract names: an instant, or a whole day.</summary>
/// <param name="Uid">The same for as long as the contract names it, whenever it comes to lie.</param>
/// <param name="Summary">What it is, in a few words.</param>
/// <param name="Description">What follows from it.</param>
/// <param name="At">The instant; null for a whole day.</param>
/// <param name="On">The day; null for an instant.</param>
/// <param name="Zone">IANA zone of the contract, in which the day is counted.</param>
/// <param name="ChangedAt">Market time at which what it was read from last changed.</param>
/// <param name="Page">Page of the portal on which it stands, below its root.</param>
internal sealed record ContractDate(string Uid, string Summary, string Description, Instant? At, LocalDate? On, string Zone, Instant ChangedAt, string Page)
{
    /// <summary>Changes since then that bear no time of their own.</summary>
    public int Changes { get; init; }

    public static ContractDate Of(string uid, string summary, string description, Instant at, string zone, Instant changedAt, string page) => new(uid, summary, description, at, null, zone, changedAt, page);

    public static ContractDate Of(string uid, string summary, string description, LocalDate on, string zone, Instant changedAt, string page) => new(uid, summary, description, null, on, zone, changedAt, page);
}
