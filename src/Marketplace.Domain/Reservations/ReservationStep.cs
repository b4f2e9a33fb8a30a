using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Reservations;

/// <summary>
/// The next effect on somebody else that the reservation's own record calls for. Each is safe to repeat, and its outcome comes
/// back as a command.
/// </summary>
public abstract record ReservationStep
{
    private ReservationStep()
    {
    }

    /// <summary>Use the running attempt's quote, then place the hold it prices; then <see cref="RecordHoldPlaced"/> or <see cref="RecordAttemptRefused"/>.</summary>
    public sealed record Try(ReservationCandidate Candidate) : ReservationStep;

    /// <summary>Open the deposit; then <see cref="RecordDepositOpened"/>.</summary>
    public sealed record OpenDeposit(OrganizationId OperatorId, Money Amount, PaymentMethod Method, Instant Deadline) : ReservationStep;

    /// <summary>Cancel the deposit at the gateway; then <see cref="RecordDepositCancellation"/>.</summary>
    public sealed record CancelDeposit : ReservationStep;

    /// <summary>Hand the deposit back; then <see cref="RecordDepositReturned"/>.</summary>
    public sealed record ReturnDeposit(string Reason) : ReservationStep;

    /// <summary>Confirm the hold; then <see cref="RecordHoldConfirmed"/>.</summary>
    public sealed record ConfirmHold(PoolId PoolId, Instant SignedAt) : ReservationStep;

    /// <summary>Use the amendment's quote and resize the hold; then <see cref="RecordAmendmentApplied"/> or <see cref="RecordAmendmentRefused"/>.</summary>
    public sealed record Amend(QuoteId QuoteId, PoolId PoolId, RampSchedule Ramp) : ReservationStep;

    /// <summary>Release the hold; then <see cref="RecordHoldReleased"/>.</summary>
    public sealed record ReleaseHold(PoolId PoolId, string Reason) : ReservationStep;
}

public sealed partial record Reservation
{
    /// <summary>What the process has to do next, or null when it waits for a party, a notice or time.</summary>
    public ReservationStep? NextStep()
    {
        if (Deposit?.State == DepositState.Cancelling)
        {
            return new ReservationStep.CancelDeposit();
        }

        if (Hold == HoldState.Releasing)
        {
            return new ReservationStep.ReleaseHold(HeldPool(), End?.Reason ?? "The lease has ended.");
        }

        if (Deposit?.State == DepositState.Returning)
        {
            return new ReservationStep.ReturnDeposit(End!.Reason);
        }

        if (Status == ReservationStatus.Requested)
        {
            return new ReservationStep.Try(Attempts[^1].Candidate);
        }

        if (Agreement is not { } agreement || ReservationStatuses.IsFinal(Status))
        {
            return null;
        }

        if (Deposit is { State: DepositState.Opening } deposit)
        {
            return new ReservationStep.OpenDeposit(agreement.OperatorId, deposit.Amount, agreement.Terms.Clauses.Deposit.Method, Deadline!.Value);
        }

        if (Amendment is { Applying: true } amendment)
        {
            return new ReservationStep.Amend(amendment.Agreement.QuoteId, agreement.PoolId, amendment.Agreement.Terms.Ramp);
        }

        return Hold == HoldState.Placed && Missing() is null
            ? new ReservationStep.ConfirmHold(agreement.PoolId, Signatures.IsEmpty ? ChangedAt : Signatures.Max(signature => signature.At))
            : null;
    }

    /// <summary>
    /// Market time of what falls due next: at once where a step is open (the one instant of creation for all of them, so that
    /// steps do not move the due row), never where only a notice can move it, null when it is closed.
    /// </summary>
    public Instant? DueAt()
    {
        if (NextStep() is not null)
        {
            return CreatedAt;
        }

        if (ReservationStatuses.IsFinal(Status))
        {
            return Hold == HoldState.Confirmed ? Instant.MaxValue : null;
        }

        var due = Deadline ?? Instant.MaxValue;
        if (Status is ReservationStatus.Confirmed or ReservationStatus.Delayed or ReservationStatus.Delivering)
        {
            due = Instant.Min(due, Agreement!.Terms.Ramp.Term.End);
        }

        return Amendment is { } waiting ? Instant.Min(due, AmendmentDeadline(waiting)) : due;
    }

    /// <summary>The sides whose approval is asked for and has not come: by the terms, or because the total is above the requester's spend limit.</summary>
    public IEnumerable<ContractParty> ApprovalsMissing()
    {
        var asked = Agreement?.Terms.Clauses.Signatures;
        if (asked is { OperatorApproves: true } && !HasApproved(ContractParty.Operator))
        {
            yield return ContractParty.Operator;
        }

        if (asked is not null && (asked.TenantApproves || AboveSpendLimit == true) && !HasApproved(ContractParty.Tenant))
        {
            yield return ContractParty.Tenant;
        }
    }

    /// <summary>Until when the operator may sign the amendment on its way; null while none waits for that.</summary>
    public Instant? AmendmentAnswerBy() => Amendment is { Applying: false } waiting ? AmendmentDeadline(waiting) : null;

    /// <summary>What an approval, a signature or the deposit still keeps from being binding, or null when nothing does.</summary>
    private ReservationStatus? Missing()
    {
        var asked = Agreement!.Terms.Clauses.Signatures;
        if (ApprovalsMissing().Any())
        {
            return ReservationStatus.AwaitingApproval;
        }

        if ((asked.OperatorSigns && !HasSigned(Signatures, ContractParty.Operator)) || (asked.TenantSigns && !HasSigned(Signatures, ContractParty.Tenant)))
        {
            return ReservationStatus.AwaitingSignature;
        }

        return Agreement.Deposit.Minor > 0 && Deposit?.State != DepositState.Held ? ReservationStatus.AwaitingDeposit : null;
    }

    private bool HasApproved(ContractParty party) => Approvals.Any(approval => approval.Party == party);

    private static bool HasSigned(IEnumerable<Signature> signatures, ContractParty party) => signatures.Any(signature => signature.Party == party);

    private static Instant AmendmentDeadline(Amendment amendment) => HoldDeadlines.ForPaper(amendment.Agreement.Holds, amendment.Agreement.Terms.Ramp.Term.Start, amendment.At);

    private PoolId HeldPool() => Agreement?.PoolId ?? Attempts[^1].Candidate.PoolId;
}
