using System.Net;
using Marketplace.Api.Billing;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Tests.Billing;

public sealed class BillingDocumentTests
{
    private static readonly Money Credit = new(Currency.Usd, -250_000);

    [Fact]
    public void An_invoice_says_what_for_where_until_when_and_how_to_pay()
    {
        var page = Text(InvoiceModel.Sample());

        Assert.Contains("<h1>Invoice INV-Q7ZK2M-000003</h1>", page, StringComparison.Ordinal);
        Assert.Contains("NVIDIA H100 SXM5 80GB, pool H100 in Hall A (pool_", page, StringComparison.Ordinal);
        Assert.Contains("Caprock Ridge, Dickens County, TX, US (site_", page, StringComparison.Ordinal);
        Assert.Contains("2027-03-01 until 2027-03-31, both days included: it ends as 2027-04-01 begins in America/New_York", page, StringComparison.Ordinal);
        Assert.Contains("100 Pine Street<br>Abilene TX 79601<br>United States", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Into account</dt><dd>GB00EXAM00000000000000</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Due</dt><dd>2027-05-01</dd>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_account_it_says_how_to_start_a_payment()
    {
        var invoice = InvoiceModel.Sample() with { PayInto = null };

        Assert.Contains($"POST /v1/invoices/{invoice.Id}/payments", Text(invoice), StringComparison.Ordinal);
        Assert.DoesNotContain("Into account", Text(invoice), StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_invoice_is_a_credit_invoice_that_nobody_pays()
    {
        var sample = InvoiceModel.Sample();
        var invoice = sample with { Total = Credit, Settled = Credit, Status = InvoiceStatus.Credited, PaymentReference = null, PayInto = null, Lines = [sample.Lines[0] with { Amount = Credit }] };
        var page = Text(invoice);

        Assert.Contains("<h1>Credit invoice INV-", page, StringComparison.Ordinal);
        Assert.Contains("Nothing is to be paid: USD 2,500.00 became credit for later invoices.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<dt>Due</dt>", page, StringComparison.Ordinal);

        // As written before credit had a state of its own.
        var model = InvoiceModel.Of(invoice with { Status = InvoiceStatus.Paid });
        Assert.Equal((InvoiceDocument.CreditInvoice, InvoiceStatus.Credited), (model.Document, model.Status));
        Assert.Null(model.DueDate);
        Assert.Null(model.OverdueAt);
    }

    private static string Text(Invoice invoice) => WebUtility.HtmlDecode(BillingDocument.Of(invoice));
}
