using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Reservations;

public sealed partial record Reservation
{
    /// <summary>Decides a command. Commands of the process and notices never refuse: what came too late or twice changes nothing.</summary>
    public static Decision<ReservationFact> Decide(Reservation? state, ReservationCommand command, Instant now)
    {
        if (state is null)
        {
            return command is RequestReservation request ? Request(request, now) : Refuse(ReservationRefusal.NotFound, "There is no such reservation.");
        }

        var draft = new Draft(state, now);
        var refusal = command switch
        {
            RequestReservation request => request.TenantId == state.TenantId && request.Candidates.AsSpan().SequenceEqual(state.Candidates.AsSpan())
                ? null
                : Refuse(ReservationRefusal.Exists, $"Reservation {state.Id} was made for something else."),
            ApproveReservation approve => Approve(draft, approve),
            DeclineReservation decline => Decline(draft, decline),
            SignReservation sign => Sign(draft, sign),
            CancelReservation cancel => Cancel(draft, cancel),
            AmendReservation amend => Amend(draft, amend),
            DeliverUnits deliver => Deliver(draft, deliver),
            _ => Follow(draft, command),
        };
        return refusal is { } no ? no : Decision<ReservationFact>.Of(draft.Facts);
    }

    private static Decision<ReservationFact> Request(RequestReservation request, Instant now)
    {
        var pools = request.Candidates.Select(candidate => candidate.PoolId).Distinct().Count();
        if (pools is 0 or > MostCandidates || pools != request.Candidates.Length)
        {
            return Refuse(ReservationRefusal.CandidatesInvalid, $"Expected 1 to {MostCandidates} pools, each once.", "poolIds");
        }

        return Decision<ReservationFact>.Of(
            new ReservationRequested(now, request.Id, request.TenantId, request.Candidates) { AboveSpendLimit = request.AboveSpendLimit ? true : null, PassedOver = request.PassedOver },
            new AttemptStarted(now, request.Candidates[0]));
    }

    private static Refusal? Approve(Draft draft, ApproveReservation approve)
    {
        if (draft.State.RefuseParty(approve.By, out var party) is { } refusal)
        {
            return refusal;
        }

        var state = draft.State;
        var asked = state.Agreement!.Terms.Clauses.Signatures;
        if (state.HasApproved(party))
        {
            return null;
        }

        if (state.Status != ReservationStatus.AwaitingApproval)
        {
            return Refuse(ReservationRefusal.ApprovalNotAwaited, $"The reservation is {state.Status.Spelled()}.");
        }

        if (!(party == ContractParty.Operator ? asked.OperatorApproves : asked.TenantApproves || state.AboveSpendLimit == true))
        {
            return Refuse(ReservationRefusal.ApprovalNotAwaited, $"The reservation is {state.Status.Spelled()}, by the {OtherThan(party).Spelled()}.");
        }

        if (state.RefusePaper(draft.Now) is { } late)
        {
            return late;
        }

        draft.Add(new ReservationApproved(draft.Now, new Approval(party, approve.By, draft.Now)));
        Advance(draft);
        return null;
    }

    private static ContractParty OtherThan(ContractParty party) => party == ContractParty.Operator ? ContractParty.Tenant : ContractParty.Operator;

    private static Refusal? Decline(Draft draft, DeclineReservation decline)
    {
        if (draft.State.RefuseParty(decline.By, out _) is { } refusal)
        {
            return refusal;
        }

        if (RefuseReason(decline.Reason) is { } empty)
        {
            return empty;
        }

        if (draft.State.Amendment is { Applying: false })
        {
            draft.Add(new AmendmentRefused(draft.Now, "declined"));
            return null;
        }

        if (draft.State.Status is not (ReservationStatus.AwaitingApproval or ReservationStatus.AwaitingSignature))
        {
            return Refuse(ReservationRefusal.ApprovalNotAwaited, $"The reservation is {draft.State.Status.Spelled()}.");
        }

        BeginEnd(draft, EndCause.Declined, decline.By.OrganizationId, decline.Reason);
        return null;
    }

