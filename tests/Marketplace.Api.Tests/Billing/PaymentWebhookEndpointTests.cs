using System.Text;
using Marketplace.Api.Billing;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Testing.Faults;

namespace Marketplace.Api.Tests.Billing;

public class PaymentWebhookEndpointTests
{
    private static readonly byte[] Succeeded = PaymentMarket.Notification("evt_1", "payment_intent.succeeded", PaymentMarket.Payment.Value);

    [Fact]
    public async Task A_signed_notification_moves_the_payment_once()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();
        var secret = await market.Gateway.SecretAsync();

        for (var time = 0; time < 3; time++)
        {
            (await market.NotifyAsync(Succeeded, WebhookSignature.Sign(secret, Succeeded, DateTimeOffset.UtcNow))).With(200);
        }

        var sameFactOtherEvent = PaymentMarket.Notification("evt_2", "payment_intent.succeeded", PaymentMarket.Payment.Value);
        (await market.NotifyAsync(sameFactOtherEvent, WebhookSignature.Sign(secret, sameFactOtherEvent, DateTimeOffset.UtcNow))).With(200);
        await market.DepositBecomesAsync(DepositStatus.Held);

        Assert.Equal("1", (await market.Tenant.GetAsync("/v1/ledger/balances")).Text("entries"));
    }

    [Theory]
    [InlineData(0, "", true)]
    [InlineData(-299, "", true)]
    [InlineData(-301, "", false)]
    [InlineData(301, "", false)]
    [InlineData(0, "x", false)]
    public async Task Stale_and_foreign_signatures_are_refused(int seconds, string foreign, bool taken)
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();
        var signature = WebhookSignature.Sign(await market.Gateway.SecretAsync() + foreign, Succeeded, DateTimeOffset.UtcNow.AddSeconds(seconds));

        var answer = await market.NotifyAsync(Succeeded, signature);

        Assert.Equal(taken ? null : "webhook_signature_invalid", answer.Code);
        Assert.Equal(taken ? "succeeded" : "awaitingPayer", (await market.Tenant.GetAsync($"/v1/payments/{PaymentMarket.Payment}")).Text("status"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("t=,v1=")]
    [InlineData("t=1,v1=zz")]
    [InlineData("v1=00")]
    [InlineData("t=99999999999999999999,v1=0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task What_is_no_signature_is_refused(string header)
    {
        await using var market = await PaymentMarket.StartAsync();

        Assert.Equal("webhook_signature_invalid", (await market.NotifyAsync(Succeeded, header)).With(400).Code);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":1}}""")]
    public async Task A_signed_body_that_is_no_notification_is_refused(string text)
    {
        await using var market = await PaymentMarket.StartAsync();
        var body = Encoding.UTF8.GetBytes(text);

        var answer = await market.NotifyAsync(body, WebhookSignature.Sign(await market.Gateway.SecretAsync(), body, DateTimeOffset.UtcNow));

        Assert.Equal("webhook_unreadable", answer.With(400).Code);
    }

    [Theory]
    [InlineData("payment_intent.succeeded", "pay_unknown")]
    [InlineData("payment_intent.succeeded", "not ours")]
    [InlineData("customer.created", "pay_unknown")]
    public async Task What_concerns_nothing_here_is_acknowledged(string type, string payment)
    {
        await using var market = await PaymentMarket.StartAsync();
        var body = PaymentMarket.Notification("evt_9", type, payment);

        (await market.NotifyAsync(body, WebhookSignature.Sign(await market.Gateway.SecretAsync(), body, DateTimeOffset.UtcNow))).With(200);
    }

    [Fact]
    public async Task Configured_secrets_replace_the_sandboxs_and_several_hold_while_they_change()
    {
        await using var market = await PaymentMarket.StartAsync(options =>
        {
            options.WebhookSecrets.Add("new");
            options.WebhookSecrets.Add("old");
        });

        (await market.NotifyAsync(Succeeded, WebhookSignature.Sign("old", Succeeded, DateTimeOffset.UtcNow))).With(200);
        (await market.NotifyAsync(Succeeded, WebhookSignature.Sign("new", Succeeded, DateTimeOffset.UtcNow))).With(200);
        (await market.NotifyAsync(Succeeded, WebhookSignature.Sign(await market.Gateway.SecretAsync(), Succeeded, DateTimeOffset.UtcNow))).With(400);
    }

    [Theory]
    [InlineData(FaultKind.ErrorBeforeWrite)]
    [InlineData(FaultKind.ErrorAfterWrite)]
    public async Task A_notification_is_repeated_until_what_it_says_is_durable(FaultKind kind)
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();
        var fault = market.Api.Market.Faults.At(kind, write => write.Key.Contains(PaymentMarket.Payment.Value, StringComparison.Ordinal));

        // The sandbox's own books are written; the first delivery fails, and the notifier insists.
        await market.Gateway.ActAsync(PaymentMarket.Payment, Marketplace.Api.Billing.Sandbox.SandboxAct.Pay, "paid");

        await market.DepositBecomesAsync(DepositStatus.Held);
        await market.EventuallyAsync(async () => (await market.Gateway.PendingAsync()).Count == 0);
        Assert.True(fault.Reached.IsCompleted);
        Assert.Equal(new Money(Currency.Usd, 100_000), (await market.Account.GetDepositAsync(PaymentMarket.Reservation))!.Held);
    }
}
