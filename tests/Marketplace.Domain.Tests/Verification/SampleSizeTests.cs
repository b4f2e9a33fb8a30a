using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;

namespace Marketplace.Domain.Tests.Verification;

public sealed class SampleSizeTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(10, 10)]
    [InlineData(100, 25)]
    [InlineData(100_000, 29)]
    public void A_sample_misses_a_tenth_of_bad_nodes_once_in_twenty(int nodes, int sample) => Assert.Equal(sample, SampleSize.Of(nodes));

    [Fact]
    public void A_sample_follows_from_the_nonce_and_can_be_drawn_again()
    {
        NodeId[] nodes = [.. Enumerable.Range(1, 100).Select(number => NodeId.From($"node_{number}"))];
        var (one, other) = (new string('a', 64), new string('b', 64));

        Assert.Equal(SampleSize.Draw(nodes, one), SampleSize.Draw([.. nodes.Reverse()], one));
        Assert.NotEqual(SampleSize.Draw(nodes, one).Order(Comparer<NodeId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value))), SampleSize.Draw(nodes, other).Order(Comparer<NodeId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value))));
        Assert.Equal(25, SampleSize.Draw(nodes, one).Distinct().Count());
    }

    [Fact]
    public void Every_device_of_every_node_has_its_own_work() => Assert.Equal(4, new[]
    {
        Challenge.DeviceNonce(new string('a', 64), NodeId.From("node_1"), "0"),
        Challenge.DeviceNonce(new string('a', 64), NodeId.From("node_1"), "1"),
        Challenge.DeviceNonce(new string('a', 64), NodeId.From("node_2"), "0"),
        Challenge.DeviceNonce(new string('b', 64), NodeId.From("node_1"), "0"),
    }.Distinct().Count());
}
