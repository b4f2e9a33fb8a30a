using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Testing;
using Marketplace.Testing.BadDays;
using Marketplace.Testing.Faults;
using NodaTime;

namespace Marketplace.Grains.Tests.Billing;

/// <summary>
/// Days on which everything goes wrong between issuing an invoice, paying the operator out and giving credit and deposit back.
/// After each: nothing charged, paid out or given back twice, nothing forgotten, books balanced, reconciliation green.
/// </summary>
public sealed class BadDayTests : IAsyncLifetime
{
    private const int MostSteps = 400;
    private readonly TestGateway gateway = new();
    private MoneyMarket money = null!;

    public async ValueTask InitializeAsync() => money = await MoneyMarket.StartAsync(gateway);

    public ValueTask DisposeAsync() => money.DisposeAsync();

    [Theory]
    [InlineData(FaultKind.ErrorBeforeWrite)]
    [InlineData(FaultKind.ErrorAfterWrite)]
    public async Task BC71_a_failure_at_any_write_doubles_and_forgets_nothing(FaultKind kind)
    {
        var struck = 0;
        for (; struck < MostSteps; struck++)
        {
            var some = money.Case("w");
            var (writes, number) = (0, struck + 1);
            money.Market.Faults.Reset();
            var fault = money.Market.Faults.At(kind, write => some.Concerns(write.Key) && Interlocked.Increment(ref writes) == number);
            await some.RunAsync();
            Assert.Empty(await some.FaultsAsync());
            if (!fault.Reached.IsCompleted)
            {
                break;
            }
        }

        money.Market.Faults.Reset();
        Assert.InRange(struck, 40, MostSteps - 1);
        Assert.Empty(await money.FaultsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_death_at_any_call_to_the_gateway_charges_and_gives_back_once(bool after)
    {
        var died = 0;
        for (; died < MostSteps; died++)
        {
            var some = money.Case("g");
            money.Plan.DieAt(died + 1, after);
            await some.RunAsync();
            Assert.Empty(await some.FaultsAsync());
            if (money.Plan.Calls <= died)
            {
                break;
            }
        }

        Assert.InRange(died, 3, MostSteps - 1);
        Assert.Empty(await money.FaultsAsync());
    }

    [Fact]
    public async Task A_process_killed_between_any_two_writes_goes_on_where_it_was()
    {
        var killed = 0;
        for (; killed < MostSteps; killed++)
        {
            var some = money.Case("k");
            var (writes, number) = (0, killed + 1);
            money.Market.Faults.Reset();
            var fault = money.Market.Faults.At(FaultKind.Delay, write => some.Concerns(write.Key) && Interlocked.Increment(ref writes) == number);
            var run = some.RunAsync();
            if (await Task.WhenAny(run, fault.Reached) == fault.Reached)
            {
                // The write hangs for ever; another process takes over.
                await money.CrashAsync();
            }

            await run;
            Assert.Empty(await some.FaultsAsync());
            if (!fault.Reached.IsCompleted)
            {
                break;
            }
        }

        money.Market.Faults.Reset();
        Assert.InRange(killed, 40, MostSteps - 1);
        Assert.Empty(await money.FaultsAsync());
    }

    [Fact]
    public async Task A_gateway_down_for_an_hour_delays_and_changes_nothing()
    {
        var some = money.Case("down");
        await some.TakeDepositAsync();
        await some.IssueAsync();
        money.Plan.IsDown = true;
        var payment = await some.StartPaymentAsync();
        for (var minute = 0; minute < 60; minute += 5)
        {
            await money.Market.Clock.SetForwardAsync(money.Market.Clock.Now + Duration.FromMinutes(5));
            await some.Account.DrainAsync();
            await some.Payment(payment).VisitAsync(null);
        }

        Assert.Equal(PaymentStatus.Preparing, (await some.Payment(payment).GetAsync())!.State.Status);
        Assert.False((await money.Reconciliation.RunAsync(full: true)).GatewayAnswered);
        money.Plan.IsDown = false;
        await some.ComesAsync(payment);
        await some.PaidAsync();
        await some.GiveDepositBackAsync();

        await AllIsWellAsync(some);
    }

    [Fact]
    public async Task Notifications_lost_for_a_day_are_drift_until_the_backfill_makes_them_good()
    {
        var some = money.Case("lost");
        await some.TakeDepositAsync();
        await some.IssueAsync();
        Assert.Empty(await money.FaultsAsync());
        money.NotificationsArrive = false;
        var payment = await some.AwaitedAsync(await some.StartPaymentAsync());
        await money.Bank.PayAsync(payment);

        // What is compared every minute sees money at the gateway that the books do not know.
        await money.Reconciliation.RunAsync(full: false);
        var incident = Assert.Single((await money.Reconciliation.GetAsync()).Incidents);
        Assert.Equal((payment.Id.Value, MoneyCase.InvoiceAmount, IncidentStatus.Open), (incident.Subject, incident.Drift, incident.Status));
        Assert.Equal(InvoiceStatus.Open, (await some.Account.GetInvoiceAsync(some.Invoice))!.Status);

        var run = await money.Reconciliation.RunAsync(full: true);
        Assert.Equal(1, run.NoticesNew);
        await some.PaidAsync();
        await some.GiveDepositBackAsync();

        await AllIsWellAsync(some);
        Assert.Equal(IncidentStatus.Resolved, (await money.Reconciliation.GetIncidentAsync(incident.Id))!.Status);
    }

    [Fact]
    public async Task Notifications_reversed_and_tripled_change_nothing()
    {
        var some = money.Case("rev");
        await some.TakeDepositAsync();
        await some.IssueAsync();
        var payment = await some.StartPaymentAsync();
        await some.AwaitedAsync(payment);
        money.NotificationsArrive = false;
        await money.Bank.DeclineAsync(await some.AwaitedAsync(payment));
        await money.Bank.PayAsync(await some.AwaitedAsync(payment));
        money.NotificationsArrive = true;
        await money.NotifyAsync(notices => notices.Reverse().SelectMany(notice => Enumerable.Repeat(notice, 3)));
        await some.PaidAsync();
        await some.GiveDepositBackAsync();

        await AllIsWellAsync(some);
    }

    [Fact]
    public async Task A_declined_card_is_replaced_and_charged_once()
    {
        var some = money.Case("card");
        await some.TakeDepositAsync();
        await some.IssueAsync();
        var payment = await some.StartPaymentAsync();
        await money.Bank.DeclineAsync(await some.AwaitedAsync(payment));
        await money.NotifyAsync();
        await some.AwaitedAsync(payment);
        Assert.Equal(InvoiceStatus.Open, (await some.Account.GetInvoiceAsync(some.Invoice))!.Status);

        await some.ComesAsync(payment);
        await some.PaidAsync();
        await some.GiveDepositBackAsync();

        await AllIsWellAsync(some);
    }

    [Fact]
    public async Task A_refund_larger_than_the_rest_is_refused_before_the_gateway_hears_of_it()
    {
        var some = money.Case("rest");
        await some.TakeDepositAsync();
        money.Plan.DieAt(null);
        var payment = (await some.Payment(some.DepositPayment).GetAsync())!.State;

        var refused = Payment.Decide(payment, new GiveBack(MoneyCase.DepositAmount + new Money(Currency.Usd, 1), "too much"), money.Market.Clock.Now);

        Assert.NotNull(refused.Refusal);
        Assert.Equal(0, money.Plan.Calls);
        await some.IssueAsync();
        await some.PayAsync();
        await some.GiveDepositBackAsync();
        await AllIsWellAsync(some);
    }

    [Theory]
    [InlineData(DisputeStatus.Won)]
    [InlineData(DisputeStatus.Lost)]
    public async Task A_dispute_takes_money_away_and_gives_it_back_or_not(DisputeStatus end)
    {
        var some = money.Case("disp");
        await some.TakeDepositAsync();
        await some.IssueAsync();
        await some.PayAsync();
        var payment = (await some.Payment(some.FirstPayment).GetAsync())!.State;

        await some.DisputeAsync(payment, DisputeStatus.Open);
        await money.NotifyAsync();
        await some.EventuallyAsync(async () => await some.BalanceAsync(some.Operator, LedgerAccountKind.PayoutsHeld, payment.Id.Value) == -MoneyCase.OperatorShare);
        Assert.Equal(MoneyCase.InvoiceAmount, await some.BalanceAsync(some.Tenant, LedgerAccountKind.Disputes, payment.Id.Value));
        Assert.Equal(new Money(Currency.Usd, 0), await some.BalanceAsync(some.Operator, LedgerAccountKind.OperatorPayable));
        Assert.Empty(await money.FaultsAsync());

        await some.DisputeAsync(payment, end);
        await money.NotifyAsync(notices => notices.Concat(notices));
        await some.EventuallyAsync(async () => await some.BalanceAsync(some.Operator, LedgerAccountKind.PayoutsHeld, payment.Id.Value) == new Money(Currency.Usd, 0));
        if (end == DisputeStatus.Lost)
        {
            // Owed again, and paid again by another payment.
            await some.EventuallyAsync(async () => (await some.Account.GetInvoiceAsync(some.Invoice))!.Status != InvoiceStatus.Paid);
            await some.EventuallyAsync(async () => await some.BalanceAsync(some.Operator, LedgerAccountKind.OperatorPayable) == new Money(Currency.Usd, 0));
            Assert.Empty(await money.FaultsAsync());
            var second = await some.StartPaymentAsync("again");
            Assert.NotEqual(payment.Id, second);
            await some.ComesAsync(second);
        }

        await some.PaidAsync();
        await some.GiveDepositBackAsync();
        await AllIsWellAsync(some);
    }

    private async Task AllIsWellAsync(MoneyCase some)
    {
        Assert.Empty(await some.FaultsAsync());
        Assert.Empty(await money.FaultsAsync());
    }
}
