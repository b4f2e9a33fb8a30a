using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>
/// An organization's books, deposits and invoices. Key: the organization's id. Deposits and invoices of a tenant live in the
/// tenant's account; what was collected for an operator is mirrored into the operator's.
/// </summary>
[Alias("Marketplace.IBillingAccountGrain"), GrainInterfaceType("Marketplace.IBillingAccountGrain")]
public interface IBillingAccountGrain : IAggregateGrain
{
    /// <summary>Asks for a deposit; repeated with the same figures it answers alike. The payment reaches the gateway a moment later.</summary>
    /// <returns>The payment that brings it in.</returns>
    [Alias("OpenDeposit")]
    Task<Answer<PaymentId>> OpenDepositAsync(OpenDeposit command);

    /// <summary>
    /// Calls a deposit's payment off, at the gateway first. Unknown reservations are remembered, so that a late
    /// <see cref="OpenDepositAsync"/> is refused. Refused as retryable while the gateway cannot say.
    /// </summary>
    [Alias("CancelDeposit")]
    Task<Answer<DepositCancellation>> CancelDepositAsync(CancelDeposit command);

    /// <summary>Gives a deposit back: what is held now, or whatever still comes for it. Repeating changes nothing.</summary>
    [Alias("ReturnDeposit")]
    Task<Answer<Deposit>> ReturnDepositAsync(ReturnDeposit command);

    /// <summary>The deposit of a reservation, or null.</summary>
    [Alias("GetDeposit"), AlwaysInterleave]
    Task<Deposit?> GetDepositAsync(ReservationId reservation);

    /// <summary>Starts a payment of what is left of an invoice, or answers the one under way.</summary>
    [Alias("PayInvoice")]
    Task<Answer<Invoice>> PayInvoiceAsync(PayInvoice command);

    /// <summary>Looks for money of overdue invoices at the gateway, before the lease takes a step that money would have healed.</summary>
    [Alias("LookForMoney")]
    Task<MoneyInSight> LookForMoneyAsync(LookForMoney command);

    /// <summary>An invoice of this account as tenant, or null.</summary>
    [Alias("GetInvoice"), AlwaysInterleave]
    Task<Invoice?> GetInvoiceAsync(InvoiceId invoice);

    /// <summary>The organization's billing profile, or null.</summary>
    [Alias("GetProfile"), AlwaysInterleave]
    Task<BillingProfile?> GetProfileAsync();

    /// <summary>The tenant's own references of a reservation, those of its profile where it has none.</summary>
    [Alias("GetReferences"), AlwaysInterleave]
    Task<BillingReferences> GetReferencesAsync(ReservationId reservation);

    /// <summary>The prepayment of a reservation, or null.</summary>
    [Alias("GetPrepayment"), AlwaysInterleave]
    Task<Prepayment?> GetPrepaymentAsync(ReservationId reservation);

    /// <summary>The operator credits part or all of an invoice of this account as tenant; repeated, it answers alike.</summary>
    [Alias("IssueCreditNote")]
    Task<Answer<CreditNote>> IssueCreditNoteAsync(IssueCreditNote command);

    /// <summary>Gives credit of this account as tenant back as money, the way it came; repeated, it answers alike.</summary>
    [Alias("Refund")]
    Task<Answer<CreditRefund>> RefundAsync(RefundCredit command);

    /// <summary>A refund of credit, or null.</summary>
    [Alias("GetRefund"), AlwaysInterleave]
    Task<CreditRefund?> GetRefundAsync(RefundId refund);

    /// <summary>A bank transfer that waits for something, or null; the marketplace's account has them.</summary>
    [Alias("GetReceipt"), AlwaysInterleave]
    Task<BankReceipt?> GetReceiptAsync(BankReceiptId receipt);

    /// <summary>
    /// Gives the account one of the commands of finance: profile, references, credit notes, custody, prepayments and bank
    /// receipts. Each names its effect, so that a repetition changes nothing.
    /// </summary>
    [Alias("Manage")]
    Task<Answer<bool>> ManageAsync(BillingCommand command);

    /// <summary>Whether the account has asked for this payment. The payment itself follows a moment later.</summary>
    [Alias("HasAskedFor"), AlwaysInterleave]
    Task<bool> HasAskedForAsync(PaymentId payment);

    /// <summary>The account as last made durable, or null before anything was asked of it.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<BillingSummary>?> GetAsync();
}
