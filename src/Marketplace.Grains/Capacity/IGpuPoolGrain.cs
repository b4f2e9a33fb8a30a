using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Capacity;

/// <summary>
/// One pool, of GPU nodes or of kW: its listing, calendar of holds and physical nodes. Key: the pool's id. Every answer to a
/// command is given after it is durable. There is no operation log: every command is repeatable by the ids it names.
/// </summary>
[Alias("Marketplace.IGpuPoolGrain"), GrainInterfaceType("Marketplace.IGpuPoolGrain")]
public interface IGpuPoolGrain : IAggregateGrain
{
    /// <summary>The listing, or null when there is none.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<PoolSummary>?> GetAsync();

    /// <summary>Lists the pool as a draft, after its site has granted the power. Dates of the allocations are taken from the site.</summary>
    [Alias("Create")]
    Task<Answer<Snapshot<PoolSummary>>> CreateAsync(Operation operation, ListPool command);

    /// <summary>Sets what one phase gives, after the site has granted the power; the phase's dates are taken from the site.</summary>
    [Alias("Allocate")]
    Task<Answer<Snapshot<PoolSummary>>> AllocateAsync(OrganizationId actor, PhaseId phase, int units);

    /// <summary>Changes name, description or spares, if the pool is at <paramref name="ifVersion"/> where one is named.</summary>
    [Alias("Amend")]
    Task<Answer<Snapshot<PoolSummary>>> AmendAsync(AmendPool command, long? ifVersion);

    /// <summary>Sets prices, clauses and hold times.</summary>
    [Alias("SetOffer")]
    Task<Answer<Snapshot<PoolSummary>>> SetOfferAsync(SetOffer command);

    /// <summary>Publishes or pauses the listing.</summary>
    [Alias("ChangeListing")]
    Task<Answer<Snapshot<PoolSummary>>> ChangeListingAsync(ChangeListing command);

    /// <summary>Takes the pool off the market for good; its reservations are told by <see cref="PoolWithdrawn"/>.</summary>
    [Alias("Withdraw")]
    Task<Answer<Snapshot<PoolSummary>>> WithdrawAsync(WithdrawPool command);

    /// <summary>Places a hold. The same id with the same segments answers the hold as it stands.</summary>
    [Alias("PlaceHold")]
    Task<Answer<Hold>> PlaceHoldAsync(PlaceHold command);

    /// <summary>Confirms a placed hold. The answer shows what of it is displaced.</summary>
    [Alias("ConfirmHold")]
    Task<Answer<Hold>> ConfirmHoldAsync(ConfirmHold command);

    /// <summary>Ends a hold and takes its nodes back; an unknown id gets a tombstone that refuses a later place.</summary>
    [Alias("ReleaseHold")]
    Task<Answer<Hold>> ReleaseHoldAsync(ReleaseHold command);

    /// <summary>Gives an open hold other segments.</summary>
    [Alias("ResizeHold")]
    Task<Answer<Hold>> ResizeHoldAsync(ResizeHold command);

    /// <summary>The hold or tombstone of a reservation, or null.</summary>
    [Alias("GetHold"), AlwaysInterleave]
    Task<Hold?> GetHoldAsync(ReservationId reservation);

    /// <summary>Supply, use and what is free, over a term; null when there is no such pool.</summary>
    [Alias("GetAvailability"), AlwaysInterleave]
    Task<ImmutableArray<AvailabilityStep>?> GetAvailabilityAsync(Term term);

    /// <summary>Stretches of a term in which units are free for some hours at least; null when there is no such pool.</summary>
    [Alias("GetFreeWindows"), AlwaysInterleave]
    Task<ImmutableArray<Term>?> GetFreeWindowsAsync(int units, int hours, Term within);

    /// <summary>The first hour from which units are free for some hours on end; null when there is none.</summary>
    [Alias("GetEarliestStart"), AlwaysInterleave]
    Task<Instant?> GetEarliestStartAsync(int units, int hours, Instant notBefore);

    /// <summary>Units free throughout a term, and from when so many units are free for as long.</summary>
    [Alias("GetFree"), AlwaysInterleave]
    Task<FreeUnits> GetFreeAsync(Term term, int units);

    /// <summary>Registers physical nodes.</summary>
    [Alias("RegisterNodes")]
    Task<Answer<ImmutableArray<PoolNode>>> RegisterNodesAsync(RegisterNodes command);

