using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Sites;

namespace Marketplace.Api.Sites;

/// <summary>Takes public facility records in bulk.</summary>
internal static class SiteImportEndpoints
{
    private const int AtOnce = 16;

    public static IEndpointRouteBuilder MapSiteImport(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Sites");
        room.Post("/v1/admin/sites/import", new("importSites", "Import public facility records", "Makes an unclaimed site of each crypto-mining record. Each record is taken whole or refused by its id with the reason; the others go on. The same record again changes nothing, a changed one updates its site until an operator has claimed it. So repeating the request is safe, and answers `unchanged` for what was made before.", Permission.Change("admin"))
        {
            Takes = SiteImport.Example,
            Gives = SiteImportResult.Example,
            BodyLimit = 16 * 1024 * 1024,
        }, ImportAsync);
        return routes;
    }

    private static async Task<IResult> ImportAsync(ApiRequest request)
    {
        var (collection, records) = await request.ReadAsync<SiteImport, (FacilityCollection, ImmutableArray<JsonElement>)>((body, faults) => (body.Source.ToCollection(faults), body.Records));
        await request.BindKeyAsync();
        var outcomes = new SiteImportItem[records.Length];
        var readings = new List<(int Index, string RecordId, ImportSite Command)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < records.Length; i++)
        {
            var recordId = IdOf(records[i]);
            var reading = Read(collection, records[i]);
            if (reading.Command is { } command && seen.Add(recordId!))
            {
                readings.Add((i, recordId!, command));
                continue;
            }

            var refusal = reading.Refusal ?? Refusal.Of(FacilityRefusal.IdRepeated, $"An earlier record of this import has the id '{recordId}'.", "id");
            outcomes[i] = SiteImportItem.Refused(i, recordId, refusal);
        }

        await Parallel.ForEachAsync(readings, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = request.Cancellation }, async (reading, _) =>
        {
            var answer = await request.Grain<ISiteGrain>(reading.Command.Id.Value).ImportAsync(reading.Command);
            outcomes[reading.Index] = answer.IsGranted
                ? SiteImportItem.Imported(reading.Index, reading.RecordId, reading.Command.Id, answer.Value)
                : SiteImportItem.Refused(reading.Index, reading.RecordId, answer.Refusal);
        });
        return request.Ok(SiteImportResult.Of([.. outcomes]));
    }

    private static FacilityReading Read(FacilityCollection collection, JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object && json.Deserialize<FacilityRecord>(MarketJson.Options) is { } record
                ? FacilityImport.Read(collection, record)
                : new FacilityReading(null, Refusal.Of(FacilityRefusal.Malformed, "A record is an object."));
        }
        catch (JsonException error)
        {
            var field = error.Path is { Length: > 2 } path ? path[2..] : null;
            return new FacilityReading(null, Refusal.Of(FacilityRefusal.Malformed, $"{field ?? "The record"} has another type than expected.", field));
        }
    }

    private static string? IdOf(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
}
