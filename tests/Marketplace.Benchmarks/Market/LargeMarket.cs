using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Energy;
using Marketplace.Domain.Market;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Sites;
using Marketplace.Storage.Embedded;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Benchmarks.Market;

/// <summary>
/// A store with many published pools on sites of fifty. Each pool's journal and rows are written as its grain would write them, half of
/// the pools with three holds, so that a host started on the store has all of them without having listed each.
/// </summary>
internal static class LargeMarket
{
    public static readonly Instant Start = Instant.FromUtc(2027, 1, 1, 0, 0);
    private const int PoolsPerSite = 50;
    private const int Writers = 64;
    private static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    private static readonly string[] Countries = ["US", "CA", "NO", "SE", "FI", "IS", "DE", "FR", "ES", "GB", "AE", "IN", "JP", "KR", "AU", "BR", "CL", "PY", "ET", "OM"];
    private static readonly string[] Regions = ["Texas", "Quebec", "Telemark", "Norrbotten", "Kainuu", "Reykjanes", "Hesse", "Normandy", "Aragon", "Wales"];
    private static readonly EnergySource[] Sources = [EnergySource.Hydro, EnergySource.Wind, EnergySource.Solar, EnergySource.Geothermal, EnergySource.Nuclear, EnergySource.NaturalGas];
    private static readonly string[] Words = ["Ridge", "Fjord", "Valley", "Harbour", "Mesa", "Plateau", "Delta", "Summit", "Basin", "Prairie"];

