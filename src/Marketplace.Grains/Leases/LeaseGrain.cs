using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Verification;
using NodaTime;

namespace Marketplace.Grains.Leases;

/// <summary>
/// A lease's shell around <see cref="Lease"/>. Its nodes are booked in the pool before a commit that needs them; they stay the
/// reservation's, rejected ones too, until others take their place or the reservation ends its hold.
/// </summary>
[GrainType("lease")]
internal sealed class LeaseGrain(GrainServices services) : RecordGrain<Lease, LeaseFact>(services, "lease"), ILeaseGrain
{
    private IGpuPoolGrain Pool => Services.Grains.GetGrain<IGpuPoolGrain>(State!.Opening.Pool.Value);

    public Task<Snapshot<Lease>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<Lease>>> DeliverAsync(Operation operation, DeliverNodes command) =>
        BookedAsync(operation, command, lease => BookDeliveryAsync(lease, command.Delivery.Nodes));

    public Task<Answer<Snapshot<Lease>>> AcceptAsync(Operation operation, AcceptNodes command) => DecideAsync(operation, command);

    public Task<Answer<Snapshot<Lease>>> RejectAsync(Operation operation, RejectNodes command) => DecideAsync(operation, command);

    public Task<Answer<Snapshot<Lease>>> ReplaceNodeAsync(Operation operation, ReplaceNode command) =>
        BookedAsync(operation, command, lease => IsPower(lease) || command.In is null
            ? NothingToBook
            : BookAsync(Pool.SubstituteNodeAsync(new SubstituteNode(command.Actor, lease.Opening.Reservation, command.Out, command.In, command.Reason))));

    public Task<Answer<Snapshot<Lease>>> HandBackAsync(Operation operation, HandBackNodes command) => DecideAsync(operation, command);

    public Task<Answer<Snapshot<Lease>>> RecordReadingAsync(Operation operation, RecordReading command) => DecideAsync(operation, command);

    public Task<Answer<Snapshot<Lease>>> RenewAsync(Operation operation, RenewLease command) =>
        BookedAsync(operation, command, lease => BookAsync(Pool.ResizeHoldAsync(new ResizeHold(lease.Opening.Reservation, Renewed(lease)))));

    public Task<Answer<Snapshot<Lease>>> DeclineRenewalAsync(Operation operation, DeclineRenewal command) => DecideAsync(operation, command);

    public Task<Answer<Snapshot<Lease>>> QuoteExitAsync(Operation operation, QuoteExit command) => OperateAsync(operation, async () =>
        await DecideAsync(operation, State is { } lease ? command with { Basis = await BasisAsync(lease) } : command));

    public Task<Answer<Snapshot<Lease>>> TerminateAsync(Operation operation, TerminateLease command) => DecideAsync(operation, command);

    protected override Lease Evolve(Lease? state, LeaseFact fact) => Lease.Evolve(state, fact);

    protected override Instant? DueAt(Lease state) => LeaseDue.NextAt(state);

