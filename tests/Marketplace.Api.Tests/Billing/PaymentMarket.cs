using System.Text.Json;
using Marketplace.Api.Billing;
using Marketplace.Api.Billing.Sandbox;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Api.Tests.Billing;

/// <summary>An API whose silo pays through the sandbox, with a tenant that owes a deposit.</summary>
internal sealed class PaymentMarket(ApiMarket api, ApiClient tenant, ApiClient operatorClient, SandboxGateway gateway) : IAsyncDisposable
{
    public static readonly ReservationId Reservation = ReservationId.From("rsv_1");
    public static readonly PaymentId Payment = Deposit.PaymentOf(Reservation);

    public ApiMarket Api { get; } = api;

    public ApiClient Tenant { get; } = tenant;

    public ApiClient Operator { get; } = operatorClient;

    public SandboxGateway Gateway { get; } = gateway;

    public IBillingAccountGrain Account => Api.Market.Grains.GetGrain<IBillingAccountGrain>(Tenant.Organization);

    public static async Task<PaymentMarket> StartAsync(Action<PaymentOptions>? configure = null)
    {
        // One gateway, however many silos call it: the notifier beside the API hears of every change at once.
        var opening = new Lock();
        SandboxGateway? shared = null;
        SandboxGateway Open(IServiceProvider silo)
        {
            lock (opening)
            {
                return shared ??= new SandboxGateway(silo.GetRequiredService<IRowStore>(), TimeProvider.System);
            }
        }

        var api = await ApiMarket.StartAsync(
            services => services.Configure<PaymentOptions>(options => configure?.Invoke(options)),
            silo => silo.Services.AddSingleton<IPaymentGateway>(Open));
        var tenant = await api.OrganizationAsync(OrganizationKind.Tenant, "Tenant");
        var supplier = await api.OrganizationAsync(OrganizationKind.Operator, "Operator");
        return new PaymentMarket(api, tenant, supplier, api.Services.GetRequiredService<SandboxGateway>());
    }

    /// <summary>Asks the tenant for a deposit, and answers once the gateway knows the payment.</summary>
    public async Task OpenDepositAsync(PaymentMethod method = PaymentMethod.Card)
    {
        var opened = await Account.OpenDepositAsync(new OpenDeposit(
            Reservation, OrganizationId.From(Operator.Organization), new Money(Currency.Usd, 100_000), method, Api.Market.Clock.Now + Duration.FromMinutes(30)));
        Assert.True(opened.IsGranted);
        await EventuallyAsync(async () => (await Tenant.GetAsync($"/v1/payments/{Payment}")) is { Status: 200 } found && found.Text("status") == "awaitingPayer");
    }

    public Task DepositBecomesAsync(DepositStatus status) =>
        EventuallyAsync(async () => (await Account.GetDepositAsync(Reservation))?.Status == status);

    public Task PaymentBecomesAsync(string status) =>
        EventuallyAsync(async () => (await Tenant.GetAsync($"/v1/payments/{Payment}")).Text("status") == status);

    public async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            Assert.False(patience.IsCancellationRequested, "It never came to that.");
            await Account.DrainAsync();
            await Api.Market.Grains.GetGrain<IPaymentGrain>(Payment.Value).DrainAsync();
        }
    }

    /// <summary>A notification as the sandbox would send it.</summary>
    public static byte[] Notification(string id, string type, string payment) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        id,
        type,
        data = new { @object = new { id = SandboxGateway.IdOf(Payment), metadata = new { payment } } },
    });

    public async Task<ApiReply> NotifyAsync(byte[] body, string signature)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        return await Api.Nobody.SendAsync(HttpMethod.Post, PaymentWebhookEndpoint.Path, content, null, (WebhookSignature.Header, signature));
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();
}
