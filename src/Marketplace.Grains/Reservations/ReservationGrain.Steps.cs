using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Quotes;
using Delivery = Marketplace.Domain.Reservations.Delivery;

namespace Marketplace.Grains.Reservations;

/// <summary>The effects on quote, pool and billing account. Each is repeatable by the reservation's id.</summary>
internal sealed partial class ReservationGrain
{
    private IBillingAccountGrain Billing => Services.Grains.Of<IBillingAccountGrain>(State!.TenantId.Value);

    private IGpuPoolGrain PoolOf(PoolId pool) => Services.Grains.Of<IGpuPoolGrain>(pool.Value);

    /// <summary>Takes one step after the other until the reservation waits, or a step has to be tried again later.</summary>
    private async Task TakeStepsAsync()
    {
        while (State is { } before && before.NextStep() is { } step && await TakeAsync(step) is { } outcome)
        {
            await DecideAsync(outcome);
            if (ReferenceEquals(before, State))
            {
                return;
            }
        }
    }

    /// <summary>Takes a step; null when nobody can say yet what came of it.</summary>
    private Task<ReservationCommand?> TakeAsync(ReservationStep step) => step switch
    {
        ReservationStep.Try attempt => TryAsync(attempt.Candidate),
        ReservationStep.OpenDeposit open => OpenDepositAsync(open),
        ReservationStep.CancelDeposit => CancelDepositAsync(),
        ReservationStep.ReturnDeposit giveBack => ReturnDepositAsync(giveBack.Reason),
        ReservationStep.ConfirmHold confirm => ConfirmAsync(confirm),
        ReservationStep.Amend amend => AmendAsync(amend),
        ReservationStep.ReleaseHold release => ReleaseAsync(release.PoolId),
        _ => throw new InvalidOperationException($"No such step: {step}."),
    };

    private async Task<ReservationCommand?> TryAsync(ReservationCandidate candidate)
    {
        var used = await Services.Grains.Of<IQuoteGrain>(candidate.QuoteId.Value).UseAsync(new UseQuote(State!.TenantId, State.Id));
        if (!used.IsGranted)
        {
            return Outcome(used.Refusal, code => new RecordAttemptRefused(candidate, code));
        }

        var quote = used.Value.State;
        if (quote.PoolId != candidate.PoolId)
        {
            return new RecordAttemptRefused(candidate, Refusal.Of(QuoteRefusal.PoolDiffers, "").Code);
        }

        var placed = await PoolOf(candidate.PoolId).PlaceHoldAsync(new PlaceHold(State.Id, State.TenantId, SegmentsOf(quote.Terms.Ramp)));
        return placed.IsGranted
            ? new RecordHoldPlaced(quote) { Names = await NamesAsync(quote) }
            : Outcome(placed.Refusal, code => new RecordAttemptRefused(candidate, code));
    }

    private async Task<ReservationCommand?> OpenDepositAsync(ReservationStep.OpenDeposit open)
    {
        var terms = State!.Agreement!.Terms;
        var custody = terms.Clauses.Deposit.Custody is { } named
            ? new DepositCustody(named, terms.Ramp.Term.End, named.Custodian is Custodian.ExternalCustodian or Custodian.Bank && custodyOptions.Value.StandingInstruction)
            : null;
        var opened = await Billing.OpenDepositAsync(new OpenDeposit(State.Id, open.OperatorId, open.Amount, open.Method, open.Deadline) { Custody = custody });
        return opened.IsGranted ? new RecordDepositOpened(opened.Value) : Later(opened.Refusal);
    }

    private async Task<ReservationCommand?> CancelDepositAsync()
    {
        var cancelled = await Billing.CancelDepositAsync(new CancelDeposit(State!.Id, State.End!.Reason));
        return cancelled.IsGranted
            ? new RecordDepositCancellation(cancelled.Value == DepositCancellation.Cancelled)
            : Later(cancelled.Refusal);
    }

    private async Task<ReservationCommand?> ReturnDepositAsync(string reason)
    {
        var returned = await Billing.ReturnDepositAsync(new ReturnDeposit(State!.Id, reason));
        return returned.IsGranted ? new RecordDepositReturned() : Later(returned.Refusal);
    }

