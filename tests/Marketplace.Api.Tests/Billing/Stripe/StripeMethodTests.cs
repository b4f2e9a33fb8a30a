using Marketplace.Api.Billing;
using Marketplace.Api.Billing.Stripe;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Marketplace.Testing.FakeStripe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Marketplace.Api.Tests.Billing.Stripe;

/// <summary>Kept cards from the provider's page to a paid invoice, through the API, the grains and the adapter, with every call lost once.</summary>
public sealed class StripeMethodTests : IAsyncLifetime
{
    private const string Back = "https://market.example/billing?then=x";
    private static readonly ReservationId Reservation = ReservationId.From("rsv_1");
    private StripeServer _server = null!;
    private ApiMarket _api = null!;
    private ApiClient _tenant = null!;
    private ApiClient _operator = null!;

    private IBillingAccountGrain Account => _api.Market.Grains.GetGrain<IBillingAccountGrain>(_tenant.Organization);

    public async ValueTask InitializeAsync()
    {
        _server = await StripeServer.StartAsync();
        var options = new PaymentOptions { ApiKey = StripeServer.ApiKey, ApiBase = _server.Base };
        _api = await ApiMarket.StartAsync(
            services => services.Configure<PaymentOptions>(payments => (payments.WebhookSecrets as List<string>)!.Add("whsec_loopback")),
            silo => silo.Services.AddSingleton<IPaymentGateway>(services => new StripeGateway(Options.Create(options), services.GetRequiredService<IRowStore>(), TimeProvider.System)));
        _tenant = await _api.OrganizationAsync(OrganizationKind.Tenant, "Tenant");
        _operator = await _api.OrganizationAsync(OrganizationKind.Operator, "Operator");
        _server.WebhookUrl = new Uri(_api.Address, PaymentWebhookEndpoint.Path);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(StripeShapes.Faults(_server));
        await _server.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task ACardIsGivenOnStripesPageAndPaysAnInvoiceOnce()
    {
        var method = await CardAsync();
        var session = Assert.Single(_server.All("checkout.session"));
        Assert.Equal(("setup", (string?)Assert.Single(_server.All("customer"))["id"]), ((string?)session["mode"], (string?)session["customer"]));
        Assert.StartsWith("https://market.example/billing?then=x&setup=setup_", (string?)session["success_url"], StringComparison.Ordinal);
        var shown = (await _tenant.GetAsync("/v1/payment-methods")).With(200).Json.GetProperty("data")[0];
        Assert.Equal(("Operator", "visa", "4242", "2090-12-31", true), (Of("operatorName"), Of("brand"), Of("lastFour"), Of("validThrough"), shown.GetProperty("isDefault").GetBoolean()));

        var invoice = await BillAsync();
        var body = new { method = "card", paymentMethodId = method, returnUrl = Back };
        var paid = (await _tenant.PostAsync($"/v1/invoices/{invoice}/payments", body, "key-1")).With(201);
        (await _tenant.PostAsync($"/v1/invoices/{invoice}/payments", body, "key-1")).With(201);
        await PaidAsync(invoice);

        Assert.Equal(paid.Text("payment.id"), (string?)Assert.Single(_server.All("payment_intent"))["metadata"]!["payment"]);
        Assert.Equal(11_904_00, (long)Assert.Single(_server.All("charge"))["amount"]!);

        string? Of(string member) => shown.GetProperty(member).GetString();
    }

    [Fact]
    public async Task WhereTheBankAsksThePayerIsSentToItsPageAndComingBackIsEnough()
    {
        _server.WebhookUrl = null;
        var method = await CardAsync(StripeCard.AsksToConfirm);
        var invoice = await BillAsync();

        var payment = (await _tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card", paymentMethodId = method, returnUrl = Back })).With(201).Text("payment.id");
        var waits = (await _tenant.GetAsync($"/v1/payments/{payment}")).With(200);
        var intent = Assert.Single(_server.All("payment_intent"));
        Assert.Equal(("awaitingPayer", "https://hooks.stripe.com/redirect/authenticate/" + (string?)intent["id"]), (waits.Text("status"), waits.Text("actionPage")));
        Assert.Equal(Back, (string?)intent["next_action"]!["redirect_to_url"]!["return_url"]);

        _server.Pay((string)intent["id"]!);

        // No notification ever comes: the payer, who comes back and looks, brings it.
        Assert.Equal("succeeded", (await _tenant.GetAsync($"/v1/payments/{payment}")).Text("status"));
        await PaidAsync(invoice);
    }

    [Fact]
    public async Task ADeclinedCardLeavesThePaymentToAnotherAndARepeatedRequestTriesNothingAgain()
    {
        var declines = await CardAsync(StripeCard.Declines);
        var pays = await CardAsync();
        var invoice = await BillAsync();

        var payment = (await _tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card", paymentMethodId = declines }, "key-1")).With(201).Text("payment.id");
        var declined = (await _tenant.GetAsync($"/v1/payments/{payment}")).With(200);
        Assert.Equal(("awaitingPayer", "Your card was declined.", declines), (declined.Text("status"), declined.Text("problem"), declined.Text("paymentMethodId")));
        (await _tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card", paymentMethodId = declines }, "key-1")).With(201);
        Assert.Single(Confirmations());

        (await _tenant.PostAsync($"/v1/payments/{payment}/confirmations", new { paymentMethodId = pays })).With(201);
        await PaidAsync(invoice);

        Assert.Equal(2, Confirmations().Count);
        Assert.Single(_server.All("charge"));
    }

    [Theory]
    [InlineData(StripeFault.DropRequest)]
    [InlineData(StripeFault.DropAnswer)]
    [InlineData(StripeFault.RateLimited)]
    [InlineData(StripeFault.FailBefore)]
    [InlineData(StripeFault.FailAfter)]
    public async Task EveryCallSurvivesEveryFaultOnce(StripeFault fault)
    {
        _server.Fail("^/v1/customers$", fault);
        _server.Fail("^/v1/checkout/sessions$", fault);
        var method = await CardAsync();
        Assert.Single(_server.All("checkout.session"));

        _server.Fail("^/v1/payment_intents$", fault);
        _server.Fail("/confirm$", fault);
        var invoice = await BillAsync();
        (await _tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card", paymentMethodId = method })).With(201);
        await PaidAsync(invoice);
        Assert.Single(_server.All("payment_intent"));
        Assert.Single(_server.All("charge"));

        _server.Fail("/detach$", fault);
        await EventuallyAsync(async () => (await _tenant.DeleteAsync($"/v1/payment-methods/{method}")).Status is 204 or 404);
        await EventuallyAsync(() => Task.FromResult(_server.All("payment_method").All(kept => kept["customer"] is null)));
        await EventuallyAsync(async () => (await _tenant.GetAsync("/v1/payment-methods")).Json.GetProperty("data").GetArrayLength() == 0);
    }

    [Fact]
    public async Task ADeclineWhoseAnswerWasLostIsADeclineOnce()
    {
        var method = await CardAsync(StripeCard.Declines);
        var invoice = await BillAsync();
        _server.Fail("/confirm$", StripeFault.DropAnswer);
        var payment = (await _tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card", paymentMethodId = method })).With(201).Text("payment.id");

        await EventuallyAsync(async () => (await _tenant.GetAsync($"/v1/payments/{payment}")) is var found && found.Json.TryGetProperty("problem", out var problem)
            && problem.GetString() == "Your card was declined." && !found.Json.GetProperty("confirming").GetBoolean());

        Assert.Single(_server.Events, made => (string?)made["type"] == "payment_intent.payment_failed");
    }

    [Fact]
    public async Task OnTheDueDayAnInvoiceIsCollectedWithTheDefaultCardWhileNobodyIsThere()
    {
        var method = await CardAsync();
        (await _tenant.PutAsync("/v1/automatic-payments", new { operatorId = _operator.Organization, currency = "USD", when = "onDueDate" })).With(200);
        Assert.Equal("payment_method_collects", (await _tenant.DeleteAsync($"/v1/payment-methods/{method}")).Code);
        var invoice = await BillAsync();
        Assert.Empty(_server.All("payment_intent"));
        var due = LocalDate.FromDateTime(DateTime.Parse((await _tenant.GetAsync($"/v1/invoices/{invoice}")).Text("dueDate"), System.Globalization.CultureInfo.InvariantCulture));

        _server.Fail("/confirm$", StripeFault.DropAnswer);
        await _api.Market.Time.AdvanceAsync(due.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant());
        await PaidAsync(invoice);

        Assert.Equal("true", (string?)Confirmations()[0].Form["off_session"]);
        Assert.Single(_server.All("charge"));
    }

    [Fact]
    public async Task ACollectionTheBankDeclinesIsToldAndNotTriedAgain()
    {
        await CardAsync(StripeCard.AsksToConfirm);
        (await _tenant.PutAsync("/v1/automatic-payments", new { operatorId = _operator.Organization, currency = "USD", when = "onIssue" })).With(200);
        var invoice = await BillAsync();

        await EventuallyAsync(async () => (await _tenant.GetAsync("/v1/events?limit=200")).Json.GetProperty("data").EnumerateArray().Any(it => it.GetProperty("type").GetString() == "payment.declined"));
        await _api.Market.Time.AdvanceAsync(_api.Market.Clock.Now + Duration.FromDays(60));

        Assert.Equal("overdue", (await _tenant.GetAsync($"/v1/invoices/{invoice}")).Text("status"));
        Assert.Single(Confirmations());
        Assert.Empty(_server.All("charge"));
    }

    private List<StripeCall> Confirmations() => [.. _server.Calls.Where(call => call.Path.EndsWith("/confirm", StringComparison.Ordinal))];

    private async Task<string> CardAsync(StripeCard card = StripeCard.Pays)
    {
        var key = Guid.NewGuid().ToString();
        var before = _server.All("checkout.session").Count;
        ApiReply? opened = null;
        await EventuallyAsync(async () => (opened = await _tenant.PostAsync("/v1/payment-methods/setups", new { operatorId = _operator.Organization, currency = "USD", returnUrl = Back }, key)).Status == 201);
        await EventuallyAsync(() => Task.FromResult(_server.All("checkout.session").Count == before + 1));
        Assert.StartsWith("https://checkout.stripe.com/", opened!.Text("page"), StringComparison.Ordinal);
        _server.GiveCard((string)_server.All("checkout.session")[before]["id"]!, card);
        string? method = null;
        await EventuallyAsync(async () => (method = (await _tenant.GetAsync($"/v1/payment-methods/setups/{opened.Text("id")}")).Json.GetProperty("paymentMethodId").GetString()) is not null);
        return method!;
    }

    private async Task<InvoiceId> BillAsync()
    {
        var statement = RentStatements.January(OrganizationId.From(_tenant.Organization), OrganizationId.From(_operator.Organization), Reservation);
        if (_api.Market.Clock.Now < Instant.FromUtc(2026, 2, 1, 0, 0))
        {
            await _api.Market.Time.AdvanceAsync(Instant.FromUtc(2026, 2, 1, 0, 0));
        }

        await ((IAggregateGrain)Account).ReceiveAsync(new Envelope("lease:" + statement.Lease, 1, new Grains.Leases.RentDue(statement)));
        return Invoice.IdOf(statement);
    }

    private Task PaidAsync(InvoiceId invoice) => EventuallyAsync(async () => (await _tenant.GetAsync($"/v1/invoices/{invoice}")).Text("status") == "paid");

    // Time moves on while one waits, so that pauses between tries pass.
    private async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            Assert.False(patience.IsCancellationRequested, "It never came to that. " + _api.LastError);
            await _api.Market.Time.AdvanceAsync(_api.Market.Clock.Now + Duration.FromSeconds(10));
        }
    }
}
