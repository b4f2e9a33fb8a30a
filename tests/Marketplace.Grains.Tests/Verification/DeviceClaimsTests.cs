using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Verification;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Grains.Tests.Verification;

public sealed class DeviceClaimsTests : IAsyncLifetime
{
    private const string Device = "uuid:GPU-1";
    private static readonly OrganizationId Owner = OrganizationId.From("org_operator");
    private static readonly DeviceClaim First = new(NodeId.From("node_1"), Owner);
    private static readonly DeviceClaim Second = new(NodeId.From("node_2"), Owner);
    private TestMarket _market = null!;

    private GrainServices Services => _market.Services.GetRequiredService<GrainServices>();

    private INodeGrain Node => _market.Grains.GetGrain<INodeGrain>(First.Node.Value);

    public async ValueTask InitializeAsync()
    {
        _market = await TestMarket.StartAsync();
        using var node = await TestedNodes.EnrolAsync(_market, First.Node, Owner, PoolId.From("pool_1"));
        Assert.Null(await DeviceClaims.TryTakeAsync(Services, Device, First));
    }

    public ValueTask DisposeAsync() => _market.DisposeAsync();

    [Fact]
    public async Task A_device_is_one_nodes_while_nothing_says_that_the_node_is_gone()
    {
        Assert.Null(await DeviceClaims.TryTakeAsync(Services, Device, First));
        Assert.Equal(First, await DeviceClaims.TryTakeAsync(Services, Device, Second));
        Assert.Equal(First, await DeviceClaims.HolderAsync(Services, Device));
    }

    [Fact]
    public async Task What_the_marketplace_releases_another_node_takes_and_keys_stay()
    {
        var keys = (await Node.GetAsync())!.State.Keys;
        var released = TestedNodes.Granted(await Node.ReleaseDevicesAsync(new Operation("release", "h"), "Sold."));

        Assert.Equal(("Sold.", true), (released.Release!.Reason, released.Release.IsDone));
        Assert.Equal([Device], released.Release.Devices);
        Assert.Null(await DeviceClaims.TryTakeAsync(Services, Device, Second));
        Assert.Equal(First.Node, (await DeviceClaims.FindAsync(_market.Rows, "key:" + keys[0].Id))?.Node);

        // Asked again after a lost answer it takes nothing from the second.
        Assert.True((await Node.ReleaseDevicesAsync(new Operation("release", "h"), "Sold.")).Replayed);
        TestedNodes.Granted(await Node.ReleaseDevicesAsync(new Operation("again", "h"), "Sold again."));
        Assert.Equal(Second, await DeviceClaims.HolderAsync(Services, Device));
    }

    [Fact]
    public async Task A_release_that_was_cut_short_is_finished()
    {
        _market.Faults.At(FaultKind.ErrorBeforeWrite, write => write.Operation == "Remove" && write.Table == DeviceClaims.Table);
        await Assert.ThrowsAnyAsync<Exception>(() => Node.ReleaseDevicesAsync(new Operation("release", "h"), "Sold."));
        Assert.False((await Node.GetAsync())!.State.Release!.IsDone);

        await _market.CrashAsync();
        await _market.Time.SettleAsync();

        Assert.True((await Node.GetAsync())!.State.Release!.IsDone);
        Assert.Null(await DeviceClaims.TryTakeAsync(Services, Device, Second));
    }

    [Fact]
    public async Task A_reason_is_needed_and_a_node_that_is_unknown_has_nothing_to_release()
    {
        Assert.Equal("fault_evidence_missing", (await Node.ReleaseDevicesAsync(new Operation("a", ""), "")).Refusal?.Code);
        Assert.Equal("node_unknown", (await _market.Grains.GetGrain<INodeGrain>("node_9").ReleaseDevicesAsync(new Operation("b", ""), "Sold.")).Refusal?.Code);
    }

    [Fact]
    public async Task What_one_answer_claimed_is_released_with_it_and_what_others_claimed_stays()
    {
        var (reviewed, believed) = (First with { By = BenchmarkRunId.From("bench_a") }, First with { By = BenchmarkRunId.From("bench_b") });
        Assert.Null(await DeviceClaims.TryTakeAsync(Services, Device, reviewed, isBelieved: false)); // Claimed before, as stores of earlier builds say: by nobody knows which.
        Assert.Null(await DeviceClaims.TryTakeAsync(Services, "uuid:GPU-2", reviewed, isBelieved: false));
        Assert.Null(await DeviceClaims.TryTakeAsync(Services, "uuid:GPU-3", reviewed, isBelieved: false));
        Assert.Null(await DeviceClaims.TryTakeAsync(Services, "uuid:GPU-3", believed));

        await DeviceClaims.ReleaseAsync(_market.Rows, First.Node, BenchmarkRunId.From("bench_a"));

        Assert.Equal(First, await DeviceClaims.HolderAsync(Services, Device));
        Assert.Null(await DeviceClaims.HolderAsync(Services, "uuid:GPU-2"));
        Assert.Equal(believed, await DeviceClaims.HolderAsync(Services, "uuid:GPU-3"));
    }
}
