using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;

namespace Marketplace.Grains.Ports;

/// <summary>
/// The gateway's copies of issued invoices and credit notes, so that payers see at the gateway what they pay. The marketplace's
/// own documents are the truth. Each call looks for what an earlier try left before it writes.
/// </summary>
public interface IInvoiceGateway
{
    /// <summary>Whether it keeps copies; one that does not answers <see cref="GatewayOutcome.Succeeded"/> to everything.</summary>
    bool KeepsInvoices { get; }

    /// <summary>Writes an invoice with its lines, in the amounts we computed, and closes it for changes: Succeeded with its id, Declined or Unknown.</summary>
    Task<GatewayAnswer> WriteInvoiceAsync(Invoice invoice, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Counts a payment towards an invoice: Succeeded, Declined or Unknown.</summary>
    /// <param name="invoiceId">The gateway's id of the invoice.</param>
    /// <param name="gatewayId">The gateway's id of the payment.</param>
    /// <param name="call">The call written down.</param>
    /// <param name="cancellation">Stops waiting.</param>
    Task<GatewayAnswer> AttachPaymentAsync(string invoiceId, string gatewayId, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Writes a credit on an issued invoice: Succeeded with its id, Declined or Unknown.</summary>
    Task<GatewayAnswer> WriteCreditAsync(string invoiceId, InvoiceCredit credit, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Takes credit off its customer's balance, because it is given back as money: Succeeded with its id, Declined or Unknown.</summary>
    /// <param name="invoice">The invoice it was credited on.</param>
    /// <param name="amount">How much; more than zero.</param>
    /// <param name="call">The call written down.</param>
    /// <param name="cancellation">Stops waiting.</param>
    Task<GatewayAnswer> DebitCreditAsync(Invoice invoice, Money amount, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Marks what is left of an invoice as settled outside of the gateway, by a deposit or a bank transfer: Succeeded, Declined or Unknown.</summary>
    Task<GatewayAnswer> CloseInvoiceAsync(string invoiceId, GatewayCall call, CancellationToken cancellation = default);
}
