using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Telemetry;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <summary>Reads every billing account there is.</summary>
internal sealed class BillingAccounts(IGrainFactory grains, IRowStore rows)
{
    private const int Page = 500;

    public async IAsyncEnumerable<BillingSummary> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        string? from = null;
        do
        {
            var page = await rows.ScanAsync(BillingRows.Accounts, BillingRows.AllAccounts, from, null, Page, cancellation: cancellation);
            foreach (var row in page.Rows)
            {
                if (await grains.GetGrain<IBillingAccountGrain>(row.Key).GetAsync() is { } account)
                {
                    yield return account.State;
                }
            }

            from = page.NextFrom;
        }
        while (from is not null);
    }
}

/// <summary>Every ledger balances in each currency.</summary>
internal sealed class LedgersBalance(BillingAccounts accounts, MarketMeters meters) : IInvariant
{
    public string Name => "ledgers_balance";

    public string Meaning => "In every organization's books debits equal credits in each currency.";

    public async Task<ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        var drift = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await foreach (var account in accounts.AllAsync(cancellation))
        {
            foreach (var sum in Books.Drift(account.Balances))
            {
                drift[sum.Currency.Value] = drift.GetValueOrDefault(sum.Currency.Value) + Math.Abs(sum.Minor);
                if (!sum.IsZero)
                {
                    violations.Add($"The books of {account.Id} are off by {sum}.");
                }
            }
        }

        foreach (var (currency, minor) in drift)
        {
            meters.LedgerDrift(MarketMeters.OwnBooks, currency, minor);
        }

        return violations.ToImmutable();
    }
}

/// <summary>Money held for others is there.</summary>
internal sealed class HeldMoneyIsThere(BillingAccounts accounts) : IInvariant
{
    public string Name => "held_money_never_negative";

    public string Meaning => "Deposits and credits held for an organization are never below zero.";

    public async Task<ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        await foreach (var account in accounts.AllAsync(cancellation))
        {
            violations.AddRange(account.Balances
                .Where(balance => balance.Account.IsHeldForOthers && balance.Amount.Minor > 0)
                .Select(balance => $"{balance.Account} of {account.Id} is overdrawn by {balance.Amount}."));
        }

        return violations.ToImmutable();
    }
}

/// <summary>Invoices and deposits say what the books say.</summary>
internal sealed class DocumentsMatchBooks(BillingAccounts accounts) : IInvariant
{
    public string Name => "documents_match_books";

    public string Meaning => "What is left to pay of an organization's invoices, and what is held of its deposits, is what its books have.";

    public async Task<ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        await foreach (var account in accounts.AllAsync(cancellation))
        {
            violations.AddRange(account.Gaps.Select(gap => $"{gap.Subject} of {account.Id}: documents come to {gap.Other}, the books to {gap.Books}."));
        }

        return violations.ToImmutable();
    }
}

/// <summary>What one organization's books sent, another's received.</summary>
internal sealed class ClearingNetsToZero(BillingAccounts accounts, IMarketClock clock) : IInvariant
{
    /// <summary>Younger differences are notices still on their way.</summary>
    private static readonly Duration UnderWay = Duration.FromMinutes(5);

    public string Name => "clearing_nets_to_zero";

    public string Meaning => "The clearing accounts that two organizations keep for each other add up to zero once nothing is on its way.";

    public async Task<ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation)
    {
        var open = new Dictionary<(string First, string Second, Currency Currency), (Money Sum, Instant ChangedAt)>();
        await foreach (var account in accounts.AllAsync(cancellation))
        {
            foreach (var balance in account.Balances.Where(balance => balance.Account.Kind == LedgerAccountKind.Clearing))
            {
                var (self, other) = (account.Id.Value, balance.Account.Subject);
                var pair = string.CompareOrdinal(self, other) < 0 ? (self, other, balance.Amount.Currency) : (other, self, balance.Amount.Currency);
                open[pair] = open.TryGetValue(pair, out var seen)
                    ? (seen.Sum + balance.Amount, Instant.Max(seen.ChangedAt, balance.ChangedAt))
                    : (balance.Amount, balance.ChangedAt);
            }
        }

        var now = clock.Now;
        return
        [
            .. open.Where(pair => !pair.Value.Sum.IsZero && now - pair.Value.ChangedAt > UnderWay)
                .OrderBy(pair => pair.Value.ChangedAt)
                .Select(pair => $"Clearing between {pair.Key.First} and {pair.Key.Second} is off by {pair.Value.Sum}, for {(now - pair.Value.ChangedAt).TotalHours:0.0} h or longer."),
        ];
    }
}
