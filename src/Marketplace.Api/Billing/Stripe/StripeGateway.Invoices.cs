using System.Globalization;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;
using Stripe;
using Invoice = Marketplace.Domain.Billing.Invoice;

namespace Marketplace.Api.Billing.Stripe;

/// <content>
/// Copies of our invoices: drafted empty, filled with our lines in our amounts, and finalized by us. Stripe neither prorates,
/// nor prices, nor taxes, nor advances them.
/// </content>
internal sealed partial class StripeGateway
{
    private const string InvoiceName = "invoice";
    private const string LineName = "line";

    /// <inheritdoc/>
    public bool KeepsInvoices => true;

    /// <inheritdoc/>
    public Task<GatewayAnswer> WriteInvoiceAsync(Invoice invoice, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        var customer = await customers.GetAsync(invoice.Tenant, invoice.Operator, invoice.Total.Currency, cancellation);
        var copy = await FindInvoiceAsync(customer, invoice, call, cancellation) ?? await DraftAsync(customer, invoice, call, cancellation);
        if (copy.Status == "draft")
        {
            await FillAsync(customer, copy.Id, invoice, call, cancellation);
            copy = await invoices.FinalizeInvoiceAsync(copy.Id, new InvoiceFinalizeOptions { AutoAdvance = false }, Keyed(call, "finalize"), cancellation);
        }

        return copy.Total == invoice.Total.Minor
            ? new GatewayAnswer(GatewayOutcome.Succeeded, copy.Id)
            : new GatewayAnswer(GatewayOutcome.Declined, copy.Id, string.Create(CultureInfo.InvariantCulture, $"Stripe's copy adds up to {copy.Total} minor units, ours to {invoice.Total.Minor}."));
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> AttachPaymentAsync(string invoiceId, string gatewayId, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        var list = new InvoicePaymentListOptions { Invoice = invoiceId, Limit = 100 };
        await foreach (var found in invoicePayments.ListAutoPagingAsync(list, null, cancellation))
        {
            if (found.Payment?.PaymentIntentId == gatewayId)
            {
                return new GatewayAnswer(GatewayOutcome.Succeeded, found.Id);
            }
        }

        await invoices.AttachPaymentAsync(invoiceId, new InvoiceAttachPaymentOptions { PaymentIntent = gatewayId }, Keyed(call), cancellation);
        return new GatewayAnswer(GatewayOutcome.Succeeded, invoiceId);
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> WriteCreditAsync(string invoiceId, InvoiceCredit credit, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        await foreach (var found in creditNotes.ListAutoPagingAsync(new CreditNoteListOptions { Invoice = invoiceId, Limit = 100 }, null, cancellation))
        {
            if (IsOf(found.Metadata, call))
            {
                return new GatewayAnswer(GatewayOutcome.Succeeded, found.Id);
            }
        }

        // What is not paid yet is cut from the invoice by Stripe itself; the rest must be said to go to the customer's balance.
        var made = await creditNotes.CreateAsync(
            new CreditNoteCreateOptions
            {
                Invoice = invoiceId,
                Amount = credit.Amount.Minor,
                CreditAmount = credit.ToBalance.IsZero ? null : credit.ToBalance.Minor,
                Memo = credit.Text,
                Metadata = Metadata(call),
            },
            Keyed(call),
            cancellation);
        return new GatewayAnswer(GatewayOutcome.Succeeded, made.Id);
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> DebitCreditAsync(Invoice invoice, Money amount, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        var customer = await customers.GetAsync(invoice.Tenant, invoice.Operator, amount.Currency, cancellation);
        await foreach (var found in customerBalances.ListAutoPagingAsync(customer, new CustomerBalanceTransactionListOptions { Limit = 100 }, null, cancellation))
        {
            if (IsOf(found.Metadata, call))
            {
                return new GatewayAnswer(GatewayOutcome.Succeeded, found.Id);
            }
        }

        // A positive amount is owed by the customer: so much less credit.
        var made = await customerBalances.CreateAsync(
            customer,
            new CustomerBalanceTransactionCreateOptions
            {
                Amount = amount.Minor,
                Currency = CodeOf(amount.Currency),
                Description = $"Credit given back, of invoice {invoice.Number}",
                Metadata = Metadata(call),
            },
            Keyed(call),
            cancellation);
        return new GatewayAnswer(GatewayOutcome.Succeeded, made.Id);
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> CloseInvoiceAsync(string invoiceId, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        var copy = await invoices.GetAsync(invoiceId, null, null, cancellation);
        if (copy.Status != "paid")
        {
            await invoices.PayAsync(invoiceId, new InvoicePayOptions { PaidOutOfBand = true }, Keyed(call), cancellation);
        }

        return new GatewayAnswer(GatewayOutcome.Succeeded, invoiceId);
    }, cancellation);

    private async Task<global::Stripe.Invoice?> FindInvoiceAsync(string customer, Invoice invoice, GatewayCall call, CancellationToken cancellation)
    {
        await foreach (var found in invoices.ListAutoPagingAsync(new InvoiceListOptions { Customer = customer, Limit = 100, Created = From(call.MadeAt) }, null, cancellation))
        {
            if (found.Metadata?.GetValueOrDefault(InvoiceName) == invoice.Id.Value)
            {
                return found;
            }
        }

        return null;
    }

    private Task<global::Stripe.Invoice> DraftAsync(string customer, Invoice invoice, GatewayCall call, CancellationToken cancellation) => invoices.CreateAsync(
        new InvoiceCreateOptions
        {
            Customer = customer,
            Currency = CodeOf(invoice.Total.Currency),
            AutoAdvance = false,
            PendingInvoiceItemsBehavior = "exclude",
            CollectionMethod = "send_invoice",
            DaysUntilDue = Math.Max(0, (long)(invoice.OverdueAt - Instant.FromDateTimeOffset(time.GetUtcNow())).TotalDays),
            Description = $"Invoice {invoice.Number}",
            Metadata = Metadata(call, (InvoiceName, invoice.Id.Value), ("number", invoice.Number), ("lease", invoice.Lease.Value)),
        },
        Keyed(call, "draft"),
        cancellation);

    private async Task FillAsync(string customer, string copy, Invoice invoice, GatewayCall call, CancellationToken cancellation)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var item in items.ListAutoPagingAsync(new InvoiceItemListOptions { Invoice = copy, Limit = 100 }, null, cancellation))
        {
            there.Add(item.Metadata?.GetValueOrDefault(LineName) ?? "");
        }

        var number = 0;
        foreach (var (text, amount, period) in LinesOf(invoice))
        {
            var name = (++number).ToString(CultureInfo.InvariantCulture);
            if (!there.Contains(name))
            {
                await items.CreateAsync(
                    new InvoiceItemCreateOptions
                    {
                        Customer = customer,
                        Invoice = copy,
                        Amount = amount.Minor,
                        Currency = CodeOf(amount.Currency),
                        Description = text.Length <= 500 ? text : text[..500],
                        Period = period,
                        Metadata = Metadata(call, (InvoiceName, invoice.Id.Value), (LineName, name)),
                    },
                    Keyed(call, "line-" + name),
                    cancellation);
            }
        }
    }

    // What the total has beyond its lines is tax that they do not contain.
    private static IEnumerable<(string Text, Money Amount, InvoiceItemPeriodOptions? Period)> LinesOf(Invoice invoice)
    {
        var zone = DateTimeZoneProviders.Tzdb[invoice.Zone];
        foreach (var line in invoice.Lines)
        {
            var times = BillingPeriods.ToInterval(zone, line.Period);
            yield return (line.Text, line.Amount, new InvoiceItemPeriodOptions { Start = times.Start.ToDateTimeUtc(), End = times.End.ToDateTimeUtc() });
        }

        var tax = invoice.Total - Money.Sum(invoice.Total.Currency, invoice.Lines.Select(line => line.Amount));
        if (!tax.IsZero)
        {
            yield return ("Tax", tax, null);
        }
    }
}
