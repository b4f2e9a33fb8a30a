using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Leases;

/// <summary>What follows when a tenant does not pay, from the due day to the end, through the whole market.</summary>
public sealed class LeaseDunningTests
{
    private static readonly Instant Begin = Instant.FromUtc(2026, 6, 1, 5, 0);
    private static readonly Term Year = new(Begin, Instant.FromUtc(2027, 6, 1, 5, 0));

    // The first invoice is of the day of acceptance, 2 June, and due after 10 days; these are local midnights in Chicago.
    private static readonly Instant OverdueAt = Instant.FromUtc(2026, 6, 12, 5, 0);
    private static readonly Instant NoticedAt = OverdueAt + Duration.FromDays(21);
    private static readonly Instant SuspendedAt = NoticedAt + Duration.FromDays(7);
    private static readonly Instant TerminatedAt = SuspendedAt + Duration.FromDays(30);

    [Fact]
    public async Task Every_step_follows_at_its_hour_and_the_last_ends_the_lease()
    {
        await using var world = await UnpaidAsync();

        await world.AdvanceAsync(OverdueAt);
        Assert.Equal(["invoice.overdue", "invoice.reminded", "lease.grace_began", "lease.in_arrears", "lease.payment_reminded"], await MoneyEventsAsync(world));
        await world.AdvanceAsync(OverdueAt + Duration.FromDays(14));
        var invoice = (await world.InvoicesAsync()).First();
        Assert.Equal([0, 3, 7, 14], invoice.Reminders!.Value.Select(reminder => reminder.Day));
        Assert.Equal(4, (await LeaseAsync(world)).Dunning!.Invoices[0].Reminders);
        await world.NewEventsAsync(world.Example.Operator);

        await world.AdvanceAsync(NoticedAt);
        Assert.Contains("lease.suspension_noticed", await world.NewEventsAsync(world.Example.Operator));
        await world.AdvanceAsync(SuspendedAt);
        Assert.Contains("lease.suspended", await world.NewEventsAsync(world.Example.Operator));
        Assert.Equal((true, SuspendedAt), ((await LeaseAsync(world)).IsSuspended, (await LeaseAsync(world)).Suspensions!.Value[0].From));

        await world.AdvanceAsync(TerminatedAt);
        var ended = await LeaseAsync(world);
        Assert.Equal((LeaseStatus.Ended, TerminatedAt), (ended.Status, ended.EndedAt));
        var events = await world.NewEventsAsync(world.Example.Operator);
        Assert.Contains("lease.terminated_for_cause", events);
        Assert.Contains("lease.ended", events);
        var fee = Assert.Single(await world.InvoicesAsync(), issued => issued.Kind == RentKind.ExitFee);
        Assert.Equal(ended.ExitQuote!.Fee, fee.Total);
        var deposit = (await world.Account.GetDepositAsync(world.ReservationId))!;
        Assert.Equal((DepositStatus.Applied, deposit.Received), (deposit.Status, deposit.Applied));
        Assert.Empty(await world.ViolationsAsync());
    }

    [Fact]
    public async Task Paying_while_suspended_lifts_the_suspension_and_all_is_as_before()
    {
        await using var world = await UnpaidAsync();
        await world.AdvanceAsync(SuspendedAt + Duration.FromDays(3));
        await world.NewEventsAsync(world.Example.Tenant);

        await world.PayInvoicesAsync();

        var healed = await LeaseAsync(world);
        Assert.Equal((LeaseStatus.Active, false, null), (healed.Status, healed.IsSuspended, healed.Dunning));
        Assert.Contains("lease.suspension_lifted", await world.NewEventsAsync(world.Example.Tenant));
        await world.AdvanceAsync(TerminatedAt + Duration.FromDays(1));
        Assert.DoesNotContain("lease.terminated_for_cause", await world.NewEventsAsync(world.Example.Tenant));
        Assert.Empty(await world.ViolationsAsync());
    }

