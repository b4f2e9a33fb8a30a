using Marketplace.Domain.Primitives;
using NodaTime;

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

    /// <summary>The money is here (of a payment), or what was asked for has happened (of anything else).</summary>
    Succeeded,

    /// <summary>The payment was called off; no money will come.</summary>
    Cancelled,

    /// <summary>A definite no, which repeating does not change.</summary>
    Declined,

    /// <summary>A definite no for now: the gateway holds too little of our money. The same call may succeed later, under a new key.</summary>
    Short,

    /// <summary>The gateway knows no such thing.</summary>
    NotFound,

    /// <summary>Nobody knows: the call timed out or the gateway failed. It must be looked up before it is repeated.</summary>
    Unknown,
}

/// <summary>The gateway's answer, or what one of its signed notifications says.</summary>
/// <param name="Outcome">What it came to.</param>
/// <param name="GatewayId">The gateway's own id of the thing; null when there is none.</param>
/// <param name="Detail">For people; null when there is nothing to add.</param>
/// <param name="KeySpent">
/// Whether the gateway keeps this answer under the call's key and would only repeat it: once a look-up has found nothing, the
/// call is made under the key of a new attempt.
/// </param>
public sealed record GatewayAnswer(GatewayOutcome Outcome, string? GatewayId = null, string? Detail = null, bool KeySpent = false);

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

    /// <summary>Pay an operator.</summary>
    Transfer,

    /// <summary>Take part of a transfer back.</summary>
    Reversal,

    /// <summary>Open an operator's account at the gateway.</summary>
    Account,

    /// <summary>Write the gateway's copy of an invoice.</summary>
    Invoice,

    /// <summary>Count a payment towards that copy.</summary>
    Attachment,

    /// <summary>Write the copy of a credit note.</summary>
    CreditNote,

    /// <summary>Close the copy of an invoice that was settled outside of the gateway.</summary>
    Closing,

    /// <summary>Take credit that is given back as money off the customer's balance there.</summary>
    CreditDebit,

    /// <summary>Pay with a kept method.</summary>
    Confirm,

    /// <summary>Open a page on which a payer sets a payment method up.</summary>
    Setup,

    /// <summary>Give a kept payment method up.</summary>
    Detach,
}

/// <summary>A call to the gateway, written down before it is made.</summary>
/// <param name="Purpose">What it is to bring about.</param>
/// <param name="Attempt">1 for the first; a new attempt is made only after the gateway stored an error for the old one.</param>
/// <param name="Key">The gateway's idempotency key: the same call is never carried out twice.</param>
/// <param name="Uncertain">Whether an earlier try ended with nobody knowing, so that it must be looked up first.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="MadeAt">
/// Real time of the first try, before which nothing of it can be at the gateway; null when it is not known. Kept over attempts.
/// </param>
/// <param name="KeySpent">Whether the gateway stored an error under <paramref name="Key"/>.</param>
/// <param name="Subject">
/// What it is about, the same over all attempts: the gateway keeps it with what the call made, and a look-up finds it by that. Null for
/// calls written before subjects were kept.
/// </param>
public sealed record GatewayCall(
    GatewayPurpose Purpose,
    int Attempt,
    string Key,
    bool Uncertain,
    int Tries,
    Instant? MadeAt = null,
    bool KeySpent = false,
    string? Subject = null)
{
    /// <summary>The call for a payment, with the key that payment, purpose and attempt give.</summary>
    public static GatewayCall For(PaymentId payment, GatewayPurpose purpose, int attempt) => For(payment.Value, purpose, attempt);

    /// <summary>The call about <paramref name="subject"/>, with the key that subject, purpose and attempt give.</summary>
    public static GatewayCall For(string subject, GatewayPurpose purpose, int attempt) =>
        new(purpose, attempt, KeyOf(subject, purpose, attempt), false, 0, null, false, subject);

    /// <summary>The call once a look-up has found nothing of it: under the same key, or a new attempt's where that one is spent.</summary>
    public GatewayCall Again() => KeySpent && Subject is { } subject
        ? this with { Attempt = Attempt + 1, Key = KeyOf(subject, Purpose, Attempt + 1), Uncertain = false, KeySpent = false }
        : this with { Uncertain = false };

    /// <summary>The call after a try whose outcome nobody knows.</summary>
    public GatewayCall Unanswered(bool keySpent) => this with { Uncertain = true, Tries = Tries + 1, KeySpent = KeySpent || keySpent };

    /// <summary>How long to wait before the next try: 5 s at first, twice as long each time, 10 minutes at most.</summary>
    public Duration Pause() => Duration.FromSeconds(Math.Min(600, 5 * Math.Pow(2, Math.Min(Tries, 10))));

    private static string KeyOf(string subject, GatewayPurpose purpose, int attempt) =>
        PublicId.Digest(subject, purpose.ToString(), attempt.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
