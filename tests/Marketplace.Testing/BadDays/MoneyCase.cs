using System.Globalization;
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
/// Money of one tenant and one operator: a deposit comes, a month's invoice is issued and paid, in as many payments as the
/// gateway wants, the operator and the marketplace get their shares, the operator is paid out, part of the invoice is credited
/// and given back as money, part of the payouts comes back, and the deposit goes back. The reservation and the lease that
/// billing tells of its work do not exist here. Every step insists, as its real caller would.
/// </summary>
public sealed partial class MoneyCase
{
    private static readonly OrganizationId Marketplace = OrganizationId.From("org_platform");
    private const int MostPayments = 6;
    private readonly MoneyMarket money;
    private readonly string name;
    private HashSet<string>? names;
    private bool paidOut;
    private bool refunded;
    private bool disputed;

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
    public Money RefundAmount { get; init; } = new(Currency.Usd, 100_000);

    /// <summary>The operator's share of it.</summary>
    public Money ReversedShare => RefundAmount - RefundAmount.Share(Percentage.From(5));

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
    public bool Concerns(string key)
    {
        names ??= [
            Tenant.Value, Operator.Value, Reservation.Value, DepositPayment.Value, Invoice.Value, Marketplace.Value,
            .. Numbers.Select(number => PaymentOf(number).Value),
            .. Numbers.SelectMany(number => Numbers, (number, begun) => PublicId.Derive<PayoutId>("payout", Operator.Value, "payment:" + PaymentOf(number), Text(begun)).Value),
        ];
        return names.Any(id => key.Contains(id, StringComparison.Ordinal));
    }

    /// <summary>The tenant's account.</summary>
    public IBillingAccountGrain Account => AccountOf(Tenant);

    /// <summary>The payment that the invoice's first attempt makes.</summary>
    public PaymentId FirstPayment => PaymentOf(1);

    /// <summary>First instant after the month that the invoice is for.</summary>
    public Instant ServiceEnd => Statement.StatedAt;

    /// <summary>What is given back of the invoice.</summary>
    public RefundId Refund => RefundId.From("rfd_" + name);

    private RentStatement Statement => RentStatements.January(Tenant, Operator, Reservation);

    private static IEnumerable<int> Numbers => Enumerable.Range(1, MostPayments);

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

    /// <summary>The invoice is paid, every part of it, and everyone has a share.</summary>
    public async Task PayAsync()
    {
        PaymentId? paid = null;
        for (var payment = await StartPaymentAsync(); paid != payment; payment = await NextPaymentAsync(payment))
        {
            await ComesAsync(payment);
            paid = payment;
        }

        await PaidAsync();
    }

    /// <summary>The payment that started by itself after another one had come; that one where nothing is left to pay.</summary>
    public async Task<PaymentId> NextPaymentAsync(PaymentId after)
    {
        Invoice? invoice = null;
        await EventuallyAsync(
            async () => (invoice = await Account.GetInvoiceAsync(Invoice)) is { Status: InvoiceStatus.Paid } || (invoice is { PaymentUnderWay: true, Payment: { } next } && next != after), after);
        return invoice!.Status == InvoiceStatus.Paid ? after : invoice.Payment!.Value;
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

    /// <summary>The operator has signed up at the gateway.</summary>
    public async Task SignUpAsync()
    {
        var account = (await money.InsistAsync(async () => await PayoutAccount.OpenAsync("US") is { IsGranted: true } opened ? opened : throw new TimeoutException("The gateway does not answer."))).Value!;
        await money.Bank.SignUpAsync(account);
        await money.InsistAsync(() => PayoutAccount.RefreshAsync());
    }

    /// <summary>The month has ended and the operator has signed up: what was collected for it is transferred.</summary>
    public async Task PayOutAsync()
    {
        await SignUpAsync();
        await money.Market.Clock.SetForwardAsync(ServiceEnd);
        await PaidOutAsync();
    }

    /// <summary>All that was collected for the operator was transferred.</summary>
    public async Task PaidOutAsync()
    {
        await EventuallyAsync(async () => await BalanceAsync(Operator, LedgerAccountKind.OperatorPayable) == new Money(Currency.Usd, 0));
        paidOut = true;
    }

    /// <summary>Part of the paid invoice is credited, and the credit given back as money: so much of the payouts comes back.</summary>
    public async Task GiveCreditBackAsync()
    {
        await AskForCreditAsync();
        await CreditGivenBackAsync();
    }

    /// <summary>Part of the paid invoice is credited, and the credit asked for as money.</summary>
    public async Task AskForCreditAsync()
    {
        var invoice = (await money.InsistAsync(() => Account.GetInvoiceAsync(Invoice)))!;
        await money.InsistAsync(() => Account.IssueCreditNoteAsync(new IssueCreditNote(CreditNoteId.From("cn_" + name), Operator, invoice, RefundAmount, "Credit")));
        await money.InsistAsync(() => Account.RefundAsync(new RefundCredit(Refund, invoice, RefundAmount, "Given back")));
    }

    /// <summary>The credit was given back, and the operator's share of it came back from its payouts.</summary>
    public async Task CreditGivenBackAsync()
    {
        await EventuallyAsync(async () =>
            (await Account.GetRefundAsync(Refund))?.Status == CreditRefundStatus.Paid
            && Money.Sum(Currency.Usd, (await PayoutsAsync()).Select(payout => payout.Reversed)) == ReversedShare
            && await BalanceAsync(Operator, LedgerAccountKind.OperatorPayable) == new Money(Currency.Usd, 0));
        refunded = true;
    }

    /// <summary>The payer's bank opens or decides a dispute of the whole payment.</summary>
    public Task DisputeAsync(Payment payment, DisputeStatus status)
    {
        disputed = true;
        return money.Bank.DisputeAsync(payment, status);
    }

    /// <summary>The lease is over: the deposit goes back.</summary>
    public async Task GiveDepositBackAsync()
    {
        await TellAsync(3, new LeaseSettled(StatementLease, Reservation, Operator, TestMarket.Begin));
        await EventuallyAsync(async () => (await Account.GetDepositAsync(Reservation))?.Status == DepositStatus.Returned);
    }

    /// <summary>A payment's grain.</summary>
    public IPaymentGrain Payment(PaymentId payment) => money.Market.Grains.GetGrain<IPaymentGrain>(payment.Value);

    private PaymentId PaymentOf(int number) => PublicId.Derive<PaymentId>("invoice", Invoice.Value, Text(number));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private LeaseId StatementLease => Statement.Lease;

    private IBillingAccountGrain AccountOf(OrganizationId organization) => money.Market.Grains.GetGrain<IBillingAccountGrain>(organization.Value);

    private Task<bool> TellAsync(long sequence, Notice notice) => money.InsistAsync(async () =>
    {
        await Account.ReceiveAsync(new Envelope(Lease.ToString(), sequence, notice));
        return true;
    });
}
