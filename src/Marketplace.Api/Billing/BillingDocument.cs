using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>
/// Invoices and credit notes as pages to print: one self-contained HTML document with print styles, no script and nothing
/// loaded. Every text is encoded; amounts and dates are written the same in every culture.
/// </summary>
internal static class BillingDocument
{
    private const string Styles = """
        @page { size: A4; margin: 18mm 16mm 20mm; }
        body { font: 10.5pt/1.45 system-ui, sans-serif; color: #111; margin: 2rem auto; max-width: 180mm; }
        h1 { font-size: 20pt; margin: 0 0 .2em; } h2 { font-size: 11pt; margin: 1.6em 0 .4em; }
        .sides { display: flex; gap: 2rem; } .sides > div { flex: 1; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15em 1em; margin: 1em 0; } dt { color: #555; } dd { margin: 0; }
        table { border-collapse: collapse; width: 100%; } th { text-align: left; border-bottom: 1.5px solid #111; }
        td { border-bottom: .5px solid #bbb; vertical-align: top; } th, td { padding: .35em .5em .35em 0; }
        .amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding-right: 0; }
        tfoot td { border: 0; } tfoot tr:last-child td { font-weight: 700; border-top: 1.5px solid #111; }
        .note { color: #333; } tr, dl { break-inside: avoid; } thead { display: table-header-group; }
        @media print { body { margin: 0; max-width: none; } }
        """;

    /// <summary>An answer that a browser shows, with nothing allowed to run or load.</summary>
    public static IResult Answer(string page) => new Page(page);

    public static string Of(Invoice invoice)
    {
        var page = new StringBuilder();
        Head(page, invoice.IsCredit ? "Credit invoice" : "Invoice", invoice.Number, invoice.Supplier ?? Unnamed(invoice.Operator), invoice.Customer ?? Unnamed(invoice.Tenant));
        Facts(
            page,
            ("Date", DateOf(invoice.IssuedAt, invoice.Zone)),
            ("Due", invoice.Total.Minor > 0 ? Text(invoice.DueDate) : null),
            ("Period", InWords(invoice.Period, invoice.Zone)),
            ("Leased", Leased(invoice.Capacity)),
            ("Site", SiteOf(invoice.Capacity)),
            ("Lease", invoice.Lease.Value),
            ("Reservation", invoice.Reservation.Value),
            ("Purchase order", invoice.PurchaseOrder),
            ("Cost centre", invoice.CostCentre),
            ("Attention", invoice.Contacts is { IsEmpty: false } contacts ? string.Join(", ", contacts.Select(contact => contact.Name)) : null));
        Lines(page, invoice.Lines, invoice.Tax, invoice.Net, invoice.Total);
        page.Append("<h2>Payment</h2>");
        if (invoice.PaymentReference is { } reference && invoice.Outstanding.Minor > 0)
        {
            Facts(
                page,
                ("To pay", invoice.Outstanding.ToString()),
                ("Not later than", Text(invoice.DueDate)),
                ("Into account", invoice.PayInto?.Account),
                ("Of", invoice.PayInto?.Holder),
                ("Bank", invoice.PayInto is { } account ? string.Join(", ", new[] { account.Bank, account.BankCode }.OfType<string>()) is { Length: > 0 } bank ? bank : null : null),
                ("Reference", CreditorReference.ForPeople(reference)));
            Paragraph(page, invoice.PayInto is null
                ? $"To pay by card or bank transfer, start a payment of this invoice in the marketplace (POST /v1/invoices/{invoice.Id}/payments): it names the account to pay into, or opens the card form. A transfer also names the reference above."
                : "A bank transfer names the reference above; the amount is matched by it. To pay by card, start a payment of this invoice in the marketplace.");
        }
        else
        {
            Paragraph(page, invoice switch
            {
                { IsCredit: true } => $"This document gives credit. Nothing is to be paid: {-invoice.Total} became credit for later invoices.",
                { Total.IsZero: true } => "Nothing is due.",
                _ => $"Nothing is left to pay: {invoice.Settled} was paid or set off.",
            });
        }

        return Foot(page);
    }

    public static string Of(CreditNote note)
    {
        var page = new StringBuilder();
        Head(page, "Credit note", note.Number, note.Supplier ?? Unnamed(note.Operator), note.Customer ?? Unnamed(note.Tenant));
        Facts(
            page,
            ("Date", DateOf(note.IssuedAt, note.Zone)),
            ("For invoice", note.InvoiceNumber),
            ("Leased", Leased(note.Capacity)),
            ("Site", SiteOf(note.Capacity)),
            ("Lease", note.Lease.Value),
            ("Purchase order", note.PurchaseOrder));
        Lines(page, note.Lines, note.Tax, note.Tax?.Net ?? -note.Total, -note.Total);
        Paragraph(page, note.ToBalance.IsZero
            ? $"{note.Applied} lowers what is left to pay of invoice {note.InvoiceNumber}."
            : $"{note.Applied} lowers what is left to pay of invoice {note.InvoiceNumber}; {note.ToBalance} is credit for later invoices.");
        return Foot(page);
    }

