using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Quotes;
using NodaTime;
using static Marketplace.Domain.Tests.Reservations.ReservationStory;

namespace Marketplace.Domain.Tests.Reservations;

/// <summary>From the request to a binding reservation.</summary>
public sealed class ReservationTests
{
    private static readonly CancelReservation TenantCancels = new(SampleOffer.Tenant, "Changed plans.");
    private static readonly CancelReservation OperatorCancels = new(SampleOffer.Operator, "Flood.");

    [Fact]
    public void The_first_candidate_and_attempt_are_written_before_anything_is_asked()
    {
        var story = new ReservationStory();

        story.Then(new RequestReservation(Id, SampleOffer.Tenant, [story.Candidate]), typeof(ReservationRequested), typeof(AttemptStarted))
            .Is(ReservationStatus.Requested).Next<ReservationStep.Try>();
        Assert.Equal(HoldState.Placing, story.Here.Hold);
        Assert.Equal(story.Here.CreatedAt, story.Here.DueAt());
    }

    [Fact]
    public void What_is_agreed_is_named_by_its_digest()
    {
        var story = Held();

        Assert.Equal(OrderForm.DigestOf(OrderForm.Render(Id, SampleOffer.Tenant, story.Here.Agreement!)), story.Here.Agreement!.Digest);
    }

    [Fact]
    public void A_placed_hold_asks_for_the_deposit_at_once_when_no_paper_is_asked_for()
    {
        var story = Requested();

        story.Then(new RecordHoldPlaced(story.Quote), typeof(HoldPlaced), typeof(DepositChanged), typeof(RequirementAwaited))
            .Is(ReservationStatus.AwaitingDeposit).Next<ReservationStep.OpenDeposit>();
        Assert.Equal(SampleOffer.Now + Duration.FromMinutes(30), story.Here.Deadline);
    }

    [Fact]
    public void Without_paper_and_deposit_the_pool_is_asked_to_confirm_at_once()
    {
        var story = Held(SampleOffer.With(clauses => clauses with { Deposit = new DepositTerms(DepositRule.None, 0, PaymentMethod.Card) }));

        story.Is(ReservationStatus.Held).Next<ReservationStep.ConfirmHold>()
            .Then(new RecordHoldConfirmed(), typeof(ReservationConfirmed)).Is(ReservationStatus.Confirmed).Waits();
    }

    [Fact]
    public void The_next_pool_is_tried_only_after_a_definite_refusal()
    {
        var story = new ReservationStory();
        var second = new ReservationCandidate(PoolId.From("pool_b"), QuoteId.From("qt_2"));
        story.Did(new RequestReservation(Id, SampleOffer.Tenant, [story.Candidate, second]));

        story.Then(new RecordAttemptRefused(story.Candidate, "units_not_free"), typeof(AttemptRefused), typeof(AttemptStarted));

        Assert.Equal(new ReservationStep.Try(second), story.Here.NextStep());
        Assert.Equal(["units_not_free", null], story.Here.Attempts.Select(attempt => attempt.RefusedCode));
        story.Then(new RecordAttemptRefused(story.Candidate, "units_not_free"));
        Assert.Equal(2, story.Here.Attempts.Length);
    }

    [Fact]
    public void After_the_last_pool_it_is_refused_and_nothing_remains()
    {
        var story = Requested();

        story.Then(new RecordAttemptRefused(story.Candidate, "units_not_free"), typeof(AttemptRefused), typeof(EndDecided), typeof(ReservationEnded))
            .Is(ReservationStatus.Refused).Waits();
        Assert.Null(story.Here.DueAt());
        Assert.Equal("units_not_free", story.Here.End?.Reason);
    }

