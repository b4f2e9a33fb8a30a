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
    /// <summary>The steps from each status; staying where it is is always legal.</summary>
    public static readonly FrozenDictionary<ReservationStatus, ImmutableArray<ReservationStatus>> Next =
        new Dictionary<ReservationStatus, ImmutableArray<ReservationStatus>>
        {
            [ReservationStatus.Requested] = [ReservationStatus.Held, ReservationStatus.Cancelled, ReservationStatus.Refused],
            [ReservationStatus.Held] =
            [
                ReservationStatus.AwaitingApproval, ReservationStatus.AwaitingSignature, ReservationStatus.AwaitingDeposit,
                ReservationStatus.Confirmed, ReservationStatus.Delayed, ReservationStatus.Cancelled,
            ],
            [ReservationStatus.AwaitingApproval] =
            [
                ReservationStatus.AwaitingSignature, ReservationStatus.AwaitingDeposit, ReservationStatus.Confirmed,
                ReservationStatus.Delayed, ReservationStatus.Cancelled, ReservationStatus.Expired, ReservationStatus.Refused,
            ],
            [ReservationStatus.AwaitingSignature] =
            [
                ReservationStatus.AwaitingApproval, ReservationStatus.AwaitingDeposit, ReservationStatus.Confirmed,
                ReservationStatus.Delayed, ReservationStatus.Cancelled, ReservationStatus.Expired, ReservationStatus.Refused,
            ],
            [ReservationStatus.AwaitingDeposit] =
            [
                ReservationStatus.Confirmed, ReservationStatus.Delayed, ReservationStatus.Cancelled, ReservationStatus.Expired,
            ],
            [ReservationStatus.Confirmed] = [ReservationStatus.Delayed, ReservationStatus.Delivering, ReservationStatus.Fulfilled, ReservationStatus.Cancelled],
            [ReservationStatus.Delayed] = [ReservationStatus.Confirmed, ReservationStatus.Delivering, ReservationStatus.Fulfilled, ReservationStatus.Cancelled],
            [ReservationStatus.Delivering] = [ReservationStatus.Fulfilled, ReservationStatus.PartiallyFulfilled],
            [ReservationStatus.Fulfilled] = [],
            [ReservationStatus.PartiallyFulfilled] = [],
            [ReservationStatus.Cancelled] = [],
            [ReservationStatus.Expired] = [],
            [ReservationStatus.Refused] = [],
        }.ToFrozenDictionary();

    /// <summary>Whether no further status can follow.</summary>
    public static bool IsFinal(ReservationStatus status) => Next[status].IsEmpty;

    /// <summary>Whether the step is in the table, or is none.</summary>
    public static bool Allows(ReservationStatus from, ReservationStatus to) => from == to || Next[from].Contains(to);
}
