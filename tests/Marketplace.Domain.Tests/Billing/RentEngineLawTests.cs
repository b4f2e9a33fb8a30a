using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Quotes;
using NodaTime;

namespace Marketplace.Domain.Tests.Billing;

/// <summary>A quote is a promise: what a lease is invoiced, if all is delivered and accepted in time and kept to the end, is its total to the cent.</summary>
public sealed class RentEngineLawTests
{
    private static readonly string[] Zones = ["UTC", "America/New_York", "Europe/Oslo", "Asia/Kolkata"];

    [Fact]
    public void Invoices_of_a_lease_add_up_to_its_quote() => Gen.Select(
            Gen.Int[1, 40_000_000].Select(price => price / 100_000m),
            Gen.Select(Gen.Int[1, 10], Gen.Int[1, 24 * 20]).Array[1, 4],
            Gen.Select(Gen.Int[0, 24 * 60], Gen.Int[24 * 81, 24 * 800]),
            Gen.Enum<PricingUnit>(),
            Gen.Bool,
            Gen.Bool,
            Gen.Int[0, 3].Select(i => Zones[i]))
        .Sample(
            (price, steps, times, unit, advance, early, zone) =>
            {
                var start = SampleOffer.March.Start + Duration.FromHours(times.Item1);
                var term = new Term(start, start + Duration.FromHours(times.Item2));
                var offer = new PoolOffer(
                    SampleOffer.Prices with { Unit = unit, BasePrice = UnitPrice.Of(Currency.Usd, price) },
                    SampleOffer.Clauses with { LeaseZone = zone, Timing = advance ? BillingTiming.InAdvance : BillingTiming.InArrears, Renewal = new Renewal(0, 0, 0) },
                    SampleOffer.Offer.Holds);
                var perUnit = unit == PricingUnit.KilowattMonth ? 1 : 8;
                var from = start;
                var (peak, last) = (0, 0);
                var quantities = new List<QuantityStep>();
                foreach (var (asked, hours) in steps)
                {
                    // A rise after a fall would be met in two pieces, by nodes that stayed and by new ones; and so would two rises on
                    // one day, where fees count from the next.
                    var units = !early && last < peak ? Math.Min(asked, last) : asked;
                    quantities.Add(new QuantityStep(from, units * perUnit));
                    from += Duration.FromHours(early ? hours : Math.Max(hours, 25));
                    (peak, last) = (Math.Max(peak, units), units);
                }

                var pool = SampleOffer.InPool(offer, preBuild: true, gpusPerUnit: unit == PricingUnit.KilowattMonth ? 0 : 8);
                var quote = SampleOffer.Make(SampleOffer.Ask(term: term, pool: pool) with { Quantities = [.. quantities] });

                Assert.Equal(quote.Total, Invoiced(quote, early));
            },
            iter: 1_000);

    // What the peak needs is accepted a day before the term, or what each step adds to it with that step.
    private static Money Invoiced(Quote quote, bool early)
    {
        var ramp = quote.Terms.Ramp;
        var opening = new LeaseOpening
        {
            Reservation = ReservationId.From("rsv_1"),
            Tenant = quote.TenantId,
            Operator = quote.OperatorId,
            Pool = quote.PoolId,
            Site = quote.SiteId,
            Terms = quote.Terms,
            OrderFormDigest = "00",
            KilowattsPerUnit = quote.KilowattsPerUnit,
            Deposit = quote.Deposit,
        };
        var lines = new List<InvoiceLine>();
        var delivered = 0;
        Lease? lease = null;
        if (early)
        {
            Deliver(ramp.Term.Start - Duration.FromDays(1), ramp.PeakUnits());
        }

        foreach (var step in ramp.Steps.Where(step => step.Units > delivered))
        {
            Deliver(step.From, step.Units);
        }

        Play(ramp.Term.End + Duration.FromDays(40), new MeetDueTimes());
        return Money.Sum(Currency.Usd, lines.Select(line => line.Amount));

        void Deliver(Instant at, int units)
        {
            var id = DeliveryId.From($"dlv_{units}");
            var delivery = quote.Terms.Rent.Unit == PricingUnit.KilowattMonth
                ? LeaseDelivery.OfPower(id, at, units - delivered)
                : LeaseDelivery.OfNodes(id, at, [.. Enumerable.Range(delivered, units - delivered).Select(i => NodeId.From($"node_{i}"))]);
            delivered = units;
            Play(at, new TakeDelivery(opening, delivery));
            Play(at, new AcceptNodes(quote.TenantId, [.. delivery.Nodes.Select(node => node.Id)]));
        }

        void Play(Instant at, LeaseCommand command)
        {
            var decision = Lease.Decide(lease, command, at);
            Assert.Null(decision.Refusal);
            foreach (var fact in decision.Facts)
            {
                lease = Lease.Evolve(lease, fact);
                if (fact is RentStated stated)
                {
                    lines.AddRange(RentEngine.Lines(stated.Statement));
                }
            }
        }
    }
}
