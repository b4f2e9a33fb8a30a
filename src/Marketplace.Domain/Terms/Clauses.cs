using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>Whether rent is invoiced before or after the period it is for.</summary>
public enum BillingTiming
{
    /// <summary>At the start of the period.</summary>
    InAdvance,

    /// <summary>At the end of the period.</summary>
    InArrears,
}

/// <summary>How a security deposit is measured.</summary>
public enum DepositRule
{
    /// <summary>No deposit.</summary>
    None,

    /// <summary>So many months of rent at the peak quantity and the first year's price.</summary>
    MonthsOfRent,

    /// <summary>A percentage of the total rent over the term.</summary>
    ShareOfTotal,
}

/// <summary>How money is paid in.</summary>
public enum PaymentMethod
{
    /// <summary>By card: minutes.</summary>
    Card,

    /// <summary>By bank transfer: banking days.</summary>
    Transfer,
}

/// <summary>The security deposit asked for before a reservation is confirmed; it is returned when the lease ends.</summary>
/// <param name="Rule">How it is measured.</param>
/// <param name="Amount">Months (0 to 36) or percent (0 to 100), by <paramref name="Rule"/>; 0 where there is none.</param>
/// <param name="Method">How it is paid, which also sets how long the hold waits for it.</param>
/// <param name="Custody">Who holds it; null in contracts made before custody was named.</param>
public sealed record DepositTerms(DepositRule Rule, decimal Amount, PaymentMethod Method, CustodyTerms? Custody = null);

/// <summary>A fixed yearly rise of the rent, compounded on the unrounded price from rent commencement.</summary>
/// <param name="PerYear">0 to 25 %.</param>
public sealed record Escalator(Percentage PerYear);

/// <summary>What it costs a tenant to end early.</summary>
/// <param name="Fee">Percentage of the unrounded rent that would still have come, 0 to 100 %.</param>
/// <param name="NoticeDays">Days between notice and end, 0 to 730.</param>
public sealed record EarlyTermination(Percentage Fee, int NoticeDays);

/// <summary>The tenant's options to extend at the price then running.</summary>
/// <param name="Options">How often, 0 to 10.</param>
/// <param name="Months">Length of each extension in months, 1 to 120; 0 without options.</param>
/// <param name="NoticeDays">Latest notice before the running term's end, in days, 0 to 730.</param>
public sealed record Renewal(int Options, int Months, int NoticeDays);

/// <summary>How delivered nodes are accepted.</summary>
/// <param name="DeemedAfterDays">Days of silence after the delivery notice that count as acceptance, 1 to 90.</param>
/// <param name="CureDays">Days from a failed acceptance test in which the operator may put a node right, 1 to 90; null where no test accepts nodes, as in contracts made before there was one.</param>
public sealed record Acceptance(int DeemedAfterDays, int? CureDays = null);

/// <summary>Who must approve, and who must sign, before a reservation can be paid for.</summary>
/// <param name="OperatorApproves">Whether the operator must approve.</param>
/// <param name="TenantApproves">Whether the tenant must approve, in a step of its own beside requesting.</param>
/// <param name="OperatorSigns">Whether the operator must sign the order form.</param>
/// <param name="TenantSigns">Whether the tenant must sign the order form.</param>
public sealed record SignatureTerms(bool OperatorApproves, bool TenantApproves, bool OperatorSigns, bool TenantSigns);

/// <summary>Every condition of a contract that does not depend on what is asked for: an operator's standing terms for one pool.</summary>
public sealed record Clauses
{
    /// <summary>The marketplace's fee in offers made through the API: 3 % of rent paid.</summary>
    public static readonly Percentage StandardPlatformFee = Percentage.From(3);

    /// <summary>When rent is invoiced.</summary>
    public required BillingTiming Timing { get; init; }

    /// <summary>Share of the committed quantity that is paid whether used or not, 0 to 100 %.</summary>
    public required Percentage TakeOrPay { get; init; }

    /// <summary>The security deposit.</summary>
    public required DepositTerms Deposit { get; init; }

    /// <summary>The yearly rise of the rent, or null without one.</summary>
    public Escalator? Escalator { get; init; }

    /// <summary>The index the rent follows instead of a fixed rise, or null without one.</summary>
    public IndexLink? Index { get; init; }

    /// <summary>How metered energy is billed, or null where the rent includes it or the tenant buys it.</summary>
    public PowerPassThrough? PowerPassThrough { get; init; }

    /// <summary>Rent paid before it is due and credited back, or null without it.</summary>
    public PrepaymentTerms? Prepayment { get; init; }

    /// <summary>Whether prices include the tax that is due on them; null and false add it.</summary>
    public bool? TaxInclusive { get; init; }

    /// <summary>The price of an early exit.</summary>
    public required EarlyTermination EarlyTermination { get; init; }

