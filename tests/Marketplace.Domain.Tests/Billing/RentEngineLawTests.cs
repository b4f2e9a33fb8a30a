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
            Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Int[1, 24 * 40]),
            Gen.Int[0, 24 * 60],
            Gen.Int[24 * 41, 24 * 800],
            Gen.Bool,
            Gen.Bool,
            Gen.Int[0, 3].Select(i => Zones[i]))
        .Sample(
            (price, ramp, startHour, hours, hourly, advance, zone) =>
            {
                var (first, second, stepHour) = ramp;
                var start = SampleOffer.March.Start + Duration.FromHours(startHour);
                var term = new Term(start, start + Duration.FromHours(hours));
                var step = start + Duration.FromHours(stepHour);
                var offer = new PoolOffer(
                    SampleOffer.Prices with { Unit = hourly ? PricingUnit.GpuHour : PricingUnit.NodeMonth, BasePrice = UnitPrice.Of(Currency.Usd, price) },
                    SampleOffer.Clauses with { LeaseZone = zone, Timing = advance ? BillingTiming.InAdvance : BillingTiming.InArrears, Renewal = new Renewal(0, 0, 0) },
                    SampleOffer.Offer.Holds);
                var quote = SampleOffer.Make(SampleOffer.Ask(term: term, pool: SampleOffer.InPool(offer, preBuild: true)) with
                {
                    Quantities = [new QuantityStep(start, first * 8), new QuantityStep(step, (first + second) * 8)],
                });

                Assert.Equal(quote.Total, Invoiced(quote, step, first, second));
            },
            iter: 300);

    private static Money Invoiced(Quote quote, Instant step, int first, int second)
    {
        var term = quote.Terms.Ramp.Term;
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
        Lease? lease = null;
        Deliver(term.Start, 1, first);
        Deliver(step, first + 1, second);
        Play(term.End + Duration.FromDays(40), new MeetDueTimes());
        return Money.Sum(Currency.Usd, lines.Select(line => line.Amount));

        void Deliver(Instant at, int from, int count)
        {
            NodeId[] nodes = [.. Enumerable.Range(from, count).Select(i => NodeId.From($"node_{i}"))];
            Play(at, new TakeDelivery(opening, LeaseDelivery.OfNodes(DeliveryId.From($"dlv_{from}"), at, [.. nodes])));
            Play(at, new AcceptNodes(quote.TenantId, [.. nodes]));
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
