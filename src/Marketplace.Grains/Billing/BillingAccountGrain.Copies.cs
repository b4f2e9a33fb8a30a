using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;

namespace Marketplace.Grains.Billing;

/// <content>What leaves for the gateway's copies of invoices, where it keeps any.</content>
internal sealed partial class BillingAccountGrain
{
    private void Copy(BillingAccount after, BillingFact fact, Effects effects)
    {
        if (!gateway.KeepsInvoices)
        {
            return;
        }

        switch (fact)
        {
            case InvoiceIssued issued:
                effects.Tell(GrainKeys.InvoiceCopy(issued.Invoice.Id), new CopyInvoice(issued.Invoice));
                break;
            case InvoiceSettled { Source: SettlementSource.Payment } paid:
                Change(paid, new CopyStep(GatewayPurpose.Attachment, paid.Reference, PaymentId.From(paid.Reference)));
                break;

            case CreditNoteIssued { Note: var note }:
                var credit = new InvoiceCredit(note.Id.Value, note.Total, note.Applied, note.ToBalance, $"Credit note {note.Number}");
                effects.Tell(GrainKeys.InvoiceCopy(note.Invoice), new ChangeCopy(new CopyStep(GatewayPurpose.CreditNote, note.Id.Value, null, credit)));
                break;

            // The gateway would take it off the next invoice, though it is no longer there.
            case CreditRefundAsked { Refund: var refund }:
                var taken = new InvoiceCredit(refund.Id.Value, refund.Amount, Money.Zero(refund.Amount.Currency), refund.Amount, "Credit given back");
                effects.Tell(GrainKeys.InvoiceCopy(refund.Invoice), new ChangeCopy(new CopyStep(GatewayPurpose.CreditDebit, refund.Id.Value, null, taken)));
                break;

            // The gateway takes its customer's credit off by itself, and credit notes as told. What a deposit or a bank brought, it cannot know of.
            case InvoiceSettled { Source: not SettlementSource.Credit and not SettlementSource.CreditNote, Left.IsZero: true } settled:
                Change(settled, new CopyStep(GatewayPurpose.Closing, "closing"));
                break;
        }

        void Change(InvoiceSettled settled, CopyStep step) => effects.Tell(GrainKeys.InvoiceCopy(settled.Invoice), new ChangeCopy(step));
    }
}
