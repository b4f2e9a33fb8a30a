using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Quotes;
using NodaTime;
using static Marketplace.Domain.Tests.Reservations.ReservationStory;

namespace Marketplace.Domain.Tests.Reservations;

/// <summary>From a binding reservation to its end: delay, amendment, delivery.</summary>
public sealed class ReservationDeliveryTests
{
    [Fact]
    public void A_displaced_hold_delays_and_a_restored_one_confirms_again() => Confirmed()
        .Then(Confirmed().Displacement(3), typeof(HoldDisplaced)).Is(ReservationStatus.Delayed)
        .Then(new RestoreHold(), typeof(HoldRestored)).Is(ReservationStatus.Confirmed)
        .Then(new RestoreHold()).Is(ReservationStatus.Confirmed);

    [Fact]
    public void A_hold_displaced_before_it_is_binding_becomes_delayed_with_the_confirmation()
    {
        var story = Paid();

        story.Did(story.Displacement(8)).Is(ReservationStatus.AwaitingDeposit)
            .Then(new RecordHoldConfirmed(), typeof(ReservationConfirmed)).Is(ReservationStatus.Delayed);
    }

    [Fact]
    public void Deliveries_add_up_to_fulfilment()
    {
        var story = Confirmed().At(SampleOffer.March.Start)
            .Then(Delivery(1, 3), typeof(UnitsDelivered)).Is(ReservationStatus.Delivering)
            .Then(Delivery(1, 3))
            .Then(Delivery(4, 5), typeof(UnitsDelivered)).Is(ReservationStatus.Fulfilled).Waits();

        Assert.Equal(8, story.Here.DeliveredUnits());
        Assert.Equal(Instant.MaxValue, story.Here.DueAt());
        story.Then(new RecordLeaseEnded(), typeof(LeaseClosed)).Next<ReservationStep.ReleaseHold>().Then(new RecordHoldReleased(), typeof(HoldReleased));
        Assert.Null(story.Here.DueAt());
    }

    [Fact]
    public void All_at_once_fulfils_at_once()
    {
        Confirmed().Then(Delivery(1, 8), typeof(UnitsDelivered)).Is(ReservationStatus.Fulfilled);
        Delayed().Then(Delivery(1, 8), typeof(UnitsDelivered)).Is(ReservationStatus.Fulfilled);
    }

    [Fact]
    public void Refuses_deliveries_that_cannot_be_right()
    {
        AwaitingDeposit().Refused(Delivery(1, 1), "delivery_not_possible");
        Fulfilled().Refused(Delivery(20, 1), "reservation_ended");
        Delivering()
            .Refused(Delivery(1, 2), "delivery_exists")
            .Refused(Delivery(4, 6), "delivery_exceeds_reservation")
            .Refused(Delivery(4, 2) with { Units = 3 }, "delivery_invalid")
            .Refused(Delivery(4, 1) with { Nodes = [NodeId.From("node_1")] }, "delivery_invalid")
            .Refused(Delivery(4, 2) with { Nodes = [NodeId.From("node_9"), NodeId.From("node_9")] }, "delivery_invalid")
            .Refused(Delivery(4, 1) with { Actor = SampleOffer.Tenant }, "operator_only")
            .Refused(Delivery(4, 1) with { Actor = OrganizationId.From("org_stranger") }, "reservation_not_found")
            .Refused(new CancelReservation(SampleOffer.Operator, "Too late."), "delivery_begun");
    }

    [Fact]
    public void Nothing_is_announced_for_after_the_term()
    {
        Confirmed().Refused(Delivery(1, 8) with { ReadyAt = SampleOffer.March.End }, "delivery_ready_too_late");
        Confirmed().Refused(Delivery(1, 8) with { ReadyAt = Instant.FromUtc(2099, 1, 1, 0, 0) }, "delivery_ready_too_late");
        Confirmed().Then(Delivery(1, 8) with { ReadyAt = SampleOffer.March.End - Duration.FromHours(1) }, typeof(UnitsDelivered)).Is(ReservationStatus.Fulfilled);
    }

    [Fact]
    public void The_term_s_end_closes_what_was_not_delivered()
    {
        Delivering().At(SampleOffer.March.End).Then(new PassTime(), typeof(DeliveryCeased)).Is(ReservationStatus.PartiallyFulfilled).Waits();
        Confirmed().At(SampleOffer.March.End).Then(new PassTime(), typeof(EndDecided), typeof(ReservationEnded))
            .Is(ReservationStatus.Cancelled).Did(new RecordHoldReleased()).Next<ReservationStep.ReturnDeposit>();
    }

