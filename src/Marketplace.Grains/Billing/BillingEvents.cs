using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <summary>A security deposit after the event.</summary>
/// <param name="Id">The reservation it secures, by which a deposit is known.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="OperatorId">Whom it secures.</param>
/// <param name="PaymentId">The payment that brings it in.</param>
/// <param name="Amount">How much was asked for.</param>
/// <param name="Applied">Taken for invoices.</param>
/// <param name="Returned">Given back.</param>
public sealed record DepositData(ReservationId Id, DepositStatus Status, OrganizationId OperatorId, PaymentId PaymentId, Money Amount, Money Applied, Money Returned);

/// <summary>An invoice after the event.</summary>
/// <param name="Id">The invoice.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Number">Its number in the series of this operator and tenant.</param>
/// <param name="LeaseId">The lease billed.</param>
/// <param name="TenantId">Who pays.</param>
/// <param name="OperatorId">Who is paid.</param>
/// <param name="Total">The sum of its lines.</param>
/// <param name="Settled">What is settled of it.</param>
/// <param name="DueDate">Last day to pay, in the lease's zone.</param>
public sealed record InvoiceData(InvoiceId Id, InvoiceStatus Status, string Number, LeaseId LeaseId, OrganizationId TenantId, OrganizationId OperatorId, Money Total, Money Settled, LocalDate DueDate);

/// <summary>A payment after the event.</summary>
/// <param name="Id">The payment.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="PayerId">Who pays.</param>
/// <param name="PayeeId">For whom it is collected.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="SubjectId">The reservation or invoice, as the purpose says.</param>
/// <param name="Amount">How much.</param>
public sealed record PaymentData(PaymentId Id, PaymentStatus Status, OrganizationId PayerId, OrganizationId PayeeId, PaymentPurpose Purpose, string SubjectId, Money Amount);

/// <summary>What feeds say of money: the payer's; of an invoice, the operator's too.</summary>
internal static class BillingEvents
{
    public static readonly EventType<DepositData> DepositHeld = new("deposit.held", "A deposit is paid and held for the tenant.");
    public static readonly EventType<DepositData> DepositReturned = new("deposit.returned", "What was left of a deposit was given back.");
    public static readonly EventType<DepositData> DepositApplied = new("deposit.applied", "All of a deposit was taken for invoices; nothing was left to give back.");
    public static readonly EventType<DepositData> DepositFailed = new("deposit.failed", "A deposit's payment failed.");
    public static readonly EventType<DepositData> DepositCancelled = new("deposit.cancelled", "A deposit was called off before it was paid.");
    public static readonly EventType<InvoiceData> InvoiceIssued = new("invoice.issued", "An invoice was issued.");
    public static readonly EventType<InvoiceData> InvoicePaid = new("invoice.paid", "Nothing is left to pay of an invoice.");
    public static readonly EventType<InvoiceData> InvoiceOverdue = new("invoice.overdue", "An invoice's due day passed without full payment.");
    public static readonly EventType<PaymentData> ActionRequired = new("payment.action_required", "A payment waits for its payer.");
    public static readonly EventType<PaymentData> Declined = new("payment.declined", "The payer's bank declined a payment; the payer may try again.");
    public static readonly EventType<PaymentData> Processing = new("payment.processing", "The bank is moving a payment.");
    public static readonly EventType<PaymentData> Succeeded = new("payment.succeeded", "A payment brought its money in.");
    public static readonly EventType<PaymentData> Cancelled = new("payment.cancelled", "A payment was called off.");
    public static readonly EventType<PaymentData> Failed = new("payment.failed", "A payment failed.");
    public static readonly EventType<PaymentData> Refunded = new("payment.refunded", "A payment's money was given back.");
    public static readonly EventType<PaymentData> RefundFailed = new("payment.refund_failed", "The gateway declined a refund; a person must look at it.");

    /// <summary>Adds an event of a deposit for the tenant.</summary>
    public static void Publish(BillingAccount after, ReservationId reservation, EventType<DepositData> type, Effects effects)
    {
        var deposit = after.Deposits[reservation];
        effects.Publish(after.Id, type, new(reservation, deposit.Status, deposit.Operator, deposit.Payment, deposit.Amount, deposit.Applied, deposit.Returned));
    }

    /// <summary>Adds an event of an invoice for both parties.</summary>
    public static void Publish(Invoice invoice, EventType<InvoiceData> type, Effects effects)
    {
        var data = new InvoiceData(
            invoice.Id, invoice.Status, invoice.Number, invoice.Lease, invoice.Tenant, invoice.Operator, invoice.Total, invoice.Settled, invoice.DueDate);
        effects.Publish(invoice.Tenant, type, data);
        if (invoice.Operator != invoice.Tenant)
        {
            effects.Publish(invoice.Operator, type, data);
        }
    }

    /// <summary>Adds the event of a payment that moved, for its payer.</summary>
    public static void Publish(Payment after, PaymentFact fact, Effects effects)
    {
        EventType<PaymentData>? type = after.Status switch
        {
            _ when fact is RefundDeclined or RefundRefused => RefundFailed,
            _ when fact is PaymentDeclined or ConfirmationAnswered { Detail: not null } => Declined,
            PaymentStatus.AwaitingPayer => ActionRequired,
            PaymentStatus.Processing => Processing,
            PaymentStatus.Succeeded => Succeeded,
            PaymentStatus.Cancelled => Cancelled,
            PaymentStatus.Failed => Failed,
            PaymentStatus.Returned => Refunded,
            _ => null,
        };
        if (type is not null)
        {
            effects.Publish(after.Order.Payer, type, new(after.Id, after.Status, after.Order.Payer, after.Order.Payee, after.Order.Purpose, after.Order.Subject, after.Order.Amount));
        }
    }
}
