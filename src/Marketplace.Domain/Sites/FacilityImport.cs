using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Sites;

/// <summary>What came of reading one record: a command, or the reason why not.</summary>
/// <param name="Command">Imports the site; null when refused.</param>
/// <param name="Refusal">Why not; null when it can be imported.</param>
public sealed record FacilityReading(ImportSite? Command, Refusal? Refusal);

/// <summary>
/// Turns public facility records into unclaimed sites. A record is used whole or not at all. The site's id is derived from
/// collection and record, so the same record always means the same site; its zone stays unknown and its megawatts of
/// unstated kind until an operator claims it.
/// </summary>
public static class FacilityImport
{
    /// <summary>The facility type that becomes a site.</summary>
    public const string MiningType = "crypto_mining";

    // A site's read copies must stay within a row of the store.
    private const int MostSources = 50;
    private const int MostSteps = 50;

    private static readonly FrozenDictionary<string, SiteStatus> Statuses = new Dictionary<string, SiteStatus>
    {
        ["proposed"] = SiteStatus.Planned,
        ["permitted"] = SiteStatus.Planned,
        ["under_construction"] = SiteStatus.UnderConstruction,
        ["operational"] = SiteStatus.InService,
        ["cancelled"] = SiteStatus.Retired,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, CoolingKind> Coolings = new Dictionary<string, CoolingKind>
    {
        ["air"] = CoolingKind.Air,
        ["hydro"] = CoolingKind.DirectLiquid,
        ["immersion"] = CoolingKind.Immersion,
        ["hybrid"] = CoolingKind.Hybrid,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The site a record of a collection means.</summary>
    public static SiteId IdOf(FacilityCollection collection, string recordId) => PublicId.Derive<SiteId>("facility", collection.Name, recordId);

    /// <summary>The first thing wrong with a collection, for people; null when nothing is.</summary>
    public static string? FaultOf(FacilityCollection collection) =>
        Text.Fits(collection.Name, 100) && Text.Fits(collection.Licence, 100) && Text.Fits(collection.Attribution, 500)
            && collection.Country.Length == 2 && collection.Country.All(char.IsAsciiLetterUpper)
            ? null
            : "A collection has a name, a licence, an attribution and an ISO 3166-1 alpha-2 country.";

    /// <summary>Reads one record.</summary>
    public static FacilityReading Read(FacilityCollection collection, FacilityRecord record)
    {
        if ((FaultOf(record) ?? PlaceFault(collection, record.Location!)) is { } fault)
        {
            return new FacilityReading(null, fault);
        }

        var location = record.Location!;
        var description = new SiteDescription
        {
            Name = record.Name!,
            Location = new SiteLocation(
                collection.Country,
                location.State!,
                location.City ?? location.County,
                location is { Lat: { } latitude, Lon: { } longitude } ? new SiteCoordinates(latitude, longitude, location.Precision != "exact") : null),
            Cooling = record.Mining?.CoolingType is { } cooling && Coolings.TryGetValue(cooling, out var kind) ? kind : null,
        };
        if (description.Fault() is { } wrong)
        {
            return new FacilityReading(null, Refusal.Of(FacilityRefusal.FieldInvalid, wrong.Detail, wrong.Field));
        }

        var origin = OriginOf(collection, record);
        return new FacilityReading(new ImportSite(IdOf(collection, record.Id!), record.Operator!, description, Statuses[record.Status!], origin), null);
    }

    private static Refusal? FaultOf(FacilityRecord record)
    {
        if (!Text.Fits(record.Id, 200))
        {
            return Refusal.Of(FacilityRefusal.IdMissing, "The record has no id of 1 to 200 characters.", "id");
        }

        if (record.FacilityType != MiningType)
        {
            return Refusal.Of(FacilityRefusal.TypeNotImported, $"Facility type '{record.FacilityType}' is not imported, only '{MiningType}'.", "facilityType");
        }

        return RequiredFault("name", record.Name, 200)
            ?? RequiredFault("operator", record.Operator, 200)
            ?? RequiredFault("status", record.Status, 100)
            ?? RequiredFault("confidence", record.Confidence, 100)
            ?? RequiredFault("lastUpdated", record.LastUpdated, 10)
            ?? RequiredFault("location.state", record.Location?.State, 100)
            ?? (record.Sources.IsDefaultOrEmpty ? Refusal.Of(FacilityRefusal.FieldMissing, "The record names no source.", "sources") : null)
            ?? CountFault("sources", record.Sources.Length, MostSources)
            ?? CountFault("statusHistory", record.StatusHistory.Length, MostSteps)
            ?? StatusFault("status", record.Status)
            ?? DateFault("lastUpdated", record.LastUpdated)
            ?? DateFault("announcedDate", record.AnnouncedDate)
            ?? MegawattsFault("capacityMw.operational", record.CapacityMw?.Operational)
            ?? MegawattsFault("capacityMw.planned", record.CapacityMw?.Planned)
            ?? record.Sources.Select(LinkFault).FirstOrDefault(fault => fault is not null)
            ?? record.StatusHistory.Select((step, i) => StepFault(step, i, record.Sources.Length)).FirstOrDefault(fault => fault is not null);
    }

    // What cannot be placed on a map is not kept without it: half a position, or a state that does not exist, is an error of the record.
    private static Refusal? PlaceFault(FacilityCollection collection, FacilityLocation location)
    {
        if (collection.Country == UnitedStates.Country && !UnitedStates.Has(location.State!))
        {
            return Refusal.Of(FacilityRefusal.FieldInvalid, $"location.state is '{location.State}', no state, district or territory of the United States such as TX.", "location.state");
        }

        if (location.Lat is null != location.Lon is null)
        {
            var missing = location.Lat is null ? "location.lat" : "location.lon";
            return Refusal.Of(FacilityRefusal.FieldMissing, $"The record has no {missing}; latitude and longitude come together.", missing);
        }

        return DegreesFault("location.lat", location.Lat, 90) ?? DegreesFault("location.lon", location.Lon, 180);
    }

    private static Refusal? DegreesFault(string field, decimal? degrees, int most) => degrees is null || (degrees >= -most && degrees <= most)
        ? null
        : Refusal.Of(FacilityRefusal.FieldInvalid, $"{field} is {degrees}; expected -{most} to {most} degrees.", field);

    private static Refusal? RequiredFault(string field, string? text, int most) => string.IsNullOrWhiteSpace(text)
        ? Refusal.Of(FacilityRefusal.FieldMissing, $"The record has no {field}.", field)
        : TextFault(field, text, most);

    private static Refusal? TextFault(string field, string? text, int most) => text is null || Text.Fits(text, most)
        ? null
        : Refusal.Of(FacilityRefusal.FieldInvalid, $"{field} has 1 to {most} characters.", field);

    private static Refusal? CountFault(string field, int count, int most) => count <= most
        ? null
        : Refusal.Of(FacilityRefusal.FieldInvalid, $"{field} has {count} entries; at most {most} are taken.", field);

    private static Refusal? StatusFault(string field, string? status) => status is not null && Statuses.ContainsKey(status)
        ? null
        : Refusal.Of(FacilityRefusal.FieldInvalid, $"{field} is '{status}', none of {string.Join(", ", Statuses.Keys.Order(StringComparer.Ordinal))}.", field);

    private static Refusal? DateFault(string field, string? date) => date is null || PartialDate.IsWellFormed(date)
        ? null
        : Refusal.Of(FacilityRefusal.FieldInvalid, $"{field} is '{date}', no date such as 2022, 2022-05 or 2022-05-11.", field);

    private static Refusal? MegawattsFault(string field, decimal? megawatts) => megawatts is null || UnstatedMegawatts.IsInRange(megawatts.Value)
        ? null
        : Refusal.Of(FacilityRefusal.FieldInvalid, $"{field} is {megawatts}; expected 0 to 100,000 MW.", field);

    private static Refusal? LinkFault(FacilitySourceLink? link, int index)
    {
        var field = $"sources[{index}]";
        if (link is null || !EvidenceLink.IsAddress(link.Url))
        {
            return Refusal.Of(FacilityRefusal.FieldInvalid, $"{field} has no absolute http or https address.", field + ".url");
        }

        return RequiredFault(field + ".label", link.Label, 1000)
            ?? TextFault(field + ".publisher", link.Publisher, 200)
            ?? DateFault(field + ".retrievedAt", link.RetrievedAt);
    }

    private static Refusal? StepFault(FacilityStep? step, int index, int sources)
    {
        var field = $"statusHistory[{index}]";
        if (step?.Date is null)
        {
            return Refusal.Of(FacilityRefusal.FieldMissing, $"{field} has no date.", field + ".date");
        }

        return StatusFault(field + ".status", step.Status)
            ?? DateFault(field + ".date", step.Date)
            ?? TextFault(field + ".note", step.Note, 1000)
            ?? (step.SourceIndex is null || (step.SourceIndex >= 0 && step.SourceIndex < sources)
                ? null
                : Refusal.Of(FacilityRefusal.FieldInvalid, $"{field} names source {step.SourceIndex} of {sources}.", field + ".sourceIndex"));
    }

    private static SiteOrigin OriginOf(FacilityCollection collection, FacilityRecord record) => new()
    {
        Source = collection.Name,
        RecordId = record.Id!,
        Licence = collection.Licence,
        Attribution = collection.Attribution,
        Confidence = record.Confidence!,
        RecordedStatus = record.Status!,
        Operational = record.CapacityMw?.Operational is { } operational ? UnstatedMegawatts.From(operational) : null,
        Planned = record.CapacityMw?.Planned is { } planned ? UnstatedMegawatts.From(planned) : null,
        Announced = record.AnnouncedDate is { } announced ? PartialDate.From(announced) : null,
        LastUpdated = PartialDate.From(record.LastUpdated!),
        History =
        [
            .. record.StatusHistory.Select(step => new RecordedStep(step.Status!, Statuses[step.Status!], PartialDate.From(step.Date!), step.Note, step.SourceIndex)),
        ],
        Links =
        [
            .. record.Sources.Select(link => new SourceLink(link.Url!, link.Label!, link.Publisher, link.RetrievedAt is { } read ? PartialDate.From(read) : null)),
        ],
        Digest = DigestOf(collection, record),
    };

    private static string DigestOf(FacilityCollection collection, FacilityRecord record)
    {
        var location = record.Location!;
        ImmutableArray<string?> parts =
        [
            collection.Licence, collection.Attribution, collection.Country,
            record.Name, record.Operator, record.Status, record.Confidence, record.AnnouncedDate, record.LastUpdated, record.Mining?.CoolingType,
            Number(location.Lat), Number(location.Lon), location.City, location.County, location.State, location.Precision,
            Number(record.CapacityMw?.Operational), Number(record.CapacityMw?.Planned),
            .. record.StatusHistory.SelectMany(step => new[] { step.Status, step.Date, step.Note, Number(step.SourceIndex) }),
            "sources",
            .. record.Sources.SelectMany(link => new[] { link.Url, link.Label, link.Publisher, link.RetrievedAt }),
        ];
        return PublicId.Digest([.. parts.Select(part => part is null ? "-" : "+" + part)]);

        static string? Number(decimal? value) => value?.ToString("0.############", CultureInfo.InvariantCulture);
    }
}
