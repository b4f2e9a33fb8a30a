using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Transparency;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Grains.Tests.Leases;

public sealed class LeaseGrainTests : IAsyncLifetime
{
    private static readonly Term Year = new(Instant.FromUtc(2026, 6, 1, 5, 0), Instant.FromUtc(2027, 6, 1, 5, 0));
    private static readonly ReservationId Reservation = ReservationId.From("rsv_lease");
    private readonly ExamplePool example = new("Abilene");
    private readonly TestGateway gateway = new();
    private TestMarket market = null!;
    private long notices;

    private ILeaseGrain Lease => market.Grains.GetGrain<ILeaseGrain>(Domain.Leases.Lease.IdOf(Reservation).Value);

    private IGpuPoolGrain Pool => market.Grains.GetGrain<IGpuPoolGrain>(example.Pool.Value);

    public async ValueTask InitializeAsync()
    {
        market = await TestMarket.StartAsync(silo => silo.Services.AddSingleton<IPaymentGateway>(gateway));
        await example.PublishAsync(market, 6, new LocalDate(2026, 6, 1));
        Granted(await Pool.RegisterNodesAsync(new RegisterNodes(example.Operator, [.. Enumerable.Range(1, 6).Select(i => new NodeRegistration(Node(i), $"SN-{i}", null))])));
        Granted(await Pool.PlaceHoldAsync(example.Hold(Reservation, Year, 4)));
        Granted(await Pool.ConfirmHoldAsync(new ConfirmHold(Reservation, market.Clock.Now)));
    }

    public async ValueTask DisposeAsync() => await market.DisposeAsync();

    [Fact]
    public async Task A_delivery_opens_the_lease_once_and_both_parties_hear_of_it()
    {
        await DeliverAsync("2026-06-01T05:00:00Z", 1, 2);
        await Lease.ReceiveAsync(new Envelope($"reservation:{Reservation}", notices, new DeliveryNoticed(LeaseExample.Opening(example, Reservation, Year), Delivery(1, 1, 2))));
        await market.CrashAsync();
        await market.Time.SettleAsync();

        var lease = (await Lease.GetAsync())!;
        Assert.Equal(LeaseStatus.InAcceptance, lease.State.Status);
        Assert.Equal(1, lease.Version);
        Assert.Equal(["lease.opened", "lease.nodes_delivered", "lease.acceptance_opened"], await EventsAsync(example.Tenant));
        Assert.Equal(["lease.opened", "lease.nodes_delivered", "lease.acceptance_opened"], await EventsAsync(example.Operator));
        foreach (var party in new[] { example.Tenant, example.Operator })
        {
            Assert.Single((await market.Rows.ScanAsync(LeaseRows.Table, party.Value, null, null, 10)).Rows);
        }
    }

    [Fact]
    public async Task An_acceptance_whose_answer_was_lost_is_replayed_and_rent_is_invoiced_once()
    {
        await DeliverAsync("2026-06-01T05:00:00Z", 1, 2);
        var operation = new Operation("accept", "1");
        var command = new AcceptNodes(example.Tenant, Nodes(1, 2));
        market.Faults.At(FaultKind.ErrorAfterWrite, write => write.Table == "lease");

        await Assert.ThrowsAnyAsync<Exception>(() => Lease.AcceptAsync(operation, command));
        var again = await Lease.AcceptAsync(operation, command);
        await market.Time.SettleAsync();

        Assert.True(again.Replayed);
        var owed = Assert.Single((await AccountAsync()).Balances, balance => balance.Account.Kind == LedgerAccountKind.Receivables);
        Assert.Equal(Money.Round(Currency.Usd, 16 * 24 * 30 * 2.40m), owed.Amount);
        Assert.Equal(1, (await AccountAsync()).OpenInvoices);
    }

    [Fact]
    public async Task Time_alone_accepts_and_states_every_period()
    {
        await DeliverAsync("2026-06-01T05:00:00Z", 1);
        await market.Time.AdvanceAsync(Instant.FromUtc(2026, 9, 1, 5, 0));

        var lease = (await Lease.GetAsync())!.State;
        Assert.Equal(Instant.FromUtc(2026, 6, 6, 5, 0), Assert.Single(lease.InService).AcceptedAt);
        Assert.Equal(new LocalDate(2026, 10, 1), lease.BilledThrough);
        Assert.Equal(4, (await EventsAsync(example.Tenant)).Count(type => type == "lease.rent_stated"));
        Assert.Equal(LeaseStatus.InArrears, lease.Status);
    }

    [Fact]
    public async Task Rejected_nodes_stay_booked_until_others_are_delivered_in_their_place()
    {
        await DeliverAsync("2026-06-01T05:00:00Z", 1, 2, 3, 4);
        Granted(await Lease.RejectAsync(Once("reject"), new RejectNodes(example.Tenant, Nodes(1, 2), "dead links")));
        Assert.Equal(Nodes(1, 2, 3, 4), await AssignedAsync());

        Assert.Equal("node_not_found", (await Lease.DeliverAsync(Once("unknown"), new DeliverNodes(example.Operator, Delivery(7, 99)))).Refusal?.Code);
        var delivered = Granted(await Lease.DeliverAsync(Once("again"), new DeliverNodes(example.Operator, Delivery(8, 1, 5))));

        Assert.Equal(Nodes(1, 3, 4, 5), await AssignedAsync());
        Assert.Equal(4, delivered.State.Nodes.Count(node => node.Standing == NodeStanding.Offered));
    }

