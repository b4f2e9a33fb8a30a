using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Terms;

/// <summary>Metered energy billed to the tenant beside the rent, from the operator's readings.</summary>
/// <param name="Price">Fixed price per kWh in the contract's currency, more than 0 and at most 10; null bills the cost per kWh that the operator states with each reading.</param>
/// <param name="MarkUp">Percent on top of that price, 0 to 100; customarily 0: energy at cost.</param>
public sealed record PowerPassThrough(UnitPrice? Price, Percentage MarkUp)
{
    /// <summary>The price of one kWh: the fixed one or the stated cost, with the mark-up, rounded once to 8 places.</summary>
    public UnitPrice PriceOf(UnitPrice stated)
    {
        var price = Price ?? stated;
        return new UnitPrice(price.Currency, (Fraction.From(price.Amount) * (Fraction.One + (Fraction.From(MarkUp.Value) / 100))).Round(UnitPrice.Places));
    }

    internal bool Fits() => Price is null or { Amount: > 0 and <= 10 } && MarkUp.Value is >= 0 and <= 100;
}
