using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>One instalment of a prepayment.</summary>
/// <param name="Name">What it is tied to, such as a building phase; 1 to 100 characters.</param>
/// <param name="Share">Its share of the prepayment, more than 0 %.</param>
/// <param name="DaysBeforeStart">How many days before the first day of the term it is invoiced, 0 to 1,460.</param>
public sealed record PrepaymentTranche(string Name, Percentage Share, int DaysBeforeStart);

/// <summary>
/// Rent paid before it is due and credited back on later invoices: 12 months' rent in colocation, 20 % of each tranche credited
/// after month 24 in GPU service (public filings of 2025 and 2026).
/// </summary>
/// <param name="Share">Part of the total rent that is prepaid, 1 to 100 %.</param>
/// <param name="Tranches">The instalments, 1 to 24; their shares add up to 100 %.</param>
/// <param name="CreditAfterMonths">Months of rent that pass before the first credit, 0 to 240.</param>
/// <param name="CreditMonths">Over how many months it is credited back, 1 to 240.</param>
/// <param name="Custody">Who holds it until it is credited back or released.</param>
public sealed record PrepaymentTerms(
    Percentage Share, ImmutableArray<PrepaymentTranche> Tranches, int CreditAfterMonths, int CreditMonths, CustodyTerms Custody)
{
    /// <summary>The instalments of a contract worth <paramref name="total"/>, by largest remainder (case BC-27).</summary>
    public ImmutableArray<Money> Amounts(Money total) =>
        total.Share(Share).Split([.. Tranches.Select(tranche => tranche.Share.Value)]);

    /// <summary>The day a tranche is invoiced.</summary>
    public static LocalDate InvoicedOn(PrepaymentTranche tranche, LocalDate start) => start.PlusDays(-tranche.DaysBeforeStart);

    /// <summary>
    /// What has been credited back when <paramref name="months"/> months of rent have been billed, by cumulative rounding, so
    /// that the schedule ends exactly on the total (case BC-29).
    /// </summary>
    public Money CreditedAfter(Money total, int months)
    {
        var step = Math.Clamp(months - CreditAfterMonths, 0, CreditMonths);
        return Proration.Part(total, new Fraction(step, CreditMonths));
    }

    internal bool Fits() => Share.Value is >= 1 and <= 100
        && Tranches.Length is >= 1 and <= 24
        && Tranches.All(tranche => tranche is { Name.Length: >= 1 and <= 100, Share.Value: > 0, DaysBeforeStart: >= 0 and <= 1460 })
        && Tranches.Sum(tranche => tranche.Share.Value) == 100
        && CreditAfterMonths is >= 0 and <= 240 && CreditMonths is >= 1 and <= 240
        && Custody.Custodian != Custodian.LetterOfCredit && Custody.Fits();
}
