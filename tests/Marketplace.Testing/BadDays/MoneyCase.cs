using System.Collections.Immutable;
using System.Diagnostics;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using NodaTime;

namespace Marketplace.Testing.BadDays;

/// <summary>
/// Money of one tenant and one operator: a deposit comes, a month's invoice is issued and paid, the operator and the
/// marketplace get their shares, and the deposit goes back. The reservation and the lease that billing tells of its work do not
/// exist here. Every step insists, as its real caller would.
/// </summary>
public sealed class MoneyCase
{
    private static readonly OrganizationId Marketplace = OrganizationId.From("org_platform");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly MoneyMarket money;
    private readonly string name;

    internal MoneyCase(MoneyMarket money, string name)
    {
        this.money = money;
        this.name = name;
    }

    /// <summary>What the deposit comes to.</summary>
    public static Money DepositAmount => new(Currency.Usd, 500_000);

    /// <summary>What the invoice comes to.</summary>
    public static Money InvoiceAmount => new(Currency.Usd, 1_190_400);

    /// <summary>The operator's share of it.</summary>
    public static Money OperatorShare => InvoiceAmount - InvoiceAmount.Share(Percentage.From(5));

    /// <summary>Who pays.</summary>
    public OrganizationId Tenant => OrganizationId.From("org_t" + name);

    /// <summary>Who is paid.</summary>
    public OrganizationId Operator => OrganizationId.From("org_o" + name);

    /// <summary>What the deposit secures.</summary>
    public ReservationId Reservation => ReservationId.From("rsv_" + name);

    /// <summary>The invoice.</summary>
    public InvoiceId Invoice => Domain.Billing.Invoice.IdOf(Statement);

    /// <summary>The deposit's payment.</summary>
    public PaymentId DepositPayment => Deposit.PaymentOf(Reservation);

    /// <summary>Whether a key names something of this case, or of the marketplace, whose share and comparison belong to it.</summary>
    public bool Concerns(string key) =>
        new[] { Tenant.Value, Operator.Value, Reservation.Value, DepositPayment.Value, Invoice.Value, FirstPayment.Value, Marketplace.Value }.Any(id => key.Contains(id, StringComparison.Ordinal));

    /// <summary>The tenant's account.</summary>
    public IBillingAccountGrain Account => AccountOf(Tenant);

    /// <summary>The payment that the invoice's first attempt makes.</summary>
    public PaymentId FirstPayment => PublicId.Derive<PaymentId>("invoice", Invoice.Value, "1");

    private RentStatement Statement => RentStatements.January(Tenant, Operator, Reservation);

    private AggregateAddress Lease => GrainKeys.Lease(Domain.Leases.Lease.IdOf(Reservation));

    /// <summary>The whole way.</summary>
    public async Task RunAsync()
    {
        await TakeDepositAsync();
        await IssueAsync();
        await PayAsync();
        await GiveDepositBackAsync();
    }

    /// <summary>A deposit is asked for, paid, and held.</summary>
    public async Task TakeDepositAsync()
    {
        await money.InsistAsync(() => Account.OpenDepositAsync(
            new OpenDeposit(Reservation, Operator, DepositAmount, PaymentMethod.Card, TestMarket.Begin + Duration.FromDays(365))));
        await ComesAsync(DepositPayment);
        await EventuallyAsync(async () => (await Account.GetDepositAsync(Reservation))?.Status == DepositStatus.Held);
    }

    /// <summary>Rent is stated, twice, and invoiced.</summary>
    public async Task IssueAsync()
    {
        await TellAsync(1, new RentDue(Statement));
        await TellAsync(1, new RentDue(Statement));
        await TellAsync(2, new RentDue(Statement));
    }

    /// <summary>The invoice is paid, and everyone has a share.</summary>
    public async Task PayAsync()
    {
        await ComesAsync(await StartPaymentAsync());
        await PaidAsync();
    }

    /// <summary>The tenant starts a payment of what is left.</summary>
    public async Task<PaymentId> StartPaymentAsync(string request = "pay") => (await money.InsistAsync(() =>
        Account.PayInvoiceAsync(new PayInvoice(Invoice, PaymentMethod.Card, request)))).Value!.Payment!.Value;

    /// <summary>The gateway knows the payment, the payer pays, and the gateway tells.</summary>
    public async Task ComesAsync(PaymentId payment)
    {
        await money.Bank.PayAsync(await AwaitedAsync(payment));
        await money.NotifyAsync();
    }

