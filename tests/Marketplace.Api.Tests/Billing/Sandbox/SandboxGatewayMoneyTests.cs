using Marketplace.Api.Billing.Sandbox;
using Marketplace.Domain.Billing;
using Marketplace.Grains.Ports;
using Marketplace.Testing.BadDays;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Billing.Sandbox;

/// <summary>Bad days over the sandbox.</summary>
public sealed class SandboxGatewayMoneyTests : MoneyDays
{
    private protected override Task<MoneyMarket> StartAsync()
    {
        var bank = new SandboxBank();
        return MoneyMarket.StartAsync(bank, services => bank.Gateway = new SandboxGateway(services.GetRequiredService<IRowStore>(), TimeProvider.System));
    }

    private sealed class SandboxBank : IBank
    {
        private int _acts;

        public SandboxGateway Gateway { get; set; } = null!;

        public Task PayAsync(Payment payment) => ActAsync(payment, SandboxAct.Pay);

        public Task DeclineAsync(Payment payment) => ActAsync(payment, SandboxAct.Fail);

        public Task DisputeAsync(Payment payment, DisputeStatus status) => ActAsync(
            payment, status switch { DisputeStatus.Open => SandboxAct.Dispute, DisputeStatus.Won => SandboxAct.WinDispute, _ => SandboxAct.LoseDispute });

        public async Task SignUpAsync(PayoutAccount account) => Assert.True(await Gateway.CompleteAsync(account.Operator));

        private async Task ActAsync(Payment payment, SandboxAct act) =>
            Assert.Equal(SandboxOutcome.Done, await Gateway.ActAsync(payment.Id, act, $"act {++_acts}"));
    }
}
