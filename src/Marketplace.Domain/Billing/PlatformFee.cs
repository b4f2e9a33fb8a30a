using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

/// <summary>The marketplace's share of money collected for an operator. The fee is rounded and the operator gets the rest, so the two always add up.</summary>
/// <param name="Fee">What the marketplace keeps.</param>
/// <param name="Operator">What the operator gets.</param>
public readonly record struct PlatformFee(Money Fee, Money Operator)
{
    /// <summary>Splits an amount; a credit mirrors its charge (cases BC-49, BC-61).</summary>
    public static PlatformFee Of(Money amount, Percentage fee)
    {
        var share = amount.Share(fee);
        return new PlatformFee(share, amount - share);
    }
}
