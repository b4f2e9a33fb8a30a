using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Billing;

/// <summary>A tenant, an operator and the marketplace, with their billing accounts on one silo.</summary>
internal sealed class BillingWorld(TestMarket market) : IAsyncDisposable
{
    public static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");
    public static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    public static readonly ReservationId Reservation = ReservationId.From("rsv_1");
    public static readonly PaymentId DepositPayment = Deposit.PaymentOf(Reservation);
    public static readonly OpenDeposit OpenDeposit = new(
        Reservation, Operator, Usd(100_000), PaymentMethod.Card, TestMarket.Begin + Duration.FromMinutes(30));

    public static readonly CancelDeposit CancelDeposit = new(Reservation, "The deadline passed.");

    public TestMarket Market { get; } = market;

    public IBillingAccountGrain Account => Market.Grains.GetGrain<IBillingAccountGrain>(Tenant.Value);

    public static async Task<BillingWorld> StartAsync() => new(await TestMarket.StartAsync());

    public static Money Usd(long cents) => new(Currency.Usd, cents);

    public IPaymentGrain Payment(PaymentId id) => Market.Grains.GetGrain<IPaymentGrain>(id.Value);

    /// <summary>Repeats a call until it is answered, as every caller does after an unknown outcome.</summary>
    public static async Task<T> InsistAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception) when (attempt < 20)
            {
                // The activation that failed is on its way out; the next call reaches a new one.
            }
        }
    }

    public async Task<Deposit> DepositAsync() => (await Account.GetDepositAsync(Reservation))!;

    public async Task<Payment> PaymentAsync(PaymentId id) => (await Payment(id).GetAsync())!.State;

    /// <summary>The payer pays, and the gateway's notification arrives.</summary>
    public async Task PayAsync(PaymentId payment, GatewayOutcome outcome = GatewayOutcome.Succeeded)
    {
        var report = Market.Gateway.Move(payment, outcome);
        Assert.True(await InsistAsync(() => Payment(payment).ReportAsync(report)));
        await Market.Time.SettleAsync();
    }

    public async Task<Money> BalanceAsync(OrganizationId organization, LedgerAccountKind kind, string subject = "")
    {
        var account = await Market.Grains.GetGrain<IBillingAccountGrain>(organization.Value).GetAsync();
        var found = account?.State.Balances.FirstOrDefault(balance => balance.Account == LedgerAccount.Of(kind, subject));
        return found?.Amount ?? Usd(0);
    }

    /// <summary>Nothing is on its way, and all books together hold what the gateway holds.</summary>
    public async Task AssertBooksAgreeAsync(long atGateway)
    {
        OrganizationId[] all = [Tenant, Operator, Organization.Platform];
        var total = Usd(0);
        foreach (var organization in all)
        {
            var sum = Usd(0);
            foreach (var balance in (await Market.Grains.GetGrain<IBillingAccountGrain>(organization.Value).GetAsync())?.State.Balances ?? [])
            {
                sum += balance.Amount;
            }

            Assert.Equal(Usd(0), sum);
            total += await BalanceAsync(organization, LedgerAccountKind.Gateway);
            foreach (var other in all.Where(other => other != organization))
            {
                Assert.Equal(
                    await BalanceAsync(organization, LedgerAccountKind.Clearing, other.Value),
                    -await BalanceAsync(other, LedgerAccountKind.Clearing, organization.Value));
            }
        }

        Assert.Equal(Usd(atGateway), total);
    }

    public ValueTask DisposeAsync() => Market.DisposeAsync();
}
