using System.Text.Json.Nodes;

namespace Marketplace.Testing.FakeStripe;

/// <content>Invoices, their items and payments, credit notes.</content>
public sealed partial class StripeServer
{
    private void RouteInvoices()
    {
        On("POST", "/v1/invoices", request => CreateInvoice(request.Knows(
            "customer", "currency", "auto_advance", "pending_invoice_items_behavior", "collection_method", "days_until_due", "description", "metadata")));
        On("GET", "/v1/invoices", request => List("invoice", request.Knows("limit", "starting_after", "ending_before", "created", "customer", "status"), ["customer", "status"]));
        On("GET", "/v1/invoices/{id}", request => Get("invoice", request.Id()));
        On("POST", "/v1/invoices/{id}/finalize", request => FinalizeInvoice(Get("invoice", request.Knows("auto_advance").Id())));
        On("POST", "/v1/invoices/{id}/attach_payment", request => Attach(Get("invoice", request.Knows("payment_intent").Id()), request));
        On("POST", "/v1/invoices/{id}/pay", request => PayOutside(Get("invoice", request.Knows("paid_out_of_band").Id()), request));
        On("POST", "/v1/invoiceitems", request => CreateItem(request.Knows("customer", "invoice", "amount", "currency", "description", "period", "metadata")));
        On("GET", "/v1/invoiceitems", request => List("invoiceitem", request.Knows("limit", "starting_after", "ending_before", "invoice", "customer"), ["invoice", "customer"]));
        On("GET", "/v1/invoice_payments", request => List("invoice_payment", request.Knows("limit", "starting_after", "ending_before", "invoice"), ["invoice"]));
        On("POST", "/v1/credit_notes", request => CreateCreditNote(request.Knows("invoice", "amount", "credit_amount", "memo", "metadata")));
        On("GET", "/v1/credit_notes", request => List("credit_note", request.Knows("limit", "starting_after", "ending_before", "invoice"), ["invoice"]));
    }

    private JsonObject CreateInvoice(StripeRequest request)
    {
        var invoice = New("invoice", "in");
        invoice["amount_due"] = 0L;
        invoice["amount_overpaid"] = 0L;
        invoice["amount_paid"] = 0L;
        invoice["amount_remaining"] = 0L;
        invoice["auto_advance"] = request.Flag("auto_advance");
        invoice["collection_method"] = request.Need("collection_method");
        invoice["currency"] = request.Need("currency");
        invoice["customer"] = Text(Get("customer", request.Need("customer")), "id");
        invoice["description"] = request.Text("description");
        invoice["due_date"] = Now + (86_400 * (request.Number("days_until_due") ?? throw new StripeProblem(400, "invalid_request_error", "parameter_missing", "You must pass days_until_due.", "days_until_due")));
        invoice["metadata"] = request.Metadata();
        invoice["post_payment_credit_notes_amount"] = 0L;
        invoice["pre_payment_credit_notes_amount"] = 0L;
        invoice["starting_balance"] = 0L;
        invoice["status"] = "draft";
        invoice["subtotal"] = 0L;
        invoice["total"] = 0L;
        Raise("invoice.created", Add(invoice));
        return invoice;
    }

    private JsonObject CreateItem(StripeRequest request)
    {
        var invoice = Get("invoice", request.Need("invoice"));
        if (Text(invoice, "status") != "draft")
        {
            throw new StripeProblem(400, "invalid_request_error", "invoice_not_editable", "This invoice is no longer editable.");
        }

        var item = New("invoiceitem", "ii");
        item.Remove("created");
        item["amount"] = request.Number("amount") ?? 0;
        item["created"] = Now;
        item["currency"] = request.Need("currency");
        item["customer"] = Text(Get("customer", request.Need("customer")), "id");
        item["date"] = Now;
        item["description"] = request.Text("description");
        item["discountable"] = true;
        item["invoice"] = Text(invoice, "id");
        item["metadata"] = request.Metadata();
        item["proration"] = false;
        item["quantity"] = 1L;
        item.Remove("created");
        invoice["subtotal"] = Amount(invoice, "subtotal") + Amount(item, "amount");
        invoice["total"] = Amount(invoice, "total") + Amount(item, "amount");
        return Add(item);
    }

    // The customer's balance is applied when an invoice is finalized; a negative total goes to the balance.
    private JsonObject FinalizeInvoice(JsonObject invoice)
    {
        if (Text(invoice, "status") != "draft")
        {
            throw new StripeProblem(400, "invalid_request_error", "invoice_not_editable", "This invoice is already finalized.");
        }

        var customer = Get("customer", Text(invoice, "customer")!);
        var total = Amount(invoice, "total");
        var credit = -Amount(customer, "balance");
        var applied = total <= 0 ? total : Math.Min(credit, total);
        invoice["starting_balance"] = -credit;
        customer["balance"] = -(credit - applied);
        invoice["ending_balance"] = Amount(customer, "balance");
        invoice["amount_due"] = Math.Max(0, total - applied);
        invoice["amount_remaining"] = Amount(invoice, "amount_due");
        invoice["status"] = "open";
        Raise("invoice.finalized", invoice);
        Close(invoice);
        return invoice;
    }

