using System.Diagnostics;
using System.Globalization;
using Marketplace.Api;
using Marketplace.Api.Billing.Sandbox;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Scheduling;
using Marketplace.Storage.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Marketplace.Benchmarks.Billing;

/// <summary>
/// The invoice run of a month's end: so many leases, all with rent due at one midnight, spread over 100 tenants and 20
/// operators, on the embedded store at full synchronisation. It ends when every invoice, list row, ledger row, event and due
/// row is written; an invoice not issued, or issued twice, ends the benchmark.
/// </summary>
internal static class InvoiceBenchmark
{
    private const int Tenants = 100;
    private const int Operators = 20;
    private static readonly Instant Begin = Instant.FromUtc(2027, 1, 1, 0, 0);
    private static readonly Instant MonthEnd = Instant.FromUtc(2027, 2, 1, 0, 0);

    public static async Task<int> RunAsync(string[] sizes)
    {
        await RunAsync(200, _ => { });
        Console.WriteLine($"{Environment.ProcessorCount} processors, load {File.ReadAllText("/proc/loadavg").Trim()}");
        Console.WriteLine("| leases | s | invoices/s | CPU ms an invoice | allocated KiB an invoice | peak working set MiB | record writes an invoice | row batches an invoice | rows an invoice |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var size in sizes.Length == 0 ? [1_000, 10_000] : sizes.Select(size => int.Parse(size, CultureInfo.InvariantCulture)))
        {
            await RunAsync(size, Console.WriteLine);
        }

        return 0;
    }

    private static async Task RunAsync(int leases, Action<string> report)
    {
        var folder = Directory.CreateTempSubdirectory("marketplace-benchmark-");
        try
        {
            var writes = new WriteCount();
            var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
            builder.Logging.SetMinimumLevel(LogLevel.Error);
            builder.UseOrleans(silo =>
            {
                silo.UseLocalhostClustering(siloPort: 21_112, gatewayPort: 0);
                silo.AddEmbeddedStore(options => options.Path = Path.Combine(folder.FullName, "marketplace.db"));
                silo.AddWriteCount(writes);
                silo.Services.AddSingleton<IPaymentGateway>(services => new SandboxGateway(services.GetRequiredService<IRowStore>(), TimeProvider.System));
                silo.Services.AddAbsentPost();
                silo.AddMarketplaceGrains(clock =>
                {
                    clock.Sandbox = true;
                    clock.BeginAt = Begin;
                });
            });
            using var host = builder.Build();
            await host.StartAsync();
            var grains = host.Services.GetRequiredService<IGrainFactory>();
            var time = host.Services.GetRequiredService<MarketTime>();
            await Parallel.ForAsync(0, leases, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) => await LetAsync(grains, i));
            await time.SettleAsync();
            await time.AdvanceAsync(MonthEnd - Duration.FromSeconds(1));

            writes.Reset();
            GC.Collect();
            var allocated = GC.GetTotalAllocatedBytes();
            var processor = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            using var stop = new CancellationTokenSource();
            var peak = PeakAsync(stop.Token);
            await time.AdvanceAsync(MonthEnd);
            await time.SettleAsync();
            var elapsed = clock.Elapsed;
            processor = Environment.CpuUsage.TotalTime - processor;
            allocated = GC.GetTotalAllocatedBytes() - allocated;
            await stop.CancelAsync();

            var invoices = 0;
            for (var tenant = 0; tenant < Tenants; tenant++)
            {
                invoices += (await grains.GetGrain<IBillingAccountGrain>(TenantOf(tenant).Value).GetAsync())?.State.OpenInvoices ?? 0;
            }

            if (invoices != leases)
            {
                throw new InvalidOperationException($"{leases} leases have {invoices} invoices.");
            }

            var most = await peak / 1048576.0;
            report(string.Create(
                CultureInfo.InvariantCulture,
                $"| {leases:N0} | {elapsed.TotalSeconds:0.0} | {leases / elapsed.TotalSeconds:N0} | {processor.TotalMilliseconds / leases:0.00} | {allocated / 1024.0 / leases:N0} | {most:N0} | {(double)writes.Records / leases:0.00} | {(double)writes.Batches / leases:0.00} | {(double)writes.Rows / leases:0.00} |"));
            await host.StopAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<long> PeakAsync(CancellationToken stop)
    {
        var peak = 0L;
        while (!stop.IsCancellationRequested)
        {
            peak = Math.Max(peak, Environment.WorkingSet);
            try
            {
                await Task.Delay(50, stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return peak;
    }

    private static OrganizationId TenantOf(int i) => OrganizationId.From($"org_tenant{i % Tenants}");

    /// <summary>One lease of four nodes, delivered and accepted at the beginning.</summary>
    private static async Task LetAsync(IGrainFactory grains, int i)
    {
        var reservation = ReservationId.From($"rsv_{i:D26}");
        var nodes = Enumerable.Range(0, 4).Select(node => NodeId.From($"node_{i:D20}{node}")).ToList();
        var term = new Term(Begin, Begin + Duration.FromDays(730));
        var opening = new LeaseOpening
        {
            Reservation = reservation,
            Tenant = TenantOf(i),
            Operator = OrganizationId.From($"org_operator{i % Operators}"),
            Pool = PoolId.From($"pool_{i % 50}"),
            Site = SiteId.From($"site_{i % 10}"),
            OrderFormDigest = "00",
            KilowattsPerUnit = 10.2m,
            Deposit = Money.Zero(Currency.Usd),
            Terms = new ContractTerms
            {
                Version = ContractTerms.CurrentVersion,
                Rent = new RentPrice(UnitPrice.Of(Currency.Usd, 2.13m), PricingUnit.GpuHour),
                GpusPerUnit = 8,
                Ramp = new RampSchedule { Term = term, Steps = [new RampStep(term.Start, 4)] },
                Clauses = new Clauses
                {
                    Timing = BillingTiming.InArrears,
                    TakeOrPay = Percentage.From(80),
                    Deposit = new DepositTerms(DepositRule.None, 0, PaymentMethod.Transfer),
                    Escalator = new Escalator(Percentage.From(3)),
                    EarlyTermination = new EarlyTermination(Percentage.From(40), 60),
                    Renewal = new Renewal(0, 0, 0),
                    Acceptance = new Acceptance(7),
                    PaymentDays = 30,
                    LeaseZone = "Etc/UTC",
                    PlatformFee = Percentage.From(3),
                    Signatures = new SignatureTerms(false, false, false, false),
                },
            },
        };
        var lease = grains.GetGrain<ILeaseGrain>(Lease.IdOf(reservation).Value);
        await lease.ReceiveAsync(new Envelope(
            GrainKeys.Reservation(reservation).ToString(), 1, new DeliveryNoticed(opening, LeaseDelivery.OfNodes(DeliveryId.From($"dlv_{i:D26}"), Begin, nodes))));
        var accepted = await lease.AcceptAsync(new Operation($"accept-{i}", "1"), new AcceptNodes(opening.Tenant, [.. nodes]));
        if (!accepted.IsGranted)
        {
            throw new InvalidOperationException(accepted.Refusal.Detail);
        }
    }
}