    private static Refusal? Sign(Draft draft, SignReservation sign)
    {
        var state = draft.State;
        if (state.RefuseParty(sign.By, out var party) is { } refusal)
        {
            return refusal;
        }

        var agreement = state.Amendment?.Agreement ?? state.Agreement!;
        var signatures = state.Amendment?.Signatures ?? state.Signatures;
        var asked = agreement.Terms.Clauses.Signatures;
        var isDocument = sign.Digest == agreement.Digest;
        if (isDocument && HasSigned(signatures, party))
        {
            return null;
        }

        var awaited = state.Amendment is { } amendment ? !amendment.Applying : state.Status == ReservationStatus.AwaitingSignature;
        if (!awaited || !(party == ContractParty.Operator ? asked.OperatorSigns : asked.TenantSigns))
        {
            return Refuse(ReservationRefusal.SignatureNotAwaited, $"The reservation is {state.Status.Spelled()}.");
        }

        if (!isDocument)
        {
            return Refuse(ReservationRefusal.DocumentDiffers, $"The order form to be signed has the digest {agreement.Digest}.", "digest");
        }

        if (state.RefusePaper(draft.Now) is { } late)
        {
            return late;
        }

        var signature = new Signature(party, sign.By, draft.Now, sign.Digest);
        if (state.Amendment is not null)
        {
            draft.Add(new AmendmentSigned(draft.Now, signature, Applying: true));
            return null;
        }

        draft.Add(new OrderFormSigned(draft.Now, signature));
        Advance(draft);
        return null;
    }

    private static Refusal? Cancel(Draft draft, CancelReservation cancel)
    {
        var state = draft.State;
        if (!state.IsParty(cancel.Actor))
        {
            return Refuse(ReservationRefusal.NotFound, "There is no such reservation.");
        }

        if (RefuseReason(cancel.Reason) is { } empty)
        {
            return empty;
        }

        if (state.Status is ReservationStatus.Delivering or ReservationStatus.Fulfilled or ReservationStatus.PartiallyFulfilled)
        {
            return Refuse(ReservationRefusal.DeliveryBegun, $"The reservation is {state.Status.Spelled()}.");
        }

        if (state is { Status: ReservationStatus.Cancelled } or { End.Cause: EndCause.Cancelled })
        {
            return null;
        }

        if (state.End is { Cause: not EndCause.Expired } || ReservationStatuses.IsFinal(state.Status))
        {
            return Refuse(ReservationRefusal.Ended, $"The reservation is {state.Status.Spelled()}.");
        }

        if (cancel.Actor == state.TenantId && state.TenantMayLeaveFrom() is { } from && draft.Now < from)
        {
            return Refuse(ReservationRefusal.Binding, $"It was confirmed; if nothing is handed over by then, the tenant may leave from {from}.");
        }

        BeginEnd(draft, EndCause.Cancelled, cancel.Actor, cancel.Reason);
        return null;
    }

    /// <summary>
    /// From when the tenant of a binding reservation may leave with its deposit because nothing was handed over: the start of the
    /// term while supply does not cover it, else the end of the term's first day in the lease's zone, until which the operator
    /// is in time. Null while it is not binding and once delivery has begun: then the lease has an exit of the same kind.
    /// </summary>
    public Instant? TenantMayLeaveFrom()
    {
        if (Status is not (ReservationStatus.Confirmed or ReservationStatus.Delayed))
        {
            return null;
        }

        var terms = Agreement!.Terms;
        var zone = terms.Clauses.Zone();
        return Status == ReservationStatus.Delayed
            ? terms.Ramp.Term.Start
            : zone.AtStartOfDay(BillingPeriods.DateAt(zone, terms.Ramp.Term.Start).PlusDays(1)).ToInstant();
    }

