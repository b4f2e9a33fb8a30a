using System.Collections.Immutable;
using NodaTime;

namespace Marketplace.Domain.Reservations;

public sealed partial record Reservation
{
    /// <summary>Folds a fact into the state.</summary>
    /// <exception cref="InvalidOperationException">The fact cannot follow: the step is not in <see cref="ReservationStatuses.Next"/>.</exception>
    public static Reservation Evolve(Reservation? state, ReservationFact fact)
    {
        if (state is null)
        {
            return fact is ReservationRequested requested
                ? new Reservation
                {
                    Id = requested.Id,
                    CreatedAt = requested.At,
                    ChangedAt = requested.At,
                    Status = ReservationStatus.Requested,
                    TenantId = requested.TenantId,
                    Candidates = requested.Candidates,
                    AboveSpendLimit = requested.AboveSpendLimit,
                    PassedOver = requested.PassedOver,
                }
                : throw new InvalidOperationException($"{fact.GetType().Name} cannot come first.");
        }

        var next = state.Apply(fact) with { ChangedAt = fact.At };
        return ReservationStatuses.Allows(state.Status, next.Status)
            ? next
            : throw new InvalidOperationException($"{fact.GetType().Name} cannot lead from {state.Status} to {next.Status}.");
    }

    private Reservation Apply(ReservationFact fact) => fact switch
    {
        AttemptStarted started => this with { Attempts = Attempts.Add(new HoldAttempt(started.Candidate, started.At, null)), Hold = HoldState.Placing },
        AttemptRefused refused => this with
        {
            Attempts = Attempts.SetItem(Attempts.Length - 1, Attempts[^1] with { RefusedCode = refused.Code }),
            Hold = HoldState.None,
        },
        HoldPlaced placed => this with { Status = ReservationStatus.Held, Agreement = placed.Agreement, Hold = HoldState.Placed },
        RequirementAwaited awaited => this with { Status = awaited.Status, Deadline = awaited.Deadline },
        ReservationApproved approved => this with { Approvals = Approvals.Add(approved.Approval) },
        OrderFormSigned signed => this with { Signatures = Signatures.Add(signed.Signature) },
        DepositChanged changed => this with { Deposit = changed.Deposit },
        ReservationConfirmed confirmed => this with
        {
            Status = Displaced.IsEmpty ? ReservationStatus.Confirmed : ReservationStatus.Delayed,
            Hold = HoldState.Confirmed,
            ConfirmedAt = confirmed.At,
            Deadline = null,
        },
        HoldDisplaced displaced => this with
        {
            Displaced = displaced.Segments,
            Status = Status == ReservationStatus.Confirmed ? ReservationStatus.Delayed : Status,
        },
        HoldRestored => this with
        {
            Displaced = [],
            Status = Status == ReservationStatus.Delayed ? ReservationStatus.Confirmed : Status,
        },
        AmendmentProposed proposed => this with { Amendment = proposed.Amendment, AmendmentRefusedCode = null },
        AmendmentSigned signed => this with
        {
            Amendment = Amendment! with { Signatures = Amendment.Signatures.Add(signed.Signature), Applying = signed.Applying },
        },
        AmendmentApplied applied => this with
        {
            Agreement = Amendment!.Agreement,
            PastOrderForms = Past(Agreement!, Signatures, OrderFormStanding.Replaced, applied.At),
            Approvals = ConfirmedAt is null ? [] : Approvals,
            Signatures = Amendment.Signatures,
            Amendment = null,
        },
        AmendmentRefused refused => WithoutAmendment(refused.At) with { AmendmentRefusedCode = refused.Code },
        UnitsDelivered delivered => this with
        {
            Deliveries = Deliveries.Add(delivered.Delivery),
            Status = delivered.Complete ? ReservationStatus.Fulfilled : ReservationStatus.Delivering,
        },
        DeliveryCeased => this with { Status = ReservationStatus.PartiallyFulfilled },
        EndDecided decided => WithoutAmendment(decided.At) with { End = decided.End },
        EndAverted => this with { End = null, Deadline = null },
        ReservationEnded ended => this with
        {
            Status = ended.Status,
            Deadline = null,
            Hold = Hold is HoldState.Placing or HoldState.Placed or HoldState.Confirmed ? HoldState.Releasing : Hold,
            Deposit = Deposit is { State: DepositState.Held or DepositState.Processing } owed ? owed with { State = DepositState.Returning } : Deposit,
        },
        HoldReleased => this with { Hold = HoldState.Released },
        LeaseClosed => this with { LeaseEnded = true, Hold = Hold == HoldState.Confirmed ? HoldState.Releasing : Hold },
        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot follow."),
    };

    /// <summary>What was signed stays readable, also where nothing came of it.</summary>
    private Reservation WithoutAmendment(Instant at) => Amendment is { } lapsed
        ? this with { Amendment = null, PastOrderForms = Past(lapsed.Agreement, lapsed.Signatures, OrderFormStanding.Lapsed, at) }
        : this;

    private ImmutableArray<PastOrderForm> Past(Agreement agreement, ImmutableArray<Signature> signatures, OrderFormStanding standing, Instant at) =>
        [.. PastOrderForms ?? [], new PastOrderForm(agreement, signatures, standing, at)];

    /// <summary>Facts under way, each already folded, so that a decision of several facts sees its own effects.</summary>
    private sealed class Draft(Reservation state, Instant now)
    {
        private readonly ImmutableArray<ReservationFact>.Builder facts = ImmutableArray.CreateBuilder<ReservationFact>();

        public Reservation State { get; private set; } = state;

        public Instant Now => now;

        public ImmutableArray<ReservationFact> Facts => facts.ToImmutable();

        public Draft Add(ReservationFact fact)
        {
            facts.Add(fact);
            State = Evolve(State, fact);
            return this;
        }
    }
}
