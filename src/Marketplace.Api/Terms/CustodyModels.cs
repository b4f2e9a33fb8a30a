using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Api.Terms;

/// <summary>Who holds money that secures or prepays a contract. None of it is escrow unless the holder named is a licensed escrow agent.</summary>
/// <param name="Kind">The marketplace's balance at its payment provider, an external custodian, a bank, or a letter of credit instead of money.</param>
/// <param name="Holder">Who holds it: the custodian, the bank, or the provider; for a letter of credit who may issue it.</param>
/// <param name="HoldingDays">For how many days the payment provider lets money rest on its balance in the operator's country; set by the marketplace, null for a letter of credit.</param>
internal sealed record CustodyModel(Custodian Kind, [Length(1, 200)] string Holder, int? HoldingDays = null)
{
    public static CustodyModel? Of(CustodyTerms? custody) => custody is null ? null : new(custody.Custodian, custody.Holder, custody.HoldingDays);

    public CustodyTerms ToCustody(int holdingDays) => new(Kind, Holder, Kind == Custodian.LetterOfCredit ? null : HoldingDays ?? holdingDays);
}

/// <summary>An index that the rent follows: each year by its change between two reference months, within floor and cap.</summary>
/// <param name="Index">Its id among the published indices.</param>
/// <param name="LagMonths">Months that the reference month lies before a contract year's first month.</param>
/// <param name="Cap">Highest change a year in percent; absent: none.</param>
/// <param name="Floor">Lowest change a year in percent, negative for a fall; absent: none.</param>
internal sealed record IndexLinkModel([RegularExpression("^[a-z0-9-]{1,60}$")] string Index, [Range(0, 24)] int LagMonths, Percentage? Cap, Percentage? Floor);

/// <summary>Metered energy billed beside the rent, from the operator's readings.</summary>
/// <param name="Price">Fixed price per kWh; absent: the cost per kWh that the operator states with each reading.</param>
/// <param name="MarkUp">Percent on top, 0 to 100; absent: none.</param>
internal sealed record PowerPassThroughModel(UnitPriceInput? Price, Percentage? MarkUp);

/// <summary>One instalment of a prepayment.</summary>
/// <param name="Name">What it is tied to, such as a building phase.</param>
/// <param name="Share">Its share of the prepayment in percent; all together are 100.</param>
/// <param name="DaysBeforeStart">Days before the first day of the term that it is invoiced.</param>
internal sealed record PrepaymentTrancheModel([Length(1, 100)] string Name, Percentage Share, [Range(0, 1460)] int DaysBeforeStart);

/// <summary>Rent paid before it is due, held in a named custody and credited back on later invoices.</summary>
/// <param name="Share">Percent of the total rent.</param>
/// <param name="Tranches">The instalments.</param>
/// <param name="CreditAfterMonths">Months of rent before the first credit.</param>
/// <param name="CreditMonths">Over how many months it is credited back.</param>
/// <param name="Custodian">Who holds it.</param>
internal sealed record PrepaymentTermsModel(
    Percentage Share,
    [Items(1, 24)] ImmutableArray<PrepaymentTrancheModel> Tranches,
    [Range(0, 240)] int CreditAfterMonths,
    [Range(1, 240)] int CreditMonths,
    CustodyModel Custodian)
{
    public static PrepaymentTermsModel Of(PrepaymentTerms terms) => new(
        terms.Share,
        [.. terms.Tranches.Select(tranche => new PrepaymentTrancheModel(tranche.Name, tranche.Share, tranche.DaysBeforeStart))],
        terms.CreditAfterMonths,
        terms.CreditMonths,
        CustodyModel.Of(terms.Custody)!);

    public PrepaymentTerms ToTerms(int holdingDays) => new(
        Share,
        [.. Tranches.Select(tranche => new PrepaymentTranche(tranche.Name, tranche.Share, tranche.DaysBeforeStart))],
        CreditAfterMonths,
        CreditMonths,
        Custodian.ToCustody(holdingDays));
}
