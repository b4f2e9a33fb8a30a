using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using Marketplace.Grains.Verification;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Verification;

/// <summary>Whoever leases a node hears of its maintenance when it is announced.</summary>
public sealed class MaintenanceNoticeTests : IAsyncLifetime
{
    private static readonly Term Summer = new(Instant.FromUtc(2026, 6, 1, 5, 0), Instant.FromUtc(2026, 9, 1, 5, 0));
    private static readonly Instant Work = Summer.Start + Duration.FromDays(10);
    private MarketplaceWorld _world = null!;
    private FakeNode _leased = null!;
    private FakeNode _free = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await MarketplaceWorld.StartAsync(4, new LocalDate(2026, 6, 1));
        _leased = await EnrolAsync(1);
        _free = await EnrolAsync(3);
        await _world.ReserveAsync(Summer, 16);
        await _world.PayDepositAsync();
        await _world.AdvanceAsync(Summer.Start);
        await _world.DeliverAsync(1, 2);
        await _world.Market.Time.SettleAsync();
        await _world.NewEventsAsync(_world.Example.Tenant);
        await _world.NewEventsAsync(_world.Example.Operator);
    }

    public async ValueTask DisposeAsync()
    {
        _leased.Dispose();
        _free.Dispose();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Announced_maintenance_is_told_to_tenant_and_operator_once_and_is_worth_a_mail()
    {
        TestedNodes.Granted(await AnnounceAsync(_leased, "a", Work));
        TestedNodes.Granted(await AnnounceAsync(_leased, "b", Work));
        await _world.Market.Time.SettleAsync();

        Assert.Equal(["lease.maintenance_announced"], await _world.NewEventsAsync(_world.Example.Tenant));
        Assert.Equal(["lease.maintenance_announced", "node.maintenance_announced"], (await _world.NewEventsAsync(_world.Example.Operator)).Order(StringComparer.Ordinal));
        Assert.True(NoticeTypes.IsMailed("lease.maintenance_announced"));
    }

    [Fact]
    public async Task Maintenance_of_a_node_that_nobody_leases_concerns_its_operator_alone()
    {
        TestedNodes.Granted(await AnnounceAsync(_free, "a", Work));
        await _world.Market.Time.SettleAsync();

        Assert.Empty(await _world.NewEventsAsync(_world.Example.Tenant));
        Assert.Equal(["node.maintenance_announced"], await _world.NewEventsAsync(_world.Example.Operator));
    }

    [Fact]
    public async Task A_crash_after_it_was_announced_loses_no_notice()
    {
        TestedNodes.Granted(await AnnounceAsync(_leased, "a", Work));
        await _world.Market.CrashAsync();

        // As the sweep does that follows a start.
        await _world.Market.Grains.GetGrain<INodeGrain>(_leased.Id.Value).VisitAsync(null);
        await _world.Market.Time.SettleAsync();

        Assert.Equal(["lease.maintenance_announced"], await _world.NewEventsAsync(_world.Example.Tenant));
    }

    private Task<Answer<Snapshot<Node>>> AnnounceAsync(FakeNode node, string operation, Instant from) => _world.Market.Grains.GetGrain<INodeGrain>(node.Id.Value).PlanMaintenanceAsync(
        new Operation(operation, "h"), new PlanMaintenance(_world.Example.Operator, from, from + Duration.FromHours(2), "Firmware of the NICs."));

    private Task<FakeNode> EnrolAsync(int number) =>
        TestedNodes.EnrolAsync(_world.Market, MarketplaceWorld.Node(number), _world.Example.Operator, _world.Example.Pool);
}
