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

/// <summary>The adapter against a server that speaks Stripe's API: every fault, and every look-up after it.</summary>
[Trait("Store", "any")]
public sealed class StripeGatewayTests : IAsyncLifetime
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
        _gateway = NewGateway();
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(StripeShapes.Faults(_server));
        _gateway.Dispose();
        await _market.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task APaymentBearsOurIdsAndIsTakenOnce()
    {
        var (order, call) = Order("pay_1", 10_000_00);

        var made = await _gateway.CreateAsync(order, call);
        var again = await _gateway.CreateAsync(order, call);

        Assert.Equal((GatewayOutcome.Created, made.GatewayId), (again.Outcome, again.GatewayId));
        var payment = Assert.Single(_server.All("payment_intent"));
        Assert.Equal("pay_1", (string?)payment["metadata"]!["payment"]);
        Assert.Equal("rsv_1", (string?)payment["transfer_group"]);
        Assert.Equal(["card"], payment["payment_method_types"]!.AsArray().Select(method => (string?)method));
        var customer = Assert.Single(_server.All("customer"));
        Assert.Equal((Tenant.Value, Operator.Value), ((string?)customer["metadata"]!["tenant"], (string?)customer["metadata"]!["supplier"]));
        Assert.Equal((string?)customer["id"], (string?)payment["customer"]);
    }

    [Theory]
    [InlineData(StripeFault.DropRequest, false)]
    [InlineData(StripeFault.DropAnswer, false)]
    [InlineData(StripeFault.RateLimited, false)]
    [InlineData(StripeFault.FailBefore, true)]
    [InlineData(StripeFault.FailAfter, true)]
    public async Task AfterALostAnswerThePaymentIsFoundOrMadeNeverTwice(StripeFault fault, bool keySpent)
    {
        var (order, call) = Order("pay_1", 10_000_00);
        _server.Fail("^/v1/payment_intents$", fault);

        var lost = await _gateway.CreateAsync(order, call);
        Assert.Equal((GatewayOutcome.Unknown, keySpent), (lost.Outcome, lost.KeySpent));
        var found = await _gateway.FindAsync(order, null, call.MadeAt);
        if (found.Outcome == GatewayOutcome.NotFound)
        {
            found = await _gateway.CreateAsync(order, call.Unanswered(lost.KeySpent).Again());
        }

        Assert.Equal(GatewayOutcome.Created, found.Outcome);
        Assert.Single(_server.All("payment_intent"));
    }

    [Fact]
    public async Task AStoredErrorIsRepeatedUnderItsKeyAndPassedByANewAttempt()
    {
        var (order, call) = Order("pay_1", 10_000_00);
        _server.Fail("^/v1/payment_intents$", StripeFault.FailBefore);
        await _gateway.CreateAsync(order, call);

        Assert.Equal(GatewayOutcome.Unknown, (await _gateway.CreateAsync(order, call)).Outcome);
        Assert.Equal(GatewayOutcome.Created, (await _gateway.CreateAsync(order, call.Unanswered(true).Again())).Outcome);
    }

    [Fact]
    public async Task AKeyUsedWithOtherFiguresIsRefusedAndSpent()
    {
        var (order, call) = Order("pay_1", 10_000_00);
        await _gateway.CreateAsync(order, call);

        var answer = await _gateway.CreateAsync(order with { Amount = Usd(1_00) }, call);

        Assert.Equal((GatewayOutcome.Unknown, true), (answer.Outcome, answer.KeySpent));
        Assert.Single(_server.All("payment_intent"));
    }

    [Theory]
    [InlineData(StripeFault.DropAnswer)]
    [InlineData(StripeFault.FailBefore)]
    [InlineData(StripeFault.FailAfter)]
    public async Task ACustomerIsMadeOnceThroughEveryFault(StripeFault fault)
    {
        var (order, call) = Order("pay_1", 10_000_00);
        _server.Fail("^/v1/customers$", fault);

        Assert.Equal(GatewayOutcome.Unknown, (await _gateway.CreateAsync(order, call)).Outcome);
        Assert.Equal(GatewayOutcome.NotFound, (await _gateway.FindAsync(order, null, call.MadeAt)).Outcome);
        using var restarted = NewGateway();
        Assert.Equal(GatewayOutcome.Created, (await restarted.CreateAsync(order, call)).Outcome);

        Assert.Single(_server.All("customer"));
    }

    [Fact]
    public async Task MoreThanADayLaterTheCallIsFoundThoughItsKeyIsForgotten()
    {
        var (order, call) = Order("pay_1", 10_000_00);
        _server.Fail("^/v1/payment_intents$", StripeFault.DropAnswer);
        await _gateway.CreateAsync(order, call);
        _server.Ahead = TimeSpan.FromHours(25);

        Assert.Equal(GatewayOutcome.Created, (await _gateway.FindAsync(order, null, call.MadeAt)).Outcome);
    }

    [Fact]
    public async Task ThePayersActsBecomeNamedOutcomes()
    {
        var (order, call) = Order("pay_1", 10_000_00);
        var id = (await _gateway.CreateAsync(order, call)).GatewayId!;

        _server.Decline(id);
        Assert.Equal((GatewayOutcome.NeedsAction, "Your card was declined."), await FindAsync(order, id));
        _server.Process(id);
        Assert.Equal((GatewayOutcome.Processing, "Your card was declined."), await FindAsync(order, id));
        _server.Pay(id);
        Assert.Equal((GatewayOutcome.Succeeded, null), await FindAsync(order, id));
        Assert.Equal(GatewayOutcome.Succeeded, (await _gateway.CancelAsync(id, GatewayCall.For(order.Id, GatewayPurpose.Cancel, 1))).Outcome);
    }

    [Fact]
    public async Task APaymentThatWaitsIsCalledOff()
    {
        var (order, call) = Order("pay_1", 10_000_00);
        var id = (await _gateway.CreateAsync(order, call)).GatewayId!;

        Assert.Equal(GatewayOutcome.Cancelled, (await _gateway.CancelAsync(id, GatewayCall.For(order.Id, GatewayPurpose.Cancel, 1))).Outcome);
        Assert.Equal(GatewayOutcome.Cancelled, (await _gateway.CancelAsync(id, GatewayCall.For(order.Id, GatewayPurpose.Cancel, 2))).Outcome);
    }

    [Fact]
    public async Task ABankTransferShowsWhereToPay()
    {
        var (order, call) = Order("pay_1", 10_000_00, PaymentMethod.Transfer);

        var id = (await _gateway.CreateAsync(order, call)).GatewayId!;

        var secret = await _gateway.SecretAsync(id);
        Assert.Equal(("pk_test_loopback", Usd(10_000_00)), (secret!.PublishableKey, secret.Transfer!.Remaining));
        Assert.StartsWith("REF", secret.Transfer.Reference, StringComparison.Ordinal);
        Assert.Equal(["customer_balance"], secret.Methods);
    }

    [Fact]
    public async Task ABankTransferThatStripeDoesNotRunIsDeclined()
    {
        var (order, call) = Order("pay_1", 10_000_00, PaymentMethod.Transfer);
        order = order with { Amount = new Money(Currency.From("NOK"), 10_000_00) };

        Assert.Equal(GatewayOutcome.Declined, (await _gateway.CreateAsync(order, call)).Outcome);
        Assert.Empty(_server.All("payment_intent"));
    }

    [Theory]
    [InlineData(99_999_999, GatewayOutcome.Created)]
    [InlineData(100_000_000, GatewayOutcome.Declined)]
    public async Task OnePaymentTakesEightDigits(long minor, GatewayOutcome outcome)
    {
        var (order, call) = Order("pay_1", minor);

        Assert.Equal(outcome, (await _gateway.CreateAsync(order, call)).Outcome);
        Assert.Equal(99_999_999, _gateway.LargestPayment(Currency.Usd)!.Value.Minor);
    }

    [Theory]
    [InlineData(StripeFault.None)]
    [InlineData(StripeFault.DropRequest)]
    [InlineData(StripeFault.DropAnswer)]
    [InlineData(StripeFault.FailBefore)]
    [InlineData(StripeFault.FailAfter)]
    public async Task ARefundIsMadeOnceThroughEveryFault(StripeFault fault)
    {
        var id = await PaidAsync("pay_1", 10_000_00);
        var call = Call("pay_1:deposit:0", GatewayPurpose.Refund);
        _server.Fail("^/v1/refunds$", fault);

        var answer = await _gateway.RefundAsync(id, Usd(4_000_00), call);
        if (answer.Outcome == GatewayOutcome.Unknown)
        {
            var found = await _gateway.FindRefundAsync(id, call);
            answer = found.Outcome == GatewayOutcome.NotFound
                ? await _gateway.RefundAsync(id, Usd(4_000_00), call.Unanswered(answer.KeySpent).Again())
                : found;
        }

        Assert.Equal(GatewayOutcome.Succeeded, answer.Outcome);
        var refund = Assert.Single(_server.All("refund"));
        Assert.Equal(("pay_1", "pay_1:deposit:0", 4_000_00), ((string?)refund["metadata"]!["payment"], (string?)refund["metadata"]!["call"], (long)refund["amount"]!));
    }

    [Fact]
    public async Task MoreThanWasPaidIsNotGivenBackAlsoByRefundsAtOnce()
    {
        var id = await PaidAsync("pay_1", 10_000_00);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(number =>
            _gateway.RefundAsync(id, Usd(4_000_00), Call($"pay_1:r{number}:0", GatewayPurpose.Refund))));

        Assert.Equal(2, answers.Count(answer => answer.Outcome == GatewayOutcome.Succeeded));
        Assert.Equal(2, answers.Count(answer => answer.Outcome == GatewayOutcome.Declined));
    }

    [Theory]
    [InlineData(StripeFault.None)]
    [InlineData(StripeFault.DropAnswer)]
    [InlineData(StripeFault.FailBefore)]
    [InlineData(StripeFault.FailAfter)]
    public async Task AnOperatorIsSignedUpOnceAndPaidOnceFromTheChargeItself(StripeFault fault)
    {
        var source = await PaidAsync("pay_1", 10_000_00);
        var opening = Call(Operator.Value, GatewayPurpose.Account);
        _server.Fail("^/v1/accounts$", fault);
        var opened = await _gateway.OpenAccountAsync(Operator, "NO", opening);
        opened = opened.Outcome == GatewayOutcome.Unknown ? await _gateway.FindAccountAsync(Operator, opening) : opened;
        opened = opened.Outcome == GatewayOutcome.NotFound ? await _gateway.OpenAccountAsync(Operator, "NO", opening.Unanswered(true).Again()) : opened;
        var account = opened.GatewayId!;
        var before = (await _gateway.AccountAsync(account))!;
        Assert.False(before.PayoutsEnabled);
        Assert.Contains("external_account", before.Requirements);
        Assert.StartsWith("https://connect.stripe.com/", (await _gateway.OnboardingLinkAsync(account, new Uri("https://here/back"), new Uri("https://here/again")))!.AbsoluteUri, StringComparison.Ordinal);
        var order = new PayoutOrder(PayoutId.From("payout_1"), Operator, Tenant, null, PaymentId.From("pay_1"), Usd(9_250_00), "rsv_1");
        var call = Call("payout_1", GatewayPurpose.Transfer);

        Assert.Equal(GatewayOutcome.Declined, (await _gateway.TransferAsync(order, source, account, order.Amount, call)).Outcome);
        _server.Complete(account);
        Assert.True((await _gateway.AccountAsync(account))!.PayoutsEnabled);
        _server.Fail("^/v1/transfers$", fault);
        var answer = await _gateway.TransferAsync(order, source, account, order.Amount, call);
        answer = answer.Outcome == GatewayOutcome.Unknown ? await _gateway.FindTransferAsync(order, account, call) : answer;
        answer = answer.Outcome == GatewayOutcome.NotFound ? await _gateway.TransferAsync(order, source, account, order.Amount, call.Unanswered(true).Again()) : answer;

        var transfer = Assert.Single(_server.All("transfer"));
        Assert.Equal((GatewayOutcome.Succeeded, (string?)transfer["id"]), (answer.Outcome, answer.GatewayId));
        Assert.Equal((string?)_server.All("charge").Single()["id"], (string?)transfer["source_transaction"]);
        Assert.Single(_server.All("account"));
    }

    [Fact]
    public async Task ATransferIsShortFromAnEmptyBalanceAndTakenBackInParts()
    {
        var source = await PaidAsync("pay_1", 10_000_00);
        var account = (await _gateway.OpenAccountAsync(Operator, "NO", Call(Operator.Value, GatewayPurpose.Account))).GatewayId!;
        _server.Complete(account);
        var order = new PayoutOrder(PayoutId.From("payout_1"), Operator, Tenant, null, null, Usd(20_000_00), "inv_1");

        Assert.Equal(GatewayOutcome.Short, (await _gateway.TransferAsync(order, null, account, order.Amount, Call("payout_1", GatewayPurpose.Transfer))).Outcome);

        var other = order with { Id = PayoutId.From("payout_2"), Payment = PaymentId.From("pay_1"), Group = "rsv_1" };
        var transfer = (await _gateway.TransferAsync(other, source, account, Usd(9_250_00), Call("payout_2", GatewayPurpose.Transfer))).GatewayId!;
        var first = Call("payout_2:cn_1", GatewayPurpose.Reversal);
        _server.Fail("/reversals$", StripeFault.DropAnswer);
        Assert.Equal(GatewayOutcome.Unknown, (await _gateway.ReverseAsync(transfer, Usd(9_200_00), first)).Outcome);
        Assert.Equal(GatewayOutcome.Succeeded, (await _gateway.FindReversalAsync(transfer, first)).Outcome);
        Assert.Equal(GatewayOutcome.Declined, (await _gateway.ReverseAsync(transfer, Usd(51_00), Call("payout_2:cn_2", GatewayPurpose.Reversal))).Outcome);
        Assert.Equal(9_200_00, (long)_server.All("transfer").Single()["amount_reversed"]!);
    }

    [Fact]
    public async Task WhatStripeRecordedIsReadOldestFirstFromWhereOneStopped()
    {
        for (var i = 1; i <= 5; i++)
        {
            await PaidAsync($"pay_{i}", 100_00 * i);
        }

        var seen = new List<GatewayMovement>();
        string? cursor = null;
        for (var more = true; more;)
        {
            var page = (await _gateway.ListMovementsAsync(cursor, 2))!;
            seen.AddRange(page.Items);
            (cursor, more) = (page.Cursor, page.HasMore);
        }

        Assert.Equal(["pay_1", "pay_2", "pay_3", "pay_4", "pay_5"], seen.Select(movement => movement.Subject));
        Assert.All(seen, movement => Assert.Equal((GatewayMovementKind.Charge, 30 + (movement.Amount.Minor * 29 / 1000)), (movement.Kind, movement.Fee.Minor)));
        var id = await PaidAsync("pay_6", 600_00);
        await _gateway.RefundAsync(id, Usd(100_00), Call("pay_6:x:0", GatewayPurpose.Refund));
        var dispute = _server.Dispute(id, 500_00);
        _server.Decide(dispute, won: true);
        var next = (await _gateway.ListMovementsAsync(cursor, 100))!.Items;
        Assert.Equal(
            [(GatewayMovementKind.Charge, 600_00), (GatewayMovementKind.Refund, -100_00), (GatewayMovementKind.Dispute, -500_00), (GatewayMovementKind.DisputeReturned, 500_00)],
            next.Select(movement => (movement.Kind, movement.Amount.Minor)));
        Assert.All(next, movement => Assert.Equal("pay_6", movement.Subject));
    }

    [Fact]
    public async Task NotificationsOnRecordNameTheirPayment()
    {
        var id = await PaidAsync("pay_1", 600_00);
        await _gateway.RefundAsync(id, Usd(100_00), Call("pay_1:x:0", GatewayPurpose.Refund));
        _server.Decide(_server.Dispute(id, 500_00), won: false);

        var notices = (await _gateway.ListNoticesAsync(null, 100))!.Items;

        Assert.Contains(notices, notice => notice is { Type: "payment_intent.succeeded", Payment.Value: "pay_1", Report.Answer.Outcome: GatewayOutcome.Succeeded });
        Assert.Contains(notices, notice => notice is { Type: "refund.created", Payment.Value: "pay_1", Report: { Refund: true, Call: "pay_1:x:0" } });
        Assert.Contains(notices, notice => notice is { Type: "charge.dispute.closed", Payment.Value: "pay_1", Report.Dispute.Status: DisputeStatus.Lost });
        Assert.Contains(notices, notice => notice is { Type: "customer.created", Payment: null, Report: null });
    }

    [Fact]
    public async Task WhileStripeIsAwayNothingIsKnownAndNothingThrown()
    {
        var (order, call) = Order("pay_1", 10_000_00);
        _server.Break(StripeFault.DropRequest);

        Assert.Equal(GatewayOutcome.Unknown, (await _gateway.CreateAsync(order, call)).Outcome);
        Assert.Equal(GatewayOutcome.Unknown, (await _gateway.FindAsync(order, "pi_1", null)).Outcome);
        Assert.Equal(GatewayOutcome.Unknown, (await _gateway.CancelAsync("pi_1", call)).Outcome);
        Assert.Null(await _gateway.SecretAsync("pi_1"));
        Assert.Null(await _gateway.ListMovementsAsync(null, 10));
        Assert.Null(await _gateway.ListNoticesAsync(null, 10));
        Assert.Null(await _gateway.AccountAsync("acct_1"));
    }

    [Fact]
    public async Task AKeyThatStripeRefusesFailsNoPayment()
    {
        using var wrong = NewGateway("sk_test_other");
        var (order, call) = Order("pay_1", 10_000_00);

        Assert.Equal(GatewayOutcome.Unknown, (await wrong.CreateAsync(order, call)).Outcome);
    }

    [Fact]
    public async Task ACallThatTakesTooLongIsUnansweredAndFoundLater()
    {
        using var hasty = NewGateway(timeout: TimeSpan.FromMilliseconds(500));
        var (order, call) = Order("pay_1", 10_000_00);
        _server.Fail("^/v1/payment_intents$", StripeFault.Delay);

        Assert.Equal(GatewayOutcome.Unknown, (await hasty.CreateAsync(order, call)).Outcome);
        Assert.Equal(GatewayOutcome.NotFound, (await hasty.FindAsync(order, null, call.MadeAt)).Outcome);

        // The call that everybody gave up arrives after all, and the repetition is the same call.
        _server.Release();
        Assert.Equal(GatewayOutcome.Created, (await _gateway.CreateAsync(order, call)).Outcome);
        Assert.Single(_server.All("payment_intent"));
    }

    private static Money Usd(long minor) => new(Currency.Usd, minor);

    private GatewayCall Call(string subject, GatewayPurpose purpose) => GatewayCall.For(subject, purpose, 1) with { MadeAt = _start };

    private (PaymentOrder Order, GatewayCall Call) Order(string id, long minor, PaymentMethod method = PaymentMethod.Card)
    {
        var payment = PaymentId.From(id);
        return (new PaymentOrder(payment, Tenant, Operator, PaymentPurpose.Deposit, "rsv_1", Usd(minor), method), Call(id, GatewayPurpose.Create));
    }

    private async Task<(GatewayOutcome Outcome, string? Detail)> FindAsync(PaymentOrder order, string id)
    {
        var found = await _gateway.FindAsync(order, id, null);
        return (found.Outcome, found.Detail);
    }

    private async Task<string> PaidAsync(string id, long minor)
    {
        var (order, call) = Order(id, minor);
        var made = await _gateway.CreateAsync(order, call);
        _server.Pay(made.GatewayId!);
        return made.GatewayId!;
    }

    private StripeGateway NewGateway(string key = StripeServer.ApiKey, TimeSpan? timeout = null) => new(
        Options.Create(new PaymentOptions { ApiKey = key, PublishableKey = "pk_test_loopback", ApiBase = _server.Base, Timeout = timeout ?? TimeSpan.FromSeconds(30) }),
        _market.Rows,
        TimeProvider.System);
}
