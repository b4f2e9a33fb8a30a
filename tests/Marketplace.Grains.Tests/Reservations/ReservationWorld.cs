using System.Diagnostics;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Quotes;
using Marketplace.Grains.Reservations;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Reservations;

/// <summary>A pool of nodes on the market, and one tenant who reserves in it.</summary>
internal sealed class ReservationWorld : IAsyncDisposable
{
    public static readonly LocalDate Ready = new(2026, 6, 1);
    public static readonly Term July = new(Instant.FromUtc(2026, 7, 1, 5, 0), Instant.FromUtc(2026, 8, 1, 5, 0));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private ReservationWorld(TestMarket market) => Market = market;

    public TestMarket Market { get; }

    public ExamplePool Example { get; } = new("Abilene");

    public IGpuPoolGrain Pool => Market.Grains.GetGrain<IGpuPoolGrain>(Example.Pool.Value);

    public IBillingAccountGrain Account => Market.Grains.GetGrain<IBillingAccountGrain>(Example.Tenant.Value);

    public Signatory ForTenant => new(Example.Tenant, "Ada Lovelace", "Chief Technology Officer", "key_tenant");

    public Signatory ForOperator => new(Example.Operator, "Edmund Cartwright", "Managing Director", "key_operator");

    public static ReservationId Id(int n) => ReservationId.From($"rsv_{n}");

    public static QuoteId QuoteOf(int n) => QuoteId.From($"qt_{n}");

    public static PaymentId PaymentOf(int n) => Deposit.PaymentOf(Id(n));

    public static Operation Once(string what) => new(what, what);

    public static async Task<ReservationWorld> StartAsync(int nodes = 40, Func<PoolOffer, PoolOffer>? offer = null)
    {
        var world = new ReservationWorld(await TestMarket.StartAsync());
        await world.Example.PublishAsync(world.Market, nodes, Ready, offer?.Invoke(ExamplePool.Offer) ?? ExamplePool.Offer);
        await world.SettleAsync();
        return world;
    }

    public static PoolOffer Free(PoolOffer offer, SignatureTerms signatures) => offer with
    {
        Clauses = offer.Clauses with { Deposit = new DepositTerms(DepositRule.None, 0, PaymentMethod.Card), Signatures = signatures },
    };

    public IReservationGrain Reservation(int n) => Market.Grains.GetGrain<IReservationGrain>(Id(n).Value);

    public IQuoteGrain Quote(int n) => Market.Grains.GetGrain<IQuoteGrain>(QuoteOf(n).Value);

    public IPaymentGrain Payment(int n) => Market.Grains.GetGrain<IPaymentGrain>(PaymentOf(n).Value);

    public async Task<Reservation> ReadAsync(int n) => (await Reservation(n).GetAsync())!.State;

    public async Task<ReservationStatus?> StatusAsync(int n) => (await Reservation(n).GetAsync())?.State.Status;

    public Task<Answer<Snapshot<Quote>>> QuoteAsync(int n, int gpus = 64) => Quote(n).MakeAsync(
        Once($"quote {n}"), Example.Tenant, Example.Pool, July, [new QuantityStep(July.Start, gpus)]);

    /// <summary>Makes quote and reservation of this number; a repeated call repeats both. Asked of <paramref name="silo"/>, or of the one there is.</summary>
    public async Task<Answer<Snapshot<Reservation>>> RequestAsync(int n, int gpus = 64, TestMarket? silo = null)
    {
        var quoted = await QuoteAsync(n, gpus);
        Assert.Null(quoted.Refusal);
        return await (silo ?? Market).Grains.GetGrain<IReservationGrain>(Id(n).Value).RequestAsync(
            Once($"request {n}"), new RequestReservation(Id(n), Example.Tenant, [new ReservationCandidate(Example.Pool, QuoteOf(n))]));
    }

    /// <summary>The payer pays, as soon as the gateway knows of the payment, and its notification arrives.</summary>
    public async Task PayAsync(int n, GatewayOutcome outcome = GatewayOutcome.Succeeded)
    {
        await UntilAsync(() => Task.FromResult(Market.Gateway.OutcomeOf(PaymentOf(n)) is not null), $"The gateway was not asked for payment {n}.");
        var report = Market.Gateway.Move(PaymentOf(n), outcome);
        Assert.True(await InsistAsync(() => Payment(n).ReportAsync(report)));
    }

    /// <summary>Reserves and pays.</summary>
    public async Task<Reservation> ConfirmAsync(int n, int gpus = 64)
    {
        Assert.Null((await RequestAsync(n, gpus)).Refusal);
        await SettleAsync();
        await PayAsync(n);
        await SettleAsync();
        var confirmed = await ReadAsync(n);
        Assert.Equal(ReservationStatus.Confirmed, confirmed.Status);
        return confirmed;
    }

    /// <summary>Everything said has been heard, and everything due at this market time is done.</summary>
    public Task SettleAsync() => Market.Time.SettleAsync();

    public Task AdvanceAsync(Duration duration) => Market.Time.AdvanceAsync(Market.Clock.Now + duration);

    public Task AdvanceToAsync(Instant instant) => Market.Time.AdvanceAsync(instant);

    /// <summary>Settles until the reservation stands there: after a crash or a fault, what was left undelivered goes out with the keeper's sweep or a retry.</summary>
    public Task BecomesAsync(int n, ReservationStatus status) =>
        UntilAsync(async () => await StatusAsync(n) == status, $"Reservation {n} does not become {status}.");

    private async Task UntilAsync(Func<Task<bool>> holds, string failure)
    {
        for (var waited = Stopwatch.StartNew(); !await holds();)
        {
            Assert.True(waited.Elapsed < Patience, failure);
            await InsistAsync(async () =>
            {
                await SettleAsync();
                return true;
            });
            await Task.Yield();
        }
    }

    /// <summary>Repeats a call until it is answered, as every caller does after an unknown outcome.</summary>
    public static async Task<T> InsistAsync<T>(Func<Task<T>> call)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            try
            {
                return await call();
            }
            catch (Exception) when (waited.Elapsed < Patience)
            {
                // The activation that failed is on its way out; the next call reaches a new one.
                await Task.Yield();
            }
        }
    }

    public ValueTask DisposeAsync() => Market.DisposeAsync();
}
