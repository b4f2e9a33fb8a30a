using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Sites;
using Marketplace.Grains.Verification;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Capacity;

/// <summary>A pool's shell around <see cref="Listing"/>, <see cref="Pool"/> and <see cref="CapacityCalendar"/>. The path of a hold is kept lean: decide, queue, answer.</summary>
[Reentrant]
[GrainType("gpu-pool")]
internal sealed partial class GpuPoolGrain(GrainServices services)
    : JournaledGrain<Listing, ListingFact, Listing>(services, "gpu-pool"), IGpuPoolGrain
{
    public Task<Snapshot<PoolSummary>?> GetAsync() => Task.FromResult(Durable.Pool is { } pool
        ? new Snapshot<PoolSummary>(PoolSummary.Of(pool, Durable.Offer, Durable.Verification), Version)
        : null);

    public Task<Answer<Snapshot<PoolSummary>>> AmendAsync(AmendPool command, long? ifVersion) =>
        ChangeAsync((listing, _) => ifVersion is { } expected && expected != DecidedVersion
            ? Refusal.Of(OperationRefusal.VersionChanged, $"{Key} is at version {DecidedVersion}, not {expected}; read it again.")
            : Listing.Of(Pool.Decide(listing.Pool, command)));

    public Task<Answer<Snapshot<PoolSummary>>> SetOfferAsync(SetOffer command) =>
        ChangeAsync((listing, _) => Listing.Decide(listing, command));

    public Task<Answer<Snapshot<PoolSummary>>> ChangeListingAsync(ChangeListing command) =>
        ChangeAsync((listing, _) => Listing.Decide(listing, command));

    public Task<Answer<Snapshot<PoolSummary>>> WithdrawAsync(WithdrawPool command) =>
        ChangeAsync((listing, _) => Listing.Of(Pool.Decide(listing.Pool, command)));

    public Task<Answer<Hold>> PlaceHoldAsync(PlaceHold command) =>
        HoldAsync(command.Id, (listing, now) => Listing.Of(Pool.Decide(listing.Pool, command, now)));

    public Task<Answer<Hold>> ConfirmHoldAsync(ConfirmHold command) =>
        HoldAsync(command.Id, (listing, _) => Listing.Of(Pool.Decide(listing.Pool, command)));

    public Task<Answer<Hold>> ReleaseHoldAsync(ReleaseHold command) =>
        HoldAsync(command.Id, (listing, now) => Listing.Of(Pool.Decide(listing.Pool, command, now)));

    public Task<Answer<Hold>> ResizeHoldAsync(ResizeHold command) =>
        HoldAsync(command.Id, (listing, _) => Listing.Of(Pool.Decide(listing.Pool, command)));

    public Task<Hold?> GetHoldAsync(ReservationId reservation) => Task.FromResult(Durable.Pool?.Calendar.Find(reservation));

    public Task<ImmutableArray<AvailabilityStep>?> GetAvailabilityAsync(Term term) =>
        Task.FromResult(Durable.Pool?.Calendar.Availability(term));

    public Task<ImmutableArray<Term>?> GetFreeWindowsAsync(int units, int hours, Term within) =>
        Task.FromResult(Durable.Pool?.Calendar.FreeWindows(units, hours, within));

    public Task<Instant?> GetEarliestStartAsync(int units, int hours, Instant notBefore) =>
        Task.FromResult(Durable.Pool?.Calendar.EarliestStart(units, hours, notBefore));

    public Task<FreeUnits> GetFreeAsync(Term term, int units) => Task.FromResult(Durable.Pool?.Calendar is { } calendar
        ? new FreeUnits(calendar.FreeThroughout(term), calendar.EarliestStart(units, term.Hours, term.Start))
        : default);

    public async Task<Answer<ImmutableArray<PoolNode>>> RegisterNodesAsync(RegisterNodes command) =>
        await ClaimSerialsAsync(Pool.Decide(Durable.Pool, command, Services.Clock.Now)) is { } taken ? taken : await CommitAsync(
            (listing, now) => Listing.Of(Pool.Decide(listing.Pool, command, now)),
            listing => command.Nodes.Select(node => listing.Pool!.Nodes.Find(node.Id)!).ToImmutableArray());

    public Task<Answer<ImmutableArray<PoolNode>>> AssignNodesAsync(AssignNodes command) =>
        NodesAsync(command.Reservation, listing => Listing.Of(Pool.Decide(listing.Pool, command)));

    public Task<Answer<PowerBlock>> HandOverPowerAsync(HandOverPower command) => CommitAsync(
        (listing, _) => Listing.Of(Pool.Decide(listing.Pool, command)),
        listing => listing.Pool!.Blocks.First(block => block.Id == command.Block));

    public async Task<Answer<ImmutableArray<PoolNode>>> ReplaceFreeNodeAsync(ReplaceFreeNode command) =>
        await ClaimSerialsAsync(Pool.Decide(Durable.Pool, command, Services.Clock.Now)) is { } taken ? taken : await CommitAsync(
        (listing, now) => Listing.Of(Pool.Decide(listing.Pool, command, now)),
        listing => new[] { command.Out, command.In.Id }.Select(id => listing.Pool!.Nodes.Find(id)!).ToImmutableArray());

    public Task<Answer<ImmutableArray<PoolNode>>> SubstituteNodeAsync(SubstituteNode command) =>
        NodesAsync(command.Reservation, listing => Listing.Of(Pool.Decide(listing.Pool, command)));

    public Task<Answer<ImmutableArray<PoolNode>>> ReturnNodesAsync(ReturnNodes command) =>
        NodesAsync(command.Reservation, listing => Listing.Of(Pool.Decide(listing.Pool, command)));

    public Task<ImmutableArray<PoolNode>> GetNodesAsync(int after, int limit) => Task.FromResult<ImmutableArray<PoolNode>>(
        [.. (Durable.Pool?.Nodes.Nodes ?? []).Where(node => node.Order > after).OrderBy(node => node.Order).Take(limit)]);

    public Task<PoolNode?> GetNodeAsync(NodeId node) => Task.FromResult(Durable.Pool?.Nodes.Find(node));

    public Task<Refusal?> RefuseRetractionAsync(PhaseId phase) => Task.FromResult(Durable.Pool?.RefuseRetraction(phase));

    public Task<Answer<OpenBenchmarkRun>> OpenBenchmarkAsync(OpenPoolBenchmark command) => CommitAsync(
        (listing, now) => Listing.Decide(listing, command, now),
        listing => listing.OpenedRun!);

    // The calendar is immutable, so it is added up anew beside the grain's turns.
    public Task<ImmutableArray<string>> CheckInvariantsAsync() => Durable.Pool is { } pool
        ? Task.Run(() => pool.Calendar.Faults().Select(fault => $"{pool.Id}: {fault}").ToImmutableArray())
        : Task.FromResult<ImmutableArray<string>>([]);

    protected override Listing Empty(string key) => Listing.None;

    protected override Listing Evolve(Listing state, ListingFact fact) => Listing.Evolve(state, fact);

    // A listing is stored as it is: the calendar writes its supply and holds, and builds its tree from them again.
    protected override Listing ToSnapshot(Listing state) => state;

    protected override Listing FromSnapshot(Listing snapshot) => snapshot;

    // A hold with one segment takes about 280 bytes, a node about 150.
    protected override long SnapshotBytes(Listing state) => state.Pool is { } pool ? (280L * pool.Calendar.HoldCount) + (150L * pool.Nodes.Count) : 0;

    protected override Instant? DueAt(Listing state) => state.Pool switch
    {
        null => null,
        { MayFreePower: true } => state.Pool.CreatedAt,

        // By whole days, so that a pool that ends holds all day long moves its due row once a day.
        { Calendar.NextPruneAt: { } prune } => NextDay(prune),
        { Status: ListingStatus.Withdrawn, Allocations.IsEmpty: true } => null,
        _ => Instant.MaxValue,
    };

    protected override async Task OnNoticeAsync(Envelope envelope)
    {
        switch (envelope.Notice)
        {
            case PhaseRescheduled moved:
                await CommitAsync((listing, _) => Listing.Of(Pool.Decide(listing.Pool, new ReschedulePhase(moved.Phase, moved.ReadyFrom, moved.Delivered, moved.Revision))), _ => true, envelope);
                break;
            case SiteWithdrawn site:
                await CommitAsync((listing, _) => listing.Pool is { } pool ? Listing.Of(pool.Withdraw(site.Reason)) : Decision<ListingFact>.Nothing, _ => true, envelope);
                break;
            case PoolVerified verified:
                await CommitAsync((listing, _) => Listing.Decide(listing, verified.Verification, verified.Tested ?? []), _ => true, envelope);
                break;
            case PoolVerificationExpired expired:
                await CommitAsync((listing, _) => Listing.Expire(listing, expired.Run), _ => true, envelope);
                break;
            default:
                await base.OnNoticeAsync(envelope);
                break;
        }
    }

    protected override async Task OnDueAsync(Instant now)
    {
        if (Durable.Pool?.Calendar.NextPruneAt <= now)
        {
            await CommitAsync((listing, at) => Listing.Of(listing.Pool!.Calendar.Prune(at)), _ => true);
        }

        await AgreeWithSiteAsync();
    }

    protected override void React(Listing after, ListingFact fact, Effects effects)
    {
        if (fact.Run is not null)
        {
            return;
        }

        // Nothing leaves with the commit by this: it only says that a row is to be written of what is durable then.
        if (fact.Pool is HoldPlaced or HoldEnded or HoldResized || (fact.Pool is SupplyReforecast or ListingStatusChanged && after.Pool!.Calendar.HoldCount > 0))
        {
            AwaitAvailability();
        }

        switch (fact.Pool)
        {
            case HoldPlaced or HoldConfirmed or HoldEnded or HoldResized or TombstonesPruned or NodesAssigned or NodesReturned or NodeReplaced or PowerHandedOver:
                return;
            case UnitsDisplaced units:
                effects.Tell(GrainKeys.Reservation(units.Id), new HoldDisplaced(after.Pool!.Id, units.Id, units.Displaced));
                return;
            case UnitsRestored units:
                effects.Tell(GrainKeys.Reservation(units.Id), new HoldRestored(after.Pool!.Id, units.Id, units.Displaced));
                return;
            case ListingWithdrawn withdrawn:
                foreach (var holder in withdrawn.Holders)
                {
                    effects.Tell(GrainKeys.Reservation(holder), new PoolWithdrawn(after.Pool!.Id, holder, after.Pool.OperatorId, withdrawn.Reason));
                }

                break;
        }

        WriteRows(after, effects);
        PoolEvents.Publish(after, fact, effects);
    }

    /// <summary>Claims the serials of the nodes that a decision registers; the refusal where another pool has one.</summary>
    private Task<Refusal?> ClaimSerialsAsync(Decision<PoolFact> decision)
    {
        ImmutableArray<NodeRegistration> added = decision.Facts is [NodesRegistered { Nodes: var nodes }, ..] ? nodes
            : decision.Facts is [FreeNodeReplaced { In: var entering }, ..] ? [entering]
            : [];
        return added.IsEmpty
            ? Task.FromResult<Refusal?>(null)
            : NodeSerials.ClaimAsync(Services.Rows, Services.Grains, Durable.Pool!.OperatorId, PoolId.From(Key), added);
    }

    private static Instant NextDay(Instant instant) => instant.InUtc().Date.PlusDays(1).AtMidnight().InUtc().ToInstant();

    private static void WriteRows(Listing after, Effects effects)
    {
        var pool = after.Pool!;
        var summary = PoolSummary.Of(pool, after.Offer, after.Verification);
        var key = SortKeys.Of(pool.CreatedAt, pool.Id.Value);
        effects.Row(PoolRows.Table, pool.OperatorId.Value, key, summary);
        effects.Row(PoolRows.Table, PoolRows.Everyone, key, summary);
        effects.Row(PoolRows.Listings, PoolRows.Everyone, key, pool.Status == ListingStatus.Published ? summary : null);
    }

    private Task<Answer<Hold>> HoldAsync(ReservationId id, Func<Listing, Instant, Decision<ListingFact>> decide) =>
        CommitAsync(decide, listing => listing.Pool!.Calendar.Find(id)!);

    private Task<Answer<ImmutableArray<PoolNode>>> NodesAsync(ReservationId reservation, Func<Listing, Decision<ListingFact>> decide) => CommitAsync(
        (listing, _) => decide(listing),
        listing => listing.Pool!.Nodes.Of(reservation).ToImmutableArray());

    private async Task<Answer<Snapshot<PoolSummary>>> ChangeAsync(Func<Listing, Instant, Decision<ListingFact>> decide)
    {
        var answer = await CommitAsync(decide, listing => PoolSummary.Of(listing.Pool!, listing.Offer, listing.Verification));
        return answer.IsGranted
            ? new Answer<Snapshot<PoolSummary>> { Value = new Snapshot<PoolSummary>(answer.Value, Version), Replayed = answer.Replayed }
            : answer.Refusal;
    }
}
