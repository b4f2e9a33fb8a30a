using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Api.Terms;

/// <summary>What an operator offers a pool at. Quotes and contracts made before a change keep theirs.</summary>
/// <param name="Prices">The price book.</param>
/// <param name="Clauses">The standing terms, copied into every contract.</param>
/// <param name="Holds">How long the pool waits for a tenant.</param>
internal sealed record OfferModel(PriceBookModel Prices, ClausesModel Clauses, HoldTermsModel Holds)
{
    public static OfferModel Example { get; } = new(PriceBookModel.Example, ClausesModel.Example, HoldTermsModel.Example);

    public static OfferModel PowerExample { get; } = Example with { Prices = PriceBookModel.PowerExample };

    public static OfferModel Of(PoolOffer offer) => new(PriceBookModel.Of(offer.Prices), ClausesModel.Of(offer.Clauses), HoldTermsModel.Of(offer.Holds));

    /// <summary>
    /// The offer with its custodies filled in: who holds a deposit where the offer names nobody, and for how many days the
    /// payment provider lets money rest on a balance in the operator's country.
    /// </summary>
    public static PoolOffer WithCustody(PoolOffer offer, string country, string custodian)
    {
        var clauses = offer.Clauses;
        var days = HoldingLimits.DaysFor(country);
        var deposit = clauses.Deposit with
        {
            Custody = clauses.Deposit.Rule == DepositRule.None ? null : Limited(clauses.Deposit.Custody ?? new CustodyTerms(Custodian.ExternalCustodian, custodian, days)),
        };
        return offer with
        {
            Clauses = clauses with
            {
                Deposit = deposit,
                Prepayment = clauses.Prepayment is { } prepayment ? prepayment with { Custody = Limited(prepayment.Custody) } : null,
            },
        };

        CustodyTerms Limited(CustodyTerms custody) => custody.HoldingDays is null ? custody : custody with { HoldingDays = days };
    }

    /// <summary>The offer; every fault of it is added, under <paramref name="path"/>.</summary>
    public PoolOffer ToOffer(Faults faults, string path = "")
    {
        faults.Require(
            Clauses.PlatformFee is null || Clauses.PlatformFee == Domain.Terms.Clauses.StandardPlatformFee,
            path + "clauses.platformFee",
            Faults.NotAllowed,
            $"The marketplace sets its fee: {Domain.Terms.Clauses.StandardPlatformFee}.");
        var offer = new PoolOffer(Prices.ToPriceBook(), Clauses.ToClauses(), Holds.ToHoldTerms());
        foreach (var fault in offer.Faults())
        {
            faults.Add(path + fault.Field, fault.Code, fault.Detail);
        }

        return offer;
    }
}

