using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Api.Organizations;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Market;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Quotes;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Sites;
using Marketplace.Grains.Transparency;

namespace Marketplace.Api.Operations;

/// <summary>All of one's own data.</summary>
internal static class ExportEndpoints
{
    private const int Batch = 200;

    /// <summary>Every table with a partition per organization, by the kind its lines carry.</summary>
    internal static readonly ImmutableArray<(string Kind, string Table)> Tables =
    [
        ("site", SiteRows.Table),
        ("pool", PoolRows.Table),
        ("quote", QuoteRows.Table),
        ("reservation", ReservationRows.Table),
        ("lease", LeaseRows.Table),
        ("payment", PaymentRows.Table),
        ("deposit", BillingRows.Deposits),
        ("invoice", BillingRows.Invoices),
        ("ledgerEntry", BillingRows.Entries),
        ("event", EventRows.Table),
    ];

    public static IEndpointRouteBuilder MapExport(this IEndpointRouteBuilder routes)
    {
        new Room(routes, "Export").Get("/v1/export", new(
            "exportData",
            "Export all own data",
            "Everything kept about the caller's organization as JSON lines, one noun a line: `{\"kind\", \"data\"}`. Kinds: organization, member, apiKey (without secrets), " + string.Join(", ", Tables.Select(table => table.Kind)) + "; a pool's registered nodes follow it as node. Streamed, so it may be long; what changes meanwhile may appear in either state.",
            Permission.Read("organizations"))
        {
            Gives = "{\"kind\":\"organization\",\"data\":{\"id\":\"org_4k2m7qz3v5xw6a2bc4d5e6f7ga\",\"name\":\"Northern Compute AS\"}}\n",
            Produces = "application/x-ndjson",
        }, ExportAsync);
        return routes;
    }

    private static async Task<IResult> ExportAsync(ApiRequest request)
    {
        var organization = (await request.Grain<IOrganizationGrain>(request.Caller.Organization.Value).GetAsync())!.State;
        var response = request.Http.Response;
        response.ContentType = "application/x-ndjson";
        await WriteAsync(request, "organization", JsonSerializer.SerializeToUtf8Bytes(OrganizationModel.Of(organization), ApiJson.Options));
        foreach (var member in organization.Members)
        {
            await WriteAsync(request, "member", JsonSerializer.SerializeToUtf8Bytes(MemberModel.Of(member), ApiJson.Options));
        }

        foreach (var key in organization.Keys)
        {
            await WriteAsync(request, "apiKey", JsonSerializer.SerializeToUtf8Bytes(ApiKeyModel.Of(key), ApiJson.Options));
        }

        foreach (var (kind, table) in Tables)
        {
            string? from = null;
            do
            {
                var page = await request.Rows.ScanAsync(table, organization.Id.Value, from, null, Batch, cancellation: request.Cancellation);
                foreach (var row in page.Rows)
                {
                    await WriteAsync(request, kind, await WholeAsync(request, kind, row.Data));
                    if (kind == "pool")
                    {
                        await WriteNodesAsync(request, JsonSerializer.Deserialize<PoolSummary>(row.Data.Span, MarketJson.Options)!);
                    }
                }

                from = page.NextFrom;
            }
            while (from is not null);
        }

        return Results.Empty;
    }

    // Rows for lists leave out a contract's nodes, of which there may be thousands; here they belong.
    private static async Task<ReadOnlyMemory<byte>> WholeAsync(ApiRequest request, string kind, ReadOnlyMemory<byte> row)
    {
        switch (kind)
        {
            case "lease":
                var lease = JsonSerializer.Deserialize<Lease>(row.Span, MarketJson.Options)!.Id;
                return await request.Grain<ILeaseGrain>(lease.Value).GetAsync() is { } let ? JsonSerializer.SerializeToUtf8Bytes(let.State, MarketJson.Options) : row;
            case "reservation":
                var reservation = JsonSerializer.Deserialize<Reservation>(row.Span, MarketJson.Options)!.Id;
                return await request.Grain<IReservationGrain>(reservation.Value).GetAsync() is { } made ? JsonSerializer.SerializeToUtf8Bytes(made.State, MarketJson.Options) : row;
            default:
                return row;
        }
    }

    private static async Task WriteNodesAsync(ApiRequest request, PoolSummary pool)
    {
        var grain = request.Grain<IGpuPoolGrain>(pool.Id.Value);
        for (var after = 0; await grain.GetNodesAsync(after, Batch) is { IsEmpty: false } nodes; after = nodes[^1].Order)
        {
            foreach (var node in nodes)
            {
                await WriteAsync(request, "node", JsonSerializer.SerializeToUtf8Bytes(node, MarketJson.Options));
            }
        }
    }

    private static async Task WriteAsync(ApiRequest request, string kind, ReadOnlyMemory<byte> data)
    {
        await request.Http.Response.WriteAsync($"{{\"kind\":\"{kind}\",\"data\":", request.Cancellation);
        await request.Http.Response.Body.WriteAsync(data, request.Cancellation);
        await request.Http.Response.WriteAsync("}\n", request.Cancellation);
    }
}