    /// <summary>Makes the store.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="pools">How many pools.</param>
    /// <param name="see">Told each listing with what is free in it, as searches read it.</param>
    public static async Task FillAsync(string path, int pools, Action<SearchListing> see)
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddEmbeddedStore(options => options.Path = path).BuildServiceProvider();
        var rows = services.GetRequiredService<IRowStore>();
        var random = new Random(20_270_101);
        var skus = HardwareCatalogue.All.Where(model => model.Kind == HardwareKind.Gpu).Select(model => model.Id).ToArray();
        for (var first = 0; first < pools; first += PoolsPerSite)
        {
            var site = SiteOf(first / PoolsPerSite, random);
            var listed = Enumerable.Range(first, Math.Min(PoolsPerSite, pools - first)).Select(number => ListingOf(number, site, skus[random.Next(skus.Length)], random)).ToArray();
            var changes = new List<RowChange> { Change(SiteRows.Table, SiteRows.Everyone, SortKeys.Of(site.CreatedAt, site.Id.Value), site) };
            foreach (var (facts, listing) in listed)
            {
                var pool = listing.Pool!;
                var summary = PoolSummary.Of(pool, listing.Offer);
                var free = PoolAvailability.Coarse(pool.Calendar.Availability(new Term(pool.Calendar.Origin, pool.Calendar.End)));
                var key = SortKeys.Of(pool.CreatedAt, pool.Id.Value);
                changes.Add(Change(PoolRows.Listings, PoolRows.Everyone, key, summary));
                changes.Add(Change(PoolRows.Table, PoolRows.Everyone, key, summary));
                if (pool.Calendar.HoldCount > 0)
                {
                    changes.Add(Change(PoolRows.Availability, PoolRows.Everyone, pool.Id.Value, new PoolAvailability(pool.Id, free)));
                }

                see(new SearchListing(summary, site, free));
            }

            await Parallel.ForEachAsync(listed, new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (each, _) =>
            {
                using var entry = new JournalEntryWriter<ListingFact>(StoredLayouts.Current);
                entry.Add(new JournalCommit<ListingFact>(Start, each.Facts));
                await new Journal<ListingFact>(rows, new AggregateAddress("gpu-pool", each.Listing.Pool!.Id.Value), StoredLayouts.Current).TryAppendAsync(1, entry.Complete());
            });
            await rows.WriteAllAsync(changes);
        }
    }

    private static RowChange Change<T>(string table, string partition, string key, T data) => new(table, partition, key, 1, JsonSerializer.SerializeToUtf8Bytes(data, MarketJson.Options));

    private static Site SiteOf(int number, Random random)
    {
        var renewable = random.Next(0, 101);
        var (one, other) = (Sources[random.Next(4)], Sources[random.Next(4, Sources.Length)]);
        return new Site
        {
            Id = SiteId.From($"site_{number:D26}"),
            CreatedAt = Start,
            Operator = Operator,
            OperatorName = $"{Words[random.Next(Words.Length)]} Compute {number % 97}",
            Status = SiteStatus.InService,
            Description = new SiteDescription
            {
                Name = $"{Words[random.Next(Words.Length)]} {Words[random.Next(Words.Length)]} {number}",
                Location = new SiteLocation(Countries[random.Next(Countries.Length)], Regions[random.Next(Regions.Length)], null, null),
                Zone = "Etc/UTC",
                Energy = new EnergyMix { Shares = [new EnergyShare(one, Percentage.From(renewable)), new EnergyShare(other, Percentage.From(100 - renewable))] },
            },
        };
    }

    private static (ImmutableArray<ListingFact> Facts, Listing Listing) ListingOf(int number, Site site, SkuId sku, Random random)
    {
        var id = PoolId.From($"pool_{number:D26}");
        var units = random.Next(4, 400);
        var built = random.Next(3) > 0;
        var facts = ImmutableArray.CreateBuilder<ListingFact>();
        facts.Add(new ListingFact(
            new PoolListed(
                new ListPool
                {
                    Id = id,
                    OperatorId = Operator,
                    SiteId = site.Id,
                    Kind = PoolKind.Gpu,
                    Name = $"{site.Description.Name} {sku.Value.Split('-')[1].ToUpperInvariant()} {number}",
                    Hardware = new NodeHardware(sku, 8, "NVLink", "InfiniBand"),
                    KilowattsPerUnit = 10,
                    Allocations = [new PhaseAllocation(PhaseId.From($"phase_{number:D26}"), units, Start - Duration.FromDays(1) + Duration.FromDays(built ? 0 : random.Next(30, 700)), built, 1)],
                },
                "benchmark",
                Start),
            null));
        facts.Add(new ListingFact(null, Offer(random)));
        facts.Add(new ListingFact(new ListingStatusChanged(ListingStatus.Published), null));
        for (var hold = 0; hold < 3 && number % 2 == 0; hold++)
        {
            var from = Start + Duration.FromDays(random.Next(700, 1_400));
            facts.Add(new ListingFact(
                new HoldPlaced(
                    ReservationId.From(string.Create(CultureInfo.InvariantCulture, $"rsv_{number:D20}{hold:D6}")),
                    OrganizationId.From("org_tenant"),
                    [new HoldSegment(new Term(from, from + Duration.FromDays(random.Next(30, 600))), Math.Max(1, units / 4))],
                    Start),
                null));
        }

        return (facts.ToImmutable(), facts.Aggregate(Listing.None, Listing.Evolve));
    }

    private static PoolOffer Offer(Random random) => new(
        new PriceBook
        {
            Unit = PricingUnit.GpuHour,
            BasePrice = UnitPrice.Of(Currency.Usd, 1 + (random.Next(0, 50_000) / 10_000m)),
            TermTiers = [new TermTier(12, Percentage.From(5)), new TermTier(24, Percentage.From(10)), new TermTier(36, Percentage.From(14))],
            VolumeTiers = [new VolumeTier(16, Percentage.From(2)), new VolumeTier(64, Percentage.From(5))],
            PreBuildDiscount = Percentage.From(random.Next(0, 10)),
            MinimumMonths = random.Next(4) == 0 ? 6 : 0,
            MaximumMonths = 60,
        },
        new Clauses
        {
            Timing = BillingTiming.InAdvance,
            TakeOrPay = Percentage.From(100),
            Deposit = new DepositTerms(DepositRule.None, 0, PaymentMethod.Card),
            EarlyTermination = new EarlyTermination(Percentage.From(50), 90),
            Renewal = new Renewal(0, 0, 0),
            Acceptance = new Acceptance(5),
            PaymentDays = 30,
            LeaseZone = "Etc/UTC",
            PlatformFee = Percentage.From(3),
            Signatures = new SignatureTerms(false, false, false, false),
        },
        new HoldTerms(30, 5, 14));
}
