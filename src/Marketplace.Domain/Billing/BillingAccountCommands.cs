using System.Collections.Immutable;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What can be asked of an organization's billing account.</summary>
public abstract record BillingCommand;

/// <summary>Asks the organization for a deposit. Repeated with the same figures it changes nothing.</summary>
/// <param name="Reservation">What it secures.</param>
/// <param name="Operator">Whom it secures.</param>
/// <param name="Amount">How much; more than zero.</param>
/// <param name="Method">How it will be paid.</param>
/// <param name="Deadline">When the reservation stops waiting, in market time.</param>
public sealed record OpenDeposit(ReservationId Reservation, OrganizationId Operator, Money Amount, PaymentMethod Method, Instant Deadline) : BillingCommand
{
    /// <summary>Who holds it, and until when it is needed; null where the contract names no custody.</summary>
    public DepositCustody? Custody { get; init; }

    /// <summary>The most that one payment takes; what is more follows in further payments, each once the one before has come. Null for no limit.</summary>
    public Money? Most { get; init; }
}

/// <summary>The deposit's payment can no longer happen, or was never asked for: a later request for it is refused.</summary>
/// <param name="Reservation">What it would have secured.</param>
/// <param name="Reason">For people.</param>
public sealed record CancelDeposit(ReservationId Reservation, string Reason) : BillingCommand;

/// <summary>Gives a deposit back: what is held now, or whatever still comes.</summary>
/// <param name="Reservation">What it secured.</param>
/// <param name="Reason">For people, 1 to 500 characters.</param>
public sealed record ReturnDeposit(ReservationId Reservation, string Reason) : BillingCommand;

/// <summary>Invoices a statement of rent, once per its key.</summary>
/// <param name="Statement">What to bill.</param>
/// <param name="Inputs">What was looked up for it.</param>
public sealed record BillRent(RentStatement Statement, BillingInputs Inputs) : BillingCommand
{
    /// <summary>Bills with nothing known of anybody: no tax, no index.</summary>
    public BillRent(RentStatement statement)
        : this(statement, BillingInputs.None)
    {
    }
}

/// <summary>Nothing more will be billed for a lease: its deposit is taken for what is owed and the rest given back.</summary>
public sealed record SettleLease(LeaseId Lease, ReservationId Reservation) : BillingCommand;

/// <summary>Starts a payment of what is left of an invoice.</summary>
/// <param name="Invoice">The invoice.</param>
/// <param name="Method">How it will be paid.</param>
/// <param name="Request">What makes the request repeatable; null for one that is not.</param>
public sealed record PayInvoice(InvoiceId Invoice, PaymentMethod Method, string? Request = null) : BillingCommand
{
    /// <summary>The most that one payment takes; what is more follows in further payments, each once the one before has come. Null for no limit.</summary>
    public Money? Most { get; init; }
}

/// <summary>A payment for this account brought in its money.</summary>
public sealed record TakePayment(PaymentOrder Order) : BillingCommand;

/// <summary>A payment for this account will bring in nothing.</summary>
/// <param name="Order">The payment.</param>
/// <param name="CalledOff">Whether it was called off rather than refused by the gateway.</param>
/// <param name="Reason">For people.</param>
public sealed record GiveUpPayment(PaymentOrder Order, bool CalledOff, string Reason) : BillingCommand;

/// <summary>The gateway gave the money of a payment back.</summary>
/// <param name="Order">The payment.</param>
/// <param name="Amount">How much.</param>
/// <param name="Reference">What it was for; null for a deposit's only refund.</param>
/// <param name="Attempt">How often the gateway had declined it before.</param>
public sealed record TakeRefund(PaymentOrder Order, Money Amount, string? Reference = null, int Attempt = 0) : BillingCommand;

/// <summary>Takes another ledger's entry into this one, as its mirror under the same fact id.</summary>
public sealed record TakeTransfer(OnwardTransfer Transfer, OrganizationId From) : BillingCommand;

