using System.Diagnostics;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Terms;
using Marketplace.Grains;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Sites;
using Marketplace.Storage.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Marketplace.Benchmarks.Capacity;

/// <summary>
/// Durable holds a second on one hot pool: callers in the silo's process place holds in a closed loop over the embedded
/// store at full synchronisation, starting with 100 to 100,000 open holds. Every hold counted was answered as durable.
/// </summary>
internal static class HoldBenchmark
{
    private const int Callers = 256;
    private static readonly int[] Sizes = [100, 1_000, 10_000, 100_000];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(5);
    private static readonly Instant Ready = Instant.FromUtc(2030, 1, 1, 0, 0);
    private static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    private static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");

    public static async Task<int> RunAsync(string[] sizes)
    {
        // The first rounds only bring the code to its final tier: one is not enough for what runs beside the holds, such as snapshots.
        await RunAsync(Sizes[0], _ => { });
        await RunAsync(Sizes[1], _ => { });
        Console.WriteLine($"{Callers} callers, {Environment.ProcessorCount} cores, {Measured.TotalSeconds:0} s each after {WarmUp.TotalSeconds:0} s of warming up");
        Console.WriteLine("| open holds at the start | holds/s | CPU µs a hold | p50 ms | p99 ms | open holds at the end | over supply |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---|");
        foreach (var size in sizes.Length == 0 ? Sizes : sizes.Select(int.Parse))
        {
            await RunAsync(size, Console.WriteLine);
        }

        return 0;
    }

    private static async Task RunAsync(int size, Action<string> report)
    {
        var folder = Directory.CreateTempSubdirectory("marketplace-benchmark-");
        try
        {
            var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
            builder.Logging.SetMinimumLevel(LogLevel.Error);
            builder.UseOrleans(silo =>
            {
                silo.UseLocalhostClustering(siloPort: 21_111, gatewayPort: 0);
                silo.AddEmbeddedStore(options => options.Path = Path.Combine(folder.FullName, "marketplace.db"));
                silo.AddMarketplaceGrains();
            });
            using var host = builder.Build();
            await host.StartAsync();
            var grains = host.Services.GetRequiredService<IGrainFactory>();
            var pool = await PublishAsync(grains);

            var next = 0;
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) <= size;)
                {
                    await PlaceAsync(pool, i);
                }
            })));

            next = size;
            using var stop = new CancellationTokenSource();
            var measuring = false;
            var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
            {
                var latencies = new List<double>();
                while (!stop.IsCancellationRequested)
                {
                    var begin = Stopwatch.GetTimestamp();
                    await PlaceAsync(pool, Interlocked.Increment(ref next));
                    if (Volatile.Read(ref measuring))
                    {
                        latencies.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                    }
                }

                return latencies;
            })).ToArray();
            await Task.Delay(WarmUp);
            Volatile.Write(ref measuring, true);
            var clock = Stopwatch.StartNew();
            var before = Volatile.Read(ref next);
            var processor = Environment.CpuUsage.TotalTime;
            await Task.Delay(Measured);
            Volatile.Write(ref measuring, false);
            var placed = Volatile.Read(ref next) - before;
            var elapsed = clock.Elapsed;
            processor = Environment.CpuUsage.TotalTime - processor;
            await stop.CancelAsync();
            var all = (await Task.WhenAll(callers)).SelectMany(each => each).Order().ToArray();
            var faults = await pool.CheckInvariantsAsync();
            report($"| {size:N0} | {placed / elapsed.TotalSeconds:N0} | {processor.TotalMicroseconds / placed:0.0} | {all[all.Length / 2]:0.0} | {all[(int)(all.Length * 0.99)]:0.0} | {next:N0} | {(faults.IsEmpty ? "never" : faults[0])} |");
            await host.StopAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task PlaceAsync(IGpuPoolGrain pool, int i)
    {
        var mixed = unchecked((uint)i * 2_654_435_761u);
        var start = Ready + Duration.FromHours(mixed % 26_298);
        var term = new Term(start, start + Duration.FromHours(730 * (1 + ((mixed >> 8) % 12))));
        var answer = await pool.PlaceHoldAsync(new PlaceHold(ReservationId.From($"rsv_{i:D26}"), Tenant, [new HoldSegment(term, 1)]));
        if (!answer.IsGranted)
        {
            throw new InvalidOperationException(answer.Refusal.Detail);
        }
    }

    private static async Task<IGpuPoolGrain> PublishAsync(IGrainFactory grains)
    {
        var (site, phase, id) = (SiteId.From("site_1"), PhaseId.From("phase_1"), PoolId.From("pool_1"));
        var siteGrain = grains.GetGrain<ISiteGrain>(site.Value);
        Granted(await siteGrain.ListAsync(new Operation("1", "1"), new ListSite(site, Operator, "Operator", new SiteDescription
        {
            Name = "Site",
            Location = new SiteLocation("US", "TX", null, null),
            Zone = "Etc/UTC",
            Gross = GrossMegawatts.From(100_000),
            CriticalIt = CriticalItMegawatts.From(50_000),
        })));
        Granted(await siteGrain.PlanPhaseAsync(new Operation("2", "2"), new PlanPhase(
            Operator, phase, "Phase", CriticalItMegawatts.From(50_000), [new PlannedMilestone(MilestoneKind.ReadyForService, new LocalDate(2030, 1, 1))])));
        var pool = grains.GetGrain<IGpuPoolGrain>(id.Value);
        Granted(await pool.CreateAsync(new Operation("3", "3"), new ListPool
        {
            Id = id,
            OperatorId = Operator,
            SiteId = site,
            Kind = PoolKind.Power,
            Name = "Pool",
            KilowattsPerUnit = 1,
            Allocations = [new PhaseAllocation(phase, 50_000_000, null, false, 0)],
        }));
        Granted(await pool.SetOfferAsync(new SetOffer(Operator, Offer)));
        Granted(await pool.ChangeListingAsync(new ChangeListing(Operator, ListingStatus.Published)));
        return pool;
    }

    private static PoolOffer Offer => new(
        new() { Unit = Domain.Pricing.PricingUnit.KilowattMonth, BasePrice = new UnitPrice(Currency.Usd, 150), MaximumMonths = 60 },
        new()
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

    private static void Granted<T>(Answer<T> answer)
    {
        if (!answer.IsGranted)
        {
            throw new InvalidOperationException(answer.Refusal.Detail);
        }
    }
}