    [Fact]
    public async Task Money_on_its_way_holds_a_termination_up_and_heals_when_it_comes()
    {
        await using var world = await UnpaidAsync();
        await world.AdvanceAsync(SuspendedAt);
        var payments = new List<PaymentId>();
        foreach (var invoice in (await world.InvoicesAsync()).Where(invoice => invoice.Status != InvoiceStatus.Paid))
        {
            payments.Add((await world.Account.PayInvoiceAsync(new PayInvoice(invoice.Id, PaymentMethod.Transfer))).Value!.Payment!.Value);
        }

        await world.Market.Time.SettleAsync();
        payments.ForEach(payment => world.Gateway.Move(payment, GatewayOutcome.Processing));
        await world.AdvanceAsync(TerminatedAt + Duration.FromDays(2));
        var waiting = await LeaseAsync(world);
        Assert.Equal((LeaseStatus.InArrears, true, true), (waiting.Status, waiting.IsSuspended, waiting.Dunning!.WaitsUntil > TerminatedAt));

        foreach (var payment in payments)
        {
            await world.Market.Grains.GetGrain<IPaymentGrain>(payment.Value).ReportAsync(world.Gateway.Move(payment, GatewayOutcome.Succeeded));
        }

        await world.Market.Time.SettleAsync();
        Assert.False((await LeaseAsync(world)).IsSuspended);
    }

    [Fact]
    public async Task A_payment_nobody_makes_is_called_off_at_the_gateway_before_a_termination()
    {
        await using var world = await UnpaidAsync();
        await world.AdvanceAsync(SuspendedAt);
        var first = (await world.InvoicesAsync()).First();
        var payment = (await world.Account.PayInvoiceAsync(new PayInvoice(first.Id, PaymentMethod.Card))).Value!.Payment!.Value;
        await world.AdvanceAsync(TerminatedAt - Duration.FromMinutes(1));
        Assert.Equal(GatewayOutcome.Created, world.Gateway.OutcomeOf(payment));

        // Nobody can say while the gateway is down: ten minutes at a time the step waits.
        world.Gateway.IsDown = true;
        await world.AdvanceAsync(TerminatedAt + Duration.FromHours(1));
        Assert.Equal(LeaseStatus.InArrears, (await LeaseAsync(world)).Status);
        world.Gateway.IsDown = false;
        await world.AdvanceAsync(TerminatedAt + Duration.FromDays(2));

        Assert.Equal(GatewayOutcome.Cancelled, world.Gateway.OutcomeOf(payment));
        Assert.Equal(LeaseStatus.Ended, (await LeaseAsync(world)).Status);
    }

    [Fact]
    public async Task Money_that_came_unnoticed_is_seen_before_the_step()
    {
        await using var world = await UnpaidAsync();
        await world.AdvanceAsync(NoticedAt);
        foreach (var invoice in (await world.InvoicesAsync()).Where(invoice => invoice.Status != InvoiceStatus.Paid))
        {
            var payment = (await world.Account.PayInvoiceAsync(new PayInvoice(invoice.Id, PaymentMethod.Card))).Value!.Payment!.Value;
            await world.Market.Time.SettleAsync();
            world.Gateway.Move(payment, GatewayOutcome.Succeeded);
        }

        await world.AdvanceAsync(SuspendedAt + Duration.FromMinutes(1));

        var healed = await LeaseAsync(world);
        Assert.Equal((LeaseStatus.Active, false), (healed.Status, healed.IsSuspended));
    }

    /// <summary>A lease whose first invoice of a node-year is never paid; prices by the hour, in advance, and 10 days to pay.</summary>
    private static async Task<MarketplaceWorld> UnpaidAsync()
    {
        var offer = ExamplePool.Offer with
        {
            Clauses = ExamplePool.Offer.Clauses with { PaymentDays = 9, Timing = BillingTiming.InAdvance },
        };
        var world = await MarketplaceWorld.StartAsync(2, new LocalDate(2026, 6, 1), offer);
        await world.ReserveAsync(Year, 8);
        await world.PayDepositAsync();
        await world.AdvanceAsync(Begin);
        await world.DeliverAsync(1);
        await world.AdvanceAsync(Begin + Duration.FromDays(1));
        await world.AcceptAsync(1);
        await world.NewEventsAsync(world.Example.Tenant);
        await world.NewEventsAsync(world.Example.Operator);
        return world;
    }

    private static async Task<Lease> LeaseAsync(MarketplaceWorld world) => (await world.Lease.GetAsync())!.State;

    private static async Task<IEnumerable<string>> MoneyEventsAsync(MarketplaceWorld world) =>
        (await world.NewEventsAsync(world.Example.Tenant)).Where(type => type.StartsWith("invoice.", StringComparison.Ordinal) || type.StartsWith("lease.", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