    [Fact]
    public async Task A_delivery_that_cannot_be_taken_gives_back_what_it_booked_and_nothing_that_is_here()
    {
        await DeliverAsync("2026-06-01T05:00:00Z", 1, 2);
        await DeliverAsync("2026-06-02T05:00:00Z", 2, 3);

        Assert.Equal(Nodes(1, 2), await AssignedAsync());
        Assert.Equal(2, (await Lease.GetAsync())!.State.Nodes.Length);
    }

    [Fact]
    public async Task A_replacement_is_booked_in_the_pool_first()
    {
        await DeliverAsync("2026-06-01T05:00:00Z", 1, 2);
        Granted(await Lease.AcceptAsync(Once("accept"), new AcceptNodes(example.Tenant, Nodes(1, 2))));

        Assert.Equal("node_not_found", (await Lease.ReplaceNodeAsync(Once("unknown"), new ReplaceNode(example.Operator, Node(1), Node(99), "failed board"))).Refusal?.Code);
        Granted(await Lease.ReplaceNodeAsync(Once("replace"), new ReplaceNode(example.Operator, Node(1), Node(5), "failed board")));

        Assert.Equal(Nodes(2, 5), await AssignedAsync());
        Assert.Equal([NodeStanding.Out, NodeStanding.InService, NodeStanding.Offered], (await Lease.GetAsync())!.State.Nodes.Select(node => node.Standing));
    }

    [Fact]
    public async Task A_renewal_extends_the_hold_or_is_refused()
    {
        await DeliverAsync("2026-06-01T05:00:00Z", 1);
        Granted(await Lease.AcceptAsync(Once("accept"), new AcceptNodes(example.Tenant, Nodes(1))));
        var next = new Term(Year.End, Year.End + Duration.FromHours(24));
        Granted(await Pool.PlaceHoldAsync(example.Hold(ReservationId.From("rsv_other"), next, 3)));

        Assert.Equal("units_not_free", (await Lease.RenewAsync(Once("renew 1"), new RenewLease(example.Tenant))).Refusal?.Code);
        Granted(await Pool.ReleaseHoldAsync(new ReleaseHold(ReservationId.From("rsv_other"), HoldStatus.Released)));
        var renewed = Granted(await Lease.RenewAsync(Once("renew 2"), new RenewLease(example.Tenant)));

        Assert.Equal(Instant.FromUtc(2028, 6, 1, 5, 0), renewed.State.EndsAt);
        Assert.Equal(renewed.State.EndsAt, (await Pool.GetHoldAsync(Reservation))!.Segments[^1].Term.End);
    }

    private static NodeId Node(int number) => NodeId.From($"node_{number}");

    private static ImmutableArray<NodeId> Nodes(params int[] numbers) => [.. numbers.Select(Node)];

    private static Operation Once(string what) => new(what, what);

    private static T Granted<T>(Answer<T> answer)
    {
        Assert.True(answer.IsGranted, answer.Refusal?.ToString());
        return answer.Value;
    }

    private LeaseDelivery Delivery(int number, params int[] nodes) => LeaseDelivery.OfNodes(DeliveryId.From($"dlv_{number}"), market.Clock.Now, Nodes(nodes));

    /// <summary>What the reservation does: books the nodes, then tells the lease.</summary>
    private async Task DeliverAsync(string at, params int[] nodes)
    {
        await market.Time.AdvanceAsync(NodaTime.Text.InstantPattern.ExtendedIso.Parse(at).Value);
        await example.ReadyAsync(market);
        Granted(await Pool.AssignNodesAsync(new AssignNodes(Reservation, Nodes(nodes))));
        notices++;
        await Lease.ReceiveAsync(new Envelope($"reservation:{Reservation}", notices, new DeliveryNoticed(LeaseExample.Opening(example, Reservation, Year), Delivery((int)notices, nodes))));
    }

    private async Task<ImmutableArray<NodeId>> AssignedAsync() =>
        [.. (await Pool.GetNodesAsync(0, 100)).Where(node => node.Status == NodeStatus.Assigned && node.Reservation == Reservation).Select(node => node.Id)];

    private async Task<Domain.Billing.BillingSummary> AccountAsync() => (await market.Grains.GetGrain<IBillingAccountGrain>(example.Tenant.Value).GetAsync())!.State;

    private async Task<string[]> EventsAsync(OrganizationId organization)
    {
        await market.Time.SettleAsync();
        var page = await market.Rows.ScanAsync(EventRows.Table, organization.Value, null, null, 1000);
        return [.. page.Rows.Select(row => JsonSerializer.Deserialize<FeedEvent>(row.Data.Span, MarketJson.Options)!.Type).Where(type => type.StartsWith("lease.", StringComparison.Ordinal))];
    }
}
