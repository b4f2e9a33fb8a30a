using System.Globalization;
using Marketplace.Benchmarks.Reservations.Peer;
using Marketplace.Domain.Market;
using Npgsql;
using NpgsqlTypes;

namespace Marketplace.Benchmarks.Market;

/// <summary>
/// The same questions in PostgreSQL 15. What the product works out, the peer is given as columns: the price for the term, whether the
/// units are free throughout it. Words are found by a trigram index, the rest by a scan, which is what its planner prefers to any index here.
/// </summary>
internal sealed class SearchPeer : IAsyncDisposable
{
    private readonly PostgresCluster postgres;
    private readonly NpgsqlDataSource source;

    private SearchPeer(PostgresCluster postgres)
    {
        this.postgres = postgres;
        source = NpgsqlDataSource.Create(postgres.ConnectionString);
    }

    public static async Task<SearchPeer> StartAsync(SearchQuery query, IEnumerable<SearchListing> listings)
    {
        var peer = new SearchPeer(await PostgresCluster.StartAsync());
        await peer.RunAsync("CREATE EXTENSION pg_trgm; CREATE TABLE listing (id text PRIMARY KEY, sku text, country text, level int, renewable numeric, price numeric, prebuild boolean, fits boolean, words text, shown text)");
        await using (var connection = await peer.source.OpenConnectionAsync())
        await using (var copy = await connection.BeginBinaryImportAsync("COPY listing FROM STDIN (FORMAT BINARY)"))
        {
            foreach (var listing in Search.Price(query, [.. listings]))
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(listing.Listing.Pool.Id.Value, NpgsqlDbType.Text);
                await copy.WriteAsync(listing.Listing.Pool.Hardware!.Sku.Value, NpgsqlDbType.Text);
                await copy.WriteAsync(listing.Listing.Site!.Description.Location.Country, NpgsqlDbType.Text);
                await copy.WriteAsync((int)listing.Listing.Level, NpgsqlDbType.Integer);
                await copy.WriteAsync(listing.Listing.Renewable!.Value.Value, NpgsqlDbType.Numeric);
                await copy.WriteAsync(listing.Comparable.Amount, NpgsqlDbType.Numeric);
                await copy.WriteAsync(listing.PreBuild, NpgsqlDbType.Boolean);
                await copy.WriteAsync(Search.Find(query with { Limit = 1 }, [listing]).Total == 1, NpgsqlDbType.Boolean);
                await copy.WriteAsync(listing.Listing.Text, NpgsqlDbType.Text);
                await copy.WriteAsync($"{listing.Listing.Pool.Name} {listing.Listing.Site.Description.Name}", NpgsqlDbType.Text);
            }

            await copy.CompleteAsync();
        }

        await peer.RunAsync("CREATE INDEX ON listing USING gin (words gin_trgm_ops); CREATE INDEX ON listing (price); VACUUM ANALYZE listing");
        return peer;
    }

    /// <summary>The cheapest offers, how many fit, and how many each filter would leave; each in one statement, sent together.</summary>
    public async Task<int> SearchAsync(Question question)
    {
        await using var batch = source.CreateBatch();
        var words = string.Concat(question.Words.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $" AND words LIKE $W{i}")));
        Add("SELECT id, shown, price FROM listing WHERE fits" + Filter("") + " ORDER BY price, id LIMIT 24");
        Add("SELECT count(*) FROM listing WHERE fits" + Filter(""));
        Add("SELECT sku, count(*) FROM listing WHERE fits" + Filter("sku") + " GROUP BY sku ORDER BY 2 DESC");
        Add("SELECT country, count(*) FROM listing WHERE fits" + Filter("country") + " GROUP BY country ORDER BY 2 DESC");
        Add("SELECT prebuild, count(*) FROM listing WHERE fits" + Filter("") + " GROUP BY prebuild");
        Add("SELECT count(*) FILTER (WHERE renewable >= 50), count(*) FILTER (WHERE renewable >= 80), count(*) FILTER (WHERE renewable >= 95) FROM listing WHERE fits" + Filter("renewable"));
        Add("SELECT level, count(*) FROM listing WHERE fits" + Filter("") + " GROUP BY level");
        var total = 0;
        await using var reader = await batch.ExecuteReaderAsync();
        for (var part = 0; part == 0 || await reader.NextResultAsync(); part++)
        {
            while (await reader.ReadAsync())
            {
                total = part == 1 ? (int)reader.GetInt64(0) : total;
            }
        }

        return total;

        string Filter(string but) => words
            + (question.Sku is null || but == "sku" ? "" : " AND sku = $S")
            + (question.Country is null || but == "country" ? "" : " AND country = $C")
            + (question.Renewable is null || but == "renewable" ? "" : " AND renewable >= $R")
            + (question.Highest is null ? "" : " AND price <= $H");

        void Add(string text)
        {
            var command = new NpgsqlBatchCommand();
            var values = question.Words.Select((word, i) => (string.Create(CultureInfo.InvariantCulture, $"$W{i}"), (object?)$"%{word}%"))
                .Concat([("$S", question.Sku), ("$C", question.Country), ("$R", question.Renewable), ("$H", question.Highest)]);
            foreach (var (name, value) in values)
            {
                if (text.Contains(name, StringComparison.Ordinal))
                {
                    command.Parameters.Add(new NpgsqlParameter { Value = value });
                    text = text.Replace(name, string.Create(CultureInfo.InvariantCulture, $"${command.Parameters.Count}"), StringComparison.Ordinal);
                }
            }

            command.CommandText = text;
            batch.BatchCommands.Add(command);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await postgres.DisposeAsync();
    }

    private async Task RunAsync(string text)
    {
        await using var connection = await source.OpenConnectionAsync();
        foreach (var statement in text.Split("; "))
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}

/// <summary>What somebody types and chooses.</summary>
/// <param name="Words">Words, in small letters.</param>
/// <param name="Sku">Hardware chosen.</param>
/// <param name="Country">Country chosen.</param>
/// <param name="Renewable">Lowest renewable share chosen, in percent.</param>
/// <param name="Highest">Highest price chosen.</param>
internal sealed record Question(string[] Words, string? Sku = null, string? Country = null, decimal? Renewable = null, decimal? Highest = null);
