using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <summary>A payment method.</summary>
/// <param name="Id">The method.</param>
/// <param name="TenantId">Whose it is.</param>
/// <param name="OperatorId">Whose invoices and deposits it pays.</param>
/// <param name="Currency">The currency it pays in.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Brand">The card's brand; null for a bank account.</param>
/// <param name="LastFour">The last four digits; null where the gateway does not tell.</param>
/// <param name="ValidThrough">The last day on which it is valid; null for what does not expire.</param>
public sealed record PaymentMethodData(
    PaymentMethodId Id,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    Currency Currency,
    MethodKind Kind,
    string? Brand,
    string? LastFour,
    LocalDate? ValidThrough);

/// <summary>What feeds say of payment methods.</summary>
internal static class MethodEvents
{
    public static readonly EventType<PaymentMethodData> Added = new("payment_method.added", "A payment method was added.");
    public static readonly EventType<PaymentMethodData> Expiring = new("payment_method.expiring", "A payment method expires within 30 days; add another one before.");
    public static readonly EventType<PaymentMethodData> Removed = new("payment_method.removed", "A payment method was removed.");

    /// <summary>Adds an event of a method for its tenant.</summary>
    public static void Publish(OrganizationId tenant, KeptMethod method, EventType<PaymentMethodData> type, Effects effects)
    {
        var details = method.Details;
        effects.Publish(tenant, type, new(method.Id, tenant, method.Operator, method.Currency, details.Kind, details.Brand, details.LastFour, details.ValidThrough));
    }
}
