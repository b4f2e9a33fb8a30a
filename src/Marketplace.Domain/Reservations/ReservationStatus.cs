using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Marketplace.Domain.Reservations;

/// <summary>Where a reservation stands on its way from request to fulfilment.</summary>
public enum ReservationStatus
{
    /// <summary>Written down; a pool is being asked for a hold.</summary>
    Requested,

    /// <summary>A pool holds the capacity; what comes next is being prepared.</summary>
    Held,

    /// <summary>Held, and an approval is missing.</summary>
    AwaitingApproval,

    /// <summary>Held, and a signature is missing.</summary>
    AwaitingSignature,

    /// <summary>Held, and the deposit is missing.</summary>
    AwaitingDeposit,

    /// <summary>Binding on both sides; the pool has confirmed the hold.</summary>
    Confirmed,

    /// <summary>Binding, but the pool's supply no longer covers all of it.</summary>
    Delayed,

    /// <summary>Part of the quantity has been handed over.</summary>
    Delivering,

    /// <summary>All of the quantity has been handed over.</summary>
    Fulfilled,

    /// <summary>It ended with part of the quantity handed over.</summary>
    PartiallyFulfilled,

    /// <summary>Ended by a party, or by withdrawal of the capacity, before any delivery.</summary>
    Cancelled,

    /// <summary>An approval, a signature or the deposit did not come in time.</summary>
    Expired,

    /// <summary>No pool would hold it, or a party declined it.</summary>
    Refused,
}

/// <summary>The one table of a reservation's legal steps.</summary>
public static class ReservationStatuses
{
    /// <summary>The statuses that may follow each status, each with what brings it about; staying where it is is always legal.</summary>
    public static IReadOnlyDictionary<ReservationStatus, ImmutableArray<(ReservationStatus To, string By)>> Next { get; } =
        new Dictionary<ReservationStatus, ImmutableArray<(ReservationStatus To, string By)>>
        {
            [ReservationStatus.Requested] =
            [
                (ReservationStatus.Held, "a pool holds the capacity"),
                (ReservationStatus.Cancelled, "the tenant cancels"),
                (ReservationStatus.Refused, "the quote cannot be used, or no pool holds the capacity"),
            ],
            [ReservationStatus.Held] =
            [
                (ReservationStatus.AwaitingApproval, "the terms ask for an approval"),
                (ReservationStatus.AwaitingSignature, "the terms ask for a signature and for no approval"),
                (ReservationStatus.AwaitingDeposit, "the terms ask for a deposit and for no paper"),
                (ReservationStatus.Confirmed, "nothing is asked for and the pool confirms"),
                (ReservationStatus.Delayed, "the pool confirms what supply no longer covers"),
                (ReservationStatus.Cancelled, "a party cancels, or the capacity is withdrawn"),
            ],
            [ReservationStatus.AwaitingApproval] =
            [
                (ReservationStatus.AwaitingSignature, "the last approval comes and a signature is asked for"),
                (ReservationStatus.AwaitingDeposit, "the last approval comes and a deposit is asked for"),
                (ReservationStatus.Confirmed, "the last approval comes, nothing more is asked for and the pool confirms"),
                (ReservationStatus.Delayed, "the same, and supply no longer covers it"),
                (ReservationStatus.Cancelled, "a party cancels, or the capacity is withdrawn"),
                (ReservationStatus.Expired, "the deadline passes"),
                (ReservationStatus.Refused, "a party declines"),
            ],
            [ReservationStatus.AwaitingSignature] =
            [
                (ReservationStatus.AwaitingApproval, "an amendment starts the paper again"),
                (ReservationStatus.AwaitingDeposit, "the last signature comes and a deposit is asked for"),
                (ReservationStatus.Confirmed, "the last signature comes, nothing more is asked for and the pool confirms"),
                (ReservationStatus.Delayed, "the same, and supply no longer covers it"),
                (ReservationStatus.Cancelled, "a party cancels, or the capacity is withdrawn"),
                (ReservationStatus.Expired, "the deadline passes"),
                (ReservationStatus.Refused, "a party declines"),
            ],
            [ReservationStatus.AwaitingDeposit] =
            [
                (ReservationStatus.Confirmed, "the deposit is held and the pool confirms"),
                (ReservationStatus.Delayed, "the same, and supply no longer covers it"),
                (ReservationStatus.Cancelled, "a party cancels, or the capacity is withdrawn, and the deposit is called off or goes back"),
                (ReservationStatus.Expired, "the deadline passes and the deposit is durably called off"),
            ],
            [ReservationStatus.Confirmed] =
            [
                (ReservationStatus.Delayed, "supply no longer covers it"),
                (ReservationStatus.Delivering, "part of the quantity is handed over"),
                (ReservationStatus.Fulfilled, "all of it is handed over at once"),
                (ReservationStatus.Cancelled, "the operator cancels, the tenant leaves after a first day without delivery, the capacity is withdrawn, or the term passes without delivery"),
            ],
            [ReservationStatus.Delayed] =
            [
                (ReservationStatus.Confirmed, "supply covers it again"),
                (ReservationStatus.Delivering, "part of the quantity is handed over"),
                (ReservationStatus.Fulfilled, "all of it is handed over at once"),
                (ReservationStatus.Cancelled, "the operator cancels, the tenant leaves after its start, the capacity is withdrawn, or the term passes without delivery"),
            ],
            [ReservationStatus.Delivering] =
            [
                (ReservationStatus.Fulfilled, "the rest is handed over"),
                (ReservationStatus.PartiallyFulfilled, "the term or the lease ends before the rest is handed over"),
            ],
            [ReservationStatus.Fulfilled] = [],
            [ReservationStatus.PartiallyFulfilled] = [],
            [ReservationStatus.Cancelled] = [],
            [ReservationStatus.Expired] = [],
            [ReservationStatus.Refused] = [],
        }.ToFrozenDictionary();

    /// <summary>Whether no further status can follow.</summary>
    public static bool IsFinal(ReservationStatus status) => Next[status].IsEmpty;

    /// <summary>Whether the step is in the table, or is none.</summary>
    public static bool Allows(ReservationStatus from, ReservationStatus to) => from == to || Next[from].Any(step => step.To == to);
}
