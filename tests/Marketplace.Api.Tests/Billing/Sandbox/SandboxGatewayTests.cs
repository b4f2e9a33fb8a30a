using Marketplace.Api.Billing.Sandbox;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Testing;
using Microsoft.Extensions.Time.Testing;
using NodaTime;

namespace Marketplace.Api.Tests.Billing.Sandbox;

/// <summary>The sandbox's books, kept by several processes at once.</summary>
public sealed class SandboxGatewayTests
{
    private static readonly PaymentOrder Order = new(
        PaymentId.From("pay_shared"),
        OrganizationId.From("org_tenant"),
        OrganizationId.From("org_operator"),
        PaymentPurpose.Deposit,
        "rsv_shared",
        new Money(Currency.Usd, 100_00),
        PaymentMethod.Card);

    [Fact]
    public async Task OfChangesThatMeetNoneIsLostAndNoneIsMadeTwice()
    {
        await using var market = await TestMarket.StartAsync();
        using var here = new SandboxGateway(market.Rows, TimeProvider.System);
        using var there = new SandboxGateway(market.Rows, TimeProvider.System);
        SandboxGateway[] both = [here, there];

        await Task.WhenAll(both.Select(gateway => gateway.CreateAsync(Order, GatewayCall.For(Order.Id, GatewayPurpose.Create, 1))));
        var paid = await Task.WhenAll(both.Select(gateway => gateway.ActAsync(Order.Id, SandboxAct.Pay, "pay")));
        var id = SandboxGateway.IdOf(Order.Id);
        var refunds = await Task.WhenAll(Enumerable.Range(0, 8).SelectMany(number => both.Select(gateway =>
            gateway.RefundAsync(id, new Money(Currency.Usd, 10_00), GatewayCall.For($"refund-{number}", GatewayPurpose.Refund, 1)))));

        Assert.Equal([SandboxOutcome.Done, SandboxOutcome.Repeated], paid.Order());
        Assert.All(refunds, refund => Assert.Equal(GatewayOutcome.Succeeded, refund.Outcome));
        Assert.Equal(8, (await here.ReadAsync<SandboxPayment>(id))!.Refunds.Count);
        var movements = await there.ListMovementsAsync(null, 100);
        Assert.Equal(1 + 8, movements!.Items.Length);
        Assert.Equal(9, (await here.ListNoticesAsync(null, 100))!.Items.Length);
    }

    [Fact]
    public async Task WhatOneProcessLeftUntoldAnotherFinds()
    {
        await using var market = await TestMarket.StartAsync();
        using var ended = new SandboxGateway(market.Rows, TimeProvider.System);
        using var living = new SandboxGateway(market.Rows, TimeProvider.System);
        await ended.CreateAsync(Order, GatewayCall.For(Order.Id, GatewayPurpose.Create, 1));
        await ended.ActAsync(Order.Id, SandboxAct.Pay, "pay");
        var id = SandboxGateway.IdOf(Order.Id);

        Assert.Equal([id], await living.PendingAsync());

        await living.AcknowledgeAsync(id, (await living.ReadAsync(id))!.Pending[0].Id);

        Assert.Empty(await living.PendingAsync());
    }

    [Fact]
    public async Task APageThatIsLeftExpiresAfterADayAndTakesNoCard()
    {
        await using var market = await TestMarket.StartAsync();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var sandbox = new SandboxGateway(market.Rows, time);
        var order = new MethodSetupOrder(MethodSetupId.From("setup_left"), Order.Payer, Order.Payee, Currency.Usd, new Uri("https://market.example/billing"));
        await sandbox.OpenSetupAsync(order, GatewayCall.For(order.Id.Value, GatewayPurpose.Setup, 1));
        var id = SandboxGateway.SetupIdOf(order.Id);
        Assert.Equal(MethodSetupStatus.Open, (await sandbox.SetupAsync(order, id))!.Status);

        time.Advance(TimeSpan.FromHours(24));

        Assert.Equal((MethodSetupStatus.Ended, (Uri?)null), ((await sandbox.SetupAsync(order, id))!.Status, (await sandbox.SetupAsync(order, id))!.Page));
        Assert.True(await sandbox.CompleteAsync(order.Id, SandboxCard.Pays, new LocalDate(2090, 12, 31)));
        Assert.Equal(MethodSetupStatus.Ended, (await sandbox.SetupAsync(order, id))!.Status);
    }
}
