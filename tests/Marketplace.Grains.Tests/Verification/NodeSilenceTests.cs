using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Verification;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Grains.Tests.Verification;

/// <summary>Whose a silence is: the node's, or the marketplace's that lost what it had heard.</summary>
public sealed class NodeSilenceTests : IAsyncLifetime
{
    private static readonly NodeId Id = NodeId.From("node_1");
    private readonly MarksThatFail _marks = new();
    private TestMarket _market = null!;
    private FakeNode _node = null!;
    private long _sequence;

    private INodeGrain Grain => _market.Grains.GetGrain<INodeGrain>(Id.Value);

    public async ValueTask InitializeAsync()
    {
        _market = await TestMarket.StartAsync(silo =>
        {
            var rows = silo.Services.Last(service => service.ServiceType == typeof(IRowStore));
            silo.Services.Remove(rows);
            silo.Services.AddSingleton<IRowStore>(provider => _marks.Over((IRowStore)rows.ImplementationFactory!(provider)));
        });
        _node = await TestedNodes.EnrolAsync(_market, Id, OrganizationId.From("org_operator"), PoolId.From("pool_1"));
    }

    public async ValueTask DisposeAsync()
    {
        _node.Dispose();
        await _market.DisposeAsync();
    }

    [Fact]
    public async Task A_node_that_beats_every_17_minutes_is_down_in_between_though_its_activation_goes_each_time()
    {
        for (var beat = 0; beat < 5; beat++)
        {
            await BeatAsync(beat == 0 ? 0 : 17);
            await MinutesAsync(16);
            await _market.ReloadAsync(Grain);
        }

        var health = (await Grain.GetAsync())!.State.Health;
        Assert.Equal(4, health.Faults.Length);
        Assert.Equal(0, await ExcusedAsync());
        Assert.Equal(5, (await HoursAsync()).Sum(hour => hour.UpMinutes));
    }

    [Fact]
    public async Task What_was_gathered_before_a_silence_is_written_when_the_activation_goes()
    {
        await BeatAsync(0);
        await BeatAsync(1);
        await BeatAsync(1);
        Assert.Equal(1, (await Grain.GetAsync())!.State.Health.Sequence);
        await MinutesAsync(15);

        await _market.ReloadAsync(Grain);

        var health = (await Grain.GetAsync())!.State.Health;
        Assert.Equal((3, health.LastBeatAt), (health.Sequence, health.UnsureUntil));
    }

    [Fact]
    public async Task Beats_that_a_crash_lost_are_excused_also_when_nobody_beats_again_for_long()
    {
        for (var minute = 0; minute < 10; minute++)
        {
            await BeatAsync(Math.Min(minute, 1));
        }

        await _market.CrashAsync();

        // The node is looked at by an activation that cannot know what was heard before it, and which goes again.
        await Grain.GetAsync();
        await MinutesAsync(50);
        await _market.ReloadAsync(Grain);
        Assert.Equal(TestMarket.Begin + Duration.FromMinutes(9), (await Grain.GetAsync())!.State.Health.UnsureUntil);
        Assert.Equal(8, await ExcusedAsync());
        await BeatAsync(1);

        Assert.Equal(8, await ExcusedAsync());
        Assert.Equal(TestMarket.Begin, Assert.Single((await Grain.GetAsync())!.State.Health.Faults).From);
    }

    [Fact]
    public async Task A_marketplace_that_was_down_excuses_all_of_it_and_a_silence_beside_it_is_the_nodes()
    {
        await BeatAsync(0);
        await MinutesAsync(30);
        await _market.RestartAsync();
        await _market.Clock.SetForwardAsync(_market.Clock.Now + Duration.FromHours(3));
        await MinutesAsync(5);
        await BeatAsync(1);

        // Half an hour before, and some minutes after: the three hours between them are nobody's.
        var hours = await HoursAsync();
        Assert.Single((await Grain.GetAsync())!.State.Health.Faults);
        Assert.InRange(hours.Sum(hour => hour.ExcusedMinutes), 178, 180 + 24);
        Assert.InRange(hours.Sum(hour => 60 - hour.ExcusedMinutes), 34, 40);
    }

    [Fact]
    public async Task Beats_stay_gathered_while_the_marks_cannot_be_read()
    {
        await BeatAsync(0);
        await MinutesAsync(10);
        _marks.Fail = true;
        await Assert.ThrowsAnyAsync<Exception>(() => BeatAsync(0));
        await Assert.ThrowsAnyAsync<Exception>(() => BeatAsync(1));
        _marks.Fail = false;

        Assert.Equal(4, await BeatAsync(1));
        var health = (await Grain.GetAsync())!.State.Health;
        var fault = Assert.Single(health.Faults);
        Assert.Equal((TestMarket.Begin, TestMarket.Begin + Duration.FromMinutes(10)), (fault.From, fault.Until));
        Assert.Equal(1 + 3, (await HoursAsync()).Sum(hour => hour.UpMinutes));
    }

