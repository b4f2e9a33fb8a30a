using System.Text.Json.Nodes;
using Marketplace.Api.Billing;
using Marketplace.Api.Billing.Stripe;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Marketplace.Testing.FakeStripe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Marketplace.Api.Tests.Billing.Stripe;

/// <summary>The whole market, paid through a server that speaks Stripe's API and tells of it by signed webhooks.</summary>
public sealed class StripeMarketTests : IAsyncLifetime
{
    private static readonly ReservationId Reservation = ReservationId.From("rsv_1");
    private StripeServer _server = null!;
    private ApiMarket _api = null!;
    private ApiClient _tenant = null!;
    private ApiClient _operator = null!;

    private IBillingAccountGrain Account => _api.Market.Grains.GetGrain<IBillingAccountGrain>(_tenant.Organization);

    private Uri Door => new(_api.Address, PaymentWebhookEndpoint.Path);

    public async ValueTask InitializeAsync()
    {
        _server = await StripeServer.StartAsync();
        var options = new PaymentOptions { ApiKey = StripeServer.ApiKey, PublishableKey = "pk_test_loopback", ApiBase = _server.Base };
        _api = await ApiMarket.StartAsync(
            services => services.Configure<PaymentOptions>(payments => (payments.WebhookSecrets as List<string>)!.AddRange(["whsec_new", "whsec_loopback"])),
            silo => silo.Services.AddSingleton<IPaymentGateway>(services => new StripeGateway(Options.Create(options), services.GetRequiredService<IRowStore>(), TimeProvider.System)));
        _tenant = await _api.OrganizationAsync(OrganizationKind.Tenant, "Tenant");
        _operator = await _api.OrganizationAsync(OrganizationKind.Operator, "Operator");
        _server.WebhookUrl = Door;
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(StripeShapes.Faults(_server));
        await _server.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task ADepositIsPaidHeldAndGivenBack()
    {
        var payment = await OpenDepositAsync();
        var shown = await _tenant.GetAsync($"/v1/payments/{Deposit.PaymentOf(Reservation)}");
        Assert.Equal(("stripe", "True", payment + "_secret_"), (shown.Text("gateway"), shown.Text("sandbox"), shown.Text("clientSecret")[..(payment.Length + 8)]));
        Assert.Equal(("pk_test_loopback", "card"), (shown.Text("publishableKey"), shown.Json.GetProperty("methods")[0].GetString()));

        _server.Pay(payment);
        await DepositBecomesAsync(DepositStatus.Held);
        Assert.True((await Account.ReturnDepositAsync(new ReturnDeposit(Reservation, "no longer wanted"))).IsGranted);
        await DepositBecomesAsync(DepositStatus.Returned);

        Assert.Equal(100_000, (long)Assert.Single(_server.All("refund"))["amount"]!);
        await _server.DeliveredAsync();
        Assert.Single(_server.All("refund"));
    }

    [Fact]
    public async Task EventsLostReversedAndTripledChangeNothingTwice()
    {
        _server.WebhookUrl = null;
        var payment = await OpenDepositAsync();
        _server.Decline(payment);
        _server.Process(payment);
        _server.Pay(payment);

        foreach (var made in _server.Events.Reverse())
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(200, await _server.SendAsync(Door, (JsonObject)made.DeepClone()));
            }
        }

