using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;

namespace Marketplace.Grains.Billing;

/// <summary>The read copy of payments: partition by payer, key by time.</summary>
public static class PaymentRows
{
    /// <summary>The table.</summary>
    public const string Table = "payments";
}

/// <summary>The read copies that billing accounts write.</summary>
public static class BillingRows
{
    /// <summary>Invoices: partition by organization (tenant and operator alike), key by time of issue.</summary>
    public const string Invoices = "invoices";

    /// <summary>Invoices by id: partition by invoice, one row.</summary>
    public const string InvoicesById = "invoices-by-id";

    /// <summary>Row key in <see cref="InvoicesById"/>.</summary>
    public const string InvoiceKey = "invoice";

    /// <summary>Deposits: partition by organization (tenant and operator alike), key by time of opening.</summary>
    public const string Deposits = "deposits";

    /// <summary>Ledger entries: partition by organization, key by time.</summary>
    public const string Entries = "ledger-entries";

    /// <summary>Which invoice a creditor reference names: partition by reference, one row.</summary>
    public const string References = "payment-references";

    /// <summary>Credit notes: partition by organization (tenant and operator alike), key by time of issue.</summary>
    public const string CreditNotes = "credit-notes";

    /// <summary>Credit notes by id: partition by credit note, one row.</summary>
    public const string CreditNotesById = "credit-notes-by-id";

    /// <summary>Refunds of credit: partition by organization (tenant, operator and marketplace), key by time of asking.</summary>
    public const string Refunds = "credit-refunds";

    /// <summary>Refunds of credit by id: partition by refund, one row.</summary>
    public const string RefundsById = "credit-refunds-by-id";

    /// <summary>Prepayments: partition by organization (tenant and operator alike), key by reservation.</summary>
    public const string Prepayments = "prepayments";

    /// <summary>Bank transfers received: the marketplace's partition, key by time of arrival.</summary>
    public const string Receipts = "bank-receipts";

    /// <summary>Every billing account, for the books' invariants: one partition, key by organization.</summary>
    public const string Accounts = "billing-accounts";

    /// <summary>The only partition of <see cref="Accounts"/>.</summary>
    public const string AllAccounts = "all";
}

/// <summary>A ledger entry as its row holds it.</summary>
/// <param name="Id">Its public id, unique in the organization's ledger.</param>
/// <param name="Organization">Whose ledger.</param>
/// <param name="Number">Position in the ledger, from 1.</param>
/// <param name="Entry">The entry.</param>
public sealed record PostedEntry(string Id, OrganizationId Organization, int Number, LedgerEntry Entry);
