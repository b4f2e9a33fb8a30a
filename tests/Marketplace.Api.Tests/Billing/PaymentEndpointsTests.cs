using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Billing;

public class PaymentEndpointsTests
{
    private static readonly PaymentId Payment = PaymentMarket.Payment;

    [Fact]
    public async Task A_deposit_is_paid_in_the_sandbox_and_stands_in_the_books()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();

        var paid = (await market.Tenant.PostAsync($"/v1/sandbox/payments/{Payment}/pay")).With(200);
        await market.DepositBecomesAsync(DepositStatus.Held);

        Assert.Equal(("succeeded", "True"), (paid.Text("status"), paid.Text("sandbox")));
        var deposit = (await market.Tenant.GetAsync($"/v1/deposits/{PaymentMarket.Reservation}")).With(200);
        Assert.Equal(("held", "100000"), (deposit.Text("status"), deposit.Text("held.amountMinor")));
        var balances = (await market.Tenant.GetAsync("/v1/ledger/balances")).With(200);
        Assert.Equal(
            ["gateway 100000", "depositsHeld -100000"],
            balances.Json.GetProperty("balances").EnumerateArray().Select(balance =>
                $"{balance.GetProperty("account").GetString()} {balance.GetProperty("balance").GetProperty("amountMinor").GetInt64()}"));
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync("/v1/ledger/entries")).Json.GetProperty("data").GetArrayLength() == 1);
    }

    [Fact]
    public async Task Acting_as_the_bank_again_with_the_same_key_gets_the_first_answer_and_does_nothing()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();
        var bank = $"/v1/sandbox/payments/{Payment}/";
        (await market.Tenant.PostAsync(bank + "fail", idempotencyKey: "no")).With(200);

        var paid = (await market.Tenant.PostAsync(bank + "pay", idempotencyKey: "yes")).With(200);
        var again = (await market.Tenant.PostAsync(bank + "pay", idempotencyKey: "yes")).With(200);
        var declinedBefore = (await market.Tenant.PostAsync(bank + "fail", idempotencyKey: "no")).With(200);

        Assert.Equal((false, true, true), (paid.Replayed, again.Replayed, declinedBefore.Replayed));
        Assert.Equal("succeeded", again.Text("status"));
        Assert.Equal(2, (await market.Gateway.ReadAsync(Api.Billing.Sandbox.SandboxGateway.IdOf(Payment)))!.Events);
        Assert.Equal("payment_does_not_wait", (await market.Tenant.PostAsync(bank + "fail", idempotencyKey: "another")).Code);
    }

    [Fact]
    public async Task The_client_secret_is_for_those_who_may_pay_while_it_can_be_paid()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();
        var viewer = await market.Api.KeyAsync(market.Tenant.Organization, Domain.Organizations.OrganizationRole.Viewer);

        Assert.StartsWith("sbx_", (await market.Tenant.GetAsync($"/v1/payments/{Payment}")).Text("clientSecret"), StringComparison.Ordinal);
        Assert.Equal("", (await viewer.GetAsync($"/v1/payments/{Payment}")).With(200).Text("clientSecret"));

        await market.Tenant.PostAsync($"/v1/sandbox/payments/{Payment}/pay");
        Assert.Equal("", (await market.Tenant.GetAsync($"/v1/payments/{Payment}")).Text("clientSecret"));
    }

    [Fact]
    public async Task Another_organizations_payment_does_not_exist()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();

        Assert.Equal(404, (await market.Operator.GetAsync($"/v1/payments/{Payment}")).Status);
        Assert.Equal(404, (await market.Operator.PostAsync($"/v1/sandbox/payments/{Payment}/pay")).Status);
        Assert.Equal(404, (await market.Operator.GetAsync($"/v1/deposits/{PaymentMarket.Reservation}")).Status);
    }

    [Fact]
    public async Task A_declined_payment_can_be_tried_again_and_a_transfer_takes_its_way()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync(PaymentMethod.Transfer);

        var declined = (await market.Tenant.PostAsync($"/v1/sandbox/payments/{Payment}/fail")).With(200);
        Assert.Equal("awaitingPayer", declined.Text("status"));
        Assert.Equal("processing", (await market.Tenant.PostAsync($"/v1/sandbox/payments/{Payment}/process")).Text("status"));
        Assert.Equal("processing", (await market.Tenant.PostAsync($"/v1/sandbox/payments/{Payment}/process")).Text("status"));
        Assert.Equal("succeeded", (await market.Tenant.PostAsync($"/v1/sandbox/payments/{Payment}/pay")).Text("status"));
        Assert.Equal("payment_does_not_wait", (await market.Tenant.PostAsync($"/v1/sandbox/payments/{Payment}/fail")).Code);
    }

    [Fact]
    public async Task A_deposits_payment_is_called_off_only_with_its_reservation()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();

        Assert.Equal("deposit_ends_with_reservation", (await market.Tenant.PostAsync($"/v1/payments/{Payment}/cancellations")).Code);
    }

    [Fact]
    public async Task Late_money_is_given_back_through_the_sandbox()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync(PaymentMethod.Transfer);
        await market.Tenant.PostAsync($"/v1/sandbox/payments/{Payment}/process");
        await market.Account.ReturnDepositAsync(new ReturnDeposit(PaymentMarket.Reservation, "cancelled"));

        await market.Tenant.PostAsync($"/v1/sandbox/payments/{Payment}/pay");
        await market.DepositBecomesAsync(DepositStatus.Returned);
        await market.PaymentBecomesAsync("returned");

        var books = (await market.Tenant.GetAsync("/v1/ledger/balances")).With(200);
        Assert.Equal(0, books.Json.GetProperty("balances").GetArrayLength());
        await market.EventuallyAsync(async () => (await market.Gateway.PendingAsync()).Count == 0);
    }

    [Fact]
    public async Task An_account_nobody_used_is_empty()
    {
        await using var market = await PaymentMarket.StartAsync();

        Assert.Equal("0", (await market.Operator.GetAsync("/v1/ledger/balances")).With(200).Text("entries"));
        Assert.Equal(0, (await market.Operator.GetAsync("/v1/payments")).With(200).Json.GetProperty("data").GetArrayLength());
        Assert.Equal(404, (await market.Operator.GetAsync("/v1/invoices/inv_nothing")).Status);
        Assert.Equal("invoice_not_found", (await market.Tenant.PostAsync("/v1/invoices/inv_nothing/payments", new { method = "card" })).Code);
    }

    [Fact]
    public async Task The_books_laws_are_checked_in_operation()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();
        await market.Tenant.PostAsync($"/v1/sandbox/payments/{Payment}/pay");
        await market.DepositBecomesAsync(DepositStatus.Held);

        foreach (var name in new[] { "ledgers_balance", "held_money_never_negative", "clearing_nets_to_zero" })
        {
            var law = Assert.Single(market.Api.Services.GetServices<IInvariant>(), invariant => invariant.Name == name);
            Assert.Empty(await law.ViolationsAsync(TestContext.Current.CancellationToken));
        }
    }
}
