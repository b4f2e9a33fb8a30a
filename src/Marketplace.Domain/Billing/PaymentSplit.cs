using System.Collections.Immutable;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

/// <summary>An amount that is more than one payment can take.</summary>
public static class PaymentSplit
{
    /// <summary>Most minor units that one payment at the provider takes: eight digits.</summary>
    public const long MostMinor = 99_999_999;

    /// <summary>The payments that together make up an amount: full ones first, the rest last (case BC-63).</summary>
    /// <param name="amount">More than zero.</param>
    /// <param name="most">Most minor units of one payment.</param>
    public static ImmutableArray<Money> Of(Money amount, long most = MostMinor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount.Minor, 1, nameof(amount));
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var payments = ImmutableArray.CreateBuilder<Money>();
        for (var left = amount.Minor; left > 0; left -= Math.Min(left, most))
        {
            payments.Add(new Money(amount.Currency, Math.Min(left, most)));
        }

        return payments.ToImmutable();
    }

    /// <summary>Fewest minor units that one payment at the provider takes.</summary>
    public const long LeastMinor = 50;

    /// <summary>The next payment towards an amount: all of it where one payment takes that, else as much as one takes and leaves enough for another.</summary>
    /// <param name="amount">More than zero.</param>
    /// <param name="most">The most that one payment takes; null for no limit.</param>
    public static Money Next(Money amount, Money? most) => most is not { } limit || amount <= limit
        ? amount
        : new Money(amount.Currency, Math.Min(limit.Minor, amount.Minor - LeastMinor));
}
