using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <summary>Billing to reservation: the deposit is paid and held.</summary>
public sealed record DepositHeld(ReservationId Reservation, PaymentId Payment, Money Amount) : Notice;

/// <summary>Billing to reservation: the deposit's payment ended for good without its asking.</summary>
public sealed record DepositFailed(ReservationId Reservation, PaymentId Payment, string Reason) : Notice;

/// <summary>Billing to lease: an invoice is past its due day.</summary>
/// <param name="Lease">The lease billed.</param>
/// <param name="Invoice">The invoice.</param>
/// <param name="Since">First instant after its due day; null in notices older than dunning.</param>
public sealed record InvoiceOverdue(LeaseId Lease, InvoiceId Invoice, Instant? Since = null) : Notice;

/// <summary>Billing to lease: the tenant was reminded of an overdue invoice.</summary>
public sealed record PaymentReminded(LeaseId Lease, InvoiceId Invoice, int Number, int Day) : Notice;

/// <summary>Billing to lease: a payment of an invoice is disputed, or no longer is.</summary>
public sealed record InvoiceDisputed(LeaseId Lease, InvoiceId Invoice, bool IsOpen) : Notice;

/// <summary>Billing to lease: nothing is left to pay of an invoice.</summary>
public sealed record InvoicePaid(LeaseId Lease, InvoiceId Invoice) : Notice;

/// <summary>Billing to payment: collect it.</summary>
public sealed record CollectPayment(PaymentOrder Order) : Notice;

/// <summary>Billing to payment: give its money back.</summary>
public sealed record RefundPayment(PaymentId Payment, Money Amount, string Reason, string? Reference = null) : Notice;

/// <summary>Billing to payment: call it off if that is still possible.</summary>
public sealed record StopPayment(PaymentOrder Order, string Reason) : Notice;

/// <summary>Billing to payment, asked for before: call it off if that is still possible; nothing is owed any more.</summary>
public sealed record CallOffPayment(PaymentId Payment, string Reason) : Notice;

/// <summary>Payment to payment methods: it uses this method from now on.</summary>
public sealed record MethodTaken(PaymentId Payment, PaymentMethodId Method) : Notice;

/// <summary>Payment to payment methods: it uses none any more.</summary>
public sealed record MethodFreed(PaymentId Payment) : Notice;

/// <summary>Payment methods to billing: collect invoices of this operator in this currency like this from now on, or (null) no longer.</summary>
public sealed record CollectionSettled(OrganizationId Operator, Currency Currency, Collection? Collection) : Notice;

/// <summary>Payment to billing: the money is here.</summary>
public sealed record PaymentReceived(PaymentOrder Order) : Notice;

/// <summary>Payment to billing: no money will come, because it was called off or because the gateway refused it.</summary>
public sealed record PaymentFailed(PaymentOrder Order, bool CalledOff, string Reason) : Notice;

/// <summary>Payment to billing: the money was given back.</summary>
/// <param name="Order">The payment.</param>
/// <param name="Amount">How much.</param>
/// <param name="Reference">Of the refund in its payment; null in notices older than references.</param>
/// <param name="Attempt">How often the gateway had declined it before.</param>
public sealed record PaymentReturned(PaymentOrder Order, Money Amount, string? Reference = null, int Attempt = 0) : Notice;

/// <summary>Payment to billing: the gateway declined for good to give money back, or what it had sent came back to it.</summary>
public sealed record ReturnDeclined(PaymentOrder Order, Money Amount, string Reference, int Attempt, string Detail, bool WasMade) : Notice;

/// <summary>Billing to reconciliation: so much of a payment was to be given back and the gateway declined; zero once somebody has given it back.</summary>
public sealed record ReturnStuck(OrganizationId Organization, PaymentId Payment, Money Amount) : Notice;

/// <summary>Payment to billing: the payer's bank opened or decided a dispute.</summary>
public sealed record DisputeMoved(PaymentOrder Order, PaymentDispute Dispute) : Notice;

/// <summary>Billing to reconciliation: these books posted on their account of the gateway.</summary>
public sealed record GatewayPosted(OrganizationId Organization, string FactId, ImmutableArray<Money> Amounts) : Notice;

/// <summary>One billing account to another: part of what you have earned may not be paid out, or may be again.</summary>
public sealed record PayoutHeld(PayoutHold Hold) : Notice;

/// <summary>Reservation to billing: it is confirmed, and its contract asks for rent to be prepaid.</summary>
public sealed record PrepaymentAgreed(ReservationId Reservation, OrganizationId Operator, ContractTerms Terms, Money Total, ContractNames? Names = null) : Notice;

/// <summary>Reservation to billing: it ended, so nothing more is prepaid.</summary>
public sealed record PrepaymentOver(ReservationId Reservation) : Notice;

/// <summary>The marketplace's billing account to a tenant's: a bank transfer came that names this invoice; take what it owes.</summary>
public sealed record BankReceiptOffered(BankReceiptId Receipt, int Offer, Money Amount, ReferencedInvoice For, bool Keep) : Notice;

/// <summary>A tenant's billing account to the marketplace's: what it took of a bank transfer.</summary>
public sealed record BankReceiptAccepted(BankReceiptId Receipt, int Offer, OrganizationId From, Money Taken, Money Kept) : Notice;

/// <summary>One billing account to another: value for your books, under the same fact id as in the sender's.</summary>
public sealed record ValueTransferred(OrganizationId From, OnwardTransfer Transfer) : Notice;
