using Marketplace.Agent.Heartbeats;
using Marketplace.Agent.Keys;
using Marketplace.Agent.Market;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Agent.Tests.Heartbeats;

/// <summary>A beat is kept until it is acknowledged, whatever happens in between, and its number is used once.</summary>
public sealed class HeartbeatBufferTests
{
    [Fact]
    public void Beats_outlive_the_process_and_numbers_go_on()
    {
        using var node = new FakeNode();
        var first = new HeartbeatBuffer(node.AgentFolder);
        Add(first, 3);

        var second = new HeartbeatBuffer(node.AgentFolder);
        Assert.Equal([1, 2, 3], second.Waiting.Select(beat => beat.Sequence));
        second.Acknowledge(3);
        Assert.Equal(4, Add(new HeartbeatBuffer(node.AgentFolder), 1));
    }

    [Fact]
    public void A_line_that_a_crash_cut_off_was_never_sent_and_is_dropped()
    {
        using var node = new FakeNode();
        Add(new HeartbeatBuffer(node.AgentFolder), 2);
        var file = node.AgentFolder.FileOf("heartbeats.jsonl");
        File.WriteAllText(file, File.ReadAllText(file)[..^10]);

        var again = new HeartbeatBuffer(node.AgentFolder);

        Assert.Equal([1], again.Waiting.Select(beat => beat.Sequence));
        Assert.Equal(2, Add(again, 1));
        Assert.Equal([1, 2], new HeartbeatBuffer(node.AgentFolder).Waiting.Select(beat => beat.Sequence));
    }

    [Fact]
    public void Two_weeks_are_kept_and_the_oldest_go_first()
    {
        using var node = new FakeNode();
        node.AgentFolder.WriteText(string.Concat(Enumerable.Range(1, HeartbeatBuffer.Most).Select(at => $"{{\"sequence\":{at},\"at\":\"2027-03-01T00:00:00Z\"}}\n")), "heartbeats.jsonl");
        var buffer = new HeartbeatBuffer(node.AgentFolder);

        Add(buffer, 1);

        Assert.Equal(HeartbeatBuffer.Most, buffer.Waiting.Count);
        Assert.Equal((2, HeartbeatBuffer.Most + 1), (buffer.Waiting[0].Sequence, buffer.Waiting[^1].Sequence));
    }

    [Fact]
    public async Task What_waits_is_sent_until_it_is_acknowledged_in_order_and_once()
    {
        using var node = new FakeNode();
        using var key = SigningKey.LoadOrMake(node.AgentFolder);
        var market = await EnrolledAsync(node, key);
        var buffer = new HeartbeatBuffer(node.AgentFolder);
        var sender = new HeartbeatSender(buffer, market, new NodeVoice(node.AgentFolder, key, TimeProvider.System), FakeMarket.Node, "boot");
        Add(buffer, 700);
        market.LosesAnswers = true;
        market.Failures.Enqueue(new AgentException(ExitCode.Unreachable, "lost"));

        await Assert.ThrowsAsync<AgentException>(() => sender.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal(700, buffer.Waiting.Count);
        var reply = await sender.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Empty(buffer.Waiting);
        Assert.Equal(700, reply!.Acknowledged);
        Assert.Equal(Enumerable.Range(1, 700).Select(at => (long)at), market.Beats.Select(beat => beat.Sequence));
        Assert.Null(await sender.FlushAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_folder_that_was_set_back_goes_on_behind_what_the_marketplace_has_seen()
    {
        using var node = new FakeNode();
        using var key = SigningKey.LoadOrMake(node.AgentFolder);
        var market = await EnrolledAsync(node, key);
        market.Beats.Add(new Heartbeat(5_000, default));
        var buffer = new HeartbeatBuffer(node.AgentFolder);
        Add(buffer, 2);

        await new HeartbeatSender(buffer, market, new NodeVoice(node.AgentFolder, key, TimeProvider.System), FakeMarket.Node, "boot").FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(5_001, Add(new HeartbeatBuffer(node.AgentFolder), 1));
    }

    private static async Task<FakeMarket> EnrolledAsync(FakeNode node, SigningKey key)
    {
        var market = new FakeMarket();
        await market.EnrolAsync(
            new NodeVoice(node.AgentFolder, key, TimeProvider.System).Sign(PayloadTypes.Enrolment, new NodeEnrolment(FakeMarket.Token, Convert.ToBase64String(key.PublicKey), "test")),
            TestContext.Current.CancellationToken);
        return market;
    }

    private static long Add(HeartbeatBuffer buffer, int count)
    {
        for (var at = 0; at < count; at++)
        {
            buffer.Add(sequence => new Heartbeat(sequence, Instant.FromUtc(2027, 3, 1, 0, 0)));
        }

        return buffer.Last;
    }
}
