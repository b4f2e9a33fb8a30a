using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Marketplace.Domain.Billing;

/// <summary>Where a payout stands.</summary>
public enum PayoutStatus
{
    /// <summary>Being transferred.</summary>
    Sending,

    /// <summary>The gateway made the transfer; part of it may have been taken back since.</summary>
    Sent,

    /// <summary>The gateway would not make it; the money goes with a later payout.</summary>
    Failed,
}

/// <summary>The legal steps between a payout's states, in one table.</summary>
public static class PayoutStatuses
{
    /// <summary>The states that may follow each state, each with what brings it about.</summary>
    public static IReadOnlyDictionary<PayoutStatus, ImmutableArray<(PayoutStatus To, string By)>> Next { get; } =
        new Dictionary<PayoutStatus, ImmutableArray<(PayoutStatus To, string By)>>
        {
            [PayoutStatus.Sending] =
            [
                (PayoutStatus.Sent, "the gateway makes the transfer"),
                (PayoutStatus.Failed, "the gateway declines it"),
            ],
            [PayoutStatus.Sent] = [],
            [PayoutStatus.Failed] = [],
        }.ToFrozenDictionary();

    /// <summary>Whether <paramref name="to"/> may follow <paramref name="from"/>.</summary>
    public static bool CanBecome(this PayoutStatus from, PayoutStatus to) => Next[from].Any(step => step.To == to);
}