    [Fact]
    public void Both_sides_approve_then_both_sign_then_the_deposit_is_asked_for()
    {
        var story = AwaitingApproval().Is(ReservationStatus.AwaitingApproval).Waits();
        var deadline = story.Here.Deadline;
        Assert.Equal(SampleOffer.Now + Duration.FromDays(10), deadline);

        story.Then(new ApproveReservation(ForTenant), typeof(ReservationApproved)).Is(ReservationStatus.AwaitingApproval)
            .Then(new ApproveReservation(ForTenant))
            .After(Duration.FromDays(1))
            .Then(new ApproveReservation(ForOperator), typeof(ReservationApproved), typeof(RequirementAwaited)).Is(ReservationStatus.AwaitingSignature);
        Assert.Equal(deadline, story.Here.Deadline);

        var digest = story.Here.Agreement!.Digest;
        story.Then(new SignReservation(ForOperator, digest), typeof(OrderFormSigned))
            .Then(new SignReservation(ForOperator, digest))
            .Then(new SignReservation(ForTenant, digest), typeof(OrderFormSigned), typeof(DepositChanged), typeof(RequirementAwaited))
            .Is(ReservationStatus.AwaitingDeposit);
        Assert.Equal([ContractParty.Operator, ContractParty.Tenant], story.Here.Signatures.Select(signature => signature.Party));
        Assert.All(story.Here.Signatures, signature => Assert.Equal(digest, signature.Digest));
        Assert.Equal(story.Now + Duration.FromMinutes(30), story.Here.Deadline);
    }

    [Fact]
    public void Nobody_signs_another_document_or_out_of_turn()
    {
        var approving = AwaitingApproval();
        approving.Refused(new SignReservation(ForTenant, approving.Here.Agreement!.Digest), "signature_not_awaited");
        AwaitingSignature().Refused(new SignReservation(ForTenant, "0000"), "document_differs").Refused(new ApproveReservation(ForTenant with { Name = " " }), "signatory_invalid");
        AwaitingDeposit().Refused(new ApproveReservation(ForOperator), "approval_not_awaited");
    }

    [Fact]
    public void Strangers_see_nothing()
    {
        var stranger = ForTenant with { OrganizationId = OrganizationId.From("org_stranger") };

        AwaitingSignature()
            .Refused(new SignReservation(stranger, "x"), "reservation_not_found")
            .Refused(new ApproveReservation(stranger), "reservation_not_found")
            .Refused(new DeclineReservation(stranger, "No."), "reservation_not_found")
            .Refused(new CancelReservation(stranger.OrganizationId, "No."), "reservation_not_found");
        new ReservationStory().Refused(TenantCancels, "reservation_not_found");
    }

    [Fact]
    public void Paper_that_comes_too_late_is_refused_and_the_visit_ends_it()
    {
        var story = AwaitingSignature().After(Duration.FromDays(10));

        story.Refused(new SignReservation(ForTenant, story.Here.Agreement!.Digest), "deadline_passed")
            .Then(new PassTime(), typeof(EndDecided), typeof(ReservationEnded)).Is(ReservationStatus.Expired).Next<ReservationStep.ReleaseHold>()
            .Then(new RecordHoldReleased(), typeof(HoldReleased)).Waits();
        Assert.Null(story.Here.DueAt());
    }

    [Fact]
    public void A_declined_reservation_is_refused_and_releases_its_hold() => AwaitingApproval()
        .Refused(new DeclineReservation(ForOperator, ""), "reason_invalid")
        .Then(new DeclineReservation(ForOperator, "Credit."), typeof(EndDecided), typeof(ReservationEnded))
        .Is(ReservationStatus.Refused).Next<ReservationStep.ReleaseHold>()
        .Refused(new DeclineReservation(ForOperator, "Credit."), "reservation_ended");

    [Fact]
    public void A_deposit_by_transfer_may_take_banking_days()
    {
        var friday = Instant.FromUtc(2027, 1, 8, 15, 0);

        // Five banking days after a Friday end with the Friday after.
        Assert.Equal(Instant.FromUtc(2027, 1, 16, 0, 0), HoldDeadlines.PlusBankingDays(friday, 5, DateTimeZone.Utc));
        Assert.Equal(Instant.FromUtc(2027, 1, 12, 5, 0), HoldDeadlines.PlusBankingDays(friday, 1, DateTimeZoneProviders.Tzdb["America/New_York"]));
    }

    [Fact]
    public void It_is_confirmed_only_after_the_pool_has_confirmed()
    {
        var story = AwaitingDeposit().Waits();

        story.Then(new RecordDepositHeld(Payment), typeof(DepositChanged)).Is(ReservationStatus.AwaitingDeposit).Next<ReservationStep.ConfirmHold>()
            .Then(new RecordHoldConfirmed(), typeof(ReservationConfirmed)).Is(ReservationStatus.Confirmed).Waits();
        Assert.Equal(HoldState.Confirmed, story.Here.Hold);
        Assert.Null(story.Here.Deadline);
        Assert.Equal(SampleOffer.March.End, story.Here.DueAt());
    }