/// <summary>Takes where a dispute of a payment stands; an opening that was never heard of comes with the decision.</summary>
/// <param name="Order">The payment.</param>
/// <param name="Dispute">The dispute.</param>
/// <param name="Archived">The invoice paid, where it has left the account as settled; null otherwise.</param>
public sealed record TakeDispute(PaymentOrder Order, PaymentDispute Dispute, Invoice? Archived) : BillingCommand;

/// <summary>Keeps part of what this organization has earned from being paid out, or gives it free again.</summary>
public sealed record TakePayoutHold(PayoutHold Hold) : BillingCommand;

/// <summary>Marks what has fallen overdue, and sends the reminders that are due.</summary>
public sealed record MarkOverdueInvoices : BillingCommand;

/// <summary>Collects invoices of an operator in a currency by themselves from now on, otherwise than before, or (null) no longer.</summary>
public sealed record ChangeCollection(OrganizationId Operator, Currency Currency, Collection? Collection) : BillingCommand;

/// <summary>Starts the payments of invoices whose time to be collected has come.</summary>
/// <param name="Most">The most that one payment takes, in each currency that has a limit.</param>
public sealed record CollectInvoices(ImmutableArray<Money> Most) : BillingCommand;

/// <summary>Value that leaves one organization's books for another's.</summary>
/// <param name="FactId">The fact, the same in both ledgers.</param>
/// <param name="To">Whose books it goes to.</param>
/// <param name="Amount">How much.</param>
/// <param name="PlatformFee">The part of it that goes on to the marketplace; zero for the marketplace's own fee.</param>
/// <param name="Text">For people.</param>
public sealed record OnwardTransfer(string FactId, OrganizationId To, Money Amount, Money PlatformFee, string Text)
{
    /// <summary>The invoice it was collected for; null when for none, and in transfers older than payouts.</summary>
    public InvoiceId? Invoice { get; init; }

    /// <summary>The payment through the gateway that brought it in; null when it came another way.</summary>
    public PaymentId? Payment { get; init; }

    /// <summary>What that payment bears at the gateway as its group: the invoice or reservation; null without a payment.</summary>
    public string? Group { get; init; }

    /// <summary>First instant after the service it pays for, before which it is not paid out; null when it pays for none.</summary>
    public Instant? PayableFrom { get; init; }

    /// <summary>What the tenant has as credit with the operator from now on, as far as the operator bears it; null where the transfer does not change that.</summary>
    public CreditLeft? Credit { get; init; }

    /// <summary>What was disputed and is lost, so that it is kept from being paid out no longer: it is gone with this transfer. Null where none is.</summary>
    public PayoutHold? Released { get; init; }

    /// <summary>True where the marketplace sent it from its bank account; null where it is the marketplace's fee.</summary>
    public bool? OutOfBank { get; init; }
}

/// <summary>What a tenant has as credit with an operator.</summary>
/// <param name="Amount">As far as the operator bears it.</param>
/// <param name="Number">Entries in the tenant's books: the higher one is the newer.</param>
public sealed record CreditLeft(Money Amount, long Number);

/// <summary>Money of this organization as an operator left the gateway for its own account (positive), or came back.</summary>
public sealed record TakePayoutPosting(string FactId, PayoutId Payout, Money Amount) : BillingCommand;

/// <summary>An operator's share of disputed money: collected, and not to be paid out until the dispute is decided.</summary>
/// <param name="FactId">The fact, posted once.</param>
/// <param name="Payment">The disputed payment.</param>
/// <param name="Operator">Whose share.</param>
/// <param name="Amount">Positive keeps it from being paid out, negative gives it free.</param>
/// <param name="Text">For people.</param>
/// <param name="Tenant">Whose payment; null where payouts hear of it another way, and in holds older than payouts.</param>
public sealed record PayoutHold(string FactId, PaymentId Payment, OrganizationId Operator, Money Amount, string Text, OrganizationId? Tenant = null);

/// <summary>What a lease asks before it takes a step of dunning.</summary>
/// <param name="Invoices">The overdue invoices.</param>
/// <param name="CallOff">Whether payments under way are to be called off, at the gateway first, so that none of them can still come.</param>
public sealed record LookForMoney(ImmutableArray<InvoiceId> Invoices, bool CallOff);
