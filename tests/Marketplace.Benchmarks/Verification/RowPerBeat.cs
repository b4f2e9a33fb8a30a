using System.Globalization;
using System.Text.Json;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Verification;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Benchmarks.Verification;

/// <summary>
/// The peer: what most would write first. It checks the same signature of the same message in the same host, writes one row to
/// the same store, and answers when the row is durable. It keeps no health, no outages and no hours.
/// </summary>
internal static class RowPerBeat
{
    private const string Table = "peer-beats";

    public static void Map(WebApplication app, IReadOnlyDictionary<string, string> keys) => app.MapPost("/peer/{node}/heartbeats", async (string node, HttpRequest request) =>
    {
        var message = (await JsonSerializer.DeserializeAsync<SignedMessage>(request.Body, JsonSerializerOptions.Web, request.HttpContext.RequestAborted))!;
        if (!message.IsSignedBy(keys[node], Ed25519.Check))
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }

        var payload = message.Bytes()!;
        var last = JsonSerializer.Deserialize<Heartbeats>(payload, MarketJson.Options)!.Beats[^1].Sequence;
        await request.HttpContext.RequestServices.GetRequiredService<IRowStore>().TryInsertAsync(Table, node, [new Row(last.ToString("D12", CultureInfo.InvariantCulture), 1, payload)]);
        return Results.Json(new { acknowledged = last });
    });
}
