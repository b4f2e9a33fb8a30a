using System.Globalization;

namespace Marketplace.Portal.Capacity;

/// <summary>Discounts as an operator writes them: <c>12:6, 24:12.5</c>, from how many on and how many percent.</summary>
internal static class OfferTiers
{
    /// <summary>Reads them, the smallest first. What is no pair of numbers is left out; the form does not let it pass.</summary>
    public static IReadOnlyList<(int From, decimal Percent)> Read(string text) =>
    [
        .. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split(':', StringSplitOptions.TrimEntries))
            .Where(pair => pair.Length == 2 && int.TryParse(pair[0], NumberStyles.None, CultureInfo.InvariantCulture, out _) && decimal.TryParse(pair[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
            .Select(pair => (int.Parse(pair[0], CultureInfo.InvariantCulture), decimal.Parse(pair[1], CultureInfo.InvariantCulture)))
            .OrderBy(tier => tier.Item1),
    ];

    /// <summary>Writes them.</summary>
    public static string Write(IEnumerable<(int From, decimal Percent)> tiers) =>
        string.Join(", ", tiers.Select(tier => string.Create(CultureInfo.InvariantCulture, $"{tier.From}:{tier.Percent:0.####}")));
}
