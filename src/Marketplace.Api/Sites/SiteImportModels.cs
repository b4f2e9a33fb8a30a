using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Sites;

namespace Marketplace.Api.Sites;

/// <summary>Public facility records to import.</summary>
/// <param name="Source">The collection they come from.</param>
/// <param name="Records">The records as the collection publishes them; members that are not needed are passed over.</param>
internal sealed record SiteImport(FacilitySource Source, [Items(1, 5000)] ImmutableArray<JsonElement> Records)
{
    public static SiteImport Example { get; } = new(
        new FacilitySource("Compute Atlas", "CC BY 4.0", "Compute Atlas (c) 2026 Edward Kubiak, CC BY 4.0", "US"),
        [
            JsonDocument.Parse("""
                {
                  "id": "example-mine-jamestown-nd",
                  "name": "Example Mine, Jamestown",
                  "operator": "Example Mining, Inc.",
                  "facilityType": "crypto_mining",
                  "status": "operational",
                  "confidence": "confirmed",
                  "location": { "city": "Jamestown", "county": "Stutsman", "state": "ND", "lat": 46.91, "lon": -98.71, "precision": "approximate" },
                  "capacityMw": { "operational": 60 },
                  "statusHistory": [{ "status": "operational", "date": "2022-05", "note": "First halls energised", "sourceIndex": 0 }],
                  "sources": [{ "url": "https://mine.example/press", "label": "Opening", "publisher": "Example Press", "retrievedAt": "2026-08-08" }],
                  "lastUpdated": "2026-08-08"
                }
                """).RootElement,
        ]);
}

/// <summary>A collection of public facility records, named wherever its facts are shown.</summary>
/// <param name="Name">Name; with the record's id it identifies the site, so keep it the same from import to import.</param>
/// <param name="Licence">Licence.</param>
/// <param name="Attribution">The line the licence asks for.</param>
/// <param name="Country">Country its records lie in (ISO 3166-1 alpha-2).</param>
internal sealed record FacilitySource(
    [Length(1, 100)] string Name,
    [Length(1, 100)] string Licence,
    [Length(1, 500)] string Attribution,
    [RegularExpression("^[A-Z]{2}$")] string Country)
{
    public FacilityCollection ToCollection(Faults faults)
    {
        var collection = new FacilityCollection(Name, Licence, Attribution, Country);
        if (FacilityImport.FaultOf(collection) is { } fault)
        {
            faults.Add("source", Faults.InvalidFormat, fault);
        }

        return collection;
    }
}

/// <summary>What came of an import.</summary>
/// <param name="Records">Records given.</param>
/// <param name="Created">Sites made.</param>
/// <param name="Updated">Unclaimed sites brought up to date.</param>
/// <param name="Unchanged">Records that changed nothing.</param>
/// <param name="Refused">Records that were not imported.</param>
/// <param name="Items">One line per record, in the order given.</param>
internal sealed record SiteImportResult(int Records, int Created, int Updated, int Unchanged, int Refused, ImmutableArray<SiteImportItem> Items)
{
    public static SiteImportResult Example { get; } = Of(
    [
        SiteImportItem.Imported(0, "example-mine-jamestown-nd", SiteExamples.Site.Id, SiteImportOutcome.Created),
        SiteImportItem.Refused(1, "example-campus-tx", Refusal.Of(FacilityRefusal.TypeNotImported, "Facility type 'data_center' is not imported, only 'crypto_mining'.", "facilityType")),
    ]);

    public static SiteImportResult Of(ImmutableArray<SiteImportItem> items) => new(
        items.Length,
        items.Count(item => item.Outcome == SiteImportItemOutcome.Created),
        items.Count(item => item.Outcome == SiteImportItemOutcome.Updated),
        items.Count(item => item.Outcome == SiteImportItemOutcome.Unchanged),
        items.Count(item => item.Outcome == SiteImportItemOutcome.Refused),
        items);
}

/// <summary>What came of one record.</summary>
internal enum SiteImportItemOutcome
{
    /// <summary>The site is new.</summary>
    Created,

    /// <summary>The unclaimed site was brought up to date.</summary>
    Updated,

    /// <summary>Nothing changed.</summary>
    Unchanged,

    /// <summary>Not imported; nothing of it was kept.</summary>
    Refused,
}

/// <summary>What came of one record.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="RecordId">Its id; null when it has none.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="SiteId">The site; null when refused.</param>
/// <param name="Code">Stable code of the reason; null when imported.</param>
/// <param name="Field">The record's field at fault.</param>
/// <param name="Reason">The reason for people.</param>
internal sealed record SiteImportItem(int Index, string? RecordId, SiteImportItemOutcome Outcome, SiteId? SiteId, string? Code, string? Field, string? Reason)
{
    public static SiteImportItem Imported(int index, string recordId, SiteId site, SiteImportOutcome outcome) =>
        new(index, recordId, (SiteImportItemOutcome)outcome, site, null, null, null);

    public static SiteImportItem Refused(int index, string? recordId, Refusal refusal) =>
        new(index, recordId, SiteImportItemOutcome.Refused, null, refusal.Code, refusal.Field, refusal.Detail);
}