    [Fact]
    public void A_lease_that_ends_early_ends_the_rest_of_the_deliveries() => Delivering()
        .Then(new RecordLeaseEnded(), typeof(LeaseClosed), typeof(DeliveryCeased)).Is(ReservationStatus.PartiallyFulfilled)
        .Next<ReservationStep.ReleaseHold>().Then(new RecordLeaseEnded());

    [Fact]
    public void Before_it_is_binding_an_amendment_starts_the_paper_again()
    {
        var story = AwaitingSignature();
        var bigger = SampleOffer.Make(story.Offer, gpus: 128, id: "qt_2");
        story.Did(new SignReservation(ForOperator, story.Here.Agreement!.Digest));
        var first = story.Here.Agreement!.Digest;

        story.Then(new AmendReservation(ForTenant, bigger), typeof(AmendmentProposed)).Next<ReservationStep.Amend>()
            .Then(new AmendReservation(ForTenant, bigger))
            .Refused(new AmendReservation(ForTenant, SampleOffer.Make(story.Offer, gpus: 8, id: "qt_3")), "amendment_pending")
            .Then(new RecordAmendmentApplied(), typeof(AmendmentApplied), typeof(RequirementAwaited)).Is(ReservationStatus.AwaitingApproval);

        Assert.NotEqual(first, story.Here.Agreement!.Digest);
        Assert.Equal(2, story.Here.Agreement.DocumentVersion);
        Assert.Equal([ContractParty.Tenant], story.Here.Signatures.Select(signature => signature.Party));
        Assert.Empty(story.Here.Approvals);
        Assert.Collection(
            story.Here.OrderForms(),
            form => Assert.Equal((first, 1, OrderFormStanding.Replaced, ContractParty.Operator), (form.Agreement.Digest, form.Agreement.DocumentVersion, form.Standing, form.Signatures.Single().Party)),
            form => Assert.Equal((story.Here.Agreement.Digest, 2, OrderFormStanding.InForce), (form.Agreement.Digest, form.Agreement.DocumentVersion, form.Standing)));
    }

    [Fact]
    public void A_binding_reservation_is_amended_when_the_operator_signs_too()
    {
        var offer = SampleOffer.With(clauses => clauses with { Signatures = SampleOffer.NoPaper with { OperatorSigns = true } });
        var story = Held(offer);
        story.Did(new SignReservation(ForOperator, story.Here.Agreement!.Digest))
            .Did(new RecordDepositOpened(Payment)).Did(new RecordDepositHeld(Payment)).Did(new RecordHoldConfirmed()).Is(ReservationStatus.Confirmed);
        var smaller = SampleOffer.Make(offer, gpus: 32, id: "qt_2");
        var deposit = story.Here.Agreement.Deposit;

        story.Then(new AmendReservation(ForTenant, smaller), typeof(AmendmentProposed)).Waits()
            .Refused(Delivery(1, 1), "amendment_pending")
            .Refused(new SignReservation(ForOperator, story.Here.Agreement.Digest), "document_differs")
            .Then(new SignReservation(ForOperator, story.Here.Amendment!.Agreement.Digest), typeof(AmendmentSigned)).Next<ReservationStep.Amend>()
            .Then(new RecordAmendmentApplied(), typeof(AmendmentApplied)).Is(ReservationStatus.Confirmed).Waits();

        Assert.Equal(4, story.Here.Agreement.Terms.Ramp.PeakUnits());
        Assert.Equal(deposit, story.Here.Agreement.Deposit);
        story.Then(Delivery(1, 4), typeof(UnitsDelivered)).Is(ReservationStatus.Fulfilled);
    }

    [Fact]
    public void A_refused_amendment_leaves_what_was_agreed()
    {
        var story = Confirmed();
        var agreed = story.Here.Agreement;

        story.Did(new AmendReservation(ForTenant, SampleOffer.Make(gpus: 6400, id: "qt_2")))
            .Then(new RecordAmendmentRefused("units_not_free"), typeof(AmendmentRefused)).Is(ReservationStatus.Confirmed).Waits();
        Assert.Equal(agreed, story.Here.Agreement);
        Assert.Equal("units_not_free", story.Here.AmendmentRefusedCode);
    }

    [Fact]
    public void An_order_form_that_came_to_nothing_keeps_its_number_and_its_signature()
    {
        var story = Confirmed();
        story.Did(new AmendReservation(ForTenant, SampleOffer.Make(gpus: 6400, id: "qt_2")));
        var lapsed = story.Here.Amendment!.Agreement.Digest;
        story.Did(new RecordAmendmentRefused("units_not_free")).Did(new AmendReservation(ForTenant, SampleOffer.Make(gpus: 32, id: "qt_3")));

        Assert.Equal(
            [(1, OrderFormStanding.InForce), (2, OrderFormStanding.Lapsed), (3, OrderFormStanding.Proposed)],
            story.Here.OrderForms().Select(form => (form.Agreement.DocumentVersion, form.Standing)));
        Assert.Equal([lapsed], story.Here.OrderForms()[1].Signatures.Select(signature => signature.Digest));
        Assert.Null(story.Here.WithoutParts().PastOrderForms);
    }