    // Moves to whatever is missing next, if that is not already awaited. All paper shares one deadline; the deposit gets its own.
    private static void Advance(Draft draft)
    {
        var state = draft.State;
        if (state.Missing() is not { } missing || missing == state.Status)
        {
            return;
        }

        var agreement = state.Agreement!;
        if (missing != ReservationStatus.AwaitingDeposit)
        {
            draft.Add(new RequirementAwaited(draft.Now, missing, state.Deadline ?? HoldDeadlines.ForPaper(agreement.Holds, agreement.Terms.Ramp.Term.Start, draft.Now)));
            return;
        }

        var clauses = agreement.Terms.Clauses;
        var deadline = HoldDeadlines.ForDeposit(agreement.Holds, clauses.Deposit.Method, clauses.LeaseZone, draft.Now);
        draft.Add(new DepositChanged(draft.Now, new ReservationDeposit(DepositState.Opening, agreement.Deposit, null)));
        draft.Add(new RequirementAwaited(draft.Now, missing, deadline));
    }

    // A deposit that was asked for is first cancelled at the gateway; everything else ends at once.
    private static void BeginEnd(Draft draft, EndCause cause, OrganizationId? by, string reason)
    {
        draft.Add(new EndDecided(draft.Now, new ReservationEnd(cause, by, reason, draft.Now)));
        if (draft.State.Deposit is { State: DepositState.Opening or DepositState.Requested } deposit)
        {
            draft.Add(new DepositChanged(draft.Now, deposit with { State = DepositState.Cancelling }));
        }
        else if (draft.State.Deposit?.State != DepositState.Cancelling)
        {
            FinishEnd(draft);
        }
    }

    private static void FinishEnd(Draft draft) => draft.Add(new ReservationEnded(draft.Now, draft.State.End!.Cause switch
    {
        EndCause.Expired => ReservationStatus.Expired,
        EndCause.Declined or EndCause.NoCapacity => ReservationStatus.Refused,
        _ => ReservationStatus.Cancelled,
    }));

    private static Refusal Refuse(ReservationRefusal code, string detail, string? field = null) => Refusal.Of(code, detail, field);

    private static Refusal? RefuseReason(string reason) => string.IsNullOrWhiteSpace(reason) || reason.Length > 500
        ? Refuse(ReservationRefusal.ReasonInvalid, "Expected 1 to 500 characters.", "reason")
        : null;

    private bool IsParty(OrganizationId organization) => organization == TenantId || organization == Agreement?.OperatorId;

    private Refusal? RefuseParty(Signatory by, out ContractParty party)
    {
        party = by.OrganizationId == TenantId ? ContractParty.Tenant : ContractParty.Operator;
        if (!IsParty(by.OrganizationId))
        {
            return Refuse(ReservationRefusal.NotFound, "There is no such reservation.");
        }

        if (string.IsNullOrWhiteSpace(by.Name) || by.Name.Length > 200)
        {
            return Refuse(ReservationRefusal.SignatoryInvalid, "Expected 1 to 200 characters.", "name");
        }

        if (string.IsNullOrWhiteSpace(by.Authority) || by.Authority.Length > 200)
        {
            return Refuse(ReservationRefusal.SignatoryInvalid, "Expected 1 to 200 characters.", "authority");
        }

        if (End is not null || ReservationStatuses.IsFinal(Status))
        {
            return Refuse(ReservationRefusal.Ended, $"The reservation is {Status.Spelled()}.");
        }

        return Agreement is null ? Refuse(ReservationRefusal.ApprovalNotAwaited, "No quote is agreed yet.") : null;
    }

    // An amendment being applied replaces the document and voids what was approved, so paper waits for it.
    private Refusal? RefusePaper(Instant now)
    {
        if (Deadline is { } deadline && now >= deadline)
        {
            return Refuse(ReservationRefusal.DeadlinePassed, $"The deadline was {deadline}.");
        }

        return Amendment is { Applying: true } ? Refuse(ReservationRefusal.AmendmentPending, "An amendment is being applied.") : null;
    }
}