/// <summary>Prices that anyone who meets their conditions gets. Discounts multiply, in the order term, volume, pre-build.</summary>
/// <param name="Unit">What the base price is per.</param>
/// <param name="BasePrice">Price per unit before discounts and escalation; its currency is that of every contract.</param>
/// <param name="TermTiers">Discounts by the length of the term, ascending; the last one reached applies.</param>
/// <param name="VolumeTiers">Discounts by the peak quantity, ascending; the last one reached applies.</param>
/// <param name="PreBuildDiscount">Percent off, below 100, for capacity that is not delivered yet when the quote is made.</param>
/// <param name="MinimumMonths">Shortest term sold; 0 sells any.</param>
/// <param name="MaximumMonths">Longest term sold.</param>
internal sealed record PriceBookModel(
    PricingUnit Unit,
    UnitPriceInput BasePrice,
    [Items(0, 20)] ImmutableArray<TermTierModel>? TermTiers,
    [Items(0, 20)] ImmutableArray<VolumeTierModel>? VolumeTiers,
    Percentage? PreBuildDiscount,
    int? MinimumMonths,
    int MaximumMonths)
{
    public static PriceBookModel Example { get; } = new(
        PricingUnit.GpuHour,
        new UnitPriceInput(2.49m, Currency.Usd),
        [new TermTierModel(12, Percentage.From(8)), new TermTierModel(24, Percentage.From(14))],
        [new VolumeTierModel(32, Percentage.From(3))],
        Percentage.From(4),
        1,
        60);

    public static PriceBookModel PowerExample { get; } = Example with
    {
        Unit = PricingUnit.KilowattMonth,
        BasePrice = new UnitPriceInput(145m, Currency.Usd),
        VolumeTiers = [new VolumeTierModel(5_000, Percentage.From(3))],
    };

    public static PriceBookModel Of(PriceBook book) => new(
        book.Unit,
        UnitPriceInput.Of(book.BasePrice),
        [.. book.TermTiers.Select(tier => new TermTierModel(tier.FromMonths, tier.Discount))],
        [.. book.VolumeTiers.Select(tier => new VolumeTierModel(tier.FromUnits, tier.Discount))],
        book.PreBuildDiscount,
        book.MinimumMonths,
        book.MaximumMonths);

    public PriceBook ToPriceBook() => new()
    {
        Unit = Unit,
        BasePrice = new UnitPrice(BasePrice.Currency, BasePrice.Amount),
        TermTiers = [.. (TermTiers ?? []).Select(tier => new TermTier(tier.FromMonths, tier.Discount))],
        VolumeTiers = [.. (VolumeTiers ?? []).Select(tier => new VolumeTier(tier.FromUnits, tier.Discount))],
        PreBuildDiscount = PreBuildDiscount ?? Percentage.Zero,
        MinimumMonths = MinimumMonths ?? 0,
        MaximumMonths = MaximumMonths,
    };
}

/// <summary>A discount for long terms.</summary>
/// <param name="FromMonths">Shortest term in calendar months that earns it.</param>
/// <param name="Discount">Percent off, below 100.</param>
internal sealed record TermTierModel(int FromMonths, Percentage Discount);

/// <summary>A discount for large quantities.</summary>
/// <param name="FromUnits">Smallest peak quantity that earns it: nodes, or kW of critical IT load in a power pool.</param>
/// <param name="Discount">Percent off, below 100.</param>
internal sealed record VolumeTierModel(int FromUnits, Percentage Discount);

