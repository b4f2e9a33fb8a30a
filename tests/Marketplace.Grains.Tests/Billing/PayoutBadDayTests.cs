using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Testing;
using Marketplace.Testing.BadDays;
using NodaTime;

namespace Marketplace.Grains.Tests.Billing;

/// <summary>Bad days after the operator was paid out: what has left comes back as far as it must, and goes out once.</summary>
public sealed class PayoutBadDayTests : IAsyncLifetime
{
    private readonly TestGateway gateway = new();
    private MoneyMarket money = null!;

    public async ValueTask InitializeAsync() => money = await MoneyMarket.StartAsync(gateway);

    public ValueTask DisposeAsync() => money.DisposeAsync();

    [Fact]
    public async Task A_gateway_down_for_an_hour_delays_payout_refund_and_reversal()
    {
        var some = money.Case("down");
        await PaidAsync(some);
        await some.SignUpAsync();
        money.Plan.IsDown = true;
        await money.Market.Clock.SetForwardAsync(some.ServiceEnd);
        await AnHourAsync(some);
        Assert.Equal(PayoutStatus.Sending, Assert.Single(await some.PayoutsAsync()).Status);
        money.Plan.IsDown = false;
        await some.PaidOutAsync();

        money.Plan.IsDown = true;
        await some.AskForCreditAsync();
        await AnHourAsync(some);
        Assert.Equal(CreditRefundStatus.Asked, (await some.Account.GetRefundAsync(some.Refund))!.Status);
        Assert.Empty(gateway.Refunds);
        Assert.Empty(gateway.Reversals);
        money.Plan.IsDown = false;
        await some.CreditGivenBackAsync();

        await EndAsync(some);
    }

    [Theory]
    [InlineData(DisputeStatus.Won)]
    [InlineData(DisputeStatus.Lost)]
    public async Task A_dispute_after_payout_and_refund_takes_back_what_is_there_and_pays_out_once_more_what_is_due(DisputeStatus end)
    {
        var some = money.Case("disp");
        await PaidAsync(some);
        await some.PayOutAsync();
        await some.GiveCreditBackAsync();
        var payment = (await some.Payment(some.FirstPayment).GetAsync())!.State;

        await some.DisputeAsync(payment, DisputeStatus.Open);
        await money.NotifyAsync(notices => notices.Concat(notices));
        await some.EventuallyAsync(async () => await WithOperatorAsync(some) == Nothing);
        Assert.Empty(await money.FaultsAsync());
        await some.DisputeAsync(payment, end);
        await money.NotifyAsync(notices => notices.Concat(notices));
        if (end == DisputeStatus.Lost)
        {
            await some.EventuallyAsync(async () => (await some.Account.GetInvoiceAsync(some.Invoice))!.Status != InvoiceStatus.Paid);
            await some.ComesAsync(await some.StartPaymentAsync("again"));
        }

        // The refund was borne by the operator already; what is paid anew brings the rest and not more.
        await some.EventuallyAsync(async () => await WithOperatorAsync(some) == MoneyCase.OperatorShare - some.ReversedShare);
        Assert.Equal(InvoiceStatus.Paid, (await some.Account.GetInvoiceAsync(some.Invoice))!.Status);
        Assert.Equal([MoneyCase.OperatorShare, MoneyCase.OperatorShare - some.ReversedShare], gateway.Transfers.Values.OrderByDescending(amount => amount.Minor));
        await EndAsync(some);
    }

    [Fact]
    public async Task Money_kept_as_credit_comes_with_what_covers_it_so_that_nothing_comes_back_from_payouts()
    {
        var some = money.Case("kept");
        await PaidAsync(some);
        await some.PayOutAsync();
        var platform = money.Market.Grains.GetGrain<IBillingAccountGrain>("org_platform");
        var entry = new BankEntry(BankReceiptId.From("brc_kept"), "NO93", "s1", "e1", new LocalDate(2026, 2, 1), new Money(Currency.Usd, 50_000), "Lumen", "NO83", "rent", null);
        var twice = new ReferencedInvoice(some.Tenant, some.Operator, some.Invoice);
        Assert.True((await platform.ManageAsync(new TakeBankEntries([new NamedBankEntry(entry, twice)]))).IsGranted);
        await some.EventuallyAsync(async () => (await platform.GetReceiptAsync(entry.Id))!.Status == BankReceiptStatus.Duplicate);

        Assert.True((await platform.ManageAsync(new AssignReceipt(entry.Id, twice, Keep: true, "req"))).IsGranted);
        await some.EventuallyAsync(async () => await some.BalanceAsync(some.Operator, LedgerAccountKind.OperatorPayable) == -new Money(Currency.Usd, 47_500));
        Assert.True(await money.InsistAsync(some.DrainAsync));

        Assert.Empty(gateway.Reversals);
        Assert.Equal([MoneyCase.OperatorShare], gateway.Transfers.Values);
        await EndAsync(some);
    }

