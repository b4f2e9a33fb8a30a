using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests;

/// <summary>Whole lives, from a planned site to an ended lease, with the exact events at every step and a new silo between the steps.</summary>
public sealed class MarketplaceWorldTests
{
    private static readonly LocalDate Ready = new(2026, 6, 1);
    private static readonly Term Summer = new(Instant.FromUtc(2026, 6, 1, 5, 0), Instant.FromUtc(2026, 9, 1, 5, 0));

    [Fact]
    public async Task A_reservation_becomes_a_lease_that_is_billed_renewed_and_ended()
    {
        await using var world = await MarketplaceWorld.StartAsync(4, Ready, Offer(BillingTiming.InAdvance));
        var tenant = new Feed(world, world.Example.Tenant);

        await world.ReserveAsync(Summer, 16);
        await tenant.GainsAsync("quote.made", "quote.used", "reservation.requested", "reservation.held", "reservation.awaiting_deposit", "payment.action_required");

        await world.PayDepositAsync();
        await tenant.GainsAsync("payment.succeeded", "deposit.held", "reservation.confirmed");

        await world.AdvanceAsync(Summer.Start);
        await world.DeliverAsync(1, 2);
        await tenant.GainsAsync("reservation.delivered", "lease.opened", "lease.nodes_delivered", "lease.acceptance_opened");

        await world.AcceptAsync(1, 2);
        await tenant.GainsAsync("lease.nodes_accepted", "lease.rent_stated", "invoice.issued");

        await world.PayInvoicesAsync();
        await tenant.GainsAsync("payment.action_required", "payment.succeeded", "invoice.paid");

        await world.AdvanceAsync(Instant.FromUtc(2026, 7, 2, 0, 0));
        await world.PayInvoicesAsync();
        await tenant.GainsAsync("lease.rent_stated", "invoice.issued", "payment.action_required", "payment.succeeded", "invoice.paid");

        await world.RenewAsync();
        await tenant.GainsAsync("lease.renewed");

        await world.AdvanceAsync(Instant.FromUtc(2026, 8, 2, 0, 0));
        await world.PayInvoicesAsync();
        await tenant.GainsAsync("lease.rent_stated", "invoice.issued", "payment.action_required", "payment.succeeded", "invoice.paid");

        await world.AdvanceAsync(Instant.FromUtc(2026, 9, 2, 0, 0));
        await world.PayInvoicesAsync();
        await tenant.GainsAsync("lease.rent_stated", "invoice.issued", "payment.action_required", "payment.succeeded", "invoice.paid");

        await world.AdvanceAsync(Instant.FromUtc(2026, 10, 2, 0, 0));
        await tenant.GainsAsync("lease.rent_stated", "lease.ended", "deposit.returning", "payment.refunded", "deposit.returned");

        Assert.Equal(LeaseStatus.Ended, (await world.Lease.GetAsync())!.State.Status);
        Assert.Equal(HoldStatus.Released, (await world.Pool.GetHoldAsync(world.ReservationId))!.Status);
        Assert.All(await world.Pool.GetNodesAsync(0, 10), node => Assert.Equal(NodeStatus.Free, node.Status));
        Assert.Equal(
            ["2026-06-01", "2026-07-01", "2026-08-01", "2026-09-01"],
            (await world.InvoicesAsync()).Select(invoice => invoice.Period.Start.ToString("uuuu-MM-dd", null)));
        Assert.Equal((await world.Account.GetDepositAsync(world.ReservationId))!.Amount, Assert.Single(world.Gateway.Refunds));
    }

    [Fact]
    public async Task A_tenant_leaves_early_at_the_price_quoted_and_the_deposit_pays_what_is_owed()
    {
        await using var world = await MarketplaceWorld.StartAsync(4, Ready, Offer(BillingTiming.InArrears));
        var tenant = new Feed(world, world.Example.Tenant);
        await world.ReserveAsync(Summer, 32);
        await world.PayDepositAsync();
        await world.AdvanceAsync(Summer.Start);
        await world.DeliverAsync(1, 2, 3, 4);
        await world.AdvanceAsync(Summer.Start + Duration.FromDays(6));
        await tenant.GainsAsync(
            "quote.made", "quote.used", "reservation.requested", "reservation.held", "reservation.awaiting_deposit", "payment.action_required", "payment.succeeded", "deposit.held", "reservation.confirmed",
            "reservation.delivered", "lease.opened", "lease.nodes_delivered", "lease.acceptance_opened", "lease.nodes_accepted");

        var quote = await world.LeaveAsync();
        await tenant.GainsAsync("lease.exit_quoted", "lease.terminated", "lease.rent_stated", "invoice.issued");

        await world.AdvanceAsync(Instant.FromUtc(2026, 8, 15, 0, 0));
        await tenant.GainsAsync(
            "lease.rent_stated", "invoice.issued", "lease.rent_stated", "lease.ended", "invoice.issued", "invoice.paid", "deposit.applied", "invoice.overdue", "invoice.reminded", "invoice.reminded", "invoice.overdue",
            "invoice.reminded", "invoice.reminded", "invoice.reminded", "invoice.reminded");

        var invoices = await world.InvoicesAsync();
        Assert.Equal([RentKind.ExitFee, RentKind.Rent, RentKind.Final], invoices.Select(invoice => invoice.Kind));
        Assert.Equal(quote.Fee, invoices[0].Total);
        Assert.Equal((await world.Account.GetDepositAsync(world.ReservationId))!.Amount, Money.Sum(Currency.Usd, invoices.Select(invoice => invoice.Settled)));
        Assert.Empty(world.Gateway.Refunds);
    }

    private static PoolOffer Offer(BillingTiming timing) => ExamplePool.Offer with
    {
        Clauses = ExamplePool.Offer.Clauses with
        {
            Timing = timing,
            Renewal = new Renewal(1, 1, 30),
            EarlyTermination = new EarlyTermination(Percentage.From(50), 30),
        },
    };

    /// <summary>One party's feed. Each look restarts the silo first: what a step did must be there without the silo that did it.</summary>
    private sealed class Feed(MarketplaceWorld world, OrganizationId organization)
    {
        public async Task GainsAsync(params string[] types)
        {
            await world.RestartAsync();
            Assert.Equal(InOrderOfEach(types), InOrderOfEach(await world.NewEventsAsync(organization)));
            Assert.Empty(await world.ViolationsAsync());
        }

        /// <summary>A feed keeps the order of each sender; between senders it is that of arrival, which may differ from run to run.</summary>
        private static string InOrderOfEach(IEnumerable<string> types) => string.Join(", ", types.OrderBy(type => type.Split('.')[0], StringComparer.Ordinal));
    }
}
