using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Reservations;

public sealed partial record Reservation
{
    /// <summary>Outcomes of steps, notices and the passing of time. Whatever came too late or twice changes nothing.</summary>
    private static Refusal? Follow(Draft draft, ReservationCommand command)
    {
        var state = draft.State;
        switch (command)
        {
            case RecordAttemptRefused refused when state.Status == ReservationStatus.Requested && refused.Candidate == state.Attempts[^1].Candidate:
                TryNext(draft, refused.Code);
                break;
            case RecordHoldPlaced placed when state.Status == ReservationStatus.Requested && placed.Quote.Id == state.Attempts[^1].Candidate.QuoteId:
                draft.Add(new HoldPlaced(draft.Now, OrderForm.Agree(state.Id, placed.Quote, documentVersion: 1, placed.Names)));
                Advance(draft);
                break;
            case RecordDepositOpened opened when state.Deposit is { State: DepositState.Opening } deposit:
                draft.Add(new DepositChanged(draft.Now, deposit with { State = DepositState.Requested, PaymentId = opened.PaymentId }));
                break;
            case RecordDepositHeld held when state.Deposit is { } deposit:
                HoldDeposit(draft, deposit, held.PaymentId);
                break;
            case RecordDepositFailed when state.Deposit is { State: DepositState.Processing } deposit:
                draft.Add(new DepositChanged(draft.Now, deposit with { State = DepositState.Requested }));
                BeginEnd(draft, EndCause.Expired, null, "The deposit was not paid in time.");
                break;
            case RecordDepositCancellation outcome when state.Deposit is { State: DepositState.Cancelling } deposit:
                SettleCancellation(draft, deposit, outcome.Cancelled);
                break;
            case RecordDepositReturned when state.Deposit is { State: DepositState.Returning } deposit:
                draft.Add(new DepositChanged(draft.Now, deposit with { State = DepositState.Returned }));
                break;
            case RecordHoldConfirmed when state.NextStep() is ReservationStep.ConfirmHold:
                draft.Add(new ReservationConfirmed(draft.Now));
                break;
            case RecordHoldReleased when state.Hold == HoldState.Releasing:
                draft.Add(new HoldReleased(draft.Now));
                break;
            case RecordAmendmentApplied when state.Amendment is { Applying: true }:
                draft.Add(new AmendmentApplied(draft.Now));
                if (state.ConfirmedAt is null)
                {
                    Advance(draft);
                }

                break;
            case RecordAmendmentRefused refused when state.Amendment is not null:
                draft.Add(new AmendmentRefused(draft.Now, refused.Code));
                break;
            case DisplaceHold displace when !ReservationStatuses.IsFinal(state.Status):
                draft.Add(new HoldDisplaced(draft.Now, displace.Segments));
                break;
            case RestoreHold when !state.Displaced.IsEmpty && !ReservationStatuses.IsFinal(state.Status):
                draft.Add(new HoldRestored(draft.Now));
                break;
            case WithdrawCapacity withdraw when !ReservationStatuses.IsFinal(state.Status) && state.Status != ReservationStatus.Delivering && state.End is not { Cause: not EndCause.Expired }:
                BeginEnd(draft, EndCause.Withdrawn, withdraw.By, withdraw.Reason);
                break;
            case RecordLeaseEnded when !state.LeaseEnded && !state.Deliveries.IsEmpty:
                draft.Add(new LeaseClosed(draft.Now));
                if (state.Status == ReservationStatus.Delivering)
                {
                    draft.Add(new DeliveryCeased(draft.Now));
                }

                break;
            case PassTime:
                DoWhatIsDue(draft);
                break;
        }

        return null;
    }

    private static void TryNext(Draft draft, string code)
    {
        draft.Add(new AttemptRefused(draft.Now, code));
        var tried = draft.State.Attempts.Length;
        if (tried < draft.State.Candidates.Length)
        {
            draft.Add(new AttemptStarted(draft.Now, draft.State.Candidates[tried]));
        }
        else
        {
            BeginEnd(draft, EndCause.NoCapacity, null, code);
        }
    }

    private static void HoldDeposit(Draft draft, ReservationDeposit deposit, PaymentId payment)
    {
        if (deposit.State == DepositState.Held)
        {
            return;
        }

        var held = deposit with { PaymentId = payment, State = DepositState.Held };
        if (ReservationStatuses.IsFinal(draft.State.Status))
        {
            // Money for a reservation that has ended goes back, also if an earlier return found nothing to return.
            draft.Add(new DepositChanged(draft.Now, held with { State = DepositState.Returning }));
            return;
        }

        draft.Add(new DepositChanged(draft.Now, held));
        SettleEnd(draft);
    }

    private static void SettleCancellation(Draft draft, ReservationDeposit deposit, bool cancelled)
    {
        draft.Add(new DepositChanged(draft.Now, deposit with { State = cancelled ? DepositState.Cancelled : DepositState.Processing }));
        if (cancelled)
        {
            FinishEnd(draft);
        }
        else
        {
            SettleEnd(draft);
        }
    }

    // The deposit is paid or on its way while an end is pending: lateness is forgiven, any other end goes on and returns it.
    private static void SettleEnd(Draft draft)
    {
        if (draft.State.End is { Cause: EndCause.Expired })
        {
            draft.Add(new EndAverted(draft.Now));
        }
        else if (draft.State.End is not null)
        {
            FinishEnd(draft);
        }
    }

    private static void DoWhatIsDue(Draft draft)
    {
        var state = draft.State;
        if (state.End is not null || ReservationStatuses.IsFinal(state.Status))
        {
            return;
        }

        if (state.Deadline <= draft.Now && state.Missing() is { } missing)
        {
            var what = missing switch
            {
                ReservationStatus.AwaitingApproval => "An approval",
                ReservationStatus.AwaitingSignature => "A signature",
                _ => "The deposit",
            };
            BeginEnd(draft, EndCause.Expired, null, what + " did not come in time.");
            return;
        }

        if (state.Amendment is { Applying: false } amendment && AmendmentDeadline(amendment) <= draft.Now)
        {
            draft.Add(new AmendmentRefused(draft.Now, "deadline_passed"));
        }

        if (state.ConfirmedAt is not null && state.Agreement!.Terms.Ramp.Term.End <= draft.Now)
        {
            if (state.Status == ReservationStatus.Delivering)
            {
                draft.Add(new DeliveryCeased(draft.Now));
            }
            else
            {
                BeginEnd(draft, EndCause.NeverDelivered, null, "The term passed without delivery.");
            }
        }
    }
}
