using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Quotes;
using NodaTime;

namespace Marketplace.Domain.Tests.Reservations;

/// <summary>A reservation told step by step: given what was done so far, when a command comes, then these facts follow.</summary>
internal sealed class ReservationStory
{
    public static readonly ReservationId Id = ReservationId.From("rsv_1");
    public static readonly PaymentId Payment = PaymentId.From("pay_1");
    public static readonly Signatory ForTenant = new(SampleOffer.Tenant, "Ada Lovelace", "Chief Technology Officer", "mbr_ada");
    public static readonly Signatory ForOperator = new(SampleOffer.Operator, "Edmund Cartwright", "Managing Director", "mbr_edmund");
    public static readonly SignatureTerms AllPaper = new(true, true, true, true);

    public ReservationStory(PoolOffer? offer = null, int gpus = 64)
    {
        Offer = offer ?? SampleOffer.Offer;
        Quote = SampleOffer.Make(Offer, gpus);
    }

    public PoolOffer Offer { get; }

    public Quote Quote { get; }

    public Instant Now { get; set; } = SampleOffer.Now;

    public Reservation? State { get; private set; }

    /// <summary>From which status to which each fact led.</summary>
    public List<(ReservationStatus From, ReservationStatus To)> Steps { get; } = [];

    public Reservation Here => State!;

    public ReservationCandidate Candidate => new(Quote.PoolId, Quote.Id);

    public static ReservationStory Requested(PoolOffer? offer = null, int gpus = 64)
    {
        var story = new ReservationStory(offer, gpus);
        return story.Did(new RequestReservation(Id, SampleOffer.Tenant, [story.Candidate]));
    }

    /// <summary>Held, and waiting for whatever the offer asks for first.</summary>
    public static ReservationStory Held(PoolOffer? offer = null, int gpus = 64)
    {
        var story = Requested(offer, gpus);
        return story.Did(new RecordHoldPlaced(story.Quote));
    }

    public static ReservationStory AwaitingApproval() => Held(SampleOffer.With(clauses => clauses with { Signatures = AllPaper }));

    public static ReservationStory AwaitingSignature() => AwaitingApproval().Did(new ApproveReservation(ForOperator)).Did(new ApproveReservation(ForTenant));

    public static ReservationStory AwaitingDeposit() => Held().Did(new RecordDepositOpened(Payment));

    public static ReservationStory Paid() => AwaitingDeposit().Did(new RecordDepositHeld(Payment));

    public static ReservationStory Confirmed() => Paid().Did(new RecordHoldConfirmed());

    public static ReservationStory Delayed()
    {
        var story = Confirmed();
        return story.Did(story.Displacement(2));
    }

    public static ReservationStory Delivering() => Confirmed().At(SampleOffer.March.Start).Did(Delivery(1, 3));

    public static ReservationStory Fulfilled() => Delivering().Did(Delivery(4, 5));

    /// <summary>Nodes number first to first + count - 1.</summary>
    public static DeliverUnits Delivery(int first, int count) => new(
        SampleOffer.Operator, DeliveryId.From($"dlv_{first}"), count, [.. Enumerable.Range(first, count).Select(i => NodeId.From($"node_{i}"))]);

    public DisplaceHold Displacement(int units) => new([new RampSegment(Quote.Terms.Ramp.Term, units)]);

    public ReservationStory At(Instant instant)
    {
        Now = instant;
        return this;
    }

    public ReservationStory After(Duration duration) => At(Now + duration);

    /// <summary>Given: this was done.</summary>
    public ReservationStory Did(ReservationCommand command)
    {
        Fold(command);
        return this;
    }

    /// <summary>When this command comes, then these kinds of fact follow, or nothing.</summary>
    public ReservationStory Then(ReservationCommand command, params Type[] facts)
    {
        Assert.Equal(facts, Fold(command).Select(fact => fact.GetType()));
        return this;
    }

    /// <summary>When this command comes, then it is refused with this code.</summary>
    public ReservationStory Refused(ReservationCommand command, string code)
    {
        Assert.Equal(code, Reservation.Decide(State, command, Now).Refusal?.Code);
        return this;
    }

    public ReservationStory Is(ReservationStatus status)
    {
        Assert.Equal(status, State?.Status);
        return this;
    }

    public ReservationStory Next<TStep>()
        where TStep : ReservationStep
    {
        Assert.IsType<TStep>(Here.NextStep());
        return this;
    }

    public ReservationStory Waits()
    {
        Assert.Null(Here.NextStep());
        return this;
    }

    private ImmutableArray<ReservationFact> Fold(ReservationCommand command)
    {
        var decision = Reservation.Decide(State, command, Now);
        Assert.Null(decision.Refusal);
        foreach (var fact in decision.Facts)
        {
            var before = State;
            State = Reservation.Evolve(before, fact);
            Steps.Add((before?.Status ?? State.Status, State.Status));
        }

        return decision.Facts;
    }
}
