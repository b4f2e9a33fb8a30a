using System.Text.Json.Serialization;

namespace Marketplace.Domain.Ledger;

/// <summary>What an account of an organization's books counts. A balance is debits less credits.</summary>
public enum LedgerAccountKind
{
    /// <summary>Money at the payment gateway, received through these books (debit). Payouts take from it.</summary>
    Gateway,

    /// <summary>Invoiced to this organization and not yet paid (debit). Subject: the operator invoiced for.</summary>
    Receivables,

    /// <summary>Deposits held for this organization (credit, never debit). Subject: the reservation.</summary>
    DepositsHeld,

    /// <summary>Credit this organization has with an operator: negative invoices and overpayments (credit, never debit). Subject: the operator.</summary>
    CustomerCredits,

    /// <summary>The other side of receivables: rent invoiced that becomes the operator's when it is paid. Subject: the operator.</summary>
    UncollectedRent,

    /// <summary>Collected for this organization as an operator, after the platform fee (credit).</summary>
    OperatorPayable,

    /// <summary>The marketplace's own fees (credit).</summary>
    PlatformFees,

    /// <summary>Taken back by payers' banks: until they have decided, and for good where nothing was left to take it from (debit). Subject: the payment.</summary>
    Disputes,

    /// <summary>The part of what was collected for this organization that is disputed and not paid out (credit). Subject: the payment.</summary>
    PayoutsHeld,

    /// <summary>
    /// Value on its way to or from another organization's books. Subject: that organization. Its balance and the balance of
    /// the counterpart's account for this organization add up to zero once nothing is on its way.
    /// </summary>
    Clearing,

    /// <summary>Money on the marketplace's own bank account (debit); in the marketplace's books alone.</summary>
    Bank,

    /// <summary>Bank transfers received and not yet applied (credit, never debit). Subject: the receipt. In the marketplace's books alone.</summary>
    UnappliedReceipts,

    /// <summary>Prepaid rent held until it is credited back or released (credit, never debit). Subject: the reservation.</summary>
    PrepaymentsHeld,

    /// <summary>Deposits and prepayments that a custodian or bank holds (debit). Subject: the reservation.</summary>
    Custodian,

    /// <summary>Credit that is being given back as money (credit, never debit). Subject: the refund.</summary>
    RefundsOwed,
}

/// <summary>One account in an organization's books.</summary>
/// <param name="Kind">What it counts.</param>
/// <param name="Subject">Whom or what it is kept for, see <see cref="LedgerAccountKind"/>; empty where there is only one.</param>
public readonly record struct LedgerAccount(LedgerAccountKind Kind, string Subject)
{
    /// <summary>Whether the money in it belongs to somebody else, so that it may never be overdrawn.</summary>
    [JsonIgnore]
    public bool IsHeldForOthers => Kind is
        LedgerAccountKind.DepositsHeld or LedgerAccountKind.CustomerCredits or LedgerAccountKind.UnappliedReceipts or LedgerAccountKind.PrepaymentsHeld
        or LedgerAccountKind.RefundsOwed;

    /// <summary>The account of this kind without a subject.</summary>
    public static LedgerAccount Of(LedgerAccountKind kind) => new(kind, "");

    /// <summary>The account of this kind kept for <paramref name="subject"/>.</summary>
    public static LedgerAccount Of(LedgerAccountKind kind, string subject) => new(kind, subject);

    /// <summary>The account as a key: <c>clearing:org_4k2m</c>.</summary>
    public override string ToString() => Subject.Length == 0 ? Name : Name + ":" + Subject;

    private string Name => Kind switch
    {
        LedgerAccountKind.Gateway => "gateway",
        LedgerAccountKind.Receivables => "receivables",
        LedgerAccountKind.DepositsHeld => "deposits_held",
        LedgerAccountKind.CustomerCredits => "customer_credits",
        LedgerAccountKind.UncollectedRent => "uncollected_rent",
        LedgerAccountKind.OperatorPayable => "operator_payable",
        LedgerAccountKind.PlatformFees => "platform_fees",
        LedgerAccountKind.Disputes => "disputes",
        LedgerAccountKind.PayoutsHeld => "payouts_held",
        LedgerAccountKind.Clearing => "clearing",
        LedgerAccountKind.Bank => "bank",
        LedgerAccountKind.UnappliedReceipts => "unapplied_receipts",
        LedgerAccountKind.PrepaymentsHeld => "prepayments_held",
        LedgerAccountKind.Custodian => "custodian",
        LedgerAccountKind.RefundsOwed => "refunds_owed",
        _ => throw new InvalidOperationException($"Account kind {Kind} has no name."),
    };
}
