using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Testing;

namespace Marketplace.Grains.Tests.Leases;

/// <summary>What a reservation of the example pool hands over to its lease.</summary>
internal static class LeaseExample
{
    /// <summary>Four nodes at USD 2.40 a GPU-hour under the example's clauses, without a deposit.</summary>
    public static LeaseOpening Opening(ExamplePool example, ReservationId reservation, Term term) => new()
    {
        Reservation = reservation,
        Tenant = example.Tenant,
        Operator = example.Operator,
        Pool = example.Pool,
        Site = example.Site,
        OrderFormDigest = "00",
        KilowattsPerUnit = ExamplePool.KilowattsPerNode,
        Deposit = Money.Zero(Currency.Usd),
        Terms = new ContractTerms
        {
            Version = 1,
            Rent = new RentPrice(new UnitPrice(Currency.Usd, 2.40m), PricingUnit.GpuHour),
            GpusPerUnit = 8,
            Ramp = new RampSchedule { Term = term, Steps = [new RampStep(term.Start, 4)] },
            Clauses = ExamplePool.Offer.Clauses,
        },
    };
}
