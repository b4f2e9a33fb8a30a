using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Quotes;
using Microsoft.Extensions.Options;
using NodaTime;
using PoolDisplaced = Marketplace.Grains.Capacity.HoldDisplaced;
using PoolRestored = Marketplace.Grains.Capacity.HoldRestored;

namespace Marketplace.Grains.Reservations;

/// <summary>
/// A reservation's shell around <see cref="Reservation"/>: commits what a party, a notice or time decides, then takes the steps
/// the record calls for until it waits again. A step that does not come back is taken again by the next call or visit.
/// </summary>
[GrainType("reservation")]
internal sealed partial class ReservationGrain(GrainServices services, IOptions<CustodyOptions> custodyOptions)
    : RecordGrain<Reservation, ReservationFact>(services, "reservation"), IReservationGrain
{
    public Task<Snapshot<Reservation>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<Reservation>>> RequestAsync(Operation operation, RequestReservation command) => CommandAsync(operation, command);

    public Task<Answer<Snapshot<Reservation>>> ApproveAsync(Operation operation, ApproveReservation command) => CommandAsync(operation, command);

    public Task<Answer<Snapshot<Reservation>>> DeclineAsync(Operation operation, DeclineReservation command) => CommandAsync(operation, command);

    public Task<Answer<Snapshot<Reservation>>> SignAsync(Operation operation, SignReservation command) => CommandAsync(operation, command);

    public Task<Answer<Snapshot<Reservation>>> CancelAsync(Operation operation, CancelReservation command) => CommandAsync(operation, command);

    public Task<Answer<Snapshot<Reservation>>> AmendAsync(Operation operation, Signatory by, QuoteId quote) => RunAsync(operation, async () =>
    {
        var found = await Services.Grains.GetGrain<IQuoteGrain>(quote.Value).GetAsync();
        return found is null
            ? Refusal.Of(QuoteRefusal.NotFound, "There is no such quote.", "quoteId")
            : await DecideAsync(new AmendReservation(by, found.State) { Names = await NamesAsync(found.State) });
    });

    public Task<Answer<Snapshot<Reservation>>> DeliverAsync(Operation operation, DeliverUnits command, Instant? readyAt) => RunAsync(operation, async () =>
    {
        // The pool is asked only when the reservation would agree; it assigns by id, so a repeated call finds it done.
        var deliver = command with { ReadyAt = readyAt };
        return State is not null && Reservation.Decide(State, deliver, Now) is { Refusal: null, Facts.IsEmpty: false } && await AssignAsync(deliver) is { } refusal
            ? refusal
            : await DecideAsync(deliver);
    });

    protected override Reservation Evolve(Reservation? state, ReservationFact fact) => Reservation.Evolve(state, fact);

    protected override Instant? DueAt(Reservation state) => state.DueAt();

    protected override async Task OnDueAsync(Instant now)
    {
        await TakeStepsAsync();
        await DecideAsync(new PassTime());
        await TakeStepsAsync();
    }

    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        ReservationCommand command = notice switch
        {
            DepositHeld held => new RecordDepositHeld(held.Payment),
            DepositFailed failed => new RecordDepositFailed(failed.Payment),
            PoolDisplaced displaced => new DisplaceHold(SegmentsOf(displaced.Displaced)),
            PoolRestored { Displaced.IsEmpty: true } => new RestoreHold(),
            PoolRestored restored => new DisplaceHold(SegmentsOf(restored.Displaced)),
            PoolWithdrawn withdrawn => new WithdrawCapacity(withdrawn.By, withdrawn.Reason ?? "The operator withdrew the pool."),
            LeaseFinished => new RecordLeaseEnded(),
            _ => throw new InvalidOperationException($"A reservation takes no {notice.GetType().Name}."),
        };
        await DecideAsync(command);
        await TakeStepsAsync();
    }

    protected override void React(Reservation? before, Reservation after, ReservationFact fact, Effects effects)
    {
        if (fact is UnitsDelivered delivered)
        {
            effects.Tell(GrainKeys.Lease(Domain.Leases.Lease.IdOf(after.Id)), NoticeOf(after, delivered.Delivery));
        }

        if (after.Agreement is { Terms.Clauses.Prepayment: not null } agreement)
        {
            if (fact is ReservationConfirmed)
            {
                effects.Tell(GrainKeys.BillingAccount(after.TenantId), new PrepaymentAgreed(after.Id, agreement.OperatorId, agreement.Terms, agreement.Total, agreement.Names));
            }
            else if (fact is ReservationEnded)
            {
                effects.Tell(GrainKeys.BillingAccount(after.TenantId), new PrepaymentOver(after.Id));
            }
        }

        ReservationEvents.Publish(after, fact, effects);
    }

    protected override void React(Reservation after, Effects effects)
    {
        var key = SortKeys.Of(after.CreatedAt, after.Id.Value);
        var row = after.WithoutParts();
        effects.Row(ReservationRows.Table, after.TenantId.Value, key, row);
        if (after.Agreement is { } agreement)
        {
            effects.Row(ReservationRows.Table, agreement.OperatorId.Value, key, row);
        }
    }

    private Task<Answer<Snapshot<Reservation>>> CommandAsync(Operation operation, ReservationCommand command) =>
        RunAsync(operation, () => DecideAsync(command));

    private async Task<Answer<Snapshot<Reservation>>> DecideAsync(ReservationCommand command)
    {
        var before = State?.Status;
        var answer = await CommitAsync(null, (reservation, now) => Reservation.Decide(reservation, command, now));
        if (answer is { IsGranted: true, Value.State.Status: var after } && after != before)
        {
            Services.Meters.ReservationIs(after);
        }

        return answer;
    }

    /// <summary>Decides, then takes steps; a repeated operation takes the steps its first run left open.</summary>
    private async Task<Answer<Snapshot<Reservation>>> RunAsync(Operation operation, Func<Task<Answer<Snapshot<Reservation>>>> decide)
    {
        var answer = await OperateAsync(operation, async () =>
        {
            var decided = await decide();
            if (!decided.IsGranted)
            {
                return decided;
            }

            await TakeStepsAsync();
            return Durable!;
        });
        if (answer is { Replayed: true } && State?.NextStep() is not null)
        {
            await TakeStepsAsync();
            return answer with { Value = Durable };
        }

        return answer;
    }
}