    private async Task<ReservationCommand?> ConfirmAsync(ReservationStep.ConfirmHold confirm)
    {
        var confirmed = await PoolOf(confirm.PoolId).ConfirmHoldAsync(new ConfirmHold(State!.Id, confirm.SignedAt));
        return confirmed.IsGranted ? new RecordHoldConfirmed() : Later(confirmed.Refusal);
    }

    private async Task<ReservationCommand?> AmendAsync(ReservationStep.Amend amend)
    {
        var used = await Services.Grains.Of<IQuoteGrain>(amend.QuoteId.Value).UseAsync(new UseQuote(State!.TenantId, State.Id));
        if (!used.IsGranted)
        {
            return Outcome(used.Refusal, code => new RecordAmendmentRefused(code));
        }

        var resized = await PoolOf(amend.PoolId).ResizeHoldAsync(new ResizeHold(State.Id, SegmentsOf(amend.Ramp)));
        return resized.IsGranted ? new RecordAmendmentApplied() : Outcome(resized.Refusal, code => new RecordAmendmentRefused(code));
    }

    private async Task<ReservationCommand?> ReleaseAsync(PoolId pool)
    {
        var expired = State is { Status: ReservationStatus.Expired, ConfirmedAt: null };
        var released = await PoolOf(pool).ReleaseHoldAsync(new ReleaseHold(State!.Id, expired ? HoldStatus.Expired : HoldStatus.Released));

        // A pool that does not exist holds nothing.
        return released.IsGranted || released.Refusal.Kind == RefusalKind.NotFound
            ? new RecordHoldReleased()
            : Later(released.Refusal);
    }

    private async Task<Refusal?> AssignAsync(DeliverUnits deliver) => (State!, deliver.Nodes) switch
    {
        ({ ConfirmedAt: null }, _) => null,
        ({ Agreement: var agreement }, []) => (await PoolOf(agreement!.PoolId).HandOverPowerAsync(new HandOverPower(State!.Id, BlockOf(deliver.Id), deliver.Units))).Refusal,
        ({ Agreement: var agreement }, _) => (await PoolOf(agreement!.PoolId).AssignNodesAsync(new AssignNodes(State!.Id, deliver.Nodes))).Refusal,
    };

    private static NodeId BlockOf(DeliveryId delivery) => PublicId.Derive<NodeId>("block", delivery.Value);

    /// <summary>Busy says nothing about the matter, so the step is taken again later; every other refusal is the pool's or quote's word.</summary>
    private static ReservationCommand? Outcome(Refusal refusal, Func<string, ReservationCommand> definite) =>
        refusal.Kind == RefusalKind.Busy ? null : definite(refusal.Code);

    private static ImmutableArray<HoldSegment> SegmentsOf(RampSchedule ramp) =>
        [.. ramp.Segments().Select(segment => new HoldSegment(segment.Term, segment.Units))];

    private static ImmutableArray<RampSegment> SegmentsOf(ImmutableArray<HoldSegment> segments) =>
        [.. segments.Select(segment => new RampSegment(segment.Term, segment.Units))];

    private static DeliveryNoticed NoticeOf(Reservation reservation, Delivery delivery)
    {
        var agreement = reservation.Agreement!;
        var opening = new LeaseOpening
        {
            Reservation = reservation.Id,
            Tenant = reservation.TenantId,
            Operator = agreement.OperatorId,
            Pool = agreement.PoolId,
            Site = agreement.SiteId,
            Terms = agreement.Terms,
            Names = agreement.Names,
            OrderFormDigest = agreement.Digest,
            KilowattsPerUnit = agreement.KilowattsPerUnit,
            Deposit = agreement.Deposit,
        };
        ImmutableArray<DeliveredNode> nodes = delivery.Nodes.IsEmpty
            ? [new DeliveredNode(BlockOf(delivery.Id), delivery.Units)]
            : [.. delivery.Nodes.Select(node => new DeliveredNode(node))];
        return new DeliveryNoticed(opening, new LeaseDelivery(delivery.Id, delivery.ReadyAt, nodes));
    }

    /// <summary>For steps that nobody has a reason to refuse: what is refused for now is tried again, anything else is a defect that must be seen.</summary>
    private ReservationCommand? Later(Refusal refusal) => refusal.Class == RefusalClass.Retryable
        ? null
        : throw new InvalidOperationException($"{Address}: a step was refused with {refusal.Code}, which its record rules out.");
}
