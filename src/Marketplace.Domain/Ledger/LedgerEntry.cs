using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Ledger;

/// <summary>One side of an entry.</summary>
/// <param name="Account">The account it moves.</param>
/// <param name="Amount">A debit when positive, a credit when negative.</param>
public readonly record struct Posting(LedgerAccount Account, Money Amount);

/// <summary>
/// One fact in the books: postings that add up to zero in every currency. It is never changed; a correction is another entry.
/// </summary>
/// <param name="FactId">What it records, such as <c>invoice:inv_…</c>. Each is posted at most once in one ledger; a mirror in another ledger bears the same id.</param>
/// <param name="At">Market time of the fact.</param>
/// <param name="Text">For people: what happened.</param>
/// <param name="Postings">At least two.</param>
public sealed record LedgerEntry(string FactId, Instant At, string Text, ImmutableArray<Posting> Postings)
{
    /// <summary>An entry that moves one amount from the credited to the debited account.</summary>
    public static LedgerEntry Move(string factId, Instant at, string text, LedgerAccount debit, LedgerAccount credit, Money amount) =>
        new(factId, at, text, [new Posting(debit, amount), new Posting(credit, -amount)]);

    /// <summary>The same entry with one more amount moved.</summary>
    public LedgerEntry And(LedgerAccount debit, LedgerAccount credit, Money amount) => amount.IsZero
        ? this
        : this with { Postings = [.. Postings, new Posting(debit, amount), new Posting(credit, -amount)] };
}