    private static string? Leased(CapacityNames? capacity) => capacity is null ? null : $"{capacity.Hardware ?? "Power for the tenant's own hardware"}, pool {capacity.Pool} ({capacity.PoolId})";

    private static string? SiteOf(CapacityNames? capacity) => capacity is null ? null : $"{capacity.Site}{(capacity.Place is { } place ? ", " + place : "")} ({capacity.SiteId})";

    private static string InWords(BillingPeriod period, string zone) => period.Days > 1
        ? $"{period.InWords()}, both days included: it ends as {Text(period.End)} begins in {zone}"
        : $"{period.InWords()} in {zone}";

    private static InvoiceParty Unnamed(OrganizationId organization) => InvoiceParty.Of(organization, null);

    private static string Text(LocalDate date) => date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);

    private static string DateOf(Instant instant, string zone) => Text(BillingPeriods.DateAt(BillingPeriods.Zone(zone), instant));

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);

    private static void Head(StringBuilder page, string kind, string number, InvoiceParty supplier, InvoiceParty customer)
    {
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>")
            .Append(kind).Append(' ').Append(Encoded(number)).Append("</title><style>").Append(Styles).Append("</style></head>\n<body><h1>")
            .Append(kind).Append(' ').Append(Encoded(number)).Append("</h1><div class=\"sides\">");
        Side(page, "From", supplier);
        Side(page, "To", customer);
        page.Append("</div>\n");
    }

    private static void Side(StringBuilder page, string title, InvoiceParty party)
    {
        page.Append("<div><h2>").Append(title).Append("</h2>").Append(Encoded(party.LegalName));
        foreach (var line in party.Address)
        {
            page.Append("<br>").Append(Encoded(line));
        }

        if (party.Country is { } country)
        {
            page.Append("<br>").Append(Encoded(country));
        }

        if (party.TaxId is { } id)
        {
            page.Append("<br>Tax registration ").Append(Encoded(id));
        }

        page.Append("</div>");
    }

    private static void Facts(StringBuilder page, params ReadOnlySpan<(string Name, string? Value)> facts)
    {
        page.Append("<dl>");
        foreach (var (name, value) in facts)
        {
            if (value is not null)
            {
                page.Append("<dt>").Append(name).Append("</dt><dd>").Append(Encoded(value)).Append("</dd>");
            }
        }

        page.Append("</dl>\n");
    }

    private static void Lines(StringBuilder page, ImmutableArray<InvoiceLine> lines, InvoiceTax? tax, Money net, Money total)
    {
        page.Append("<table><thead><tr><th>What for</th><th class=\"amount\">Amount</th></tr></thead><tbody>\n");
        foreach (var line in lines)
        {
            page.Append("<tr><td>").Append(Encoded(line.Text)).Append("</td><td class=\"amount\">").Append(Encoded(line.Amount.ToString())).Append("</td></tr>\n");
        }

        page.Append("</tbody><tfoot>");
        if (tax is not null)
        {
            Sum(page, "Net", net);
            foreach (var part in tax.Lines)
            {
                Sum(page, string.Create(CultureInfo.InvariantCulture, $"{part.Name} {part.Percent} on {part.Net}{(tax.Treatment == TaxTreatment.Inclusive ? " (contained in the lines)" : "")}"), part.Amount);
            }
        }

        Sum(page, "Total", total);
        page.Append("</tfoot></table>\n");
        if (tax is { Treatment: not TaxTreatment.NotDetermined })
        {
            Paragraph(page, tax.Reason);
        }
    }

    private static void Sum(StringBuilder page, string name, Money amount) =>
        page.Append("<tr><td>").Append(Encoded(name)).Append("</td><td class=\"amount\">").Append(Encoded(amount.ToString())).Append("</td></tr>");

    private static void Paragraph(StringBuilder page, string text) => page.Append("<p class=\"note\">").Append(Encoded(text)).Append("</p>\n");

    private static string Foot(StringBuilder page) => page.Append("</body></html>\n").ToString();

    private sealed class Page(string page) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = "text/html; charset=utf-8";
            response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
            return response.WriteAsync(page, httpContext.RequestAborted);
        }
    }
}
