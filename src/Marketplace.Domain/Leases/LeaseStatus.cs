using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Marketplace.Domain.Leases;

/// <summary>Where a lease stands. The legal steps are in <see cref="LeaseStatuses.Next"/>.</summary>
public enum LeaseStatus
{
    /// <summary>The lease exists; no node awaits the tenant's word and none is in service.</summary>
    Scheduled,

    /// <summary>Delivered nodes await the tenant's word; none has been accepted yet.</summary>
    InAcceptance,

    /// <summary>At least one node has been accepted: rent runs.</summary>
    Active,

    /// <summary>As active, while an invoice of this lease is overdue.</summary>
    InArrears,

    /// <summary>Notice was given, or the lease was terminated for cause: it runs until the day the exit takes effect.</summary>
    Terminating,

    /// <summary>Over: all nodes have gone back, nothing more will be billed.</summary>
    Ended,
}

/// <summary>The legal steps between lease states, in one table; the page docs/leases.md is generated from it.</summary>
public static class LeaseStatuses
{
    /// <summary>The states that may follow each state, each with what brings it about.</summary>
    public static IReadOnlyDictionary<LeaseStatus, ImmutableArray<(LeaseStatus To, string By)>> Next { get; } =
        new Dictionary<LeaseStatus, ImmutableArray<(LeaseStatus To, string By)>>
        {
            [LeaseStatus.Scheduled] =
            [
                (LeaseStatus.InAcceptance, "delivered nodes become ready"),
                (LeaseStatus.Terminating, "the tenant leaves without a fee, because nothing was accepted in time"),
                (LeaseStatus.Ended, "the term ends with nothing accepted"),
            ],
            [LeaseStatus.InAcceptance] =
            [
                (LeaseStatus.Scheduled, "the tenant rejects the last node that waited"),
                (LeaseStatus.Active, "the tenant accepts a node, or its acceptance period passes in silence"),
                (LeaseStatus.Ended, "the term ends with nothing accepted"),
            ],
            [LeaseStatus.Active] =
            [
                (LeaseStatus.InArrears, "an invoice becomes overdue"),
                (LeaseStatus.Terminating, "the tenant terminates against an exit quote"),
                (LeaseStatus.Ended, "the term ends"),
            ],
            [LeaseStatus.InArrears] =
            [
                (LeaseStatus.Active, "the last overdue invoice is paid"),
                (LeaseStatus.Terminating, "the tenant terminates against an exit quote, or the lease is terminated for cause"),
                (LeaseStatus.Ended, "the term ends"),
            ],
            [LeaseStatus.Terminating] =
            [
                (LeaseStatus.Ended, "the exit takes effect"),
            ],
            [LeaseStatus.Ended] = [],
        }.ToFrozenDictionary();

    /// <summary>Whether <paramref name="to"/> may follow <paramref name="from"/>.</summary>
    public static bool CanBecome(this LeaseStatus from, LeaseStatus to) => Next[from].Any(step => step.To == to);

    /// <summary>Whether the lease is past its first acceptance, or its notice, and not over.</summary>
    public static bool IsRunning(this LeaseStatus status) =>
        status is LeaseStatus.Active or LeaseStatus.InArrears or LeaseStatus.Terminating;
}
