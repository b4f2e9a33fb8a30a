using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Grains.Tests.Leases;

/// <summary>
/// Every write that a lease, or the pool for it, makes from delivery to renewal is struck once, each time in a lease of its
/// own. Whoever repeats the same request ends with one lease, its nodes booked once and its rent invoiced once.
/// </summary>
public sealed class LeaseGrainFaultTests : IAsyncLifetime
{
    private const int MostWrites = 60;
    private const int NodesEach = 3;
    private static readonly Term Year = new(Instant.FromUtc(2026, 6, 1, 5, 0), Instant.FromUtc(2027, 6, 1, 5, 0));
    private readonly ExamplePool example = new("Abilene");
    private TestMarket market = null!;

    private IGpuPoolGrain Pool => market.Grains.GetGrain<IGpuPoolGrain>(example.Pool.Value);

    public async ValueTask InitializeAsync()
    {
        market = await TestMarket.StartAsync(silo => silo.Services.AddSingleton<IPaymentGateway>(new TestGateway()));
        await example.PublishAsync(market, 4 * MostWrites, new LocalDate(2026, 6, 1));
        Granted(await Pool.RegisterNodesAsync(new RegisterNodes(
            example.Operator, [.. Enumerable.Range(0, NodesEach * MostWrites).Select(i => new NodeRegistration(Node(i), $"SN-{i}", null))])));
        await market.Time.AdvanceAsync(Year.Start);
        await example.ReadyAsync(market);
    }

    public async ValueTask DisposeAsync() => await market.DisposeAsync();

    [Theory]
    [InlineData(FaultKind.ErrorBeforeWrite)]
    [InlineData(FaultKind.ErrorAfterWrite)]
    [InlineData(FaultKind.StaleETag)]
    public async Task Repeating_the_request_ends_in_one_lease(FaultKind kind)
    {
        var struck = 0;
        for (; struck < MostWrites; struck++)
        {
            var reservation = ReservationId.From($"rsv_{struck}");
            Granted(await Pool.PlaceHoldAsync(example.Hold(reservation, Year, 4)));
            Granted(await Pool.ConfirmHoldAsync(new ConfirmHold(reservation, market.Clock.Now)));
            await market.Time.SettleAsync();
            var writes = 0;
            var number = struck + 1;
            var fault = market.Faults.At(kind, write => IsConcerned(write) && ++writes == number);

            await LiveAsync(reservation, NodesEach * struck);
            market.Faults.Reset();
            await market.Time.SettleAsync();
            await AssertOneAsync(reservation, NodesEach * struck, fault.Reached.IsCompleted ? (await fault.Reached).ToString() : "none");
            if (!fault.Reached.IsCompleted)
            {
                break;
            }
        }

        Assert.InRange(struck, 8, MostWrites - 1);
        var invoices = await market.Rows.ScanAsync(BillingRows.Invoices, example.Tenant.Value, null, null, 1000);
        Assert.Equal(3 * (struck + 1), invoices.Rows.Count);
    }

    private static bool IsConcerned(StorageWrite write) =>
        write.Table == "lease" || write.Key.Contains("gpu-pool", StringComparison.Ordinal) || (write.Table == DueIndex.Table && write.Key.Contains("lease", StringComparison.Ordinal));

    private static NodeId Node(int number) => NodeId.From($"node_{number}");

    private static T Granted<T>(Answer<T> answer)
    {
        Assert.True(answer.IsGranted, answer.Refusal?.ToString());
        return answer.Value;
    }

    /// <summary>Repeats a call whose outcome is unknown, as a client does.</summary>
    private static async Task InsistAsync(Func<Task> call)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await call();
                return;
            }
            catch (Exception) when (tries < 10)
            {
            }
        }
    }

    private ILeaseGrain LeaseOf(ReservationId reservation) => market.Grains.GetGrain<ILeaseGrain>(Lease.IdOf(reservation).Value);

    private async Task LiveAsync(ReservationId reservation, int first)
    {
        var lease = LeaseOf(reservation);
        ImmutableArray<NodeId> nodes = [Node(first), Node(first + 1)];
        var delivery = LeaseDelivery.OfNodes(DeliveryId.From($"dlv_{first}"), market.Clock.Now, nodes);
        Operation Once(string what) => new($"{what} {reservation}", what);
        await InsistAsync(async () => Granted(await Pool.AssignNodesAsync(new AssignNodes(reservation, nodes))));
        await InsistAsync(() => lease.ReceiveAsync(new Envelope($"reservation:{reservation}", 1, new DeliveryNoticed(LeaseExample.Opening(example, reservation, Year), delivery))));
        await InsistAsync(async () => Granted(await lease.AcceptAsync(Once("accept"), new AcceptNodes(example.Tenant, nodes))));
        await InsistAsync(async () => Granted(await lease.ReplaceNodeAsync(Once("replace"), new ReplaceNode(example.Operator, nodes[0], Node(first + 2), "failed"))));
        await InsistAsync(async () => Granted(await lease.AcceptAsync(Once("accept again"), new AcceptNodes(example.Tenant, [Node(first + 2)]))));
        await InsistAsync(async () => Granted(await lease.RenewAsync(Once("renew"), new RenewLease(example.Tenant))));
    }

    private async Task AssertOneAsync(ReservationId reservation, int first, string at)
    {
        var lease = (await LeaseOf(reservation).GetAsync())!.State;
        Assert.True(lease is { Status: LeaseStatus.Active, RenewalsUsed: 1, Nodes.Length: 3 }, $"{at}: {lease.Status}, {lease.RenewalsUsed} renewals, {lease.Nodes.Length} nodes.");
        Assert.Equal([Node(first + 1), Node(first + 2)], lease.InService.Select(node => node.Id));
        Assert.Equal(
            [Node(first + 1), Node(first + 2)],
            (await Pool.GetNodesAsync(0, 1000)).Where(node => node.Status == NodeStatus.Assigned && node.Reservation == reservation).Select(node => node.Id));
        Assert.Equal(lease.EndsAt, (await Pool.GetHoldAsync(reservation))!.Segments[^1].Term.End);
        Assert.Equal(3, lease.LastStated!.Revision);
    }
}
