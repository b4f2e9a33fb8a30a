using Marketplace.Api.Billing;
using Marketplace.Api.Billing.Stripe;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Testing;
using Marketplace.Testing.FakeStripe;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Marketplace.Api.Tests.Billing.Stripe;

/// <summary>Stripe's copies of our invoices.</summary>
public sealed class StripeInvoiceTests : IAsyncLifetime
{
    private static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");
    private static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    private readonly Instant _start = SystemClock.Instance.GetCurrentInstant();
    private StripeServer _server = null!;
    private TestMarket _market = null!;
    private StripeGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await StripeServer.StartAsync();
        _market = await TestMarket.StartAsync();
        _gateway = new StripeGateway(Options.Create(new PaymentOptions { ApiKey = StripeServer.ApiKey, ApiBase = _server.Base }), _market.Rows, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(StripeShapes.Faults(_server));
        _gateway.Dispose();
        await _market.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task TheCopyHasOurLinesInOurAmountsAndNothingOfStripesOwn()
    {
        var invoice = Of(1, 100_00, -33_33, 7);

        var copied = await _gateway.WriteInvoiceAsync(invoice, Call(invoice, GatewayPurpose.Invoice));

        Assert.Equal(GatewayOutcome.Succeeded, copied.Outcome);
        var copy = Assert.Single(_server.All("invoice"));
        Assert.Equal((66_74, "open", invoice.Id.Value), ((long)copy["total"]!, (string?)copy["status"], (string?)copy["metadata"]!["invoice"]));
        Assert.False((bool)copy["auto_advance"]!);
        var draft = _server.Calls.Single(call => call is { Method: "POST", Path: "/v1/invoices" }).Form;
        Assert.Equal(("false", "exclude", "send_invoice"), ((string?)draft["auto_advance"], (string?)draft["pending_invoice_items_behavior"], (string?)draft["collection_method"]));
        Assert.Equal([100_00, -33_33, 7], _server.All("invoiceitem").Select(item => (long)item["amount"]!));
    }

    [Theory]
    [InlineData("^/v1/invoices$", StripeFault.DropAnswer)]
    [InlineData("^/v1/invoices$", StripeFault.FailBefore)]
    [InlineData("^/v1/invoices$", StripeFault.FailAfter)]
    [InlineData("^/v1/invoiceitems$", StripeFault.DropAnswer)]
    [InlineData("^/v1/invoiceitems$", StripeFault.FailBefore)]
    [InlineData("^/v1/invoiceitems$", StripeFault.FailAfter)]
    [InlineData("/finalize$", StripeFault.DropRequest)]
    [InlineData("/finalize$", StripeFault.DropAnswer)]
    [InlineData("/finalize$", StripeFault.FailBefore)]
    [InlineData("/finalize$", StripeFault.FailAfter)]
    public async Task ACopyIsWrittenOnceThroughEveryFault(string path, StripeFault fault)
    {
        var invoice = Of(1, 100_00, 20_00);
        var call = Call(invoice, GatewayPurpose.Invoice);
        _server.Fail(path, fault);

        var first = await _gateway.WriteInvoiceAsync(invoice, call);
        Assert.Equal(GatewayOutcome.Unknown, first.Outcome);
        var second = await _gateway.WriteInvoiceAsync(invoice, call.Unanswered(first.KeySpent).Again());

        Assert.Equal(GatewayOutcome.Succeeded, second.Outcome);
        Assert.Equal((120_00, "open"), ((long)Assert.Single(_server.All("invoice"))["total"]!, (string?)_server.All("invoice")[0]["status"]));
        Assert.Equal(2, _server.All("invoiceitem").Count);
    }

    [Fact(DisplayName = "BC-63: an invoice above one payment is paid by three")]
    public async Task BC_63()
    {
        var invoice = Of(1, 2_345_678_90);
        var copy = (await _gateway.WriteInvoiceAsync(invoice, Call(invoice, GatewayPurpose.Invoice))).GatewayId!;

        long[] parts = [999_999_99, 999_999_99, 345_678_92];
        for (var i = 0; i < parts.Length; i++)
        {
            var id = await PaidAsync($"pay_{i}", parts[i]);
            var call = GatewayCall.For($"{invoice.Id}:pay_{i}", GatewayPurpose.Attachment, 1) with { MadeAt = _start };
            _server.Fail("/attach_payment$", StripeFault.DropAnswer);
            Assert.Equal(GatewayOutcome.Unknown, (await _gateway.AttachPaymentAsync(copy, id, call)).Outcome);
            Assert.Equal(GatewayOutcome.Succeeded, (await _gateway.AttachPaymentAsync(copy, id, call)).Outcome);
        }

        var paid = Assert.Single(_server.All("invoice"));
        Assert.Equal(("paid", 2_345_678_90, 0), ((string?)paid["status"], (long)paid["amount_paid"]!, (long)paid["amount_remaining"]!));
        Assert.Equal(3, _server.All("invoice_payment").Count);
    }

    [Fact(DisplayName = "BC-49: a credit after payment goes to the customer's balance and off the next invoice")]
    public async Task BC_49()
    {
        var first = Of(1, 100_000_00);
        var copy = (await _gateway.WriteInvoiceAsync(first, Call(first, GatewayPurpose.Invoice))).GatewayId!;
        await _gateway.AttachPaymentAsync(copy, await PaidAsync("pay_1", 100_000_00), Call(first, GatewayPurpose.Attachment));
        var credit = new InvoiceCredit("cn_1", Usd(10_000_00), Usd(0), Usd(10_000_00), "SLA credit");
        var call = GatewayCall.For($"{first.Id}:cn_1", GatewayPurpose.CreditNote, 1) with { MadeAt = _start };
        _server.Fail("^/v1/credit_notes$", StripeFault.DropAnswer);

        Assert.Equal(GatewayOutcome.Unknown, (await _gateway.WriteCreditAsync(copy, credit, call)).Outcome);
        Assert.Equal(GatewayOutcome.Succeeded, (await _gateway.WriteCreditAsync(copy, credit, call)).Outcome);
        var second = Of(2, 100_000_00);
        await _gateway.WriteInvoiceAsync(second, Call(second, GatewayPurpose.Invoice));

        var note = Assert.Single(_server.All("credit_note"));
        Assert.Equal((0, 10_000_00), ((long)note["pre_payment_amount"]!, (long)note["post_payment_amount"]!));
        Assert.Equal(90_000_00, (long)_server.All("invoice").Single(made => (string?)made["metadata"]!["invoice"] == second.Id.Value)["amount_due"]!);
    }

    [Theory]
    [InlineData(StripeFault.DropAnswer)]
    [InlineData(StripeFault.FailBefore)]
    [InlineData(StripeFault.FailAfter)]
    public async Task CreditGivenBackAsMoneyLeavesTheBalanceOnceAndIsNotTakenOffTheNextInvoice(StripeFault fault)
    {
        var first = Of(1, 100_000_00);
        var copy = (await _gateway.WriteInvoiceAsync(first, Call(first, GatewayPurpose.Invoice))).GatewayId!;
        await _gateway.AttachPaymentAsync(copy, await PaidAsync("pay_1", 100_000_00), Call(first, GatewayPurpose.Attachment));
        var credit = new InvoiceCredit("cn_1", Usd(10_000_00), Usd(0), Usd(10_000_00), "SLA credit");
        await _gateway.WriteCreditAsync(copy, credit, GatewayCall.For($"{first.Id}:cn_1", GatewayPurpose.CreditNote, 1));
        var call = GatewayCall.For($"{first.Id}:rfd_1", GatewayPurpose.CreditDebit, 1) with { MadeAt = _start };
        _server.Fail("/balance_transactions$", fault);

        for (var tries = 1; (await _gateway.DebitCreditAsync(first, Usd(4_000_00), call)).Outcome != GatewayOutcome.Succeeded; tries++)
        {
            Assert.InRange(tries, 1, 3);
            call = call.Unanswered(keySpent: true).Again();
        }

        var second = Of(2, 100_000_00);
        await _gateway.WriteInvoiceAsync(second, Call(second, GatewayPurpose.Invoice));
        Assert.Single(_server.All("customer_balance_transaction"));
        Assert.Equal(94_000_00, (long)_server.All("invoice").Single(made => (string?)made["metadata"]!["invoice"] == second.Id.Value)["amount_due"]!);
    }

    [Fact]
    public async Task ACreditBeforePaymentCutsWhatIsDueAndTheRestIsClosedAsPaidElsewhere()
    {
        var invoice = Of(1, 100_00);
        var copy = (await _gateway.WriteInvoiceAsync(invoice, Call(invoice, GatewayPurpose.Invoice))).GatewayId!;

        await _gateway.WriteCreditAsync(copy, new InvoiceCredit("cn_1", Usd(40_00), Usd(40_00), Usd(0), "late"), Call(invoice, GatewayPurpose.CreditNote));
        Assert.Equal(60_00, (long)_server.All("invoice").Single()["amount_remaining"]!);
        Assert.Equal(GatewayOutcome.Succeeded, (await _gateway.CloseInvoiceAsync(copy, Call(invoice, GatewayPurpose.Closing))).Outcome);
        Assert.Equal(GatewayOutcome.Succeeded, (await _gateway.CloseInvoiceAsync(copy, Call(invoice, GatewayPurpose.Closing))).Outcome);

        Assert.Equal("paid", (string?)_server.All("invoice").Single()["status"]);
    }

    [Fact(DisplayName = "BC-57: a negative invoice is nothing due and becomes the customer's balance")]
    public async Task BC_57()
    {
        var invoice = Of(1, 8_000_00, -10_000_00);

        await _gateway.WriteInvoiceAsync(invoice, Call(invoice, GatewayPurpose.Invoice));

        Assert.Equal((0, "paid"), ((long)_server.All("invoice").Single()["amount_due"]!, (string?)_server.All("invoice").Single()["status"]));
        Assert.Equal(-2_000_00, (long)_server.All("customer").Single()["balance"]!);
    }

    private static Money Usd(long minor) => new(Currency.Usd, minor);

    private GatewayCall Call(Invoice invoice, GatewayPurpose purpose) => GatewayCall.For($"{invoice.Id}:{purpose}", purpose, 1) with { MadeAt = _start };

    /// <summary>An invoice with lines of these amounts.</summary>
    private static Invoice Of(int revision, params long[] amounts)
    {
        var statement = RentStatements.January(Tenant, Operator, ReservationId.From("rsv_1"), revision);
        var facts = BillingAccount.Decide(Tenant, null, new BillRent(statement), Instant.FromUtc(2026, 2, 1, 0, 0)).Facts;
        var invoice = facts.OfType<InvoiceIssued>().Single().Invoice;
        return invoice with { Lines = [.. amounts.Select(amount => invoice.Lines[0] with { Amount = Usd(amount) })], Total = Usd(amounts.Sum()) };
    }

    private async Task<string> PaidAsync(string id, long minor)
    {
        var order = new PaymentOrder(PaymentId.From(id), Tenant, Operator, PaymentPurpose.Invoice, "inv_1", Usd(minor), PaymentMethod.Card);
        var made = await _gateway.CreateAsync(order, GatewayCall.For(id, GatewayPurpose.Create, 1) with { MadeAt = _start });
        _server.Pay(made.GatewayId!);
        return made.GatewayId!;
    }
}
