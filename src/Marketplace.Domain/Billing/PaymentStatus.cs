using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Marketplace.Domain.Billing;

/// <summary>Where a payment stands.</summary>
public enum PaymentStatus
{
    /// <summary>Not known to the gateway yet.</summary>
    Preparing,

    /// <summary>The gateway waits for the payer: card details, a confirmation, or a transfer.</summary>
    AwaitingPayer,

    /// <summary>The bank is moving the money; it can no longer be called off.</summary>
    Processing,

    /// <summary>The money is here.</summary>
    Succeeded,

    /// <summary>Called off before money moved.</summary>
    Cancelled,

    /// <summary>The gateway refused it for good.</summary>
    Failed,

    /// <summary>Money is being given back.</summary>
    Returning,

    /// <summary>As much was given back as was asked; that may be part of it.</summary>
    Returned,
}

/// <summary>The legal steps between a payment's states, in one table. A payment never goes back, whatever order the gateway's messages come in.</summary>
public static class PaymentStatuses
{
    /// <summary>The states that may follow each state, each with what brings it about.</summary>
    public static IReadOnlyDictionary<PaymentStatus, ImmutableArray<(PaymentStatus To, string By)>> Next { get; } =
        new Dictionary<PaymentStatus, ImmutableArray<(PaymentStatus To, string By)>>
        {
            [PaymentStatus.Preparing] =
            [
                (PaymentStatus.AwaitingPayer, "the gateway knows it"),
                (PaymentStatus.Processing, "the bank moves the money"),
                (PaymentStatus.Succeeded, "the money comes"),
                (PaymentStatus.Cancelled, "it is called off"),
                (PaymentStatus.Failed, "the gateway refuses it"),
            ],
            [PaymentStatus.AwaitingPayer] =
            [
                (PaymentStatus.Processing, "the bank moves the money"),
                (PaymentStatus.Succeeded, "the money comes"),
                (PaymentStatus.Cancelled, "it is called off"),
                (PaymentStatus.Failed, "the gateway refuses it"),
            ],
            [PaymentStatus.Processing] =
            [
                (PaymentStatus.AwaitingPayer, "the bank declines; the payer may try again"),
                (PaymentStatus.Succeeded, "the money comes"),
                (PaymentStatus.Cancelled, "the gateway reports it as called off"),
                (PaymentStatus.Failed, "the gateway refuses it"),
            ],
            [PaymentStatus.Succeeded] =
            [
                (PaymentStatus.Returning, "it is to be given back"),
            ],
            [PaymentStatus.Cancelled] =
            [
                (PaymentStatus.Succeeded, "the money comes all the same"),
            ],
            [PaymentStatus.Failed] =
            [
                (PaymentStatus.Succeeded, "the money comes all the same"),
            ],
            [PaymentStatus.Returning] =
            [
                (PaymentStatus.Returned, "the gateway gave it back"),
                (PaymentStatus.Succeeded, "the gateway cannot give it back; a person must"),
            ],
            [PaymentStatus.Returned] =
            [
                (PaymentStatus.Returning, "more is to be given back"),
                (PaymentStatus.Succeeded, "what had been given back came back"),
            ],
        }.ToFrozenDictionary();

    /// <summary>Whether <paramref name="to"/> may follow <paramref name="from"/>.</summary>
    public static bool CanBecome(this PaymentStatus from, PaymentStatus to) => Next[from].Any(step => step.To == to);

    /// <summary>Whether money has come or may be on its way, so that calling the payment off is too late.</summary>
    public static bool IsPaidOrProcessing(this PaymentStatus status) =>
        status is PaymentStatus.Processing or PaymentStatus.Succeeded or PaymentStatus.Returning or PaymentStatus.Returned;

    /// <summary>Whether its money is here, or was before it was given back.</summary>
    public static bool HasMoney(this PaymentStatus status) => status is PaymentStatus.Succeeded or PaymentStatus.Returning or PaymentStatus.Returned;
}
