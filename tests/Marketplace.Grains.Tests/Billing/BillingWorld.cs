using System.Diagnostics;
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
    public static readonly OpenDeposit Opening = new(
        Reservation, Operator, Usd(100_000), PaymentMethod.Card, TestMarket.Begin + Duration.FromMinutes(30));

    public static readonly CancelDeposit Cancelling = new(Reservation, "The deadline passed.");

    private static readonly OrganizationId[] All = [Tenant, Operator, Organization.Platform];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public TestMarket Market { get; } = market;

    public IBillingAccountGrain Account => AccountOf(Tenant);

    public static async Task<BillingWorld> StartAsync() => new(await TestMarket.StartAsync());

    public static Money Usd(long cents) => new(Currency.Usd, cents);

    public IBillingAccountGrain AccountOf(OrganizationId organization) => Market.Grains.GetGrain<IBillingAccountGrain>(organization.Value);

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
    }

    /// <summary>
    /// Visits and drains, as the keeper does in operation, until <paramref name="holds"/>. The reservations and leases that
    /// billing tells of its work do not exist here, so the silo as a whole never becomes quiet.
    /// </summary>
    public async Task EventuallyAsync(Func<Task<bool>> holds, params PaymentId[] payments)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                foreach (var payment in payments)
                {
                    await Payment(payment).VisitAsync(null);
                    await Payment(payment).DrainAsync();
                }

                foreach (var organization in All)
                {
                    await AccountOf(organization).VisitAsync(null);
                    await AccountOf(organization).DrainAsync();
                }

                if (await holds())
                {
                    return;
                }
            }
            catch (Exception) when (waited.Elapsed < Patience)
            {
                // An injected fault, or the activation it broke.
            }

            Assert.True(waited.Elapsed < Patience, "It never came to that.");
        }
    }

    public Task DepositBecomesAsync(DepositStatus status) =>
        EventuallyAsync(async () => (await Account.GetDepositAsync(Reservation))?.Status == status, DepositPayment);

    public Task PaymentBecomesAsync(PaymentStatus status) =>
        EventuallyAsync(async () => (await Payment(DepositPayment).GetAsync())?.State.Status == status, DepositPayment);

    public async Task<Money> BalanceAsync(OrganizationId organization, LedgerAccountKind kind, string subject = "")
    {
        var account = await AccountOf(organization).GetAsync();
        var found = account?.State.Balances.FirstOrDefault(balance => balance.Account == LedgerAccount.Of(kind, subject));
        return found?.Amount ?? Usd(0);
    }

    /// <summary>Nothing is on its way, and all books together hold what the gateway holds.</summary>
    public async Task AssertBooksAgreeAsync(long atGateway)
    {
        var total = Usd(0);
        foreach (var organization in All)
        {
            var sum = Usd(0);
            foreach (var balance in (await AccountOf(organization).GetAsync())?.State.Balances ?? [])
            {
                sum += balance.Amount;
            }

            Assert.Equal(Usd(0), sum);
            total += await BalanceAsync(organization, LedgerAccountKind.Gateway);
            foreach (var other in All.Where(other => other != organization))
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
