using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>Money received on the marketplace's bank account.</summary>
public readonly record struct BankReceiptId : IPublicId<BankReceiptId>
{
    private BankReceiptId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "brc";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static BankReceiptId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>Where a bank transfer received stands.</summary>
public enum BankReceiptStatus
{
    /// <summary>It names no invoice of ours; a person decides.</summary>
    Unmatched,

    /// <summary>The tenant's account was asked to take it.</summary>
    Matching,

    /// <summary>All of it was taken for invoices.</summary>
    Matched,

    /// <summary>More came than was left to pay; the rest waits for a person.</summary>
    Overpaid,

    /// <summary>Nothing was left to pay of what it names; all of it waits for a person.</summary>
    Duplicate,

    /// <summary>What was left of it is the tenant's credit with an operator.</summary>
    Kept,

    /// <summary>What was left of it was sent back.</summary>
    Returned,
}

/// <summary>A credit entry of a bank statement, as read.</summary>
/// <param name="Id">Derived from account and entry, so that the same entry in two files is one receipt.</param>
/// <param name="Account">The marketplace's account, as the statement names it (IBAN).</param>
/// <param name="Statement">The statement's own id.</param>
/// <param name="EntryReference">The bank's reference of the entry; empty where it gives none.</param>
/// <param name="BookedOn">The day it was booked.</param>
/// <param name="Amount">How much; more than zero.</param>
/// <param name="Payer">Who paid, as the bank has it; empty where unknown.</param>
/// <param name="PayerAccount">From which account; empty where unknown.</param>
/// <param name="Remittance">What the payer wrote.</param>
/// <param name="Reference">The creditor reference found in it; null when there is no valid one.</param>
public sealed record BankEntry(
    BankReceiptId Id,
    string Account,
    string Statement,
    string EntryReference,
    LocalDate BookedOn,
    Money Amount,
    string Payer,
    string PayerAccount,
    string Remittance,
    string? Reference);

/// <summary>The invoice that a reference names.</summary>
/// <param name="Tenant">Who owes.</param>
/// <param name="Operator">Who is owed.</param>
/// <param name="Invoice">The invoice.</param>
public sealed record ReferencedInvoice(OrganizationId Tenant, OrganizationId Operator, InvoiceId Invoice);

/// <summary>A bank transfer received, and what became of it.</summary>
public sealed record BankReceipt
{
    /// <summary>The entry.</summary>
    public required BankEntry Entry { get; init; }

    /// <summary>When it was taken into the books, in market time.</summary>
    public required Instant TakenAt { get; init; }

    /// <summary>Where it stands.</summary>
    public required BankReceiptStatus Status { get; init; }

    /// <summary>The invoice it is for; null while none is known.</summary>
    public ReferencedInvoice? For { get; init; }

    /// <summary>How many times an account was asked to take it.</summary>
    public int Offers { get; init; }

    /// <summary>Taken for invoices or as credit.</summary>
    public required Money Applied { get; init; }

    /// <summary>Sent back.</summary>
    public required Money Returned { get; init; }

    /// <summary>What a person should know, such as the reference of what was sent back; null where there is nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Requests by which a person assigned it, so that a repeated one assigns nothing again; null before the first.</summary>
    public ImmutableArray<string>? Requests { get; init; }

    /// <summary>What waits for a decision.</summary>
    [JsonIgnore]
    public Money Left => Entry.Amount - Applied - Returned;

    /// <summary>The account it waits in.</summary>
    [JsonIgnore]
    public LedgerAccount Account => LedgerAccount.Of(LedgerAccountKind.UnappliedReceipts, Entry.Id.Value);

    /// <summary>The fact of its arrival.</summary>
    public static string FactOf(BankReceiptId id) => "receipt:" + id;

    /// <summary>The fact of one time that a tenant's account took of it, there and in the operator's books.</summary>
    public static string FactOf(BankReceiptId id, int offer) => $"receipt:{id}:{offer}";

    /// <summary>
    /// The marketplace's side of <see cref="FactOf(BankReceiptId, int)"/>. A fact of its own, because the marketplace's books
    /// meet the same money once more: as the platform fee that the operator hands on under the tenant's fact.
    /// </summary>
    public static string AppliedFactOf(BankReceiptId id, int offer) => FactOf(id, offer) + ":applied";
}
