using System.Collections.Immutable;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>One side of an entry.</summary>
/// <param name="Account">The account's kind.</param>
/// <param name="Subject">Whom or what the account is kept for; null where there is only one.</param>
/// <param name="Amount">A debit when positive, a credit when negative. The postings of an entry add up to zero in each currency.</param>
internal sealed record PostingModel(LedgerAccountKind Account, string? Subject, MoneyModel Amount)
{
    public static PostingModel Of(LedgerAccount account, Money amount) =>
        new(account.Kind, account.Subject.Length == 0 ? null : account.Subject, MoneyModel.Of(amount));
}

/// <summary>One fact in the organization's books; its postings add up to zero. It is never changed.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Number">Position in the ledger, from 1.</param>
/// <param name="FactId">What it records; a mirror in another organization's books bears the same.</param>
/// <param name="At">When, in market time.</param>
/// <param name="Text">What happened.</param>
/// <param name="Postings">At least two.</param>
internal sealed record LedgerEntryModel(string Id, int Number, string FactId, Instant At, string Text, ImmutableArray<PostingModel> Postings)
{
    public static LedgerEntryModel Example { get; } = new(
        "ent_4k2m7qz3v5xw6a2bc4d5e6f7ga",
        1,
        "payment:pay_4k2m7qz3v5xw6a2bc4d5e6f7ga",
        Instant.FromUtc(2027, 1, 10, 9, 5),
        "Deposit for rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga",
        [
            PostingModel.Of(LedgerAccount.Of(LedgerAccountKind.Gateway), new Money(Currency.Usd, 66_666_666)),
            PostingModel.Of(LedgerAccount.Of(LedgerAccountKind.DepositsHeld, "rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga"), new Money(Currency.Usd, -66_666_666)),
        ]);

    public static LedgerEntryModel Of(PostedEntry posted) => new(
        posted.Id,
        posted.Number,
        posted.Entry.FactId,
        posted.Entry.At,
        posted.Entry.Text,
        [.. posted.Entry.Postings.Select(posting => PostingModel.Of(posting.Account, posting.Amount))]);
}

/// <summary>
/// What an account of the organization's books comes to. The marketplace keeps the books for the organization and looks at it
/// from outside: what the organization owes is positive, what it is owed, or what is held or has been earned for it, is negative.
/// </summary>
/// <param name="Account">
/// The account's kind. Receivables: positive, what this organization was invoiced for and has not paid. DepositsHeld,
/// prepaymentsHeld: negative, its own money in safekeeping. CustomerCredits: negative, credit it has with an operator.
/// OperatorPayable: negative, collected for it and not paid out. Gateway, custodian, bank: positive, where the money lies.
/// UncollectedRent: the other side of receivables and credits, what becomes an operator's once it is paid. Clearing: positive
/// what came out of another organization's books, negative what went into them.
/// </param>
/// <param name="Subject">Whom or what it is kept for: the operator of receivables and credits, the reservation of deposits, the organization of clearing; null where there is only one.</param>
/// <param name="Balance">Debits less credits.</param>
/// <param name="ChangedAt">Last entry that moved it, in market time.</param>
internal sealed record AccountBalanceModel(LedgerAccountKind Account, string? Subject, MoneyModel Balance, Instant ChangedAt)
{
    public static AccountBalanceModel Of(AccountBalance balance) => new(
        balance.Account.Kind, balance.Account.Subject.Length == 0 ? null : balance.Account.Subject, MoneyModel.Of(balance.Amount), balance.ChangedAt);
}

/// <summary>The organization's billing account.</summary>
/// <param name="OrganizationId">Whose.</param>
/// <param name="Entries">Entries posted so far.</param>
/// <param name="OpenInvoices">Invoices with something left to pay, as tenant.</param>
/// <param name="OpenDeposits">Deposits awaited or held, as tenant.</param>
/// <param name="Balances">Accounts whose balance is not zero, in the order of their kinds, then by subject and currency; together they come to zero in each currency.</param>
internal sealed record BillingAccountModel(OrganizationId OrganizationId, int Entries, int OpenInvoices, int OpenDeposits, ImmutableArray<AccountBalanceModel> Balances)
{
    public static BillingAccountModel Example { get; } = new(
        OrganizationId.From("org_tenant"),
        1,
        0,
        1,
        [
            new(LedgerAccountKind.DepositsHeld, "rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga", MoneyModel.Of(new Money(Currency.Usd, -66_666_666)), Instant.FromUtc(2027, 1, 10, 9, 5)),
            new(LedgerAccountKind.Gateway, null, MoneyModel.Of(new Money(Currency.Usd, 66_666_666)), Instant.FromUtc(2027, 1, 10, 9, 5)),
        ]);

