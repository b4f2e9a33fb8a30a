using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Capacity;

public sealed class NodeSerialTests : IAsyncLifetime
{
    private static readonly PoolId Second = PoolId.From("pool_second");
    private readonly ExamplePool example = new("Abilene");
    private TestMarket market = null!;
    private IGpuPoolGrain first = null!;
    private IGpuPoolGrain second = null!;

    public async ValueTask InitializeAsync()
    {
        market = await TestMarket.StartAsync();
        first = await example.PublishAsync(market, 8, new LocalDate(2026, 6, 1));
        second = market.Grains.GetGrain<IGpuPoolGrain>(Second.Value);
        Assert.Null((await second.CreateAsync(new Operation("second", "second"), example.Listing(4) with { Id = Second })).Refusal);
    }

    public ValueTask DisposeAsync() => market.DisposeAsync();

    [Fact]
    public async Task A_machine_is_in_one_pool_of_its_operator()
    {
        Assert.Null(await RegisterAsync(first, "a", 1, 2, 3));
        Assert.Null(await RegisterAsync(second, "b", 9));

        Assert.Equal("node_serial_taken", await RegisterAsync(second, "b", 4, 3));
        Assert.Equal("node_serial_taken", await ReplaceAsync(second, Node("b", 9), Machine("b", 1)));
        Assert.Null(await RegisterAsync(first, "a", 1, 2, 3));
        Assert.Equal(1, (await second.GetAsync())?.State.NodeCount);
    }

    [Fact]
    public async Task A_machine_that_was_taken_out_or_never_came_in_may_go_to_another_pool()
    {
        Assert.Null(await RegisterAsync(first, "a", 1, 2));
        Assert.Null(await ReplaceAsync(first, Node("a", 1), Machine("a", 3)));
        Assert.Null(await RegisterAsync(second, "b", 1));

        // Refused as a whole because of one serial: the claim on the other is void.
        Assert.Equal("node_serial_taken", await RegisterAsync(second, "b", 5, 2));
        Assert.Null(await RegisterAsync(first, "a", 5));
    }

    private static NodeId Node(string pool, int number) => NodeId.From($"node_{pool}{number}");

    private static NodeRegistration Machine(string pool, int number) => new(Node(pool, number), $"SN-{number}", null);

    private async Task<string?> RegisterAsync(IGpuPoolGrain pool, string name, params int[] numbers) =>
        (await pool.RegisterNodesAsync(new RegisterNodes(example.Operator, [.. numbers.Select(number => Machine(name, number))]))).Refusal?.Code;

    private async Task<string?> ReplaceAsync(IGpuPoolGrain pool, NodeId node, NodeRegistration by) =>
        (await pool.ReplaceFreeNodeAsync(new ReplaceFreeNode(example.Operator, node, by, "Failed."))).Refusal?.Code;
}
