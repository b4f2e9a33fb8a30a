using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Testing.BadDays;

/// <summary>One silo over any gateway, in which many cases of money run one after the other, each with parties of its own.</summary>
public sealed class MoneyMarket : IAsyncDisposable
{
    private static readonly OrganizationId Marketplace = OrganizationId.From("org_platform");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Dictionary<string, int> taken = [];
    private readonly List<MoneyCase> cases = [];
    private Task alive = Task.CompletedTask;
    private string? listed;

    private MoneyMarket(TestMarket market, GatewayPlan plan, IBank bank)
    {
        Market = market;
        Plan = plan;
        Bank = bank;
    }

    /// <summary>The silo.</summary>
    public TestMarket Market { get; }

    /// <summary>When the process dies at the gateway.</summary>
    public GatewayPlan Plan { get; }

    /// <summary>The payers' side.</summary>
    public IBank Bank { get; }

    /// <summary>Whether notifications of the gateway arrive.</summary>
    public bool NotificationsArrive { get; set; } = true;

    /// <summary>The comparison of the books with the gateway's.</summary>
    public IReconciliationGrain Reconciliation => Market.Grains.GetGrain<IReconciliationGrain>(GrainKeys.Reconciliation(Marketplace).Key);

    /// <summary>The gateway, death included.</summary>
    public IPaymentGateway Gateway => Market.Services.GetRequiredService<IPaymentGateway>();

    /// <summary>Starts a market over a test gateway.</summary>
    public static Task<MoneyMarket> StartAsync(TestGateway gateway) => StartAsync(new TestBank(gateway), _ => gateway);

    /// <summary>Starts a market over a gateway, made anew at every start of the silo.</summary>
    public static async Task<MoneyMarket> StartAsync(IBank bank, Func<IServiceProvider, IPaymentGateway> gateway, Action<IServiceCollection>? services = null)
    {
        var plan = new GatewayPlan();
        var market = await TestMarket.StartAsync(silo =>
        {
            // Nothing is under way here for long, and no heartbeat but the test's.
            silo.Services.Configure<ReconciliationOptions>(options => (options.UnderWay, options.Period) = (TimeSpan.Zero, TimeSpan.FromDays(1)));
            services?.Invoke(silo.Services);
            silo.Services.AddSingleton(provider => MortalGateway.Around(gateway(provider), plan));
        });
        return new MoneyMarket(market, plan, bank);
    }

    /// <summary>Kills the process and starts another over the same store. Whoever insists waits for it.</summary>
    public async Task CrashAsync()
    {
        var back = new TaskCompletionSource();
        alive = back.Task;
        await Market.CrashAsync();
        back.SetResult();
    }

    /// <summary>Completes when there is a process.</summary>
    public Task WhenAliveAsync() => alive;

    /// <summary>Repeats a call until it is answered, as every caller does after an unknown outcome.</summary>
    public async Task<T> InsistAsync<T>(Func<Task<T>> call)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await alive;
                return await call();
            }
            catch (Exception) when (waited.Elapsed < Patience)
            {
                // A write or the process failed on the way; the next call reaches a new activation.
                await Task.Yield();
            }
        }
    }

    /// <summary>The gateway's new notifications arrive, in this order and as often as <paramref name="order"/> makes of them.</summary>
    public async Task NotifyAsync(Func<ImmutableArray<GatewayNotice>, IEnumerable<GatewayNotice>>? order = null)
    {
        if (!NotificationsArrive)
        {
            return;
        }

        while (await InsistAsync(() => Gateway.ListNoticesAsync(listed, 100)) is { Items.IsEmpty: false } page)
        {
            foreach (var notice in order?.Invoke(page.Items) ?? page.Items)
            {
                // A gateway repeats a notification until it is acknowledged.
                await InsistAsync(() => Market.Services.GetRequiredService<GatewayInbox>().TakeAsync(notice));
            }

            listed = page.Cursor;
        }
    }

    /// <summary>Every movement at the gateway that names one of these subjects.</summary>
    public async Task<ImmutableArray<GatewayMovement>> MovementsAsync(params string[] subjects)
    {
        var found = ImmutableArray.CreateBuilder<GatewayMovement>();
        for (string? after = null; await Gateway.ListMovementsAsync(after, 100) is { } page; after = page.Cursor)
        {
            found.AddRange(page.Items.Where(movement => subjects.Contains(movement.Subject)));
            if (!page.HasMore)
            {
                break;
            }
        }

        return found.ToImmutable();
    }

    /// <summary>What is wrong with books and gateway; empty when every book balances, documents and clearing agree, and reconciliation is green.</summary>
    public async Task<ImmutableArray<string>> FaultsAsync()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            // What is merely on its way arrives.
            foreach (var some in cases)
            {
                await InsistAsync(some.DrainAsync);
            }

            var faults = await InsistAsync(FaultsNowAsync);
            if (faults.IsEmpty || waited.Elapsed > Patience)
            {
                cases.Clear();
                return faults;
            }
        }
    }

    /// <summary>A case with parties of its own.</summary>
    public MoneyCase Case(string kind) => Add(new MoneyCase(this, NameOf(kind)));

    /// <summary>A case with parties of its own, of which so much is given back.</summary>
    public MoneyCase Case(string kind, Money refund) => Add(new MoneyCase(this, NameOf(kind)) { RefundAmount = refund });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Market.DisposeAsync();

    private string NameOf(string kind) => kind + (taken[kind] = taken.GetValueOrDefault(kind) + 1).ToString(CultureInfo.InvariantCulture);

    private MoneyCase Add(MoneyCase some)
    {
        cases.Add(some);
        return some;
    }

    private async Task<ImmutableArray<string>> FaultsNowAsync()
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var run = await Reconciliation.RunAsync(full: true);
        var state = await Reconciliation.GetAsync();
        if (!run.GatewayAnswered)
        {
            faults.Add("The gateway did not answer.");
        }

        faults.AddRange(state.Differences.Values.Select(difference => $"{difference.Key}: {difference.Other} against {difference.Books} in the books."));
        string[] laws = ["ledgers_balance", "held_money_never_negative", "clearing_nets_to_zero", "documents_match_books"];
        await Market.Clock.SetForwardAsync(Market.Clock.Now + Duration.FromMinutes(10));
        foreach (var invariant in Market.Services.GetServices<IInvariant>().Where(invariant => laws.Contains(invariant.Name)))
        {
            faults.AddRange((await invariant.ViolationsAsync(CancellationToken.None)).Select(violation => $"{invariant.Name}: {violation}"));
        }

        return faults.ToImmutable();
    }
}
