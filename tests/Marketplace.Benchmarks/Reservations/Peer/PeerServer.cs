using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Marketplace.Benchmarks.Reservations.Peer;

/// <summary>What a reservation asks of the peer.</summary>
internal sealed record PeerRequest(string PoolId, int Units, DateTime Start, DateTime End);

/// <summary>What the peer answers.</summary>
internal sealed record PeerReservation(string Id, string PoolId, int Units, DateTime Start, DateTime End, string Status, string PaymentId, long DepositMinor);

/// <summary>
/// The design a team would otherwise write: one transaction that locks the pool's row, sweeps over the holds that overlap,
/// and writes idempotency record, hold, reservation, deposit intent and event. It has no authentication, no validation
/// beyond the sweep and no lists, all of which the product has.
/// </summary>
internal static class PeerServer
{
    public const string Argument = "peer";

    private const string Schema = """
        CREATE EXTENSION IF NOT EXISTS btree_gist;
        CREATE TABLE pool(id text PRIMARY KEY, units int NOT NULL, price_minor bigint NOT NULL);
        CREATE TABLE idempotency(tenant_id text, key text, request_hash text NOT NULL, response jsonb, created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY(tenant_id, key));
        CREATE TABLE reservation(id text PRIMARY KEY, tenant_id text NOT NULL, pool_id text NOT NULL REFERENCES pool, units int NOT NULL, term tstzrange NOT NULL, status text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE hold(reservation_id text PRIMARY KEY, pool_id text NOT NULL, units int NOT NULL, term tstzrange NOT NULL, status text NOT NULL);
        CREATE INDEX hold_term ON hold USING gist(pool_id, term);
        CREATE TABLE payment(id text PRIMARY KEY, reservation_id text NOT NULL, amount_minor bigint NOT NULL, currency text NOT NULL, status text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE event(id bigserial PRIMARY KEY, tenant_id text NOT NULL, type text NOT NULL, data jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
        CREATE INDEX reservation_tenant ON reservation(tenant_id, created_at);
        """;

    // The sweep: at every start or end of an overlapping hold, the sum of what is held; the greatest of them is the peak.
    // It runs in the database, which was faster than fetching the holds.
    private const string Peak = """
        SELECT coalesce(max(held), 0)::bigint FROM (
          SELECT sum(change) OVER (ORDER BY at, change) AS held FROM (
            SELECT greatest(lower(term), lower($2)) AS at, units AS change FROM hold WHERE pool_id = $1 AND term && $2 AND status IN ('placed', 'confirmed')
            UNION ALL
            SELECT upper(term), -units FROM hold WHERE pool_id = $1 AND term && $2 AND status IN ('placed', 'confirmed')) AS edge) AS level
        """;