    /// <summary>Assigns nodes to a confirmed reservation and answers all it has.</summary>
    [Alias("AssignNodes")]
    Task<Answer<ImmutableArray<PoolNode>>> AssignNodesAsync(AssignNodes command);

    /// <summary>Notes that kW of a power pool are handed over to a confirmed reservation.</summary>
    [Alias("HandOverPower")]
    Task<Answer<PowerBlock>> HandOverPowerAsync(HandOverPower command);

    /// <summary>Takes a node that is not under lease out of service, registers another in its place, and answers both.</summary>
    [Alias("ReplaceFreeNode")]
    Task<Answer<ImmutableArray<PoolNode>>> ReplaceFreeNodeAsync(ReplaceFreeNode command);

    /// <summary>Puts a free node in the place of an assigned one and answers all that the reservation has.</summary>
    [Alias("SubstituteNode")]
    Task<Answer<ImmutableArray<PoolNode>>> SubstituteNodeAsync(SubstituteNode command);

    /// <summary>Gives nodes, or blocks of kW, back and answers what the reservation still has.</summary>
    [Alias("ReturnNodes")]
    Task<Answer<ImmutableArray<PoolNode>>> ReturnNodesAsync(ReturnNodes command);

    /// <summary>Nodes in order of registration, after <paramref name="after"/> (0: from the first), at most <paramref name="limit"/>.</summary>
    [Alias("GetNodes"), AlwaysInterleave]
    Task<ImmutableArray<PoolNode>> GetNodesAsync(int after, int limit);

    /// <summary>One node, or null.</summary>
    [Alias("GetNode"), AlwaysInterleave]
    Task<PoolNode?> GetNodeAsync(NodeId node);

    /// <summary>Why a phase cannot be reported not ready after all, or null when it can.</summary>
    [Alias("RefuseRetraction"), AlwaysInterleave]
    Task<Refusal?> RefuseRetractionAsync(PhaseId phase);

    /// <summary>Opens a challenge for the pool, or answers the one that is open.</summary>
    [Alias("OpenBenchmark")]
    Task<Answer<OpenBenchmarkRun>> OpenBenchmarkAsync(OpenPoolBenchmark command);

    /// <summary>What is wrong with the pool's books, one sentence each; empty when holds never exceed supply in any hour.</summary>
    [Alias("CheckInvariants"), AlwaysInterleave]
    Task<ImmutableArray<string>> CheckInvariantsAsync();
}

/// <summary>What a pool has free.</summary>
/// <param name="Units">Units free in every hour of the term asked for.</param>
/// <param name="From">The first hour at or after its start from which the units asked for are free for as long; null when there is none.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.FreeUnits")]
public readonly record struct FreeUnits([property: Id(0)] int Units, [property: Id(1)] Instant? From);

/// <summary>Tells a reservation that supply fell away under its hold.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="ReservationId">The reservation.</param>
/// <param name="Displaced">Everything displaced of the hold from now on.</param>
public sealed record HoldDisplaced(PoolId PoolId, ReservationId ReservationId, ImmutableArray<HoldSegment> Displaced) : Notice;

/// <summary>Tells a reservation that displaced units of its hold came back.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="ReservationId">The reservation.</param>
/// <param name="Displaced">What remains displaced; empty when all is kept again.</param>
public sealed record HoldRestored(PoolId PoolId, ReservationId ReservationId, ImmutableArray<HoldSegment> Displaced) : Notice;

/// <summary>Tells a reservation that its pool went off the market for good. Its hold stands until the reservation ends it.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="ReservationId">The reservation.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Its words; null where none were given.</param>
public sealed record PoolWithdrawn(PoolId PoolId, ReservationId ReservationId, OrganizationId By, string? Reason) : Notice;

/// <summary>Read copies of pools in the row store; the data is a <see cref="PoolSummary"/>, row keys are <see cref="SortKeys"/>.</summary>
public static class PoolRows
{
    /// <summary>Every pool, in the partition of its operator's id and in <see cref="Everyone"/>.</summary>
    public const string Table = "pools";

    /// <summary>The pools that are published, in the partition <see cref="Everyone"/>.</summary>
    public const string Listings = "listings";

    /// <summary>What is free in each pool that ever held something, a <see cref="PoolAvailability"/>, some seconds late; by the pool's id, in the partition <see cref="Everyone"/>.</summary>
    public const string Availability = "pool-availability";

    /// <summary>The partition of all operators' pools.</summary>
    public const string Everyone = "everyone";
}
