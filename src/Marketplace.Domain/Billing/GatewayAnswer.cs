using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

/// <summary>What a call to the payment gateway came to. Every error of an outside service becomes one of these.</summary>
public enum GatewayOutcome
{
    /// <summary>The gateway knows the payment and waits for the payer.</summary>
    Created,

    /// <summary>The payer must do more: confirm at the bank, or try another card.</summary>
    NeedsAction,

    /// <summary>The bank is moving the money.</summary>
    Processing,

    /// <summary>The money is here (or, of a refund, has been given back).</summary>
    Succeeded,

    /// <summary>The payment was called off; no money will come.</summary>
    Cancelled,

    /// <summary>A definite no, which repeating does not change.</summary>
    Declined,

    /// <summary>The gateway knows no such payment or refund.</summary>
    NotFound,

    /// <summary>Nobody knows: the call timed out or the gateway failed. It must be looked up before it is repeated.</summary>
    Unknown,
}

/// <summary>The gateway's answer, or what one of its signed notifications says.</summary>
/// <param name="Outcome">What it came to.</param>
/// <param name="GatewayId">The gateway's own id of the payment; null when there is none.</param>
/// <param name="Detail">For people; null when there is nothing to add.</param>
public sealed record GatewayAnswer(GatewayOutcome Outcome, string? GatewayId = null, string? Detail = null);

/// <summary>What a payment is for.</summary>
public enum PaymentPurpose
{
    /// <summary>A deposit; the subject is a reservation.</summary>
    Deposit,

    /// <summary>An invoice.</summary>
    Invoice,
}

/// <summary>What a call to the gateway is to bring about.</summary>
public enum GatewayPurpose
{
    /// <summary>Make the payment known.</summary>
    Create,

    /// <summary>Call it off.</summary>
    Cancel,

    /// <summary>Give the money back.</summary>
    Refund,
}

/// <summary>A call to the gateway, written down before it is made.</summary>
/// <param name="Purpose">What it is to bring about.</param>
/// <param name="Attempt">1 for the first; a new attempt is made only after the gateway stored an error for the old one.</param>
/// <param name="Key">The gateway's idempotency key: the same call is never carried out twice.</param>
/// <param name="Uncertain">Whether an earlier try ended with nobody knowing, so that it must be looked up first.</param>
/// <param name="Tries">How often it was tried.</param>
public sealed record GatewayCall(GatewayPurpose Purpose, int Attempt, string Key, bool Uncertain, int Tries)
{
    /// <summary>The call for a payment, with the key that payment, purpose and attempt give.</summary>
    public static GatewayCall For(PaymentId payment, GatewayPurpose purpose, int attempt) =>
        new(purpose, attempt, PublicId.Digest(payment.Value, purpose.ToString(), attempt.ToString(System.Globalization.CultureInfo.InvariantCulture)), false, 0);
}
