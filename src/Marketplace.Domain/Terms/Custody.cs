using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>Who holds money that secures or prepays a contract.</summary>
public enum Custodian
{
    /// <summary>The marketplace's balance at its payment provider, which limits for how long money may stay there.</summary>
    PlatformBalance,

    /// <summary>A licensed custodian or trust company.</summary>
    ExternalCustodian,

    /// <summary>A bank, on a blocked account.</summary>
    Bank,

    /// <summary>Nobody holds money: a bank's letter of credit promises it.</summary>
    LetterOfCredit,
}

/// <summary>
/// The named custody of a deposit or prepayment. Nothing here is called escrow: that word belongs to licensed agents, and a
/// contract that wants one names it as its external custodian.
/// </summary>
/// <param name="Custodian">The kind of custody.</param>
/// <param name="Holder">Who holds it, 1 to 200 characters: the custodian, the bank, or the provider of the balance; for a letter of credit who may issue it.</param>
/// <param name="HoldingDays">For how many days the payment provider lets money stay on its balance, 1 to 3,650; null for a letter of credit, which moves none.</param>
public sealed record CustodyTerms(Custodian Custodian, string Holder, int? HoldingDays)
{
    /// <summary>How long before money must leave a custody the parties are warned.</summary>
    public static readonly Duration Warning = Duration.FromDays(14);

    /// <summary>Whether a deposit paid at the first instant and needed until the second may be promised in this custody.</summary>
    /// <remarks>Money for a custodian or a bank rests on the provider's balance only until it is moved on, so only the balance itself limits it.</remarks>
    public bool Holds(Instant from, Instant until) =>
        Custodian != Custodian.PlatformBalance || HoldingDays is not { } days || until - from <= Duration.FromDays(days);

    internal bool Fits() => Holder.Length is >= 1 and <= 200 && !string.IsNullOrWhiteSpace(Holder)
        && (Custodian == Custodian.LetterOfCredit ? HoldingDays is null : HoldingDays is >= 1 and <= 3650);
}

/// <summary>
/// How long the payment provider lets money rest on a balance before it must be paid out, by country of the payee: "90 days,
/// 2 years in the US, 10 days in Thailand" (docs.stripe.com/connect/manual-payouts, read in autumn 2026).
/// </summary>
public static class HoldingLimits
{
    /// <summary>Days in a country by its ISO 3166-1 alpha-2 code.</summary>
    public static int DaysFor(string country) => country switch
    {
        "US" => 730,
        "TH" => 10,
        _ => 90,
    };
}
