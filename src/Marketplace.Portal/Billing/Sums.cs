using Marketplace.Client;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Billing;

/// <summary>Amounts that may be in several currencies.</summary>
internal static class Sums
{
    /// <summary>A sum for each currency there is; a dash for none.</summary>
    public static string Of(IEnumerable<Money> amounts, Formats f)
    {
        var sums = Each(amounts).Select(f.Money).ToList();
        return sums.Count == 0 ? "–" : string.Join(" + ", sums);
    }

    /// <summary>A sum for each currency there is.</summary>
    public static IEnumerable<Money> Each(IEnumerable<Money> amounts) => amounts.GroupBy(amount => amount.Currency)
        .Select(group => new Money { Currency = group.Key, AmountMinor = group.Sum(amount => amount.AmountMinor) });
}