    private void Close(JsonObject invoice)
    {
        if (Text(invoice, "status") == "open" && Amount(invoice, "amount_remaining") == 0)
        {
            invoice["status"] = "paid";
            Raise("invoice.paid", invoice);
            Raise("invoice.payment_succeeded", invoice);
        }
    }

    private JsonObject Attach(JsonObject invoice, StripeRequest request)
    {
        var payment = Get("payment_intent", request.Need("payment_intent"));
        if (Text(invoice, "status") != "open" || Text(payment, "customer") != Text(invoice, "customer"))
        {
            throw new StripeProblem(400, "invalid_request_error", null, "Payments can be attached to an open invoice of the same customer.");
        }

        var made = New("invoice_payment", "inpay");
        made["amount_paid"] = null;
        made["amount_requested"] = Amount(payment, "amount");
        made["currency"] = Text(payment, "currency");
        made["invoice"] = Text(invoice, "id");
        made["is_default"] = false;
        made["payment"] = new JsonObject { ["type"] = "payment_intent", ["payment_intent"] = Text(payment, "id") };
        made["status"] = "open";
        Add(made);
        if (Text(payment, "status") == "succeeded")
        {
            Settle(payment);
        }

        return invoice;
    }

    private void Settle(JsonObject payment)
    {
        foreach (var made in inOrder.Where(made => Text(made, "object") == "invoice_payment" && Text(made, "status") == "open" && Text(made["payment"], "payment_intent") == Text(payment, "id")).ToList())
        {
            var invoice = Get("invoice", Text(made, "invoice")!);
            var paid = Math.Min(Amount(payment, "amount"), Amount(invoice, "amount_remaining"));
            made["status"] = "paid";
            made["amount_paid"] = paid;
            invoice["amount_paid"] = Amount(invoice, "amount_paid") + paid;
            invoice["amount_remaining"] = Amount(invoice, "amount_remaining") - paid;
            var over = Amount(payment, "amount") - paid;
            invoice["amount_overpaid"] = Amount(invoice, "amount_overpaid") + over;
            var customer = Get("customer", Text(invoice, "customer")!);
            customer["balance"] = Amount(customer, "balance") - over;
            Raise("invoice_payment.paid", made);
            Close(invoice);
        }
    }

    private JsonObject PayOutside(JsonObject invoice, StripeRequest request)
    {
        if (!request.Flag("paid_out_of_band") || Text(invoice, "status") != "open")
        {
            throw new StripeProblem(400, "invalid_request_error", "invoice_payment_intent_requires_action", "Only an open invoice can be marked as paid outside of Stripe.");
        }

        invoice["amount_paid"] = Amount(invoice, "amount_paid") + Amount(invoice, "amount_remaining");
        invoice["amount_remaining"] = 0L;
        Close(invoice);
        return invoice;
    }

    private JsonObject CreateCreditNote(StripeRequest request)
    {
        var invoice = Get("invoice", request.Need("invoice"));
        var amount = request.Positive("amount");
        if (Text(invoice, "status") is not ("open" or "paid"))
        {
            throw new StripeProblem(400, "invalid_request_error", null, "Only an open or paid invoice can be credited.");
        }

        var before = Math.Min(amount, Amount(invoice, "amount_remaining"));
        var after = amount - before;
        if ((request.Number("credit_amount") ?? 0) != after)
        {
            throw new StripeProblem(400, "invalid_request_error", null, $"The sum of credit amount, refund amount and out of band amount ({request.Number("credit_amount") ?? 0}) must equal the post payment credit note amount ({after}).");
        }

        var note = New("credit_note", "cn");
        note["amount"] = amount;
        note["currency"] = Text(invoice, "currency");
        note["customer"] = Text(invoice, "customer");
        note["invoice"] = Text(invoice, "id");
        note["memo"] = request.Text("memo");
        note["metadata"] = request.Metadata();
        note["post_payment_amount"] = after;
        note["pre_payment_amount"] = before;
        note["status"] = "issued";
        note["total"] = amount;
        note["type"] = after == 0 ? "pre_payment" : before == 0 ? "post_payment" : "mixed";
        invoice["amount_remaining"] = Amount(invoice, "amount_remaining") - before;
        invoice["amount_due"] = Amount(invoice, "amount_due") - before;
        invoice["pre_payment_credit_notes_amount"] = Amount(invoice, "pre_payment_credit_notes_amount") + before;
        invoice["post_payment_credit_notes_amount"] = Amount(invoice, "post_payment_credit_notes_amount") + after;
        var customer = Get("customer", Text(invoice, "customer")!);
        customer["balance"] = Amount(customer, "balance") - after;
        Raise("credit_note.created", Add(note));
        Close(invoice);
        return note;
    }
}