        await DepositBecomesAsync(DepositStatus.Held);
        await _api.SettleAsync();
        Assert.Equal("succeeded", (await _tenant.GetAsync($"/v1/payments/{Deposit.PaymentOf(Reservation)}")).Text("status"));
        var entries = await _tenant.GetAsync("/v1/ledger/entries");
        Assert.Single(entries.Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task OnlyFreshEventsSignedWithOneOfTheSecretsAreTaken()
    {
        _server.WebhookUrl = null;
        var payment = await OpenDepositAsync();
        _server.Pay(payment);
        var made = _server.Events.Single(made => (string?)made["type"] == "payment_intent.succeeded");

        Assert.Equal(400, await _server.SendAsync(Door, made, secret: "whsec_foreign"));
        Assert.Equal(400, await _server.SendAsync(Door, made, DateTimeOffset.UtcNow.AddSeconds(-400)));
        Assert.Equal(DepositStatus.Awaiting, (await Account.GetDepositAsync(Reservation))!.Status);

        Assert.Equal(200, await _server.SendAsync(Door, made, DateTimeOffset.UtcNow.AddSeconds(-200), "whsec_new"));
        await DepositBecomesAsync(DepositStatus.Held);
    }

    [Fact]
    public async Task EventsOfAnotherReleaseTrainAndUnknownOnesAreTakenForWhatTheySay()
    {
        _server.WebhookUrl = null;
        var payment = await OpenDepositAsync();
        _server.Pay(payment);
        var made = _server.Events.Single(made => (string?)made["type"] == "payment_intent.succeeded");
        made["api_version"] = "2019-01-01";
        var unknown = (JsonObject)made.DeepClone();
        (unknown["id"], unknown["type"]) = ("evt_other", "planet.discovered");

        Assert.Equal(200, await _server.SendAsync(Door, unknown));
        Assert.Equal(200, await _server.SendAsync(Door, made));

        await DepositBecomesAsync(DepositStatus.Held);
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
        _server.Fail("^/v1/payment_intents$", fault);
        _server.Fail("^/v1/refunds$", fault);

        var payment = await OpenDepositAsync();
        _server.Pay(payment);
        await DepositBecomesAsync(DepositStatus.Held);
        await Account.ReturnDepositAsync(new ReturnDeposit(Reservation, "no longer wanted"));
        await DepositBecomesAsync(DepositStatus.Returned);

        Assert.Single(_server.All("customer"));
        Assert.Single(_server.All("payment_intent"));
        Assert.Single(_server.All("refund"));
        Assert.Equal(-_server.Fee(100_000), _server.Balance("usd"));
    }

    [Fact]
    public async Task AnOperatorSignsUpAndIsPaidOutOfTheChargeOnceServiceHasEnded()
    {
        var link = (await _operator.PostAsync("/v1/payout-account/onboarding-links", new { })).With(201);
        Assert.StartsWith("https://connect.stripe.com/", link.Text("url"), StringComparison.Ordinal);
        var invoice = await PaidInvoiceAsync();
        await EventuallyAsync(async () => (await _operator.GetAsync("/v1/payables")) is { Status: 200 } list && First(list, "obstacle") == "accountNotReady");
        Assert.Empty(_server.All("transfer"));

        _server.Fail("^/v1/transfers$", StripeFault.DropAnswer);
        _server.Complete((string)_server.All("account").Single()["id"]!);
        await EventuallyAsync(async () => First(await _operator.GetAsync("/v1/payouts"), "status") == "sent");

        await EventuallyAsync(() => Task.FromResult((string?)_server.All("invoice").SingleOrDefault()?["status"] == "paid"));
        Assert.Equal((11_904_00, invoice.Value), ((long)_server.All("invoice")[0]["amount_paid"]!, (string?)_server.All("invoice")[0]["metadata"]!["invoice"]));
        var transfer = Assert.Single(_server.All("transfer"));
        Assert.Equal((11_904_00 * 95 / 100, (string?)_server.All("charge").Single()["id"]), ((long)transfer["amount"]!, (string?)transfer["source_transaction"]));
        var payout = (await _operator.GetAsync($"/v1/payouts/{(string?)transfer["metadata"]!["payout"]}")).With(200);
        Assert.Equal((invoice.Value, "stripe"), (payout.Text("invoiceId"), payout.Text("gateway")));
        Assert.Equal(404, (await _tenant.GetAsync($"/v1/payouts/{payout.Text("id")}")).Status);
        var books = await _api.Market.Grains.GetGrain<IBillingAccountGrain>(_operator.Organization).GetAsync();
        Assert.DoesNotContain(books!.State.Balances, balance => balance.Account.Kind == Domain.Ledger.LedgerAccountKind.OperatorPayable);
    }

    private async Task<InvoiceId> PaidInvoiceAsync()
    {
        var (tenant, supplier) = (OrganizationId.From(_tenant.Organization), OrganizationId.From(_operator.Organization));
        var statement = RentStatements.January(tenant, supplier, Reservation);
        await _api.Market.Time.AdvanceAsync(Instant.FromUtc(2026, 2, 1, 0, 0));
        await ((IAggregateGrain)Account).ReceiveAsync(new Envelope("lease:" + statement.Lease, 1, new Grains.Leases.RentDue(statement)));
        var id = Invoice.IdOf(statement);
        var paying = (await _tenant.PostAsync($"/v1/invoices/{id}/payments", new { method = "card" })).With(201);
        await EventuallyAsync(() => Task.FromResult(_server.All("payment_intent").Count == 1));
        _server.Pay((string)_server.All("payment_intent").Single()["id"]!);
        await EventuallyAsync(async () => (await _tenant.GetAsync($"/v1/invoices/{id}")).Text("status") == "paid");
        return id;
    }

    private async Task<string> OpenDepositAsync()
    {
        var opened = await Account.OpenDepositAsync(new OpenDeposit(
            Reservation, OrganizationId.From(_operator.Organization), new Money(Currency.Usd, 100_000), PaymentMethod.Card, _api.Market.Clock.Now + Duration.FromDays(30)));
        Assert.True(opened.IsGranted);
        await EventuallyAsync(async () => (await _tenant.GetAsync($"/v1/payments/{opened.Value}")) is { Status: 200 } found && found.Text("status") == "awaitingPayer");
        return (string)_server.All("payment_intent").Single()["id"]!;
    }

    private static string? First(ApiReply list, string member) =>
        list.Json.GetProperty("data").EnumerateArray().Select(item => item.GetProperty(member).GetString()).FirstOrDefault();

    private Task DepositBecomesAsync(DepositStatus status) => EventuallyAsync(async () => (await Account.GetDepositAsync(Reservation))?.Status == status);

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
