using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Quotes;
using NodaTime;
using static Marketplace.Domain.Tests.Reservations.ReservationStory;

namespace Marketplace.Domain.Tests.Reservations;

/// <summary>The table of legal steps: no row is missing, and none is there that no story takes.</summary>
public sealed class ReservationStatusTests
{
    private static readonly CancelReservation Cancels = new(SampleOffer.Operator, "Flood.");
    private static readonly CancelReservation TenantCancels = new(SampleOffer.Tenant, "Changed plans.");
    private static readonly DeclineReservation Declines = new(ForOperator, "Credit.");
    private static readonly RecordDepositCancellation CalledOff = new(Cancelled: true);
    private static readonly SignatureTerms Approval = SampleOffer.NoPaper with { OperatorApproves = true };
    private static readonly SignatureTerms Signing = SampleOffer.NoPaper with { OperatorSigns = true };

    [Fact]
    public void Stories_take_exactly_the_steps_of_the_table()
    {
        var taken = Stories().SelectMany(story => story.Steps).Where(step => step.From != step.To).Distinct().Order();
        var legal = ReservationStatuses.Next.SelectMany(row => row.Value, (row, step) => (row.Key, step.To)).Order();

        Assert.Equal(legal, taken);
        Assert.Equal(Enum.GetValues<ReservationStatus>(), ReservationStatuses.Next.Keys.Order());
    }

    private static IEnumerable<ReservationStory> Stories()
    {
        yield return Requested().Did(TenantCancels);
        var refused = Requested();
        yield return refused.Did(new RecordAttemptRefused(refused.Candidate, "quote_expired"));

        yield return Held(Offer(SampleOffer.NoPaper)).Did(new RecordHoldConfirmed());
        var slipped = Held(Offer(SampleOffer.NoPaper));
        yield return slipped.Did(slipped.Displacement(1)).Did(new RecordHoldConfirmed());
        yield return Held(Offer(SampleOffer.NoPaper)).Did(Cancels);

        foreach (var paper in new[] { Approval, Signing })
        {
            ReservationStory Waiting(bool deposit = false) => Held(Offer(paper, deposit));
            yield return Answered(Waiting(deposit: true));
            yield return Answered(Waiting()).Did(new RecordHoldConfirmed());
            var late = Waiting();
            yield return Answered(late.Did(late.Displacement(1))).Did(new RecordHoldConfirmed());
            yield return Waiting().Did(Cancels);
            yield return Waiting().After(Duration.FromDays(10)).Did(new PassTime());
            yield return Waiting().Did(Declines);
        }

        var amended = AwaitingSignature();
        yield return amended.Did(new AmendReservation(ForTenant, SampleOffer.Make(amended.Offer, gpus: 8, id: "qt_2"))).Did(new RecordAmendmentApplied());

        var displaced = Paid();
        yield return displaced.Did(displaced.Displacement(1)).Did(new RecordHoldConfirmed()).Did(new RestoreHold());
        yield return AwaitingDeposit().Did(Cancels).Did(CalledOff);
        yield return AwaitingDeposit().After(Duration.FromMinutes(30)).Did(new PassTime()).Did(CalledOff);

        yield return Fulfilled();
        yield return Confirmed().Did(Delivery(1, 8));
        yield return Confirmed().Did(Cancels);
        yield return Delayed().Did(Delivery(1, 8));
        yield return Delayed().Did(Delivery(1, 1));
        yield return Delayed().Did(Cancels);
        yield return Delivering().Did(new RecordLeaseEnded());
    }

    private static ReservationStory Answered(ReservationStory story) => story.Here.Status == ReservationStatus.AwaitingApproval
        ? story.Did(new ApproveReservation(ForOperator))
        : story.Did(new SignReservation(ForOperator, story.Here.Agreement!.Digest));

    private static PoolOffer Offer(SignatureTerms paper, bool deposit = false) => SampleOffer.With(clauses => clauses with
    {
        Signatures = paper,
        Deposit = deposit ? clauses.Deposit : new DepositTerms(DepositRule.None, 0, PaymentMethod.Card),
    });
}