    public static BillingAccountModel Of(BillingSummary summary) => new(
        summary.Id, summary.Entries, summary.OpenInvoices, summary.Deposits, [.. summary.Balances.Select(AccountBalanceModel.Of)]);
}

/// <summary>One of the payments that bring a deposit in.</summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">What it is to bring.</param>
/// <param name="Received">Whether its money has come.</param>
/// <param name="Returned">Given back of it.</param>
/// <param name="Declined">What the gateway declined to give back of it; the marketplace asks again or sends it by bank.</param>
internal sealed record DepositPaymentModel(PaymentId PaymentId, MoneyModel Amount, bool Received, MoneyModel Returned, MoneyModel Declined);

/// <summary>A security deposit for one reservation and the lease that follows from it.</summary>
/// <param name="ReservationId">What it secures.</param>
/// <param name="OperatorId">Whom it secures.</param>
/// <param name="PaymentId">The payment that brings it in; of several, the newest.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Amount">How much was asked for.</param>
/// <param name="Method">How it is paid.</param>
/// <param name="Deadline">When the reservation stops waiting for it, in market time.</param>
/// <param name="Held">What is held now.</param>
/// <param name="Applied">Taken for invoices when the lease ended; `applied` as status says that it was all of it.</param>
/// <param name="Returned">Given back; `returned` as status says that nothing more is held.</param>
/// <param name="Reason">Why it failed, was cancelled or is given back; null while none of that happened.</param>
/// <param name="OpenedAt">When it was asked for, in market time.</param>
/// <param name="Custody">Who holds it, and until when that may be; null where the contract names no custody.</param>
/// <param name="Payments">Its payments: one, or several where it is more than one payment takes, each started once the one before has come.</param>
/// <param name="About">What it secures, and the other party, by name; null in exports.</param>
internal sealed record DepositModel(
    ReservationId ReservationId,
    OrganizationId OperatorId,
    PaymentId PaymentId,
    DepositStatus Status,
    MoneyModel Amount,
    PaymentMethod Method,
    Instant Deadline,
    MoneyModel Held,
    MoneyModel Applied,
    MoneyModel Returned,
    string? Reason,
    Instant OpenedAt,
    DepositCustodyModel? Custody,
    ImmutableArray<DepositPaymentModel> Payments,
    AboutModel? About)
{
    public static DepositModel Example { get; } = Of(new Deposit
    {
        Reservation = ReservationId.From("rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        Operator = OrganizationId.From("org_operator"),
        Payment = PaymentModel.Example.Id,
        Amount = new Money(Currency.Usd, 66_666_666),
        Method = PaymentMethod.Card,
        Deadline = Instant.FromUtc(2027, 1, 10, 9, 30),
        Status = DepositStatus.Held,
        OpenedAt = Instant.FromUtc(2027, 1, 10, 9, 0),
        Received = new Money(Currency.Usd, 66_666_666),
        Applied = new Money(Currency.Usd, 0),
        Returned = new Money(Currency.Usd, 0),
    }, AboutModel.Example);

    public static DepositModel Of(Deposit deposit, AboutModel? about = null) => new(
        deposit.Reservation,
        deposit.Operator,
        deposit.Payment,
        deposit.Standing,
        MoneyModel.Of(deposit.Amount),
        deposit.Method,
        deposit.Deadline,
        MoneyModel.Of(deposit.Held),
        MoneyModel.Of(deposit.Applied),
        MoneyModel.Of(deposit.Returned),
        deposit.Reason,
        deposit.OpenedAt,
        DepositCustodyModel.Of(deposit.Custody),
        [.. deposit.Payments.Select(part => new DepositPaymentModel(
            part.Payment,
            MoneyModel.Of(part.Amount),
            part.Received,
            MoneyModel.Of(part.Returned),
            MoneyModel.Of(Money.Sum(part.Amount.Currency, (part.Declines ?? []).Select(decline => decline.Amount)))))],
        about);
}
