using System.Collections.Immutable;

namespace Marketplace.Domain.Sites;

/// <summary>
/// A record of public facility data as its collection publishes it; only what is imported. Everything may be missing or
/// wrong: <see cref="FacilityImport"/> says what can be used.
/// </summary>
public sealed record FacilityRecord
{
    /// <summary>Id within the collection.</summary>
    public string? Id { get; init; }

    /// <summary>Name of the facility.</summary>
    public string? Name { get; init; }

    /// <summary>Operator as publicly known.</summary>
    public string? Operator { get; init; }

    /// <summary>What it is, such as <c>crypto_mining</c>.</summary>
    public string? FacilityType { get; init; }

    /// <summary>One of operational, proposed, permitted, under_construction, cancelled.</summary>
    public string? Status { get; init; }

    /// <summary>How sure the author is.</summary>
    public string? Confidence { get; init; }

    /// <summary>Where it is.</summary>
    public FacilityLocation? Location { get; init; }

    /// <summary>Its megawatts.</summary>
    public FacilityMegawatts? CapacityMw { get; init; }

    /// <summary>When it was announced, to the year, month or day.</summary>
    public string? AnnouncedDate { get; init; }

    /// <summary>When the record was last changed.</summary>
    public string? LastUpdated { get; init; }

    /// <summary>Earlier statuses.</summary>
    public ImmutableArray<FacilityStep> StatusHistory { get; init; } = [];

    /// <summary>What the record rests on.</summary>
    public ImmutableArray<FacilitySourceLink> Sources { get; init; } = [];

    /// <summary>What is known of a mining facility.</summary>
    public FacilityMining? Mining { get; init; }
}

/// <summary>Where a recorded facility is.</summary>
/// <param name="Lat">Degrees north.</param>
/// <param name="Lon">Degrees east.</param>
/// <param name="City">Town.</param>
/// <param name="County">County.</param>
/// <param name="State">State or province.</param>
/// <param name="Precision"><c>exact</c> for the facility's own ground.</param>
public sealed record FacilityLocation(decimal? Lat, decimal? Lon, string? City, string? County, string? State, string? Precision);

/// <summary>Megawatts of a recorded facility, of unstated kind.</summary>
/// <param name="Operational">In operation.</param>
/// <param name="Planned">Planned.</param>
public sealed record FacilityMegawatts(decimal? Operational, decimal? Planned);

/// <summary>An earlier status of a recorded facility.</summary>
/// <param name="Status">The status.</param>
/// <param name="Date">When, to the year, month or day.</param>
/// <param name="Note">A remark.</param>
/// <param name="SourceIndex">Which of the sources says so.</param>
public sealed record FacilityStep(string? Status, string? Date, string? Note, int? SourceIndex);

/// <summary>A source of a facility record.</summary>
/// <param name="Url">Address.</param>
/// <param name="Label">Title.</param>
/// <param name="Publisher">Publisher.</param>
/// <param name="RetrievedAt">When it was read.</param>
public sealed record FacilitySourceLink(string? Url, string? Label, string? Publisher, string? RetrievedAt);

/// <summary>What is known of a mining facility.</summary>
/// <param name="CoolingType">One of air, hydro, immersion, hybrid.</param>
public sealed record FacilityMining(string? CoolingType);

/// <summary>The collection that records come from, named wherever their facts are shown.</summary>
/// <param name="Name">Name, such as Compute Atlas, 1 to 100 characters. Part of the id of every site imported from it.</param>
/// <param name="Licence">Licence, such as CC BY 4.0, 1 to 100 characters.</param>
/// <param name="Attribution">The line the licence asks for, 1 to 500 characters.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code of the country its records lie in.</param>
public sealed record FacilityCollection(string Name, string Licence, string Attribution, string Country);