    [Fact]
    public async Task A_refund_that_the_payers_bank_sends_back_is_owed_again_though_nobody_told_and_leaves_by_bank_once()
    {
        var some = money.Case("back");
        await PaidAsync(some);
        await some.PayOutAsync();
        await some.GiveCreditBackAsync();
        Assert.Empty(await money.FaultsAsync());
        money.NotificationsArrive = false;
        gateway.SendBack(some.FirstPayment, some.RefundAmount, $"{some.FirstPayment}:{some.Refund}:0");

        // The notification is lost for a day; the backfill finds it.
        await money.Reconciliation.RunAsync(full: false);
        Assert.Equal(some.RefundAmount, Assert.Single((await money.Reconciliation.GetAsync()).Incidents).Drift);
        await money.Reconciliation.RunAsync(full: true);
        await some.EventuallyAsync(async () => (await some.Account.GetRefundAsync(some.Refund))!.Status == CreditRefundStatus.Declined);
        Assert.Equal(-some.RefundAmount, await some.BalanceAsync(some.Tenant, LedgerAccountKind.RefundsOwed, some.Refund.Value));
        var platform = OrganizationId.From("org_platform");
        var (bank, sent) = (await some.BalanceAsync(platform, LedgerAccountKind.Bank), new RecordRefundTransfer(some.Refund, "BANK-1"));
        Assert.True((await some.Account.ManageAsync(sent)).IsGranted);
        Assert.True((await some.Account.ManageAsync(sent)).IsGranted);

        await some.EventuallyAsync(async () => await some.BalanceAsync(platform, LedgerAccountKind.Bank) == bank - some.RefundAmount);
        Assert.Equal(CreditRefundStatus.Paid, (await some.Account.GetRefundAsync(some.Refund))!.Status);
        await some.GiveDepositBackAsync();
        Assert.Equal([some.RefundAmount, MoneyCase.DepositAmount], gateway.Refunds);
        Assert.Empty(await money.FaultsAsync());
    }

    [Fact]
    public async Task A_refund_larger_than_the_rest_is_refused_and_what_is_left_goes_back_once()
    {
        var some = money.Case("rest");
        await PaidAsync(some);
        await some.PayOutAsync();
        await some.GiveCreditBackAsync();
        var invoice = (await some.Account.GetInvoiceAsync(some.Invoice))!;
        money.Plan.DieAt(null);

        var more = new RefundCredit(RefundId.From("rfd_more"), invoice, new Money(Currency.Usd, 1), "too much");
        Assert.Equal("refund_above_credit", (await some.Account.RefundAsync(more)).Refusal!.Code);
        await some.AskForCreditAsync();
        Assert.True(await money.InsistAsync(some.DrainAsync));

        Assert.Equal(0, money.Plan.Calls);
        await EndAsync(some);
    }

    [Fact]
    public async Task A_transfer_that_the_gateway_declines_is_made_a_day_later_as_another_once()
    {
        var some = money.Case("decl");
        await PaidAsync(some);
        await some.SignUpAsync();
        gateway.TransferOutcome = GatewayOutcome.Declined;
        await money.Market.Clock.SetForwardAsync(some.ServiceEnd);
        Assert.True(await money.InsistAsync(some.DrainAsync));
        Assert.Equal(-MoneyCase.OperatorShare, await some.BalanceAsync(some.Operator, LedgerAccountKind.OperatorPayable));
        gateway.TransferOutcome = null;

        await some.PaidOutAsync();
        await some.GiveCreditBackAsync();
        await EndAsync(some);
    }

    private static Money Nothing => new(Currency.Usd, 0);

    private static async Task<Money> WithOperatorAsync(MoneyCase some) =>
        Money.Sum(Currency.Usd, (await some.PayoutsAsync()).Where(payout => payout.Status == PayoutStatus.Sent).Select(payout => payout.Order.Amount - payout.Reversed));

    private static async Task PaidAsync(MoneyCase some)
    {
        await some.TakeDepositAsync();
        await some.IssueAsync();
        await some.PayAsync();
    }

    private async Task AnHourAsync(MoneyCase some)
    {
        for (var minute = 0; minute < 60; minute += 10)
        {
            await money.Market.Clock.SetForwardAsync(money.Market.Clock.Now + Duration.FromMinutes(10));
            Assert.True(await money.InsistAsync(some.DrainAsync));
        }
    }

    private async Task EndAsync(MoneyCase some)
    {
        await some.GiveDepositBackAsync();
        Assert.Empty(await some.FaultsAsync());
        Assert.Empty(await money.FaultsAsync());
    }
}
