using CsCheck;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Quotes;
using NodaTime;
using static Marketplace.Domain.Tests.Reservations.ReservationStory;

namespace Marketplace.Domain.Tests.Reservations;

/// <summary>What holds after any sequence of commands, however late, doubled or out of order.</summary>
public sealed class ReservationLawTests
{
    private static readonly HashSet<ReservationStatus> Binding =
    [
        ReservationStatus.Confirmed, ReservationStatus.Delayed, ReservationStatus.Delivering,
        ReservationStatus.Fulfilled, ReservationStatus.PartiallyFulfilled,
    ];

    [Fact]
    public void Only_legal_steps_follow_and_what_is_binding_is_paid_and_confirmed() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 27].Array[1, 60]).Sample(
        (paper, choices) =>
        {
            var story = Start(paper);
            foreach (var choice in choices)
            {
                var before = story.Here;
                story.Now += Duration.FromHours(choice == 27 ? 24 * 30 : choice % 4);
                Try(story, Command(story, choice));
                var after = story.Here;

                Assert.All(story.Steps, step => Assert.True(ReservationStatuses.Allows(step.From, step.To)));
                Assert.False(ReservationStatuses.IsFinal(before.Status) && before.Status != after.Status);
                if (Binding.Contains(after.Status))
                {
                    Assert.Contains(after.Hold, new[] { HoldState.Confirmed, HoldState.Releasing, HoldState.Released });
                    Assert.True(after.Agreement!.Deposit.IsZero || after.Deposit?.State == DepositState.Held);
                    Assert.True(after.DeliveredUnits() <= after.Agreement.Terms.Ramp.PeakUnits());
                }
            }
        },
        iter: 3000);

    [Fact]
    public void Every_process_comes_to_rest_and_an_ended_one_leaves_nothing_behind() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 27].Array[0, 40]).Sample(
        (paper, choices) =>
        {
            var story = Start(paper);
            foreach (var choice in choices)
            {
                story.Now += Duration.FromHours(choice % 4);
                Try(story, Command(story, choice));
            }

            for (var rounds = 0; story.Here.DueAt() is { } due && due < Instant.MaxValue; rounds++)
            {
                Assert.True(rounds < 50, "It never comes to rest.");
                story.Now = Instant.Max(story.Now, due);
                Try(story, story.Here.NextStep() is { } step ? Outcome(story, step, succeeds: true) : new PassTime());
            }

            var here = story.Here;
            if (here.DueAt() is null)
            {
                Assert.True(ReservationStatuses.IsFinal(here.Status));
                Assert.Contains(here.Hold, new[] { HoldState.None, HoldState.Released });
                Assert.True(here.Deposit is null || here.Deposit.State is DepositState.Cancelled or DepositState.Returned || !here.Deliveries.IsEmpty);
            }
            else
            {
                // At rest but open: it waits for a lease to end, or for the word of the gateway.
                Assert.True(here.Hold == HoldState.Confirmed || here.Deposit?.State == DepositState.Processing);
            }
        },
        iter: 3000);

    private static ReservationStory Start(int paper) => Requested(SampleOffer.With(clauses => clauses with
    {
        Signatures = paper switch { 0 => SampleOffer.NoPaper, 1 => AllPaper, 2 => SampleOffer.NoPaper with { OperatorSigns = true }, _ => SampleOffer.NoPaper with { TenantApproves = true } },
        Deposit = paper == 2 ? new DepositTerms(DepositRule.None, 0, PaymentMethod.Card) : clauses.Deposit,
    }));

    private static void Try(ReservationStory story, ReservationCommand command)
    {
        if (Reservation.Decide(story.Here, command, story.Now).Refusal is null)
        {
            story.Did(command);
        }
    }

    // Half of the choices let the process go on as it should; the others are parties, notices, doubles and strays.
    private static ReservationCommand Command(ReservationStory story, int choice) => choice switch
    {
        0 => new ApproveReservation(ForTenant),
        1 => new ApproveReservation(ForOperator),
        2 => new SignReservation(ForTenant, Digest(story)),
        3 => new SignReservation(ForOperator, Digest(story)),
        4 => new RecordDepositHeld(Payment),
        5 => new RecordDepositFailed(Payment),
        6 => new CancelReservation(choice % 2 == 0 ? SampleOffer.Tenant : SampleOffer.Operator, "No."),
        7 => new DeclineReservation(ForOperator, "No."),
        8 => story.Displacement(1),
        9 => new RestoreHold(),
        10 => new WithdrawCapacity(SampleOffer.Operator, "Gone."),
        11 => new RecordLeaseEnded(),
        12 => new AmendReservation(ForTenant, SampleOffer.Make(story.Offer, gpus: 32, id: "qt_2")),
        13 => Delivery(1, 3),
        14 => Delivery(4, 5),
        15 => new PassTime(),
        16 => new RecordHoldReleased(),
        17 => new RecordDepositCancellation(Cancelled: true),
        18 => new RecordHoldPlaced(story.Quote),
        19 => new RecordHoldConfirmed(),
        27 => new PassTime(),
        _ => story.Here.NextStep() is { } step ? Outcome(story, step, succeeds: choice < 26) : new PassTime(),
    };

    private static ReservationCommand Outcome(ReservationStory story, ReservationStep step, bool succeeds) => step switch
    {
        ReservationStep.Try attempt => succeeds ? new RecordHoldPlaced(story.Quote) : new RecordAttemptRefused(attempt.Candidate, "units_not_free"),
        ReservationStep.OpenDeposit => new RecordDepositOpened(Payment),
        ReservationStep.CancelDeposit => new RecordDepositCancellation(succeeds),
        ReservationStep.ReturnDeposit => new RecordDepositReturned(),
        ReservationStep.ConfirmHold => new RecordHoldConfirmed(),
        ReservationStep.Amend => succeeds ? new RecordAmendmentApplied() : new RecordAmendmentRefused("units_not_free"),
        _ => new RecordHoldReleased(),
    };

    private static string Digest(ReservationStory story) => (story.Here.Amendment?.Agreement ?? story.Here.Agreement)?.Digest ?? "";
}
