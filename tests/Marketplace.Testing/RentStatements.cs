using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Testing;

/// <summary>Rent as a lease would state it, for tests without a lease.</summary>
public static class RentStatements
{
    /// <summary>One node of eight GPUs for the 744 hours of January 2026 at 2 dollars: USD 11,904.00, of which 5 % are the platform's.</summary>
    public static RentStatement January(OrganizationId tenant, OrganizationId operatorId, ReservationId reservation, int revision = 1)
    {
        var term = new Term(Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2027, 1, 1, 0, 0));
        return new RentStatement
        {
            Lease = Lease.IdOf(reservation),
            Reservation = reservation,
            Tenant = tenant,
            Operator = operatorId,
            Kind = RentKind.Rent,
            Period = new BillingPeriod(new LocalDate(2026, 1, 1), new LocalDate(2026, 2, 1)),
            Revision = revision,
            Anchor = new LocalDate(2026, 1, 1),
            RentCommencement = new LocalDate(2026, 1, 1),
            Terms = new ContractTerms
            {
                Version = ContractTerms.CurrentVersion,
                Rent = new RentPrice(UnitPrice.Of(Currency.Usd, 2), PricingUnit.GpuHour),
                GpusPerUnit = 8,
                Ramp = new RampSchedule { Term = term, Steps = [new RampStep(term.Start, 1)] },
                Clauses = new Clauses
                {
                    Timing = BillingTiming.InArrears,
                    TakeOrPay = Percentage.Zero,
                    Deposit = new DepositTerms(DepositRule.MonthsOfRent, 1, PaymentMethod.Card),
                    EarlyTermination = new EarlyTermination(Percentage.From(40), 30),
                    Renewal = new Renewal(0, 0, 0),
                    Acceptance = new Acceptance(10),
                    PaymentDays = 30,
                    LeaseZone = "UTC",
                    PlatformFee = Percentage.From(5),
                    Signatures = new SignatureTerms(false, false, false, false),
                },
            },
            Charges = [new NodeService(NodeId.From("node_1"), 8, term.Start, Instant.FromUtc(2026, 2, 1, 0, 0))],
            StatedAt = Instant.FromUtc(2026, 2, 1, 0, 0),
        };
    }
}