    public static async Task CreateSchemaAsync(string connectionString, int pools, int units)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var schema = source.CreateCommand(Schema);
        await schema.ExecuteNonQueryAsync();
        await using var fill = source.CreateCommand("INSERT INTO pool SELECT 'pool_' || i, $1, 189 FROM generate_series(0, $2 - 1) AS i");
        fill.Parameters.AddWithValue(units);
        fill.Parameters.AddWithValue(pools);
        await fill.ExecuteNonQueryAsync();
    }

    /// <summary>Adds holds that overlap every term of the run, spread evenly over <paramref name="pools"/> pools from <paramref name="firstPool"/> on.</summary>
    public static async Task FillAsync(string connectionString, int firstPool, int pools, int from, int until, DateTime start, DateTime end)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var fill = source.CreateCommand("""
            INSERT INTO reservation SELECT 'fill_' || $1 || '_' || i, 'tenant', 'pool_' || $6 + i % $1, 1, tstzrange($4, $5), 'awaitingDeposit' FROM generate_series($2, $3 - 1) AS i;
            """);
        await using var holds = source.CreateCommand("""
            INSERT INTO hold SELECT 'fill_' || $1 || '_' || i, 'pool_' || $6 + i % $1, 1, tstzrange($4, $5), 'placed' FROM generate_series($2, $3 - 1) AS i
            """);
        foreach (var command in (NpgsqlCommand[])[fill, holds])
        {
            command.Parameters.AddWithValue(pools);
            command.Parameters.AddWithValue(from);
            command.Parameters.AddWithValue(until);
            command.Parameters.AddWithValue(start);
            command.Parameters.AddWithValue(end);
            command.Parameters.AddWithValue(firstPool);
            await command.ExecuteNonQueryAsync();
        }

        // As autovacuum would have done long ago in a store of that age.
        await using var analyze = source.CreateCommand("VACUUM ANALYZE");
        await analyze.ExecuteNonQueryAsync();
    }

    public static async Task<int> RunAsync(string address, string connectionString)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(address);
        await using var source = NpgsqlDataSource.Create(connectionString);
        builder.Services.AddSingleton(source);
        await using var app = builder.Build();
        app.MapGet("/health", () => Results.Ok());
        app.MapPost("/reservations", ReserveAsync);
        await app.RunAsync();
        return 0;
    }

    private static async Task<IResult> ReserveAsync(PeerRequest request, HttpContext context, NpgsqlDataSource source)
    {
        string tenant = context.Request.Headers["X-Tenant"]!, key = context.Request.Headers["Idempotency-Key"]!;
        var term = new NpgsqlRange<DateTime>(request.Start, true, request.End, false);
        var id = "rsv_" + key;
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        // One round trip for the idempotency record and the lock, one for the sweep, one for the writes with the commit.
        await using var open = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                Command("INSERT INTO idempotency(tenant_id, key, request_hash) VALUES($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1", tenant, key, request.ToString()),
                Command("SELECT units, price_minor FROM pool WHERE id = $1 FOR UPDATE", request.PoolId),
            },
        };
        bool first;
        int units;
        long price;
        await using (var opened = await open.ExecuteReaderAsync())
        {
            first = await opened.ReadAsync();
            await opened.NextResultAsync();
            if (!await opened.ReadAsync())
            {
                return Results.NotFound();
            }

            (units, price) = (opened.GetInt32(0), opened.GetInt64(1));
        }

        if (!first)
        {
            await using var stored = new NpgsqlCommand("SELECT response::text FROM idempotency WHERE tenant_id = $1 AND key = $2", connection, transaction) { Parameters = { new() { Value = tenant }, new() { Value = key } } };
            return Results.Text((string?)await stored.ExecuteScalarAsync(), "application/json");
        }

        await using var sweep = new NpgsqlCommand(Peak, connection, transaction) { Parameters = { new() { Value = request.PoolId }, new() { Value = term } } };
        if ((long)(await sweep.ExecuteScalarAsync())! + request.Units > units)
        {
            return Results.Conflict();
        }

        var hours = (long)(request.End - request.Start).TotalHours;
        var answer = new PeerReservation(id, request.PoolId, request.Units, request.Start, request.End, "awaitingDeposit", "pay_" + key, price * request.Units * hours);
        await using var write = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                Command("INSERT INTO reservation VALUES($1, $2, $3, $4, $5, 'awaitingDeposit')", id, tenant, request.PoolId, request.Units, term),
                Command("INSERT INTO hold VALUES($1, $2, $3, $4, 'placed')", id, request.PoolId, request.Units, term),
                Command("INSERT INTO payment VALUES($1, $2, $3, 'USD', 'preparing')", answer.PaymentId, id, answer.DepositMinor),
                Command("INSERT INTO event(tenant_id, type, data) VALUES($1, 'reservation.held', $2::jsonb)", tenant, JsonSerializer.Serialize(answer)),
                Command("UPDATE idempotency SET response = $3::jsonb WHERE tenant_id = $1 AND key = $2", tenant, key, JsonSerializer.Serialize(answer)),
                new NpgsqlBatchCommand("COMMIT"),
            },
        };
        await write.ExecuteNonQueryAsync();
        return Results.Created("/reservations/" + id, answer);
    }

    private static NpgsqlBatchCommand Command(string text, params object[] values)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
