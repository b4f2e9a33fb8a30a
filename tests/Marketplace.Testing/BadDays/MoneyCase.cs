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
/// marketplace get their shares, the operator is paid out, part of the invoice is credited and given back as money, part of
/// the payout comes back, and the deposit goes back. The reservation and the lease that billing tells of its work do not
/// exist here. Every step insists, as its real caller would.
/// </summary>
public sealed class MoneyCase
{
    private static readonly OrganizationId Marketplace = OrganizationId.From("org_platform");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly MoneyMarket money;
    private readonly string name;
    private bool paidOut;
    private bool refunded;

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

    /// <summary>What of the invoice is given back.</summary>
    public static Money RefundAmount => new(Currency.Usd, 100_000);

    /// <summary>The operator's share of it.</summary>
    public static Money ReversedShare => RefundAmount - RefundAmount.Share(Percentage.From(5));

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
        new[] { Tenant.Value, Operator.Value, Reservation.Value, DepositPayment.Value, Invoice.Value, FirstPayment.Value, Payout.Value, Marketplace.Value }.Any(id => key.Contains(id, StringComparison.Ordinal));

    /// <summary>The tenant's account.</summary>
    public IBillingAccountGrain Account => AccountOf(Tenant);

    /// <summary>The payment that the invoice's first attempt makes.</summary>
    public PaymentId FirstPayment => PublicId.Derive<PaymentId>("invoice", Invoice.Value, "1");

    /// <summary>The payout of that payment.</summary>
    public PayoutId Payout => PublicId.Derive<PayoutId>("payout", Operator.Value, "payment:" + FirstPayment, "1");

    /// <summary>What is given back of the invoice.</summary>
    public RefundId Refund => RefundId.From("rfd_" + name);

    private RentStatement Statement => RentStatements.January(Tenant, Operator, Reservation);

    private AggregateAddress Lease => GrainKeys.Lease(Domain.Leases.Lease.IdOf(Reservation));

    /// <summary>The whole way.</summary>
    public async Task RunAsync()
    {
        await TakeDepositAsync();
        await IssueAsync();
        await PayAsync();
        await PayOutAsync();
        await GiveCreditBackAsync();
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

    /// <summary>The month has ended and the operator has signed up: what was collected for it is transferred.</summary>
    public async Task PayOutAsync()
    {
        var account = (await money.InsistAsync(async () => await PayoutAccount.OpenAsync("US") is { IsGranted: true } opened ? opened : throw new TimeoutException("The gateway does not answer."))).Value!;
        await money.Bank.SignUpAsync(account);
        await money.Market.Clock.SetForwardAsync(Statement.StatedAt);
        await money.InsistAsync(() => PayoutAccount.RefreshAsync());
        await EventuallyAsync(async () => await BalanceAsync(Operator, LedgerAccountKind.OperatorPayable) == new Money(Currency.Usd, 0));
        paidOut = true;
    }

    /// <summary>Part of the paid invoice is credited, and the credit given back as money: so much of the payout comes back.</summary>
    public async Task GiveCreditBackAsync()
    {
        var invoice = (await money.InsistAsync(() => Account.GetInvoiceAsync(Invoice)))!;
        await money.InsistAsync(() => Account.IssueCreditNoteAsync(new IssueCreditNote(CreditNoteId.From("cn_" + name), Operator, invoice, RefundAmount, "Credit")));
        await money.InsistAsync(() => Account.RefundAsync(new RefundCredit(Refund, invoice, RefundAmount, "Given back")));
        await EventuallyAsync(async () =>
            (await Account.GetRefundAsync(Refund))?.Status == CreditRefundStatus.Paid
            && (await PayoutOf(Payout).GetAsync())?.State.Reversed == ReversedShare
            && await BalanceAsync(Operator, LedgerAccountKind.OperatorPayable) == new Money(Currency.Usd, 0));
        refunded = true;
    }

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
        (string Subject, GatewayMovementKind Kind, Money? Expected)[] once =
        [
            (DepositPayment.Value, GatewayMovementKind.Charge, DepositAmount),
            (DepositPayment.Value, GatewayMovementKind.Refund, -DepositAmount),
            (FirstPayment.Value, GatewayMovementKind.Charge, InvoiceAmount),
            (FirstPayment.Value, GatewayMovementKind.Refund, refunded ? -RefundAmount : null),
            (Payout.Value, GatewayMovementKind.Transfer, paidOut ? -OperatorShare : null),
            (Payout.Value, GatewayMovementKind.TransferReversal, refunded ? ReversedShare : null),
        ];
        foreach (var (subject, kind, expected) in once)
        {
            var moved = (await money.MovementsAsync(subject)).Where(movement => movement.Kind == kind).Select(movement => movement.Amount).ToList();
            if (moved.Count > 1 || (moved.Count == 0 ? (Money?)null : moved[0]) != expected)
            {
                faults.Add($"{name}: {kind} of {subject} happened as [{string.Join(", ", moved)}], not once as {expected?.ToString() ?? "never"}.");
            }
        }

        if (await BalanceAsync(Tenant, LedgerAccountKind.Gateway) is var gateway && gateway != (refunded ? InvoiceAmount - RefundAmount : InvoiceAmount))
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
                .Select(payment => payment?.State.RetryAt).Append((await PayoutOf(Payout).GetAsync())?.State.RetryAt).Max()) is { } retry)
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

        await PayoutAccount.VisitAsync(null);
        await PayoutAccount.DrainAsync();
        await PayoutOf(Payout).VisitAsync(null);
        await PayoutOf(Payout).DrainAsync();

        return true;
    }

    /// <summary>A payment's grain.</summary>
    public IPaymentGrain Payment(PaymentId payment) => money.Market.Grains.GetGrain<IPaymentGrain>(payment.Value);

    private IPayoutAccountGrain PayoutAccount => money.Market.Grains.GetGrain<IPayoutAccountGrain>(Operator.Value);

    private IPayoutGrain PayoutOf(PayoutId payout) => money.Market.Grains.GetGrain<IPayoutGrain>(payout.Value);

    private LeaseId StatementLease => Statement.Lease;

    private IBillingAccountGrain AccountOf(OrganizationId organization) => money.Market.Grains.GetGrain<IBillingAccountGrain>(organization.Value);

    private Task<bool> TellAsync(long sequence, Notice notice) => money.InsistAsync(async () =>
    {
        await Account.ReceiveAsync(new Envelope(Lease.ToString(), sequence, notice));
        return true;
    });
}
