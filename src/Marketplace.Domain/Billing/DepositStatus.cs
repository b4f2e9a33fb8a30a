using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Marketplace.Domain.Billing;

/// <summary>Where a deposit stands.</summary>
public enum DepositStatus
{
    /// <summary>Asked for, not paid.</summary>
    Awaiting,

    /// <summary>Paid and held.</summary>
    Held,

    /// <summary>The payment failed for good.</summary>
    Failed,

    /// <summary>No longer wanted; money that still comes is given back.</summary>
    Cancelled,

    /// <summary>Being given back.</summary>
    Returning,

    /// <summary>What was not taken for invoices was given back.</summary>
    Returned,

    /// <summary>All of it was taken for invoices; nothing was left to give back.</summary>
    Applied,
}

/// <summary>The legal steps between a deposit's states, in one table.</summary>
public static class DepositStatuses
{
    /// <summary>The states that may follow each state, each with what brings it about.</summary>
    public static IReadOnlyDictionary<DepositStatus, ImmutableArray<(DepositStatus To, string By)>> Next { get; } =
        new Dictionary<DepositStatus, ImmutableArray<(DepositStatus To, string By)>>
        {
            [DepositStatus.Awaiting] =
            [
                (DepositStatus.Held, "the money comes"),
                (DepositStatus.Failed, "the gateway refuses the payment"),
                (DepositStatus.Cancelled, "the reservation no longer wants it, or the payment is called off"),
            ],
            [DepositStatus.Held] =
            [
                (DepositStatus.Returning, "the reservation or the lease ends"),
                (DepositStatus.Applied, "the lease ends and owes all of it"),
                (DepositStatus.Returned, "nothing of it is left to give back"),
                (DepositStatus.Failed, "the payer's bank takes all of it back for good"),
            ],
            [DepositStatus.Failed] = [(DepositStatus.Returning, "the money comes all the same")],
            [DepositStatus.Cancelled] = [(DepositStatus.Returning, "the money comes all the same")],
            [DepositStatus.Returning] = [(DepositStatus.Returned, "the gateway gave it back")],
            [DepositStatus.Returned] = [(DepositStatus.Returning, "a dispute of it is won, or more of its money comes")],
            [DepositStatus.Applied] = [(DepositStatus.Returning, "a dispute of it is won, or more of its money comes")],
        }.ToFrozenDictionary();

    /// <summary>Whether nothing of it is held or owed any more.</summary>
    public static bool IsSettled(this DepositStatus status) => status is DepositStatus.Returned or DepositStatus.Applied;

    /// <summary>Whether <paramref name="to"/> may follow <paramref name="from"/>.</summary>
    public static bool CanBecome(this DepositStatus from, DepositStatus to) => Next[from].Any(step => step.To == to);
}