    protected override async Task OnDueAsync(Instant now)
    {
        await DecideAsync(null, new MeetDueTimes());
        if (LeaseDunning.Next(State!) is var (due, step) && due <= Now)
        {
            // Money decides: what is on its way is waited for, and before a termination what could still come is called off.
            var account = Services.Grains.GetGrain<IBillingAccountGrain>(State!.Opening.Tenant.Value);
            var money = await account.LookForMoneyAsync(new LookForMoney(State!.Overdue, CallOff: step == DunningStep.Termination));
            await DecideAsync(null, new TakeDunningStep(step, money) { Basis = step == DunningStep.Termination ? await BasisAsync(State!) : ExitBasis.None });
        }
    }

    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        switch (notice)
        {
            case DeliveryNoticed delivered:
                await TakeAsync(delivered);
                break;
            case AcceptanceTested tested:
                await DecideAsync(null, new TakeAcceptanceTest(tested.Run, tested.Passed, [.. tested.Failed.Select(node => new FailedNode(node.Node, node.Reason))]));
                break;
            case NodeMaintenanceAnnounced { Maintenance: var work } announced:
                await DecideAsync(null, new TakeMaintenance(announced.Node, work.From, work.Until, work.Reason));
                break;
            case InvoiceOverdue overdue:
                await DecideAsync(null, new MarkOverdue(overdue.Invoice, overdue.Since));
                break;
            case PaymentReminded reminded:
                await DecideAsync(null, new TakeReminder(reminded.Invoice, reminded.Number, reminded.Day));
                break;
            case InvoiceDisputed disputed:
                await DecideAsync(null, new MarkDisputed(disputed.Invoice, disputed.IsOpen));
                break;
            case InvoicePaid paid:
                await DecideAsync(null, new ClearOverdue(paid.Invoice));
                break;
            default:
                await base.OnNoticeAsync(notice, sender);
                break;
        }
    }

    protected override void React(Lease? before, Lease after, LeaseFact fact, Effects effects)
    {
        var billing = GrainKeys.BillingAccount(after.Opening.Tenant);
        switch (fact)
        {
            case RentStated stated:
                effects.Tell(billing, new RentDue(stated.Statement));
                break;
            case LeaseEnded ended:
                effects.Tell(billing, new LeaseSettled(after.Id, after.Opening.Reservation, after.Opening.Operator, ended.At));
                effects.Tell(GrainKeys.Reservation(after.Opening.Reservation), new LeaseFinished(after.Id, after.Opening.Reservation, ended.At));
                break;
        }

        AcceptanceTests.Open(after, fact, effects);
        LeaseEvents.Publish(after, fact, effects);
    }

    protected override void React(Lease after, Effects effects)
    {
        var key = SortKeys.Of(after.CreatedAt, after.Id.Value);
        var row = after.WithoutNodes();
        effects.Row(LeaseRows.Table, after.Opening.Tenant.Value, key, row);
        effects.Row(LeaseRows.Table, after.Opening.Operator.Value, key, row);
    }

    private static Task<Refusal?> NothingToBook => Task.FromResult<Refusal?>(null);

    private static bool IsPower(Lease lease) => lease.Opening.Terms.GpusPerUnit == 0;

    private static ImmutableArray<HoldSegment> Renewed(Lease lease)
    {
        var segments = lease.Steps.Select(step => new HoldSegment(step.Term, step.Units)).ToArray();
        segments[^1] = new HoldSegment(new Term(segments[^1].Term.Start, LeaseDue.RenewedEnd(lease)), segments[^1].Units);
        return [.. segments];
    }

    /// <summary>What the price of an exit needs of the pool and of the rate book.</summary>
    private async Task<ExitBasis> BasisAsync(Lease lease)
    {
        var hold = await Pool.GetHoldAsync(lease.Opening.Reservation);
        var book = lease.Opening.Terms.Clauses.Index is { } link
            ? (await Services.Grains.GetGrain<IRateBookGrain>(IRateBookGrain.Key).GetAsync())?.State.ValuesOf(link.Index)
            : null;
        return new ExitBasis([.. (hold?.Displaced ?? []).Select(gap => new RampSegment(gap.Term, gap.Units))], book ?? []);
    }

    private static async Task<Refusal?> BookAsync<T>(Task<Answer<T>> booking) => (await booking).Refusal;

    private async Task<Refusal?> BookDeliveryAsync(Lease lease, ImmutableArray<DeliveredNode> nodes)
    {
        var reservation = lease.Opening.Reservation;
        ImmutableArray<NodeId> named = [.. nodes.Select(node => node.Id)];
        ImmutableArray<NodeId> unused = [.. lease.Nodes.Select(node => node.Id).Distinct().Except(lease.NodesHere.Select(node => node.Id)).Except(named)];
        if (!unused.IsEmpty && await BookAsync(Pool.ReturnNodesAsync(new ReturnNodes(reservation, unused))) is { } refusal)
        {
            return refusal;
        }

        return IsPower(lease)
            ? await BookAsync(Pool.HandOverPowerAsync(new HandOverPower(reservation, nodes[0].Id, nodes[0].Units)))
            : await BookAsync(Pool.AssignNodesAsync(new AssignNodes(reservation, named)));
    }

    private Task<Answer<Snapshot<Lease>>> DecideAsync(Operation? operation, LeaseCommand command) =>
        CommitAsync(operation, (lease, now) => Lease.Decide(lease, command, now));

    /// <summary>
    /// Decides a command that needs something of the pool. The pool is asked only when the lease itself would agree; what it
    /// books it books by id, so that a call repeated after a crash in between finds it done.
    /// </summary>
    private Task<Answer<Snapshot<Lease>>> BookedAsync(Operation operation, LeaseCommand command, Func<Lease, Task<Refusal?>> book) =>
        OperateAsync(operation, async () =>
        {
            if (State is { } lease && Lease.Decide(lease, command, Now).Refusal is null && await book(lease) is { } refusal)
            {
                return refusal;
            }

            return await DecideAsync(operation, command);
        });

    /// <summary>A delivery that cannot be taken any more gives back the nodes that the reservation booked for it, save those that are here already.</summary>
    private async Task TakeAsync(DeliveryNoticed notice)
    {
        var taken = await DecideAsync(null, new TakeDelivery(notice.Opening, notice.Delivery));
        if (taken.IsGranted || State is not { } lease)
        {
            return;
        }

        ImmutableArray<NodeId> refused = [.. notice.Delivery.Nodes.Select(node => node.Id).Except(lease.NodesHere.Select(node => node.Id))];
        if (!refused.IsEmpty)
        {
            await Pool.ReturnNodesAsync(new ReturnNodes(lease.Opening.Reservation, refused));
        }
    }
}
