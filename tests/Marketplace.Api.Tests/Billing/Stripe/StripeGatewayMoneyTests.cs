using Marketplace.Api.Billing;
using Marketplace.Api.Billing.Stripe;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using Marketplace.Testing.BadDays;
using Marketplace.Testing.FakeStripe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Tests.Billing.Stripe;

/// <summary>Bad days over Stripe's adapter and a server that plays Stripe.</summary>
public sealed class StripeGatewayMoneyTests : MoneyDays
{
    private StripeServer _server = null!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    private protected override async Task<MoneyMarket> StartAsync()
    {
        _server = await StripeServer.StartAsync();
        var options = Options.Create(new PaymentOptions { ApiKey = StripeServer.ApiKey, ApiBase = _server.Base });
        return await MoneyMarket.StartAsync(
            new StripeBank(_server), services => new StripeGateway(options, services.GetRequiredService<IRowStore>(), TimeProvider.System));
    }

    private sealed class StripeBank(StripeServer server) : IBank
    {
        private readonly Dictionary<PaymentId, string> _disputes = [];

        public Task PayAsync(Payment payment) => Act(() => server.Pay(payment.GatewayId!));

        public Task DeclineAsync(Payment payment) => Act(() => server.Decline(payment.GatewayId!));

        public Task DisputeAsync(Payment payment, DisputeStatus status) => Act(() =>
        {
            if (status == DisputeStatus.Open)
            {
                _disputes[payment.Id] = server.Dispute(payment.GatewayId!);
            }
            else
            {
                server.Decide(_disputes[payment.Id], status == DisputeStatus.Won);
            }
        });

        public Task SignUpAsync(PayoutAccount account) => Act(() => server.Complete(account.GatewayId!));

        private static Task Act(Action act)
        {
            act();
            return Task.CompletedTask;
        }
    }
}