    /// <summary>The tenant's options to extend.</summary>
    public required Renewal Renewal { get; init; }

    /// <summary>How delivered nodes are accepted.</summary>
    public required Acceptance Acceptance { get; init; }

    /// <summary>Days from an invoice's date to its due date, 0 to 120.</summary>
    public required int PaymentDays { get; init; }

    /// <summary>IANA zone in which billing periods and contract dates are counted.</summary>
    public required string LeaseZone { get; init; }

    /// <summary>The marketplace's share of paid rent, borne by the operator and never added to the tenant's price; 0 to 50 %.</summary>
    public required Percentage PlatformFee { get; init; }

    /// <summary>Who must approve and sign.</summary>
    public required SignatureTerms Signatures { get; init; }

    /// <summary>What follows when an invoice stays unpaid; null in terms that name no steps of their own.</summary>
    public DunningTerms? Dunning { get; init; }

    /// <summary><see cref="Dunning"/>, or the marketplace's own steps where the terms name none.</summary>
    [JsonIgnore]
    public DunningTerms DunningSteps => Dunning ?? DunningTerms.Standard;

    /// <summary>The zone <see cref="LeaseZone"/> names.</summary>
    public DateTimeZone Zone() => DateTimeZoneProviders.Tzdb[LeaseZone];

    /// <summary>Everything wrong with the clauses; empty when they may be offered.</summary>
    public ImmutableArray<Refusal> Faults()
    {
        var faults = ImmutableArray.CreateBuilder<Refusal>();
        Expect(TakeOrPay.Value is >= 0 and <= 100, "takeOrPay", "Expected 0 to 100 %.");
        Expect(DepositFits(Deposit), "deposit", "Expected 0 to 36 months, 0 to 100 %, or no rule and 0.");
        Expect(Escalator is null or { PerYear.Value: >= 0 and <= 25 }, "escalator", "Expected 0 to 25 % a year.");
        Expect(Deposit.Custody?.Fits() ?? true, "deposit", "Expected a custodian's name of 1 to 200 characters, and holding days of 1 to 3,650 for money on the marketplace's balance.");
        Expect(Index?.Fits() ?? true, "index", "Expected an index id of 1 to 60 lower-case letters, digits and dashes, a lag of 0 to 24 months and a floor not above the cap, both within -50 to 50 %.");
        Expect(Index is null || Escalator is null, "index", "The rent follows an index or rises by a fixed percentage, not both.");
        Expect(PowerPassThrough?.Fits() ?? true, "powerPassThrough", "Expected a price of more than 0 and at most 10 per kWh, or none, and a mark-up of 0 to 100 %.");
        Expect(Prepayment?.Fits() ?? true, "prepayment", "Expected 1 to 100 % of the rent in 1 to 24 tranches whose shares add up to 100 %, credited back over 1 to 240 months.");
        Expect(EarlyTermination is { Fee.Value: >= 0 and <= 100, NoticeDays: >= 0 and <= 730 }, "earlyTermination", "Expected a fee of 0 to 100 % and a notice of 0 to 730 days.");
        Expect(
            Renewal is { Options: 0, Months: 0, NoticeDays: >= 0 and <= 730 } or { Options: >= 1 and <= 10, Months: >= 1 and <= 120, NoticeDays: >= 0 and <= 730 },
            "renewal",
            "Expected at most 10 options of 1 to 120 months with a notice of 0 to 730 days, or no options and 0 months.");
        Expect(Acceptance is { DeemedAfterDays: >= 1 and <= 90, CureDays: null or (>= 1 and <= 90) }, "acceptance", "Expected 1 to 90 days.");
        Expect(
            DunningSteps.Fits(),
            "dunning",
            "Expected at most 10 ascending reminder days of 0 to 365, a grace of 0 to 365 days, and 1 to 365 days of notice and of suspension; without notice there is no termination.");
        Expect(PaymentDays is >= 0 and <= 120, "paymentDays", "Expected 0 to 120 days.");
        Expect(DateTimeZoneProviders.Tzdb.GetZoneOrNull(LeaseZone) is not null, "leaseZone", $"'{LeaseZone}' is not an IANA time zone.");
        Expect(PlatformFee.Value is >= 0 and <= 50, "platformFee", "Expected 0 to 50 %.");
        return faults.ToImmutable();

        void Expect(bool fits, string field, string detail)
        {
            if (!fits)
            {
                faults.Add(Refusal.Of(TermsRefusal.ClauseOutOfRange, detail, field));
            }
        }
    }

    private static bool DepositFits(DepositTerms deposit) => deposit.Rule switch
    {
        DepositRule.MonthsOfRent => deposit.Amount is >= 0 and <= 36,
        DepositRule.ShareOfTotal => deposit.Amount is >= 0 and <= 100,
        _ => deposit.Amount == 0,
    };
}
