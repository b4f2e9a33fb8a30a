using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Transparency;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Orleans.Storage;

namespace Marketplace.Grains.Tests;

/// <summary>
/// What one whole life left on disk when the files under <c>tests/golden</c> were written: every record and journal entry of
/// it must load into the present types without losing anything.
/// </summary>
public sealed class StoredFormTests
{
    private static readonly JsonSerializerOptions Indented = new(MarketJson.Options) { WriteIndented = true };

    [Fact]
    public async Task Records_and_journals_of_an_earlier_build_load_without_loss()
    {
        await WriteMissingFilesAsync();

        Loads<AggregateRecord<Quote>>("quote.life.v1.json");
        Loads<AggregateRecord<Reservation>>("reservation.life.v1.json");
        Loads<AggregateRecord<Lease>>("lease.life.v1.json");
        Loads<AggregateRecord<Payment>>("payment.life.v1.json");
        Loads<JournalEntry<ListingFact>>("gpu-pool.journal.v1.json");
        Loads<JournalEntry<BillingFact>>("billing-account.journal.v1.json");
        Loads<JournalEntry<FeedFact>>("event-feed.journal.v1.json");
    }

    [Fact]
    public void An_order_form_of_an_earlier_build_still_has_the_digest_it_was_agreed_under()
    {
        var agreed = Golden.Loads<List<JsonNode>>("reservation.life.v1.json")
            .Select(node => node.Deserialize<AggregateRecord<Reservation>>(MarketJson.Options)!.State!)
            .Where(reservation => reservation.Agreement is not null).ToList();

        Assert.NotEmpty(agreed);
        Assert.All(agreed, reservation => Assert.Equal(
            reservation.Agreement!.Digest, OrderForm.DigestOf(OrderForm.Render(reservation.Id, reservation.TenantId, reservation.Agreement))));
    }

    private static void Loads<T>(string name)
    {
        foreach (var stored in Golden.Loads<List<JsonNode>>(name))
        {
            var again = JsonSerializer.SerializeToNode(stored.Deserialize<T>(MarketJson.Options), MarketJson.Options);
            Assert.True(Keeps(stored, again), $"{name} loses something: {stored.ToJsonString()} became {again?.ToJsonString()}");
        }
    }

    // Members added since then may stand beside what was stored.
    private static bool Keeps(JsonNode? stored, JsonNode? again) => (stored, again) switch
    {
        (JsonObject before, JsonObject after) => before.All(member => Keeps(member.Value, after[member.Key])),
        (JsonArray before, JsonArray after) => before.Count == after.Count && before.Zip(after).All(pair => Keeps(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(stored, again),
    };

    private static async Task WriteMissingFilesAsync()
    {
        if (Environment.GetEnvironmentVariable("MARKETPLACE_ACCEPT") != "1" || File.Exists(Golden.PathOf("reservation.life.v1.json")))
        {
            return;
        }

        var start = Instant.FromUtc(2026, 6, 1, 5, 0);
        await using var world = await MarketplaceWorld.StartAsync(4, new LocalDate(2026, 6, 1));
        var records = new Dictionary<string, List<JsonNode>>();
        await world.ReserveAsync(new Term(start, Instant.FromUtc(2027, 6, 1, 5, 0)), 16);
        await CollectAsync();
        await world.PayDepositAsync();
        await world.AdvanceAsync(start);
        await world.DeliverAsync(1, 2);
        await world.AcceptAsync(1);
        await CollectAsync();
        await world.AdvanceAsync(Instant.FromUtc(2026, 7, 15, 0, 0));
        await world.PayInvoicesAsync();
        await world.LeaveAsync();
        await world.AdvanceAsync(Instant.FromUtc(2027, 1, 1, 0, 0));
        await CollectAsync();
        foreach (var (name, nodes) in records)
        {
            await File.WriteAllTextAsync(Golden.PathOf(name + ".life.v1.json"), JsonSerializer.Serialize(nodes, Indented) + "\n");
        }

        await JournalAsync("gpu-pool", world.Example.Pool.Value);
        await JournalAsync("billing-account", world.Example.Tenant.Value);
        await JournalAsync("event-feed", world.Example.Tenant.Value);

        async Task CollectAsync()
        {
            var deposit = await world.Account.GetDepositAsync(world.ReservationId);
            await AddAsync("quote", PublicId.Derive<QuoteId>(world.Example.Name).Value);
            await AddAsync("reservation", world.ReservationId.Value);
            await AddAsync("lease", world.LeaseId.Value);
            await AddAsync("payment", deposit!.Payment.Value);
        }

        async Task AddAsync(string noun, string key)
        {
            var state = new GrainState<Dictionary<string, JsonElement>>();
            await world.Market.Services.GetRequiredService<IGrainStorage>().ReadStateAsync(noun, GrainId.Create(noun, key), state);
            if (state.RecordExists)
            {
                records.TryAdd(noun, []);
                records[noun].Add(JsonSerializer.SerializeToNode(state.State)!);
            }
        }

        async Task JournalAsync(string noun, string key)
        {
            var page = await world.Market.Rows.ScanAsync("journal", noun + ":" + key, null, null, 1000);
            var entries = page.Rows.Select(row => JsonNode.Parse(row.Data.Span)!).ToList();
            await File.WriteAllTextAsync(Golden.PathOf(noun + ".journal.v1.json"), JsonSerializer.Serialize(entries, Indented) + "\n");
        }
    }
}
