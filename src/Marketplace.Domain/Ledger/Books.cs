using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Ledger;

/// <summary>The balance of one account in one currency.</summary>
/// <param name="Account">The account.</param>
/// <param name="Amount">Debits less credits; never zero.</param>
/// <param name="ChangedAt">Market time of the last entry that moved it.</param>
public sealed record AccountBalance(LedgerAccount Account, Money Amount, Instant ChangedAt);

/// <summary>
/// One organization's books, double entry: every entry balances per currency, each fact is posted once, and accounts that
/// hold other people's money are never overdrawn. The entries themselves are facts of the account that keeps these books;
/// here stands what they add up to.
/// </summary>
/// <param name="Balances">Accounts whose balance is not zero, by account and currency.</param>
/// <param name="FactIds">Every fact posted.</param>
public sealed record Books(ImmutableDictionary<string, AccountBalance> Balances, ImmutableSortedSet<string> FactIds)
{
    /// <summary>Books without an entry.</summary>
    public static Books Empty { get; } = new(ImmutableDictionary<string, AccountBalance>.Empty, []);

    /// <summary>How many entries were posted.</summary>
    [JsonIgnore]
    public int EntryCount => FactIds.Count;

    /// <summary>Debits less credits of an account.</summary>
    public Money Balance(LedgerAccount account, Currency currency) =>
        Balances.TryGetValue(Key(account, currency), out var balance) ? balance.Amount : Money.Zero(currency);

    /// <summary>Credits less debits of an account: what is held, owed or earned in it.</summary>
    public Money Credit(LedgerAccount account, Currency currency) => -Balance(account, currency);

    /// <summary>Whether this fact is in the books.</summary>
    public bool Has(string factId) => FactIds.Contains(factId);

    /// <summary>Why the books would not take an entry, or null when they would.</summary>
    public Refusal? Check(LedgerEntry entry)
    {
        foreach (var currency in entry.Postings.GroupBy(posting => posting.Amount.Currency))
        {
            var sum = Money.Sum(currency.Key, currency.Select(posting => posting.Amount));
            if (!sum.IsZero)
            {
                return Refusal.Of(LedgerRefusal.Unbalanced, $"{entry.FactId}: debits exceed credits by {sum}.");
            }
        }

        if (Has(entry.FactId))
        {
            return Refusal.Of(LedgerRefusal.AlreadyPosted, $"{entry.FactId} has been posted.");
        }

        foreach (var account in entry.Postings.Where(posting => posting.Account.IsHeldForOthers).GroupBy(posting => (posting.Account, posting.Amount.Currency)))
        {
            var held = Credit(account.Key.Account, account.Key.Currency);
            var after = held - Money.Sum(account.Key.Currency, account.Select(posting => posting.Amount));
            if (after.Minor < 0 && after < held)
            {
                return Refusal.Of(LedgerRefusal.Overdrawn, $"{entry.FactId}: {account.Key.Account} holds {held}, which would become {after}.");
            }
        }

        return null;
    }

    /// <summary>The books with the entry posted.</summary>
    /// <exception cref="InvalidOperationException">The books refuse it; see <see cref="Check"/>.</exception>
    public Books Post(LedgerEntry entry)
    {
        if (Check(entry) is { } refusal)
        {
            throw new InvalidOperationException($"{refusal.Code}: {refusal.Detail}");
        }

        var balances = Balances.ToBuilder();
        foreach (var posting in entry.Postings)
        {
            var key = Key(posting.Account, posting.Amount.Currency);
            var sum = balances.TryGetValue(key, out var before) ? before.Amount + posting.Amount : posting.Amount;
            if (sum.IsZero)
            {
                balances.Remove(key);
            }
            else
            {
                balances[key] = new AccountBalance(posting.Account, sum, entry.At);
            }
        }

        return new Books(balances.ToImmutable(), FactIds.Add(entry.FactId));
    }

    /// <summary>What debits exceed credits by in each currency of one ledger's balances: zero, always.</summary>
    public static IEnumerable<Money> Drift(IEnumerable<AccountBalance> balances) => balances
        .GroupBy(balance => balance.Amount.Currency)
        .Select(group => Money.Sum(group.Key, group.Select(balance => balance.Amount)));

    /// <summary>Accounts of other people's money that are overdrawn: empty, always.</summary>
    public IReadOnlyList<AccountBalance> Overdrawn() =>
        [.. Balances.Values.Where(balance => balance.Account.IsHeldForOthers && balance.Amount.Minor > 0)];

    private static string Key(LedgerAccount account, Currency currency) => account + "|" + currency;
}