/// <summary>The conditions of a contract that do not depend on what is asked for. Percentages are percent: 3 means 3 %.</summary>
/// <param name="Timing">Whether rent is invoiced before or after the month it is for.</param>
/// <param name="TakeOrPay">Share of the committed quantity that is paid whether used or not, 0 to 100.</param>
/// <param name="Deposit">The security deposit.</param>
/// <param name="Escalator">Yearly rise of the rent, compounded, 0 to 25; absent: none.</param>
/// <param name="EarlyTermination">The price of an early exit.</param>
/// <param name="Renewal">The tenant's options to extend.</param>
/// <param name="Acceptance">How delivered nodes are accepted.</param>
/// <param name="PaymentDays">Days from an invoice's date to its due date, 0 to 120.</param>
/// <param name="LeaseZone">IANA zone in which billing periods and contract dates are counted.</param>
/// <param name="PlatformFee">The marketplace's share of paid rent, borne by the operator. The marketplace sets it; leave it out.</param>
/// <param name="Signatures">Who must approve and sign.</param>
/// <param name="Dunning">What follows when an invoice stays unpaid; absent: reminders on days 0, 3, 7 and 14, notice on day 21, suspension 7 days later, termination after 30 days of it.</param>
/// <param name="Index">The index the rent follows instead of a fixed rise; absent: none.</param>
/// <param name="PowerPassThrough">How metered energy is billed beside the rent; absent: it is not.</param>
/// <param name="Prepayment">Rent paid before it is due and credited back; absent: none.</param>
/// <param name="TaxInclusive">Whether prices contain the tax that is due on them; absent: tax is added.</param>
internal sealed record ClausesModel(
    BillingTiming Timing,
    Percentage TakeOrPay,
    DepositTermsModel Deposit,
    Percentage? Escalator,
    EarlyTerminationModel EarlyTermination,
    RenewalTermsModel Renewal,
    AcceptanceModel Acceptance,
    int PaymentDays,
    string LeaseZone,
    Percentage? PlatformFee,
    SignatureTermsModel Signatures,
    DunningTermsModel? Dunning,
    IndexLinkModel? Index = null,
    PowerPassThroughModel? PowerPassThrough = null,
    PrepaymentTermsModel? Prepayment = null,
    bool TaxInclusive = false)
{
    public static ClausesModel Example { get; } = new(
        BillingTiming.InArrears,
        Percentage.From(100),
        new DepositTermsModel(DepositRule.MonthsOfRent, 1, PaymentMethod.Card, new CustodyModel(Custodian.ExternalCustodian, "First Trust Company")),
        Percentage.From(3),
        new EarlyTerminationModel(Percentage.From(40), 90),
        new RenewalTermsModel(2, 12, 180),
        new AcceptanceModel(7, 10),
        30,
        "America/Chicago",
        null,
        new SignatureTermsModel(true, false, true, true),
        DunningTermsModel.Of(DunningTerms.Standard));

    public static ClausesModel Of(Clauses clauses) => new(
        clauses.Timing,
        clauses.TakeOrPay,
        new DepositTermsModel(clauses.Deposit.Rule, clauses.Deposit.Amount, clauses.Deposit.Method, CustodyModel.Of(clauses.Deposit.Custody)),
        clauses.Escalator?.PerYear,
        new EarlyTerminationModel(clauses.EarlyTermination.Fee, clauses.EarlyTermination.NoticeDays),
        new RenewalTermsModel(clauses.Renewal.Options, clauses.Renewal.Months, clauses.Renewal.NoticeDays),
        new AcceptanceModel(clauses.Acceptance.DeemedAfterDays, clauses.Acceptance.CureDays),
        clauses.PaymentDays,
        clauses.LeaseZone,
        clauses.PlatformFee,
        new SignatureTermsModel(clauses.Signatures.OperatorApproves, clauses.Signatures.TenantApproves, clauses.Signatures.OperatorSigns, clauses.Signatures.TenantSigns),
        DunningTermsModel.Of(clauses.DunningSteps),
        clauses.Index is { } index ? new IndexLinkModel(index.Index, index.LagMonths, index.Cap, index.Floor) : null,
        clauses.PowerPassThrough is { } power ? new PowerPassThroughModel(power.Price is { } price ? UnitPriceInput.Of(price) : null, power.MarkUp) : null,
        clauses.Prepayment is { } prepayment ? PrepaymentTermsModel.Of(prepayment) : null,
        clauses.TaxInclusive == true);

    public Clauses ToClauses() => new()
    {
        Timing = Timing,
        TakeOrPay = TakeOrPay,
        Deposit = new DepositTerms(Deposit.Rule, Deposit.Amount, Deposit.Method, Deposit.Custodian?.ToCustody(90)),
        Escalator = Escalator is { } perYear ? new Escalator(perYear) : null,
        EarlyTermination = new EarlyTermination(EarlyTermination.Fee, EarlyTermination.NoticeDays),
        Renewal = new Renewal(Renewal.Options, Renewal.Months, Renewal.NoticeDays),
        Acceptance = new Acceptance(Acceptance.DeemedAfterDays, Acceptance.CureDays),
        PaymentDays = PaymentDays,
        LeaseZone = LeaseZone,
        PlatformFee = Clauses.StandardPlatformFee,
        Signatures = new SignatureTerms(Signatures.OperatorApproves, Signatures.TenantApproves, Signatures.OperatorSigns, Signatures.TenantSigns),
        Dunning = Dunning?.ToTerms() ?? DunningTerms.Standard,
        Index = Index is { } index ? new IndexLink(index.Index, index.LagMonths, index.Cap, index.Floor) : null,
        PowerPassThrough = PowerPassThrough is { } power ? new PowerPassThrough(power.Price?.ToUnitPrice(), power.MarkUp ?? Percentage.Zero) : null,
        Prepayment = Prepayment?.ToTerms(90),
        TaxInclusive = TaxInclusive ? true : null,
    };
}

