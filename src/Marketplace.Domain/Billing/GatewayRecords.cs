using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What moved money at the gateway.</summary>
public enum GatewayMovementKind
{
    /// <summary>A payer's money came in.</summary>
    Charge,

    /// <summary>Money was given back to a payer.</summary>
    Refund,

    /// <summary>A refund failed and its money came back.</summary>
    RefundReturned,

    /// <summary>The payer's bank took money back until it has decided a dispute.</summary>
    Dispute,

    /// <summary>The payer's bank gave disputed money back.</summary>
    DisputeReturned,

    /// <summary>Money went to an operator's account.</summary>
    Transfer,

    /// <summary>Money came back from an operator's account.</summary>
    TransferReversal,

    /// <summary>Money left the gateway for the marketplace's own bank account. The books do not follow it there.</summary>
    Payout,

    /// <summary>What the gateway charges for itself. The books do not carry it: it is the marketplace's cost.</summary>
    Fee,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>One movement of the balance kept at the gateway, as the gateway's own books have it.</summary>
/// <param name="Id">The gateway's id of it.</param>
/// <param name="Kind">What moved.</param>
/// <param name="Subject">Our id that it is for, such as <c>pay_…</c>; null when it names nothing of ours.</param>
/// <param name="Amount">Positive into the balance, negative out of it; before the gateway's fee.</param>
/// <param name="Fee">What the gateway kept of it; never negative.</param>
/// <param name="At">When, in the gateway's time.</param>
public sealed record GatewayMovement(string Id, GatewayMovementKind Kind, string? Subject, Money Amount, Money Fee, Instant At);

/// <summary>A notification the gateway has on record, whether or not it ever arrived.</summary>
/// <param name="Id">The gateway's id of it, the same on every delivery.</param>
/// <param name="Type">What happened, in the gateway's words.</param>
/// <param name="Payment">The payment it is about; null when it is about nothing of ours.</param>
/// <param name="Report">What it says of the payment; null when nothing follows from it.</param>
/// <param name="At">When, in the gateway's time.</param>
/// <param name="Operator">The operator whose account at the gateway it is about; null when it is about none.</param>
/// <param name="Source">The gateway's id of the payment behind what it is about; null when it names none.</param>
/// <param name="Tenant">The tenant whose payment method is set up; null when it is about none.</param>
/// <param name="Setup">The set-up of a payment method it is about; null when it is about none.</param>
public sealed record GatewayNotice(
    string Id,
    string Type,
    PaymentId? Payment,
    GatewayReport? Report,
    Instant At,
    OrganizationId? Operator = null,
    string? Source = null,
    OrganizationId? Tenant = null,
    MethodSetupId? Setup = null);

/// <summary>Part of a list at the gateway, oldest first.</summary>
/// <param name="Items">The items.</param>
/// <param name="Cursor">Where the next page begins: pass as <c>after</c>. Null when nothing was ever listed.</param>
/// <param name="HasMore">Whether there was more when this was read.</param>
public sealed record GatewayPage<T>(ImmutableArray<T> Items, string? Cursor, bool HasMore);

/// <summary>Where a dispute stands.</summary>
public enum DisputeStatus
{
    /// <summary>The payer's bank has taken the money back and has not decided.</summary>
    Open,

    /// <summary>Decided for the marketplace: the money came back.</summary>
    Won,

    /// <summary>Decided for the payer: the money stays away.</summary>
    Lost,
}

/// <summary>A payer's bank takes back money of a payment (a chargeback).</summary>
/// <param name="Id">The gateway's id of it.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Amount">How much was taken back.</param>
/// <param name="Reason">The bank's reason; null when it gave none.</param>
public sealed record PaymentDispute(string Id, DisputeStatus Status, Money Amount, string? Reason);
