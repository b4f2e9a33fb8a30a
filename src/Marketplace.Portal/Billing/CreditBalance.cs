using Marketplace.Client;

namespace Marketplace.Portal.Billing;

/// <summary>Credit that a tenant has with an operator.</summary>
/// <param name="OperatorId">The operator.</param>
/// <param name="Amount">How much is left to be used.</param>
/// <param name="OnItsWay">What of it goes back as money and can be used for nothing else.</param>
internal sealed record CreditBalance(string OperatorId, Money Amount, Money OnItsWay)
{
    /// <summary>The balances in an organization's books, in which what is owed to it is negative.</summary>
    public static IEnumerable<CreditBalance> Of(BillingAccount books) => books.Balances
        .Where(balance => balance.Account is LedgerAccountKind.CustomerCredits or LedgerAccountKind.RefundsOwed && balance.Balance.AmountMinor < 0)
        .GroupBy(balance => (balance.Subject, balance.Balance.Currency))
        .Select(group => new CreditBalance(group.Key.Subject ?? "", Sum(group, LedgerAccountKind.CustomerCredits), Sum(group, LedgerAccountKind.RefundsOwed)));

    private static Money Sum(IEnumerable<AccountBalance> balances, LedgerAccountKind kind) => new()
    {
        Currency = balances.First().Balance.Currency,
        AmountMinor = -balances.Where(balance => balance.Account == kind).Sum(balance => balance.Balance.AmountMinor),
    };
}
