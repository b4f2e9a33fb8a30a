using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Testing;
using Marketplace.Testing.BadDays;

namespace Marketplace.Grains.Tests.Billing;

/// <summary>
/// An invoice above what one payment takes (case BC-63): paid in parts, each once the one before has come, paid out of each
/// charge, and given back to each; with a part declined, late, or the process dead between any two calls.
/// </summary>
public sealed class PaymentPartsTests : IAsyncLifetime
{
    private const int MostSteps = 80;
    private static readonly Money Most = new(Currency.Usd, 500_000);
    private readonly TestGateway gateway = new() { Largest = 500_000 };
    private MoneyMarket money = null!;

    public async ValueTask InitializeAsync() => money = await MoneyMarket.StartAsync(gateway);

    public ValueTask DisposeAsync() => money.DisposeAsync();

    [Fact]
    public async Task BC63_each_part_is_charged_once_paid_out_of_its_own_charge_and_given_back_by_its_own_payment()
    {
        var some = money.Case("p", Usd(600_000));

        await some.RunAsync();

        var movements = await money.MovementsAsync([.. (await some.PaymentsAsync()).Skip(1).Select(payment => payment.Value)]);
        Assert.Equal([Most, Most, Usd(190_400)], Of(GatewayMovementKind.Charge));
        Assert.Equal([-Usd(100_000), -Most], Of(GatewayMovementKind.Refund).OrderByDescending(amount => amount.Minor));
        Assert.Equal(3, (await some.PayoutsAsync()).Select(payout => payout.Order.Payment).Distinct().Count());
        await AllIsWellAsync(some);

        IEnumerable<Money> Of(GatewayMovementKind kind) => movements.Where(movement => movement.Kind == kind).Select(movement => movement.Amount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_death_at_any_call_to_the_gateway_charges_pays_out_and_gives_back_each_part_once(bool after)
    {
        var died = 0;
        for (; died < MostSteps; died++)
        {
            var some = money.Case("g", Usd(600_000));
            money.Plan.DieAt(died + 1, after);
            await some.RunAsync();
            Assert.Empty(await some.FaultsAsync());
            if (money.Plan.Calls <= died)
            {
                break;
            }
        }

        Assert.InRange(died, 12, MostSteps - 1);
        Assert.Empty(await money.FaultsAsync());
    }

    [Fact]
    public async Task A_card_declined_for_one_part_is_replaced_and_the_parts_before_stay_paid()
    {
        var some = money.Case("c");
        var second = await FirstPartPaidAsync(some);

        await money.Bank.DeclineAsync(await some.AwaitedAsync(second));
        await money.NotifyAsync();
        Assert.Equal(second, (await some.Account.PayInvoiceAsync(new PayInvoice(some.Invoice, PaymentMethod.Card, "again"))).Value!.Payment);
        await some.ComesAsync(second);
        await some.ComesAsync(await some.NextPaymentAsync(second));
        await some.PaidAsync();

        await RestAsync(some);
    }

    [Fact]
    public async Task A_part_declined_for_good_leaves_the_rest_owed_nothing_paid_out_and_only_the_rest_is_charged_anew()
    {
        var some = money.Case("d");
        var second = await FirstPartPaidAsync(some);

        await FailAsync(some, second);
        var left = (await some.Account.GetInvoiceAsync(some.Invoice))!;
        Assert.Equal((InvoiceStatus.Open, MoneyCase.InvoiceAmount - Most), (left.Status, left.Outstanding));

        // The month ends and the operator has signed up, but an invoice paid in part pays nothing out.
        await some.SignUpAsync();
        await money.Market.Clock.SetForwardAsync(some.ServiceEnd);
        Assert.True(await money.InsistAsync(some.DrainAsync));
        Assert.Empty(await some.PayoutsAsync());
        var third = await some.StartPaymentAsync("again");
        Assert.NotEqual(second, third);
        await some.ComesAsync(third);
        await some.ComesAsync(await some.NextPaymentAsync(third));

        await some.PaidOutAsync();
        await some.GiveCreditBackAsync();
        await some.GiveDepositBackAsync();
        await AllIsWellAsync(some);
    }

    [Fact]
    public async Task A_part_that_comes_after_it_was_given_up_counts_and_ends_what_replaced_it_once_nothing_is_left()
    {
        var some = money.Case("l");
        var second = await FirstPartPaidAsync(some);
        await FailAsync(some, second);
        var third = await some.StartPaymentAsync("again");
        await some.AwaitedAsync(third);

        gateway.Move(second, GatewayOutcome.Succeeded);
        await some.EventuallyAsync(async () => (await some.Account.GetInvoiceAsync(some.Invoice))!.Outstanding == Usd(190_400));
        var open = (await some.Account.GetInvoiceAsync(some.Invoice))!;
        Assert.Equal((third, true), (open.Payment!.Value, open.PaymentUnderWay));

        // What is left is credited: nothing is owed, and the payment that waits can no longer be paid.
        Assert.True((await some.Account.IssueCreditNoteAsync(new IssueCreditNote(CreditNoteId.From("cn_l"), some.Operator, open, Usd(190_400), "Late"))).IsGranted);
        await some.EventuallyAsync(() => Task.FromResult(gateway.OutcomeOf(third) == GatewayOutcome.Cancelled), third);
        Assert.Equal(InvoiceStatus.Paid, (await some.Account.GetInvoiceAsync(some.Invoice))!.Status);
        Assert.Equal(Most + Most + MoneyCase.DepositAmount, await some.BalanceAsync(some.Tenant, LedgerAccountKind.Gateway));
        Assert.Empty(await money.FaultsAsync());
    }

    [Fact]
    public async Task A_process_killed_after_each_part_goes_on_with_the_next()
    {
        var some = money.Case("k");
        await some.TakeDepositAsync();
        await some.IssueAsync();
        PaymentId? paid = null;
        for (var payment = await some.StartPaymentAsync(); paid != payment; payment = await some.NextPaymentAsync(payment))
        {
            await money.CrashAsync();
            await money.Bank.PayAsync(await some.AwaitedAsync(payment));
            await money.CrashAsync();
            await money.NotifyAsync();
            paid = payment;
        }

        await some.PaidAsync();
        await RestAsync(some);
    }

    private static Money Usd(long cents) => new(Currency.Usd, cents);

    private async Task<PaymentId> FirstPartPaidAsync(MoneyCase some)
    {
        await some.TakeDepositAsync();
        await some.IssueAsync();
        var first = await some.StartPaymentAsync();
        await some.ComesAsync(first);
        var second = await some.NextPaymentAsync(first);
        await some.AwaitedAsync(second);
        return second;
    }

    private async Task FailAsync(MoneyCase some, PaymentId payment)
    {
        gateway.Move(payment, GatewayOutcome.Declined);
        await some.EventuallyAsync(async () => !(await some.Account.GetInvoiceAsync(some.Invoice))!.PaymentUnderWay, payment);
    }

    private async Task RestAsync(MoneyCase some)
    {
        await some.PayOutAsync();
        await some.GiveCreditBackAsync();
        await some.GiveDepositBackAsync();
        await AllIsWellAsync(some);
    }

    private async Task AllIsWellAsync(MoneyCase some)
    {
        Assert.Empty(await some.FaultsAsync());
        Assert.Empty(await money.FaultsAsync());
    }
}
