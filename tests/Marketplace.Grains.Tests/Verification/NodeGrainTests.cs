using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Verification;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Verification;

public sealed class NodeGrainTests : IAsyncLifetime
{
    private static readonly NodeId Id = NodeId.From("node_1");
    private static readonly OrganizationId Owner = OrganizationId.From("org_operator");
    private TestMarket _market = null!;
    private FakeNode _node = null!;
    private long _sequence;

    private INodeGrain Grain => _market.Grains.GetGrain<INodeGrain>(Id.Value);

    public async ValueTask InitializeAsync()
    {
        _market = await TestMarket.StartAsync();
        _node = await TestedNodes.EnrolAsync(_market, Id, Owner, PoolId.From("pool_1"));
    }

    public async ValueTask DisposeAsync()
    {
        _node.Dispose();
        await _market.DisposeAsync();
    }

    [Fact]
    public async Task Beats_are_written_together_and_only_what_is_written_is_acknowledged()
    {
        Assert.Equal(1, await BeatAsync());
        var before = (await Grain.GetAsync())!.Version;
        for (var minute = 0; minute < NodeGrain.MostPending - 1; minute++)
        {
            Assert.Equal(1, await BeatAsync());
        }

        Assert.Equal(NodeGrain.MostPending + 1, await BeatAsync());
        Assert.Equal(before + 1, (await Grain.GetAsync())!.Version);
        Assert.Equal(NodeGrain.MostPending + 1, Assert.Single(await HoursAsync()).UpMinutes);
    }

    [Fact]
    public async Task Beats_lost_with_a_silo_are_sent_again_and_cost_nothing()
    {
        await BeatAsync();
        for (var minute = 0; minute < 8; minute++)
        {
            Assert.Equal(1, await BeatAsync());
        }

        await _market.CrashAsync();
        await MinuteAsync();
        var sent = _node.Sign(PayloadTypes.Heartbeats, new Heartbeats(Id, _node.BootId, [.. Enumerable.Range(2, 9).Select(number => new Heartbeat(number, TestMarket.Begin + Duration.FromMinutes(number - 1)))]));
        var answer = await Grain.BeatAsync(sent, new Heartbeats(Id, _node.BootId, [.. Enumerable.Range(2, 9).Select(number => new Heartbeat(number, TestMarket.Begin + Duration.FromMinutes(number - 1)))]));

        Assert.Equal(10, answer.Value!.Acknowledged);
        Assert.Empty((await Grain.GetAsync())!.State.Health.Faults);
        Assert.Equal(10, Assert.Single(await HoursAsync()).UpMinutes);
    }

    [Fact]
    public async Task A_silence_while_the_marketplace_listened_is_told_of_and_put_on_record()
    {
        await BeatAsync();
        for (var minute = 0; minute <= 62; minute++)
        {
            await MinuteAsync();
            await ServiceMarks.MarkAsync(_market.Rows, _market.Clock.Now);
        }

        await _market.Time.SettleAsync();
        Assert.True((await Grain.GetAsync())!.State.Health.SilenceTold);
        await BeatAsync();

        var fault = Assert.Single((await Grain.GetAsync())!.State.Health.Faults);
        Assert.Equal((TestMarket.Begin, FaultCause.Unknown), (fault.From, fault.Cause));
        Assert.Equal(0, (await HoursAsync()).Sum(hour => hour.ExcusedMinutes) - (await HoursAsync())[^1].ExcusedMinutes);
    }

    [Fact]
    public async Task A_silence_in_which_the_marketplace_was_deaf_is_excused()
    {
        await BeatAsync();
        await _market.Clock.SetForwardAsync(TestMarket.Begin + Duration.FromHours(5));
        await BeatAsync();

        Assert.Empty((await Grain.GetAsync())!.State.Health.Faults);
        Assert.Equal(Fraction.One, HealthBook.Availability(await HoursAsync()));
    }

    [Fact]
    public async Task A_key_is_one_nodes()
    {
        var other = NodeId.From("node_2");
        var token = EnrolmentTokenText.Of(other, new byte[32]).Reveal();
        var grain = _market.Grains.GetGrain<INodeGrain>(other.Value);
        await grain.IssueTokenAsync(new("t", ""), new IssueEnrolmentToken(Owner, other, PoolId.From("pool_1"), EnrolmentTokenText.Hash(token)));

        var answer = await grain.EnrolAsync(new EnrolNode(_node.Enrolment(token), new NodeEnrolment(token, _node.PublicKey, "test")));

        Assert.Equal("node_key_taken", answer.Refusal?.Code);
    }

    [Fact]
    public async Task A_stranger_leaves_a_trace_and_no_node()
    {
        var message = _node.Sign(PayloadTypes.ChallengeRequest, new ChallengeRequest(NodeId.From("node_9"), 1));
        var unknown = await _market.Grains.GetGrain<INodeGrain>("node_9").TakeMessageAsync(new TakeMessage(message, PayloadTypes.ChallengeRequest, 1, NodeId.From("node_9")));
        Assert.Equal("node_unknown", unknown.Refusal?.Code);

        await Grain.TakeMessageAsync(new TakeMessage(message, PayloadTypes.ChallengeRequest, 1, NodeId.From("node_9")));

        Assert.Equal("node_key_unknown", Assert.Single((await Grain.GetAsync())!.State.Refused).Code);

        // Whoever goes on leaves no more: nothing is written for him, nor for strangers' other messages so soon.
        await _market.Time.SettleAsync();
        var before = (await Grain.GetAsync())!.Version;
        await Grain.TakeMessageAsync(new TakeMessage(message, PayloadTypes.ChallengeRequest, 1, NodeId.From("node_9")));
        Assert.Equal(before, (await Grain.GetAsync())!.Version);
    }

    private async Task<System.Collections.Immutable.ImmutableArray<HealthHour>> HoursAsync() =>
        await Grain.GetHoursAsync(new Interval(TestMarket.Begin, TestMarket.Begin + Duration.FromDays(1)));

    private async Task MinuteAsync() => await _market.Time.AdvanceAsync(_market.Clock.Now + Duration.FromMinutes(1));

    /// <summary>One beat, a minute after the one before.</summary>
    private async Task<long> BeatAsync()
    {
        if (_sequence > 0)
        {
            await MinuteAsync();
        }

        var body = new Heartbeats(Id, _node.BootId, [new Heartbeat(++_sequence, _market.Clock.Now)]);
        var answer = await Grain.BeatAsync(_node.Sign(PayloadTypes.Heartbeats, body), body);
        Assert.Null(answer.Refusal);
        return answer.Value!.Acknowledged;
    }
}
