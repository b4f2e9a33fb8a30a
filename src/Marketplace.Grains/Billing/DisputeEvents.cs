using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <summary>A reminder of an overdue invoice.</summary>
/// <param name="Id">The invoice.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Number">Its number in the series of this operator and tenant.</param>
/// <param name="LeaseId">The lease billed.</param>
/// <param name="TenantId">Who pays.</param>
/// <param name="OperatorId">Who is paid.</param>
/// <param name="Reminder">Which reminder it is, from 1.</param>
/// <param name="Day">The day of the terms' schedule it was sent for.</param>
/// <param name="Outstanding">What is left to pay.</param>
/// <param name="DueDate">The last day on which it could have been paid in time.</param>
public sealed record InvoiceReminderData(
    InvoiceId Id,
    InvoiceStatus Status,
    string Number,
    LeaseId LeaseId,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    int Reminder,
    int Day,
    Money Outstanding,
    LocalDate DueDate);

/// <summary>A dispute of a payment.</summary>
/// <param name="Id">The payment.</param>
/// <param name="PayerId">Who paid.</param>
/// <param name="PayeeId">For whom it was collected.</param>
/// <param name="Purpose">What it was for.</param>
/// <param name="SubjectId">The reservation or invoice, as the purpose says.</param>
/// <param name="DisputeId">The gateway's id of the dispute.</param>
/// <param name="DisputeStatus">Whether the payer's bank has decided, and for whom.</param>
/// <param name="Amount">How much it took back.</param>
/// <param name="Reason">The bank's reason; null when it gave none.</param>
public sealed record DisputeData(
    PaymentId Id,
    OrganizationId PayerId,
    OrganizationId PayeeId,
    PaymentPurpose Purpose,
    string SubjectId,
    string DisputeId,
    DisputeStatus DisputeStatus,
    Money Amount,
    string? Reason);

/// <summary>What feeds say of reminders and disputes: payer's and operator's alike, since both have to act.</summary>
internal static class DisputeEvents
{
    public static readonly EventType<InvoiceReminderData> InvoiceReminded = new("invoice.reminded", "The tenant was reminded of an overdue invoice.");
    public static readonly EventType<InvoiceData> InvoiceReopened = new("invoice.reopened", "A dispute was lost, and an invoice is owed again.");
    public static readonly EventType<DepositData> DepositChargedBack = new("deposit.charged_back", "A dispute was lost, and a deposit is gone in part or whole.");
    public static readonly EventType<DisputeData> DisputeOpened = new("payment.dispute_opened", "The payer's bank took money of a payment back until it decides.");
    public static readonly EventType<DisputeData> DisputeWon = new("payment.dispute_won", "The payer's bank decided against the payer; the money came back.");
    public static readonly EventType<DisputeData> DisputeLost = new("payment.dispute_lost", "The payer's bank decided for the payer; the money stays away.");

    /// <summary>Adds the event of a reminder for both parties.</summary>
    public static void Publish(Invoice invoice, InvoiceReminder reminder, Effects effects)
    {
        var data = new InvoiceReminderData(
            invoice.Id, invoice.Status, invoice.Number, invoice.Lease, invoice.Tenant, invoice.Operator, reminder.Number, reminder.Day, reminder.Outstanding, invoice.DueDate);
        Publish(invoice.Tenant, invoice.Operator, InvoiceReminded, data, effects);
    }

    /// <summary>Adds the event of a dispute that moved, for payer and operator.</summary>
    public static void Publish(Payment payment, PaymentDispute dispute, Effects effects)
    {
        var order = payment.Order;
        var type = dispute.Status switch { DisputeStatus.Open => DisputeOpened, DisputeStatus.Won => DisputeWon, _ => DisputeLost };
        var data = new DisputeData(payment.Id, order.Payer, order.Payee, order.Purpose, order.Subject, dispute.Id, dispute.Status, dispute.Amount, dispute.Reason);
        Publish(order.Payer, order.Payee, type, data, effects);
    }

    private static void Publish<TData>(OrganizationId payer, OrganizationId payee, EventType<TData> type, TData data, Effects effects)
        where TData : class
    {
        effects.Publish(payer, type, data);
        if (payee != payer)
        {
            effects.Publish(payee, type, data);
        }
    }
}