    [Fact]
    public void A_late_deposit_is_first_cancelled_at_the_gateway()
    {
        var story = AwaitingDeposit().After(Duration.FromMinutes(30));

        story.Then(new PassTime(), typeof(EndDecided), typeof(DepositChanged)).Is(ReservationStatus.AwaitingDeposit).Next<ReservationStep.CancelDeposit>();
        Assert.Equal(HoldState.Placed, story.Here.Hold);

        story.Then(new RecordDepositCancellation(Cancelled: true), typeof(DepositChanged), typeof(ReservationEnded))
            .Is(ReservationStatus.Expired).Next<ReservationStep.ReleaseHold>();
    }

    [Fact]
    public void A_deposit_on_its_way_keeps_the_hold()
    {
        var story = AwaitingDeposit().After(Duration.FromMinutes(30)).Did(new PassTime());

        story.Then(new RecordDepositCancellation(Cancelled: false), typeof(DepositChanged), typeof(EndAverted))
            .Is(ReservationStatus.AwaitingDeposit).Waits()
            .After(Duration.FromDays(2)).Then(new PassTime())
            .Then(new RecordDepositHeld(Payment), typeof(DepositChanged)).Next<ReservationStep.ConfirmHold>();
    }

    [Fact]
    public void A_payment_that_fails_after_the_deadline_ends_it() => AwaitingDeposit()
        .Then(new RecordDepositFailed(Payment))
        .After(Duration.FromMinutes(30)).Did(new PassTime()).Did(new RecordDepositCancellation(Cancelled: false))
        .Then(new RecordDepositFailed(Payment), typeof(DepositChanged), typeof(EndDecided), typeof(DepositChanged)).Next<ReservationStep.CancelDeposit>()
        .Then(new RecordDepositCancellation(Cancelled: true), typeof(DepositChanged), typeof(ReservationEnded)).Is(ReservationStatus.Expired);

    [Fact]
    public void Money_during_the_cancelling_saves_a_late_reservation_but_not_a_cancelled_one()
    {
        AwaitingDeposit().After(Duration.FromMinutes(30)).Did(new PassTime())
            .Then(new RecordDepositHeld(Payment), typeof(DepositChanged), typeof(EndAverted)).Next<ReservationStep.ConfirmHold>();

        AwaitingDeposit().Did(TenantCancels)
            .Then(new RecordDepositHeld(Payment), typeof(DepositChanged), typeof(ReservationEnded))
            .Is(ReservationStatus.Cancelled).Next<ReservationStep.ReleaseHold>()
            .Did(new RecordHoldReleased()).Next<ReservationStep.ReturnDeposit>()
            .Did(new RecordDepositReturned()).Waits();
    }

    [Fact]
    public void Money_that_arrives_after_the_end_goes_back()
    {
        var story = AwaitingDeposit().Did(TenantCancels).Did(new RecordDepositCancellation(Cancelled: true)).Did(new RecordHoldReleased()).Waits();
        Assert.Null(story.Here.DueAt());

        story.Then(new RecordDepositHeld(Payment), typeof(DepositChanged)).Is(ReservationStatus.Cancelled).Next<ReservationStep.ReturnDeposit>();
        Assert.NotNull(story.Here.DueAt());
    }

    [Fact]
    public void Cancelling_while_a_hold_may_be_on_its_way_releases_it()
    {
        var story = Requested();

        story.Then(TenantCancels, typeof(EndDecided), typeof(ReservationEnded)).Is(ReservationStatus.Cancelled).Next<ReservationStep.ReleaseHold>()
            .Then(new RecordHoldPlaced(story.Quote)).Is(ReservationStatus.Cancelled)
            .Then(TenantCancels);
    }

