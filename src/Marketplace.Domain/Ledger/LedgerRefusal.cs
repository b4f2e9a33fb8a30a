using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Ledger;

/// <summary>Why books do not take an entry, in order of precedence.</summary>
public enum LedgerRefusal
{
    /// <summary>Debits and credits differ.</summary>
    [RefusalMeaning("entry_unbalanced", RefusalKind.Invalid, RefusalClass.Final, "The entry's debits and credits differ in a currency; they must be equal.")]
    Unbalanced,

    /// <summary>The fact is in the books already.</summary>
    [RefusalMeaning("fact_already_posted", RefusalKind.Conflict, RefusalClass.Final, "This fact has been posted before; each fact is posted once.")]
    AlreadyPosted,

    /// <summary>Money held for others would fall below zero.</summary>
    [RefusalMeaning("held_money_overdrawn", RefusalKind.Conflict, RefusalClass.Final, "The entry would take more than is held in the account; money held for others is never overdrawn.")]
    Overdrawn,
}
