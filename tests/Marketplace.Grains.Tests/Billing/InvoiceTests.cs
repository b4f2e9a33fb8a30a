using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Testing;
using NodaTime;
using static Marketplace.Grains.Tests.Billing.BillingWorld;

namespace Marketplace.Grains.Tests.Billing;

public class InvoiceTests
{
    private static readonly LeaseId Lease = Marketplace.Domain.Leases.Lease.IdOf(Reservation);
    private static readonly InvoiceId January = Invoice.IdOf(Statement(1));

    [Fact]
    public async Task BC65_rent_stated_twice_is_one_invoice()
    {
        await using var world = await BillingWorld.StartAsync();

        await TellAsync(world, 1, new RentDue(Statement(1)));
        await TellAsync(world, 1, new RentDue(Statement(1)));
        await TellAsync(world, 2, new RentDue(Statement(1)));

        Assert.Equal(1, (await world.Account.GetAsync())!.State.OpenInvoices);
        Assert.Equal(Usd(1_190_400), (await world.Account.GetInvoiceAsync(January))!.Total);
    }

    [Fact]
    public async Task A_paid_invoice_reaches_operator_and_marketplace()
    {
        await using var world = await BillingWorld.StartAsync();
        await TellAsync(world, 1, new RentDue(Statement(1)));

        await PayAsync(world);

        Assert.Equal(InvoiceStatus.Paid, (await world.Account.GetInvoiceAsync(January))!.Status);
        Assert.Equal(Usd(-1_130_880), await world.BalanceAsync(Operator, LedgerAccountKind.OperatorPayable));
        Assert.Equal(Usd(-59_520), await world.BalanceAsync(Organization.Platform, LedgerAccountKind.PlatformFees));
        await world.AssertBooksAgreeAsync(1_190_400);
    }

    [Fact]
    public async Task A_repeated_request_starts_no_second_payment()
    {
        await using var world = await BillingWorld.StartAsync();
        await TellAsync(world, 1, new RentDue(Statement(1)));

        var first = await world.Account.PayInvoiceAsync(new PayInvoice(January, PaymentMethod.Card, "request-1"));
        var payment = first.Value!.Payment!.Value;
        await world.EventuallyAsync(async () => (await world.Payment(payment).GetAsync())?.State.Status == PaymentStatus.AwaitingPayer, payment);
        await world.PayAsync(payment, GatewayOutcome.Declined);
        await world.EventuallyAsync(async () => (await world.Account.GetInvoiceAsync(January))!.PaymentUnderWay is false, payment);
        var repeated = await world.Account.PayInvoiceAsync(new PayInvoice(January, PaymentMethod.Card, "request-1"));
        var another = await world.Account.PayInvoiceAsync(new PayInvoice(January, PaymentMethod.Card, "request-2"));

        Assert.Equal(payment, repeated.Value!.Payment);
        Assert.NotEqual(payment, another.Value!.Payment);
    }

    [Fact]
    public async Task An_unpaid_invoice_falls_overdue_at_its_hour()
    {
        await using var world = await BillingWorld.StartAsync();
        await TellAsync(world, 1, new RentDue(Statement(1)));
        var overdueAt = (await world.Account.GetInvoiceAsync(January))!.OverdueAt;

        await world.Market.Clock.SetForwardAsync(overdueAt - Duration.FromTicks(1));
        await world.Account.VisitAsync(null);
        Assert.Equal(InvoiceStatus.Open, (await world.Account.GetInvoiceAsync(January))!.Status);
        await world.Market.Clock.SetForwardAsync(overdueAt);
        await world.Account.VisitAsync(null);

        Assert.Equal(InvoiceStatus.Overdue, (await world.Account.GetInvoiceAsync(January))!.Status);
    }

    [Fact]
    public async Task BC53_a_lease_that_ends_takes_what_it_owes_from_the_deposit_and_gives_the_rest_back()
    {
        await using var world = await BillingWorld.StartAsync();
        await world.Account.OpenDepositAsync(Opening with { Amount = Usd(2_000_000) });
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        await world.PayAsync(DepositPayment);
        await world.DepositBecomesAsync(DepositStatus.Held);

        await TellAsync(world, 1, new RentDue(Statement(1)));
        await TellAsync(world, 2, new LeaseSettled(Lease, Reservation, Operator, TestMarket.Begin));
        await world.DepositBecomesAsync(DepositStatus.Returned);

        Assert.Equal([Usd(809_600)], world.Market.Gateway.Refunds);
        Assert.Equal(InvoiceStatus.Paid, (await world.Account.GetInvoiceAsync(January))!.Status);
        await BooksAgreeAsync(world, 1_190_400);
    }

    [Fact]
    public async Task Everything_is_as_it_was_after_a_crash()
    {
        await using var world = await BillingWorld.StartAsync();
        await TellAsync(world, 1, new RentDue(Statement(1)));
        await PayAsync(world);
        var before = (await world.Account.GetAsync())!;

        await world.Market.CrashAsync();

        var after = (await world.Account.GetAsync())!;
        Assert.Equal(before.Version, after.Version);
        Assert.Equal(before.State.Balances, after.State.Balances);
        await world.AssertBooksAgreeAsync(1_190_400);
    }

    private static async Task PayAsync(BillingWorld world)
    {
        var paying = await InsistAsync(() => world.Account.PayInvoiceAsync(new PayInvoice(January, PaymentMethod.Transfer, "pay")));
        var payment = paying.Value!.Payment!.Value;
        await world.EventuallyAsync(async () => (await world.Payment(payment).GetAsync())?.State.Status == PaymentStatus.AwaitingPayer, payment);
        await world.PayAsync(payment);
        await BooksAgreeAsync(world, 1_190_400, payment);
    }

    private static Task BooksAgreeAsync(BillingWorld world, long collected, params PaymentId[] payments) => world.EventuallyAsync(
        async () => await world.BalanceAsync(Organization.Platform, LedgerAccountKind.PlatformFees) == -Usd(collected).Share(Percentage.From(5)),
        [DepositPayment, .. payments]);

    private static async Task<bool> TellAsync(BillingWorld world, long sequence, Notice notice)
    {
        await world.Account.ReceiveAsync(new Envelope(GrainKeys.Lease(Lease).ToString(), sequence, notice));
        return true;
    }

    private static RentStatement Statement(int revision) => RentStatements.January(Tenant, Operator, Reservation, revision);
}