/// <summary>The security deposit, returned at the end.</summary>
/// <param name="Rule">How it is measured.</param>
/// <param name="Amount">Months (0 to 36) or percent of the total (0 to 100), by the rule; 0 where there is none.</param>
/// <param name="Method">How it is paid.</param>
/// <param name="Custodian">Who holds it; absent: the custodian the marketplace has an agreement with.</param>
internal sealed record DepositTermsModel(DepositRule Rule, decimal Amount, PaymentMethod Method, CustodyModel? Custodian = null);

/// <summary>What it costs a tenant to end early.</summary>
/// <param name="Fee">Percent of the rent that would still have come, 0 to 100.</param>
/// <param name="NoticeDays">Days between notice and end, 0 to 730.</param>
internal sealed record EarlyTerminationModel(Percentage Fee, int NoticeDays);

/// <summary>The tenant's options to extend at the price then running.</summary>
/// <param name="Options">How often, 0 to 10.</param>
/// <param name="Months">Length of each extension, 1 to 120; 0 without options.</param>
/// <param name="NoticeDays">Latest notice before the running term's end, 0 to 730.</param>
internal sealed record RenewalTermsModel(int Options, int Months, int NoticeDays);

/// <summary>How delivered nodes are accepted.</summary>
/// <param name="DeemedAfterDays">Days of silence after the delivery notice that count as acceptance, 1 to 90.</param>
/// <param name="CureDays">Where the marketplace's benchmark challenge accepts nodes that pass it: days from a failed one in which the operator may put a node right, 1 to 90. Absent: no test accepts nodes.</param>
internal sealed record AcceptanceModel(int DeemedAfterDays, int? CureDays = null);

/// <summary>Who must approve, and who must sign the order form, before a reservation can be paid for.</summary>
/// <param name="OperatorApproves">Whether the operator must approve.</param>
/// <param name="TenantApproves">Whether the tenant must approve, in a step of its own beside requesting.</param>
/// <param name="OperatorSigns">Whether the operator must sign.</param>
/// <param name="TenantSigns">Whether the tenant must sign.</param>
internal sealed record SignatureTermsModel(bool OperatorApproves, bool TenantApproves, bool OperatorSigns, bool TenantSigns);

/// <summary>What follows when an invoice stays unpaid, in days of the lease's zone after its due day has ended.</summary>
/// <param name="ReminderDays">Days on which the tenant is reminded, ascending, 0 to 365; may be empty.</param>
/// <param name="GraceDays">Days without another consequence than reminders, 0 to 365; then the suspension notice is given.</param>
/// <param name="NoticeDays">Days from that notice to the suspension, 1 to 365; null: never suspended.</param>
/// <param name="TerminationDays">Days of suspension before termination for cause, at the price of an early exit, 1 to 365; null: never terminated for cause.</param>
internal sealed record DunningTermsModel([Items(0, 10)] ImmutableArray<int> ReminderDays, int GraceDays, int? NoticeDays, int? TerminationDays)
{
    public static DunningTermsModel Of(DunningTerms terms) => new(terms.ReminderDays, terms.GraceDays, terms.NoticeDays, terms.TerminationDays);

    public DunningTerms ToTerms() => new(ReminderDays, GraceDays, NoticeDays, TerminationDays);
}

/// <summary>How long a pool waits for a tenant.</summary>
/// <param name="CardMinutes">Minutes for a deposit by card, 5 to 1,440.</param>
/// <param name="TransferBankingDays">Banking days for a deposit by transfer, 1 to 30.</param>
/// <param name="PaperDays">Days for all approvals and signatures together, 1 to 60.</param>
internal sealed record HoldTermsModel(int CardMinutes, int TransferBankingDays, int PaperDays)
{
    public static HoldTermsModel Example { get; } = new(30, 5, 14);

    public static HoldTermsModel Of(HoldTerms holds) => new(holds.CardMinutes, holds.TransferBankingDays, holds.PaperDays);

    public HoldTerms ToHoldTerms() => new(CardMinutes, TransferBankingDays, PaperDays);
}
