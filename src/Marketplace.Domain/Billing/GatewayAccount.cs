using System.Collections.Immutable;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

/// <summary>An operator's account at the gateway, as the gateway shows it.</summary>
/// <param name="Id">The gateway's id.</param>
/// <param name="PayoutsEnabled">Whether the gateway pays this operator.</param>
/// <param name="DetailsSubmitted">Whether the operator has given all that was asked at sign-up.</param>
/// <param name="Requirements">What the gateway still wants to know, in its own words; empty when nothing.</param>
/// <param name="DisabledReason">Why it does not pay, in its own words; null when it does or does not say.</param>
public sealed record GatewayAccount(string Id, bool PayoutsEnabled, bool DetailsSubmitted, ImmutableArray<string> Requirements, string? DisabledReason)
{
    /// <inheritdoc/>
    public bool Equals(GatewayAccount? other) =>
        other is not null && Id == other.Id && PayoutsEnabled == other.PayoutsEnabled && DetailsSubmitted == other.DetailsSubmitted &&
        DisabledReason == other.DisabledReason && Requirements.SequenceEqual(other.Requirements);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, PayoutsEnabled, DetailsSubmitted, DisabledReason, Requirements.Length);
}

/// <summary>What a payout is to bring to an operator; it never changes.</summary>
/// <param name="Id">The payout.</param>
/// <param name="Operator">Who is paid.</param>
/// <param name="Tenant">Whose money was collected.</param>
/// <param name="Invoice">The invoice it was collected for; null when it was for none.</param>
/// <param name="Payment">The payment that brought it in; null when it came outside of the gateway.</param>
/// <param name="Amount">What was collected less the marketplace's fee.</param>
/// <param name="Group">What the payment and its payouts have in common at the gateway: the lease, or the invoice.</param>
public sealed record PayoutOrder(
    PayoutId Id,
    OrganizationId Operator,
    OrganizationId Tenant,
    InvoiceId? Invoice,
    PaymentId? Payment,
    Money Amount,
    string Group);

/// <summary>What a credit on an issued invoice does at the gateway.</summary>
/// <param name="Reference">What credits it, such as the credit note's id; unique for the invoice.</param>
/// <param name="Amount">The whole credit; more than zero.</param>
/// <param name="Unpaid">The part that cuts what is still due.</param>
/// <param name="ToBalance">The part that becomes the customer's balance, because it had been paid.</param>
/// <param name="Text">For people.</param>
public sealed record InvoiceCredit(string Reference, Money Amount, Money Unpaid, Money ToBalance, string Text);