    [Fact]
    public void Order_forms_do_not_grow_without_end()
    {
        var story = Confirmed();
        for (var i = 2; i <= Reservation.MostOrderForms; i++)
        {
            story.Did(new AmendReservation(ForTenant, SampleOffer.Make(gpus: 32, id: $"qt_{i}"))).Did(new RecordAmendmentRefused("units_not_free"));
        }

        story.Refused(new AmendReservation(ForTenant, SampleOffer.Make(gpus: 32, id: "qt_last")), "amendment_not_possible");
    }

    [Fact]
    public void An_amendment_nobody_answers_lapses()
    {
        var offer = SampleOffer.With(clauses => clauses with
        {
            Deposit = new DepositTerms(DepositRule.None, 0, PaymentMethod.Card),
            Signatures = SampleOffer.NoPaper with { OperatorSigns = true },
        });
        var story = Held(offer);
        story.Did(new SignReservation(ForOperator, story.Here.Agreement!.Digest)).Did(new RecordHoldConfirmed())
            .Did(new AmendReservation(ForTenant, SampleOffer.Make(offer, gpus: 8, id: "qt_2")));
        Assert.Equal(story.Now + Duration.FromDays(10), story.Here.DueAt());

        story.After(Duration.FromDays(10)).Then(new PassTime(), typeof(AmendmentRefused)).Is(ReservationStatus.Confirmed);
    }

    [Fact]
    public void An_operator_may_decline_an_amendment()
    {
        var offer = SampleOffer.With(clauses => clauses with
        {
            Deposit = new DepositTerms(DepositRule.None, 0, PaymentMethod.Card),
            Signatures = SampleOffer.NoPaper with { OperatorSigns = true },
        });
        var story = Held(offer);
        story.Did(new SignReservation(ForOperator, story.Here.Agreement!.Digest)).Did(new RecordHoldConfirmed())
            .Did(new AmendReservation(ForTenant, SampleOffer.Make(offer, gpus: 8, id: "qt_2")));

        story.Then(new DeclineReservation(ForOperator, "Not now."), typeof(AmendmentRefused)).Is(ReservationStatus.Confirmed);
    }

    [Fact]
    public void Refuses_amendments_that_cannot_be_right()
    {
        var quote = SampleOffer.Make(id: "qt_2");
        var elsewhere = quote with { PoolId = PoolId.From("pool_b") };
        var foreign = quote with { TenantId = OrganizationId.From("org_other") };

        AwaitingDeposit().Refused(new AmendReservation(ForTenant, quote), "amendment_not_possible");
        Delivering().Refused(new AmendReservation(ForTenant, quote), "amendment_not_possible");
        Confirmed()
            .Refused(new AmendReservation(ForOperator, quote), "tenant_only")
            .Refused(new AmendReservation(ForTenant, elsewhere), "amendment_pool_differs")
            .Refused(new AmendReservation(ForTenant, foreign), "quote_not_found")
            .At(quote.ExpiresAt).Refused(new AmendReservation(ForTenant, quote), "quote_expired");
        Assert.Null(Reservation.Decide(Confirmed().Here, new AmendReservation(ForTenant, SampleOffer.Make()), SampleOffer.Now).Refusal);
    }

    [Fact]
    public void A_pool_of_power_is_delivered_in_kW()
    {
        var offer = SampleOffer.Offer with
        {
            Prices = SampleOffer.Prices with { Unit = Pricing.PricingUnit.KilowattMonth },
            Clauses = SampleOffer.Clauses with { Deposit = new DepositTerms(DepositRule.None, 0, PaymentMethod.Card) },
        };
        var quote = SampleOffer.Make(SampleOffer.Ask(gpus: 500, pool: SampleOffer.InPool(offer, gpusPerUnit: 0)));
        var story = new ReservationStory();
        story.Did(new RequestReservation(Id, SampleOffer.Tenant, [story.Candidate])).Did(new RecordHoldPlaced(quote)).Did(new RecordHoldConfirmed());

        story.Refused(Delivery(1, 2), "delivery_invalid")
            .Then(new DeliverUnits(SampleOffer.Operator, DeliveryId.From("dlv_1"), 200, []), typeof(UnitsDelivered)).Is(ReservationStatus.Delivering)
            .Then(new DeliverUnits(SampleOffer.Operator, DeliveryId.From("dlv_2"), 300, []), typeof(UnitsDelivered)).Is(ReservationStatus.Fulfilled);
    }
}
