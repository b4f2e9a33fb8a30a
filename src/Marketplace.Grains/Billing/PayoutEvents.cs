using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Transparency;

namespace Marketplace.Grains.Billing;

/// <summary>A payout after the event.</summary>
/// <param name="Id">The payout.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="OperatorId">Who is paid.</param>
/// <param name="TenantId">Whose money was collected.</param>
/// <param name="InvoiceId">The invoice it was collected for; null when for none.</param>
/// <param name="Amount">How much.</param>
/// <param name="Reversed">Taken back since.</param>
public sealed record PayoutData(PayoutId Id, PayoutStatus Status, OrganizationId OperatorId, OrganizationId TenantId, InvoiceId? InvoiceId, Money Amount, Money Reversed);

/// <summary>What an operator's feed says of payouts.</summary>
internal static class PayoutEvents
{
    public static readonly EventType<PayoutData> Sent = new("payout.sent", "A payout was transferred to the operator's account at the payment gateway.");
    public static readonly EventType<PayoutData> Failed = new("payout.failed", "The payment gateway declined a payout; its money goes with a later one.");
    public static readonly EventType<PayoutData> Reversed = new("payout.reversed", "Part of a payout was taken back, because of a credit, a refund or a dispute.");

    /// <summary>The payout as events tell it.</summary>
    public static PayoutData Of(Payout payout) =>
        new(payout.Id, payout.Status, payout.Order.Operator, payout.Order.Tenant, payout.Order.Invoice, payout.Order.Amount, payout.Reversed);
}
