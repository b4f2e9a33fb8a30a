using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Testing.BadDays;
using NodaTime;

namespace Marketplace.Api.Tests.Billing;

/// <summary>Bad days over a real adapter: after each nothing is charged or given back twice, nothing forgotten, books balanced, reconciliation green.</summary>
public abstract class MoneyDays : IAsyncLifetime
{
    private MoneyMarket _money = null!;

    public async ValueTask InitializeAsync() => _money = await StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await _money.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ADeathAtAnyCallToTheGatewayChargesAndGivesBackOnce(bool after)
    {
        const int Most = 60;
        var died = 0;
        for (; died < Most; died++)
        {
            var some = _money.Case("g");
            _money.Plan.DieAt(died + 1, after);
            await some.RunAsync();
            Assert.Empty(await some.FaultsAsync());
            if (_money.Plan.Calls <= died)
            {
                break;
            }
        }

        Assert.InRange(died, 3, Most - 1);
        Assert.Empty(await _money.FaultsAsync());
    }

    [Fact]
    public async Task AProcessKilledWhileTheGatewayAnswersGoesOnWhereItWas()
    {
        var some = _money.Case("k");
        await some.TakeDepositAsync();
        await _money.CrashAsync();
        await some.IssueAsync();
        var payment = await some.StartPaymentAsync();
        await _money.CrashAsync();
        await some.ComesAsync(payment);
        await _money.CrashAsync();
        await some.PaidAsync();
        await some.GiveDepositBackAsync();

        await AllIsWellAsync(some);
    }

    [Fact]
    public async Task AGatewayDownForAnHourDelaysAndChangesNothing()
    {
        var some = _money.Case("down");
        await some.TakeDepositAsync();
        await some.IssueAsync();
        _money.Plan.IsDown = true;
        var payment = await some.StartPaymentAsync();
        for (var minute = 0; minute < 60; minute += 10)
        {
            await _money.Market.Clock.SetForwardAsync(_money.Market.Clock.Now + Duration.FromMinutes(10));
            await some.Account.DrainAsync();
            await some.Payment(payment).VisitAsync(null);
        }

        _money.Plan.IsDown = false;
        await some.ComesAsync(payment);
        await some.PaidAsync();
        await some.GiveDepositBackAsync();

        await AllIsWellAsync(some);
    }

    [Fact]
    public async Task NotificationsLostForADayAreMadeGoodByTheBackfill()
    {
        var some = _money.Case("lost");
        await some.TakeDepositAsync();
        await some.IssueAsync();
        Assert.Empty(await _money.FaultsAsync());
        _money.NotificationsArrive = false;
        var payment = await some.AwaitedAsync(await some.StartPaymentAsync());
        await _money.Bank.PayAsync(payment);
        await _money.Reconciliation.RunAsync(full: false);
        var incident = Assert.Single((await _money.Reconciliation.GetAsync()).Incidents);
        Assert.Equal((payment.Id.Value, MoneyCase.InvoiceAmount), (incident.Subject, incident.Drift));

        await _money.Reconciliation.RunAsync(full: true);
        await some.PaidAsync();
        await some.GiveDepositBackAsync();

        await AllIsWellAsync(some);
        Assert.Equal(IncidentStatus.Resolved, (await _money.Reconciliation.GetIncidentAsync(incident.Id))!.Status);
    }

    [Fact]
    public async Task NotificationsReversedAndTripledOfADeclinedAndReplacedCardChangeNothing()
    {
        var some = _money.Case("rev");
        await some.TakeDepositAsync();
        await some.IssueAsync();
        var payment = await some.StartPaymentAsync();
        await some.AwaitedAsync(payment);
        _money.NotificationsArrive = false;
        await _money.Bank.DeclineAsync(await some.AwaitedAsync(payment));
        await _money.Bank.PayAsync(await some.AwaitedAsync(payment));
        _money.NotificationsArrive = true;
        await _money.NotifyAsync(notices => notices.Reverse().SelectMany(notice => Enumerable.Repeat(notice, 3)));
        await some.PaidAsync();
        await some.GiveDepositBackAsync();

        await AllIsWellAsync(some);
    }

    [Theory]
    [InlineData(DisputeStatus.Won)]
    [InlineData(DisputeStatus.Lost)]
    public async Task ADisputeTakesMoneyAwayAndGivesItBackOrNot(DisputeStatus end)
    {
        var nothing = new Money(Currency.Usd, 0);
        var some = _money.Case("disp");
        await some.TakeDepositAsync();
        await some.IssueAsync();
        await some.PayAsync();
        var payment = (await some.Payment(some.FirstPayment).GetAsync())!.State;
        await some.DisputeAsync(payment, DisputeStatus.Open);
        await some.EventuallyAsync(async () => await some.BalanceAsync(some.Operator, LedgerAccountKind.PayoutsHeld, payment.Id.Value) == -MoneyCase.OperatorShare);
        Assert.Empty(await _money.FaultsAsync());

        await some.DisputeAsync(payment, end);
        await some.EventuallyAsync(async () =>
            await some.BalanceAsync(some.Operator, LedgerAccountKind.PayoutsHeld, payment.Id.Value) == nothing
            && await some.BalanceAsync(some.Operator, LedgerAccountKind.OperatorPayable) == (end == DisputeStatus.Won ? -MoneyCase.OperatorShare : nothing));
        if (end == DisputeStatus.Lost)
        {
            await some.ComesAsync(await some.StartPaymentAsync("again"));
        }

        await some.PaidAsync();
        await some.GiveDepositBackAsync();
        await AllIsWellAsync(some);
    }

    /// <summary>Starts a market over the adapter.</summary>
    private protected abstract Task<MoneyMarket> StartAsync();

    private async Task AllIsWellAsync(MoneyCase some)
    {
        Assert.Empty(await some.FaultsAsync());
        Assert.Empty(await _money.FaultsAsync());
    }
}
