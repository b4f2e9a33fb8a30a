using CsCheck;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Ledger;

public class BooksTests
{
    private static readonly LedgerAccount Gateway = LedgerAccount.Of(LedgerAccountKind.Gateway);
    private static readonly LedgerAccount Held = LedgerAccount.Of(LedgerAccountKind.DepositsHeld, "rsv_1");
    private static readonly Instant Noon = Instant.FromUtc(2027, 1, 1, 12, 0);

    [Fact]
    public void An_entry_moves_both_sides()
    {
        var books = Books.Empty.Post(Paid("payment:1", 100));

        Assert.Equal(Usd(100), books.Balance(Gateway, Currency.Usd));
        Assert.Equal(Usd(100), books.Credit(Held, Currency.Usd));
        Assert.True(books.Has("payment:1"));
    }

    [Fact]
    public void An_account_at_zero_leaves_the_books() =>
        Assert.Empty(Books.Empty.Post(Paid("payment:1", 100)).Post(Returned("refund:1", 100)).Balances);

    [Fact]
    public void An_unbalanced_entry_is_refused_in_each_currency_by_itself()
    {
        var mixed = new LedgerEntry("x", Noon, "mixed", [new Posting(Gateway, Usd(1)), new Posting(Held, new Money(Currency.From("EUR"), -1))]);

        Assert.Equal("entry_unbalanced", Books.Empty.Check(mixed)?.Code);
        Assert.Throws<InvalidOperationException>(() => Books.Empty.Post(mixed));
    }

    [Fact]
    public void A_fact_is_posted_once() =>
        Assert.Equal("fact_already_posted", Books.Empty.Post(Paid("payment:1", 100)).Check(Paid("payment:1", 100))?.Code);

    [Fact]
    public void Money_held_for_others_is_never_overdrawn() =>
        Assert.Equal("held_money_overdrawn", Books.Empty.Post(Paid("payment:1", 100)).Check(Returned("refund:1", 101))?.Code);

    [Fact]
    public void Books_balance_and_hold_nothing_negative_whatever_is_posted() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 5], Gen.Long[-50, 50]).Array[0, 60].Sample(moves =>
        {
            LedgerAccount[] accounts = [Gateway, Held, LedgerAccount.Of(LedgerAccountKind.CustomerCredits, "org_1"), LedgerAccount.Of(LedgerAccountKind.Clearing, "org_1")];
            var books = Books.Empty;
            var posted = 0;
            foreach (var (debit, credit, fact, amount) in moves)
            {
                var entry = LedgerEntry.Move("fact:" + fact, Noon, "move", accounts[debit], accounts[credit], Usd(amount));
                if (books.Check(entry) is null)
                {
                    books = books.Post(entry);
                    posted++;
                }
            }

            Assert.All(Books.Drift(books.Balances.Values), drift => Assert.True(drift.IsZero));
            Assert.Empty(books.Overdrawn());
            Assert.Equal(posted, books.EntryCount);
        });

    private static LedgerEntry Paid(string fact, long cents) => LedgerEntry.Move(fact, Noon, "paid", Gateway, Held, Usd(cents));

    private static LedgerEntry Returned(string fact, long cents) => LedgerEntry.Move(fact, Noon, "returned", Held, Gateway, Usd(cents));

    private static Money Usd(long cents) => new(Currency.Usd, cents);
}
