using Marketplace.Domain.Capacity;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Reservations;

/// <summary>An agreement with a value in every member, so that none can be left out of the document unseen.</summary>
internal static class OrderFormSample
{
    public static readonly ReservationId Reservation = ReservationId.From("rsv_sample");
    public static readonly OrganizationId Tenant = OrganizationId.From("org_lumen");

    private static readonly Instant Start = Instant.FromUtc(2027, 3, 1, 6, 0);

    public static Clauses Clauses => new()
    {
        Timing = BillingTiming.InAdvance,
        TakeOrPay = Percentage.From(80),
        Deposit = new DepositTerms(DepositRule.MonthsOfRent, 2, PaymentMethod.Transfer, new CustodyTerms(Custodian.ExternalCustodian, "Example Trust Company", 730)),
        Escalator = new Escalator(Percentage.From(3)),
        Index = new IndexLink("us-cpi-u", 3, Percentage.From(4), Percentage.From(1)),
        PowerPassThrough = new PowerPassThrough(UnitPrice.Of(Currency.Usd, 0.0425m), Percentage.From(2)),
        Prepayment = new PrepaymentTerms(
            Percentage.From(20),
            [new PrepaymentTranche("Signing", Percentage.From(40), 180), new PrepaymentTranche("Energised", Percentage.From(60), 30)],
            24,
            12,
            new CustodyTerms(Custodian.Bank, "Example Bank", 90)),
        TaxInclusive = true,
        EarlyTermination = new EarlyTermination(Percentage.From(40), 90),
        Renewal = new Renewal(2, 12, 180),
        Acceptance = new Acceptance(7),
        PaymentDays = 30,
        LeaseZone = "America/Chicago",
        PlatformFee = Percentage.From(7.5m),
        Signatures = new SignatureTerms(true, false, true, true),
        Dunning = new DunningTerms([0, 5, 12], 20, 8, 45),
    };

    public static Agreement Agreement(Clauses clauses) => OrderForm.Agree(Reservation, Quote(clauses), 3, Names);

    /// <summary>The agreement with the digest of the first layout, as the first builds made it.</summary>
    public static Agreement InFirstLayout(Clauses clauses) => Agreement(clauses) with { Layout = null, Names = null };

    private static ContractNames Names => new(
        new NamedParty("Lumen Foundry AI, Inc.", "United States", ["1 Mission Street", "San Francisco CA 94105"], "US 12-3456789"),
        new NamedParty("Prairie Flare LLC", "United States", ["12 Main Street", "Williston ND 58801"], "US 98-7654321"),
        new CapacityNames(PoolId.From("pool_a"), "Hall B, H100", SiteId.From("site_a"), "Bakken Yard", "US", "ND", "Williams County", "NVIDIA H100 SXM5 80GB"));

    private static Quote Quote(Clauses clauses) => new()
    {
        Id = QuoteId.From("qt_sample"),
        CreatedAt = Start - Duration.FromDays(90),
        Status = QuoteStatus.Used,
        TenantId = Tenant,
        OperatorId = OrganizationId.From("org_flare"),
        SiteId = SiteId.From("site_a"),
        PoolId = PoolId.From("pool_a"),
        Sku = SkuId.From("nvidia-h100-sxm5-80gb"),
        KilowattsPerUnit = 10.2m,
        Terms = new ContractTerms
        {
            Version = ContractTerms.CurrentVersion,
            Rent = new RentPrice(UnitPrice.Of(Currency.Usd, 2.15m), PricingUnit.GpuHour),
            GpusPerUnit = 8,
            Ramp = new RampSchedule
            {
                Term = new Term(Start, Start + Duration.FromDays(730)),
                Steps = [new RampStep(Start, 1), new RampStep(Start + Duration.FromDays(90), 2)],
            },
            Clauses = clauses,
        },
        Holds = new HoldTerms(30, 5, 10),
        Lines =
        [
            new QuoteLine(QuoteLineKind.VolumeDiscount, Percentage.From(5), UnitPrice.Of(Currency.Usd, 2.20m), new Money(Currency.Usd, -1_700_000)),
            new QuoteLine(QuoteLineKind.PreBuildDiscount, Percentage.From(8), UnitPrice.Of(Currency.Usd, 2.15m), new Money(Currency.Usd, -2_600_000)),
        ],
        Total = new Money(Currency.Usd, 56_437_500),
        Deposit = new Money(Currency.Usd, 5_022_400),
        ExpiresAt = Start,
    };
}
