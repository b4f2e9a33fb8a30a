using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Api.Organizations;
using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Operations;

/// <summary>All of one's own data.</summary>
internal static class ExportEndpoints
{
    /// <summary>The operation's id.</summary>
    public const string OperationId = "exportData";

    public static IEndpointRouteBuilder MapExport(this IEndpointRouteBuilder routes)
    {
        new Room(routes, "Export").Get("/v1/export", new(
            OperationId,
            "Export all own data",
            "Everything kept about the caller's organization as JSON lines. Each line is an `ExportLine`: `kind`, `parentId` of the noun it is a part of, and `data` as the operation that reads one such noun answers it. Kinds, in this order: " + string.Join(", ", ExportLines.Kinds.Select(kind => kind.Kind)) + ". Keys come without their secrets. A key with scopes needs those to read every area. Streamed, so it may be long; what changes meanwhile may appear in either state.",
            Permission.Read("organizations"))
        {
            Gives = JsonSerializer.Serialize(new ExportLine("organization", null, OrganizationModel.Example), ApiJson.Options) + "\n",
            Produces = "application/x-ndjson",
        }, ExportAsync);
        return routes;
    }

    private static async Task<IResult> ExportAsync(ApiRequest request)
    {
        if (Scope.Areas.Where(area => area != "admin").FirstOrDefault(area => !Permission.Read(area).Allows(request.Caller)) is { } closed)
        {
            throw await request.ForbidAsync($"An export holds all areas; the key's scopes leave out `{closed}:read`.");
        }

        var response = request.Http.Response;
        response.ContentType = "application/x-ndjson";
        await foreach (var line in ExportLines.OfAsync(request))
        {
            await JsonSerializer.SerializeAsync(response.Body, line, ApiJson.Options, request.Cancellation);
            await response.WriteAsync("\n", request.Cancellation);
        }

        return Results.Empty;
    }
}
