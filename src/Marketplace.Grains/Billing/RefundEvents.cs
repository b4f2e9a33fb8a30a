using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;

namespace Marketplace.Grains.Billing;

/// <summary>A refund of credit after the event.</summary>
/// <param name="Id">The refund.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="InvoiceId">The invoice whose payments it is taken from.</param>
/// <param name="TenantId">Who gets the money.</param>
/// <param name="OperatorId">Whose credit it was.</param>
/// <param name="Amount">How much.</param>
/// <param name="Paid">Given back so far.</param>
public sealed record RefundData(RefundId Id, CreditRefundStatus Status, InvoiceId InvoiceId, OrganizationId TenantId, OrganizationId OperatorId, Money Amount, Money Paid);

/// <summary>What feeds say of refunds of credit: the tenant's, the operator's and the marketplace's.</summary>
internal static class RefundEvents
{
    public static readonly EventType<RefundData> Requested = new("refund.requested", "Credit is to be given back as money.");
    public static readonly EventType<RefundData> Paid = new("refund.paid", "All of a refund of credit was given back.");
    public static readonly EventType<RefundData> Declined = new("refund.declined", "The gateway declined part of a refund of credit; a person asks again or sends it by bank.");

    public static void Publish(CreditRefund refund, EventType<RefundData> type, Effects effects)
    {
        var data = new RefundData(refund.Id, refund.Status, refund.Invoice, refund.Tenant, refund.Operator, refund.Amount, refund.Paid);
        foreach (var organization in new[] { refund.Tenant, refund.Operator, Organization.Platform }.Distinct())
        {
            effects.Publish(organization, type, data);
        }
    }
}