    [Fact]
    public async Task A_write_that_fails_costs_the_node_nothing()
    {
        await BeatAsync(0);
        for (var minute = 0; minute < NodeGrain.MostPending - 1; minute++)
        {
            await BeatAsync(1);
        }

        _market.Faults.At(FaultKind.ErrorBeforeWrite, write => write.Operation == "WriteState" && write.Key.EndsWith(Id.Value, StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<Exception>(() => BeatAsync(1));
        await MinutesAsync(3);

        // The agent sends what was not acknowledged again.
        await BeatAsync(0, resent: Enumerable.Range(2, 15));
        Assert.Empty((await Grain.GetAsync())!.State.Health.Faults);
        Assert.Equal(Fraction.One, HealthBook.Availability(await HoursAsync()));
    }

    private async Task<ImmutableArray<HealthHour>> HoursAsync() =>
        await Grain.GetHoursAsync(new Interval(TestMarket.Begin, TestMarket.Begin + Duration.FromDays(1)));

    /// <summary>Minutes excused between the first beat and now.</summary>
    private async Task<int> ExcusedAsync() =>
        HealthBook.Within(await HoursAsync(), new Interval(TestMarket.Begin, _market.Clock.Now)).Sum(hour => hour.ExcusedMinutes)
        - (60 * (int)Math.Ceiling((_market.Clock.Now - TestMarket.Begin).TotalHours)) + (int)Math.Ceiling((_market.Clock.Now - TestMarket.Begin).TotalMinutes);

    /// <summary>Lets time pass in which the marketplace listens.</summary>
    private async Task MinutesAsync(int minutes)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            await ServiceMarks.MarkAsync(_market.Rows, _market.Clock.Now);
            await _market.Time.AdvanceAsync(_market.Clock.Now + Duration.FromMinutes(1));
        }

        await ServiceMarks.MarkAsync(_market.Rows, _market.Clock.Now);
    }

    private async Task<long> BeatAsync(int after, IEnumerable<int>? resent = null)
    {
        await MinutesAsync(after);
        var body = new Heartbeats(Id, _node.BootId, [.. (resent ?? []).Select(number => new Heartbeat(number, TestMarket.Begin + Duration.FromMinutes(number - 1))), new Heartbeat(++_sequence, _market.Clock.Now)]);
        var answer = await Grain.BeatAsync(_node.Sign(PayloadTypes.Heartbeats, body), body);
        Assert.Null(answer.Refusal);
        return answer.Value!.Acknowledged;
    }

    /// <summary>Rows whose service marks cannot be read for a while.</summary>
    private sealed class MarksThatFail
    {
        public bool Fail { get; set; }

        public IRowStore Over(IRowStore inner) => new Rows(this, inner);

        private sealed class Rows(MarksThatFail marks, IRowStore inner) : IRowStore
        {
            public ValueTask<Row?> GetAsync(string table, string partition, string key, CancellationToken cancellation = default) => inner.GetAsync(table, partition, key, cancellation);

            public ValueTask<RowPage> ScanAsync(string table, string partition, string? from, string? until, int limit, bool descending = false, CancellationToken cancellation = default) =>
                marks.Fail && table == ServiceMarks.Table ? throw new InjectedFaultException("The marks cannot be read.") : inner.ScanAsync(table, partition, from, until, limit, descending, cancellation);

            public ValueTask<bool> TryInsertAsync(string table, string partition, IReadOnlyList<Row> rows, CancellationToken cancellation = default) => inner.TryInsertAsync(table, partition, rows, cancellation);

            public ValueTask UpsertIfNewerAsync(string table, string partition, Row row, CancellationToken cancellation = default) => inner.UpsertIfNewerAsync(table, partition, row, cancellation);

            public ValueTask DeleteAsync(string table, string partition, string key, long version, CancellationToken cancellation = default) => inner.DeleteAsync(table, partition, key, version, cancellation);

            public ValueTask WriteAllAsync(IReadOnlyList<RowChange> changes, CancellationToken cancellation = default) => inner.WriteAllAsync(changes, cancellation);

            public ValueTask RemoveAsync(string table, string partition, IReadOnlyList<string> keys, CancellationToken cancellation = default) => inner.RemoveAsync(table, partition, keys, cancellation);
        }
    }
}