    [Fact]
    public void Once_binding_only_the_operator_can_give_it_up()
    {
        Confirmed().Refused(TenantCancels, "reservation_binding").Refused(OperatorCancels with { Reason = "" }, "reason_invalid");
        Confirmed().Then(OperatorCancels, typeof(EndDecided), typeof(ReservationEnded)).Is(ReservationStatus.Cancelled)
            .Next<ReservationStep.ReleaseHold>().Did(new RecordHoldReleased()).Next<ReservationStep.ReturnDeposit>();
    }

    [Fact]
    public void A_tenant_whose_capacity_is_late_may_leave_with_its_deposit()
    {
        Delayed().Refused(TenantCancels, "reservation_binding");
        Delayed().At(SampleOffer.March.Start).Did(TenantCancels).Is(ReservationStatus.Cancelled)
            .Did(new RecordHoldReleased()).Next<ReservationStep.ReturnDeposit>();
    }

    [Fact]
    public void A_tenant_to_whom_nothing_was_handed_over_may_leave_after_the_first_day_whatever_supply_says()
    {
        var start = SampleOffer.March.Start;
        var zone = SampleOffer.Offer.Clauses.Zone();
        var dayAfter = zone.AtStartOfDay(start.InZone(zone).Date.PlusDays(1)).ToInstant();
        Assert.Equal(dayAfter, Confirmed().Here!.TenantMayLeaveFrom());
        Assert.Equal(start, Delayed().Here!.TenantMayLeaveFrom());
        Assert.Null(Held().Here!.TenantMayLeaveFrom());
        Assert.Null(Delivering().Here!.TenantMayLeaveFrom());

        Confirmed().At(dayAfter - Duration.FromSeconds(1)).Refused(TenantCancels, "reservation_binding");
        Confirmed().At(dayAfter).Did(TenantCancels).Is(ReservationStatus.Cancelled)
            .Did(new RecordHoldReleased()).Next<ReservationStep.ReturnDeposit>();
    }

    [Fact]
    public void Paper_never_waits_beyond_the_start_of_the_term()
    {
        var start = SampleOffer.March.Start;
        Assert.Equal(SampleOffer.Now + Duration.FromDays(10), HoldDeadlines.ForPaper(SampleOffer.Offer.Holds, start, SampleOffer.Now));
        Assert.Equal(start, HoldDeadlines.ForPaper(SampleOffer.Offer.Holds, start, start - Duration.FromDays(3)));
    }

    [Fact]
    public void Signing_what_awaits_no_signature_says_so_whatever_the_digest()
    {
        Confirmed().Refused(new SignReservation(ForTenant, new string('0', 64)), "signature_not_awaited");
        AwaitingSignature().Refused(new SignReservation(ForTenant, new string('0', 64)), "document_differs");
    }

    [Fact]
    public void A_withdrawn_pool_leaves_through_the_reservations_own_exit()
    {
        var withdraw = new WithdrawCapacity(SampleOffer.Operator, "The utility cut us off.");

        var left = Confirmed().Then(withdraw, typeof(EndDecided), typeof(ReservationEnded)).Is(ReservationStatus.Cancelled).Here.End!;
        Assert.Equal((EndCause.Withdrawn, SampleOffer.Operator, "The utility cut us off."), (left.Cause, left.By, left.Reason));
        AwaitingDeposit().Then(withdraw, typeof(EndDecided), typeof(DepositChanged)).Next<ReservationStep.CancelDeposit>();
        AwaitingApproval().Did(withdraw).Is(ReservationStatus.Cancelled);
        Delivering().Then(withdraw).Is(ReservationStatus.Delivering);
    }

    [Fact]
    public void Is_made_once()
    {
        var story = Held();
        var request = new RequestReservation(Id, SampleOffer.Tenant, [story.Candidate]);

        story.Then(request);
        story.Refused(request with { TenantId = OrganizationId.From("org_other") }, "reservation_exists");
        new ReservationStory().Refused(request with { Candidates = [] }, "candidates_invalid").Refused(request with { Candidates = [story.Candidate, story.Candidate] }, "candidates_invalid");
        Assert.Throws<InvalidOperationException>(() => Reservation.Evolve(null, new HoldReleased(SampleOffer.Now)));
        Assert.Throws<InvalidOperationException>(() => Reservation.Evolve(story.Here, new DeliveryCeased(SampleOffer.Now)));
    }
}
