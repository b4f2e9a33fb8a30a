using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Verification;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Verification;

/// <summary>From delivery to rent by way of the benchmark challenge.</summary>
public sealed class AcceptanceTestTests : IAsyncLifetime
{
    private static readonly Term Summer = new(Instant.FromUtc(2026, 6, 1, 5, 0), Instant.FromUtc(2026, 9, 1, 5, 0));
    private static readonly FakeHardware Good = new() { Gpus = 8, Seed = 1 };
    private static readonly FakeHardware Slow = new() { Gpus = 8, Seed = 2, Bf16 = 500 };
    private MarketplaceWorld _world = null!;
    private FakeNode _good = null!;
    private FakeNode _slow = null!;

    public async ValueTask InitializeAsync()
    {
        var offer = ExamplePool.Offer with { Clauses = ExamplePool.Offer.Clauses with { Acceptance = new Acceptance(5, 10) } };
        _world = await MarketplaceWorld.StartAsync(4, new LocalDate(2026, 6, 1), offer);
        _good = await EnrolAsync(1, Good);
        _slow = await EnrolAsync(2, Slow);
        await _world.ReserveAsync(Summer, 16);
        await _world.PayDepositAsync();
        await _world.AdvanceAsync(Summer.Start);
        await _world.DeliverAsync(1, 2);
        await _world.Market.Time.SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _good.Dispose();
        _slow.Dispose();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Passing_starts_rent_for_exactly_the_nodes_that_passed_and_failing_the_cure_period()
    {
        var run = await TestedNodes.AnswerAsync(_world.Market, _good);
        Assert.Equal((BenchmarkPurpose.Acceptance, _world.Example.Tenant), (run.Purpose, run.TenantId));
        await _world.AdvanceAsync(Summer.Start + Duration.FromMinutes(10));
        await TestedNodes.AnswerAsync(_world.Market, _slow);

        var lease = await LeaseAsync();
        var (passed, failed) = (NodeOf(lease, 1), NodeOf(lease, 2));
        Assert.Equal((NodeStanding.InService, false, run.Id), (passed.Standing, passed.BySilence, passed.Test));
        Assert.Equal((NodeStanding.Offered, null, Summer.Start + Duration.FromMinutes(10) + Duration.FromDays(10)), (failed.Standing, failed.DeemedAt, failed.CureBy));
        Assert.Contains("less than 85 % of the 794", failed.Reason, StringComparison.Ordinal);
        Assert.Equal((LeaseStatus.Active, new LocalDate(2026, 6, 1)), (lease.Status, lease.RentCommencement));
        Assert.Equal([MarketplaceWorld.Node(1)], LeaseRent.Services(lease, new Interval(Summer.Start, Summer.End)).Select(service => service.Node).Distinct());

        // Silence would have accepted it on the fifth day.
        await _world.AdvanceAsync(Summer.Start + Duration.FromDays(6));
        Assert.Equal(NodeStanding.Offered, NodeOf(await LeaseAsync(), 2).Standing);
        Assert.Empty(await _world.ViolationsAsync());
    }

    [Fact]
    public async Task A_node_put_right_is_tested_again_and_accepted()
    {
        await TestedNodes.AnswerAsync(_world.Market, _slow);
        _slow.Hardware = _slow.Hardware with { Bf16 = 782 };
        await _world.AdvanceAsync(Summer.Start + Duration.FromDays(7));

        var again = await TestedNodes.AnswerAsync(_world.Market, _slow);

        var node = NodeOf(await LeaseAsync(), 2);
        Assert.Equal((NodeStanding.InService, again.Id, null), (node.Standing, node.Test, node.CureBy));
        Assert.Equal(Summer.Start + Duration.FromDays(7), node.AcceptedAt);
    }

    [Fact]
    public async Task Failing_again_gains_no_time_and_what_is_not_cured_goes_back()
    {
        await TestedNodes.AnswerAsync(_world.Market, _slow);
        await _world.AdvanceAsync(Summer.Start + Duration.FromDays(4));
        await TestedNodes.AnswerAsync(_world.Market, _slow);
        Assert.Equal(Summer.Start + Duration.FromDays(10), NodeOf(await LeaseAsync(), 2).CureBy);

        await _world.AdvanceAsync(Summer.Start + Duration.FromDays(10));

        var node = NodeOf(await LeaseAsync(), 2);
        Assert.Equal((NodeStanding.Rejected, Summer.Start + Duration.FromDays(10)), (node.Standing, node.LeftAt));
        Assert.Contains("not passed within the cure period", node.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Word_and_silence_still_accept_and_a_later_verdict_changes_nothing()
    {
        await _world.AcceptAsync(2);
        await TestedNodes.AnswerAsync(_world.Market, _slow);
        Assert.Equal((NodeStanding.InService, null), (NodeOf(await LeaseAsync(), 2).Standing, NodeOf(await LeaseAsync(), 2).CureBy));

        await _world.AdvanceAsync(Summer.Start + Duration.FromDays(5));

        Assert.Equal((NodeStanding.InService, true), (NodeOf(await LeaseAsync(), 1).Standing, NodeOf(await LeaseAsync(), 1).BySilence));
    }

    private static LeaseNode NodeOf(Lease lease, int number) => lease.Nodes.Last(node => node.Id == MarketplaceWorld.Node(number));

    private async Task<Lease> LeaseAsync() => (await _world.Lease.GetAsync())!.State;

    private Task<FakeNode> EnrolAsync(int number, FakeHardware hardware) =>
        TestedNodes.EnrolAsync(_world.Market, MarketplaceWorld.Node(number), _world.Example.Operator, _world.Example.Pool, hardware);
}
