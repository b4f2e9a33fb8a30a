using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;

namespace Marketplace.Grains.Billing;

/// <summary>Billing to reservation: the deposit is paid and held.</summary>
public sealed record DepositHeld(ReservationId Reservation, PaymentId Payment, Money Amount) : Notice;

/// <summary>Billing to reservation: the deposit's payment ended for good without its asking.</summary>
public sealed record DepositFailed(ReservationId Reservation, PaymentId Payment, string Reason) : Notice;

/// <summary>Billing to lease: an invoice is past its due day.</summary>
public sealed record InvoiceOverdue(LeaseId Lease, InvoiceId Invoice) : Notice;

/// <summary>Billing to lease: nothing is left to pay of an invoice.</summary>
public sealed record InvoicePaid(LeaseId Lease, InvoiceId Invoice) : Notice;

/// <summary>Billing to payment: collect it.</summary>
public sealed record CollectPayment(PaymentOrder Order) : Notice;

/// <summary>Billing to payment: give its money back.</summary>
public sealed record RefundPayment(PaymentId Payment, Money Amount, string Reason) : Notice;

/// <summary>Billing to payment: call it off if that is still possible.</summary>
public sealed record StopPayment(PaymentOrder Order, string Reason) : Notice;

/// <summary>Payment to billing: the money is here.</summary>
public sealed record PaymentReceived(PaymentOrder Order) : Notice;

/// <summary>Payment to billing: no money will come, because it was called off or because the gateway refused it.</summary>
public sealed record PaymentFailed(PaymentOrder Order, bool CalledOff, string Reason) : Notice;

/// <summary>Payment to billing: the money was given back.</summary>
public sealed record PaymentReturned(PaymentOrder Order, Money Amount) : Notice;

/// <summary>One billing account to another: value for your books, under the same fact id as in the sender's.</summary>
public sealed record ValueTransferred(OrganizationId From, OnwardTransfer Transfer) : Notice;