    /// <summary>The payment, once its payer is waited for.</summary>
    public async Task<Payment> AwaitedAsync(PaymentId payment)
    {
        await EventuallyAsync(async () => (await Payment(payment).GetAsync())?.State.Status == PaymentStatus.AwaitingPayer, payment);
        return (await money.InsistAsync(() => Payment(payment).GetAsync()))!.State;
    }

    /// <summary>The invoice is paid and everyone has a share.</summary>
    public Task PaidAsync() => EventuallyAsync(async () =>
        (await Account.GetInvoiceAsync(Invoice))?.Status == InvoiceStatus.Paid && await BalanceAsync(Operator, LedgerAccountKind.OperatorPayable) == -OperatorShare);

    /// <summary>The lease is over: the deposit goes back.</summary>
    public async Task GiveDepositBackAsync()
    {
        await TellAsync(3, new LeaseSettled(StatementLease, Reservation, Operator, TestMarket.Begin));
        await EventuallyAsync(async () => (await Account.GetDepositAsync(Reservation))?.Status == DepositStatus.Returned);
    }

    /// <summary>What was charged or given back otherwise than once; empty when all is well.</summary>
    public async Task<ImmutableArray<string>> FaultsAsync()
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        foreach (var (payment, kind, expected) in new[]
        {
            (DepositPayment, GatewayMovementKind.Charge, DepositAmount),
            (DepositPayment, GatewayMovementKind.Refund, -DepositAmount),
            (FirstPayment, GatewayMovementKind.Charge, InvoiceAmount),
        })
        {
            var moved = (await money.MovementsAsync(payment.Value)).Where(movement => movement.Kind == kind).Select(movement => movement.Amount).ToList();
            if (moved is not [var once] || once != expected)
            {
                faults.Add($"{name}: {kind} of {payment} happened as [{string.Join(", ", moved)}], not once as {expected}.");
            }
        }

        if (await BalanceAsync(Tenant, LedgerAccountKind.Gateway) is var gateway && gateway != InvoiceAmount)
        {
            faults.Add($"{name}: the tenant's books have {gateway} at the gateway.");
        }

        return faults.ToImmutable();
    }

    /// <summary>The balance of an account.</summary>
    public async Task<Money> BalanceAsync(OrganizationId organization, LedgerAccountKind kind, string subject = "")
    {
        var account = await AccountOf(organization).GetAsync();
        return account?.State.Balances.FirstOrDefault(balance => balance.Account == LedgerAccount.Of(kind, subject))?.Amount ?? new Money(Currency.Usd, 0);
    }

    /// <summary>
    /// Visits and drains, as the keeper does in operation, with notifications arriving and pauses passing, until
    /// <paramref name="holds"/>.
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

                await DrainAsync();
                await money.NotifyAsync();
                if (await holds())
                {
                    return;
                }
            }
            catch (Exception) when (waited.Elapsed < Patience)
            {
                // An injected fault, or the activation it broke, or the process.
                await money.WhenAliveAsync();
                await Task.Yield();
            }

            // A call that nobody answered is looked up after a pause of market time.
            if (await money.InsistAsync(async () => (await Task.WhenAll(payments.Append(DepositPayment).Append(FirstPayment).Select(payment => Payment(payment).GetAsync())))
                .Select(payment => payment?.State.RetryAt).Max()) is { } retry)
            {
                await money.Market.Clock.SetForwardAsync(retry);
            }

            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"{name} never came to that.");
            }
        }
    }

    /// <summary>Visits what the case consists of, and delivers what waits in outboxes.</summary>
    public async Task<bool> DrainAsync()
    {
        foreach (var payment in new[] { DepositPayment, FirstPayment })
        {
            await Payment(payment).VisitAsync(null);
            await Payment(payment).DrainAsync();
        }

        foreach (var organization in new[] { Tenant, Operator, Marketplace })
        {
            await AccountOf(organization).VisitAsync(null);
            await AccountOf(organization).DrainAsync();
        }

        return true;
    }

    /// <summary>A payment's grain.</summary>
    public IPaymentGrain Payment(PaymentId payment) => money.Market.Grains.GetGrain<IPaymentGrain>(payment.Value);

    private LeaseId StatementLease => Statement.Lease;

    private IBillingAccountGrain AccountOf(OrganizationId organization) => money.Market.Grains.GetGrain<IBillingAccountGrain>(organization.Value);

    private Task<bool> TellAsync(long sequence, Notice notice) => money.InsistAsync(async () =>
    {
        await Account.ReceiveAsync(new Envelope(Lease.ToString(), sequence, notice));
        return true;
    });
}
