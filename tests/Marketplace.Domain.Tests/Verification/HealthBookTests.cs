using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Domain.Tests.Verification;

public sealed class HealthBookTests
{
    private static readonly Instant Nine = Instant.FromUtc(2026, 1, 5, 9, 0);
    private static readonly NodeId Id = NodeId.From("node_1");
    private static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    private long _sequence;

    private static Node Fresh { get; } = new() { Id = Id, OperatorId = Operator, PoolId = PoolId.From("pool_1"), CreatedAt = Nine, Health = NodeHealth.None };

    [Fact]
    public void Minutes_between_beats_that_follow_each_other_are_up()
    {
        var node = Beating(Fresh, 0, 10);

        var hour = Assert.Single(node.Health.Hours);
        Assert.Equal((Nine, 11), (hour.Hour, hour.UpMinutes));
        Assert.Empty(node.Health.Faults);
    }

    [Fact]
    public void Minutes_before_and_after_a_window_count_for_nobody()
    {
        var node = Beating(Fresh, 0, 90);
        var hours = HealthBook.HoursOf(node.Health, [], new Interval(Nine, Nine + Duration.FromHours(2)), At(90), []);

        var within = HealthBook.Within(hours, new Interval(At(50), At(70)));

        Assert.Equal([(10, 50), (10, 50)], within.Select(hour => (hour.UpMinutes, hour.ExcusedMinutes)));
        Assert.Equal(Fraction.One, HealthBook.Availability(within));
        Assert.Empty(HealthBook.Within(hours, new Interval(At(300), At(400))));
    }

    [Fact]
    public void A_beat_that_comes_two_minutes_late_is_no_outage()
    {
        var node = Beat(Beating(Fresh, 0, 3), 5.4);

        Assert.Equal(6, Assert.Single(node.Health.Hours).UpMinutes);
        Assert.Empty(node.Health.Faults);
    }

    [Fact]
    public void A_silence_is_an_outage_from_the_last_beat_to_the_next()
    {
        var node = Beat(Beating(Fresh, 0, 10), 30);

        var fault = Assert.Single(node.Health.Faults);
        Assert.Equal((At(10), At(30), FaultCause.Unknown, false), (fault.From, fault.Until, fault.Cause, fault.Decided));
        Assert.Equal(new Fraction(12, 31), HealthBook.Availability(HealthBook.HoursOf(node.Health, [], Window(60), At(30) + Duration.FromMinutes(1), [])));
    }

    [Fact]
    public void What_the_marketplace_could_not_hear_is_excused_and_no_outage()
    {
        var node = Beat(Beating(Fresh, 0, 10), 30, deaf: [new Interval(At(11), At(29))]);

        Assert.Empty(node.Health.Faults);
        var hour = Assert.Single(HealthBook.HoursOf(node.Health, [], Window(60), At(31), []));
        Assert.Equal((12, 48), (hour.UpMinutes, hour.ExcusedMinutes));
        Assert.Equal(Fraction.One, HealthBook.Availability([hour]));
    }

    [Fact]
    public void Beats_sent_later_count_only_where_the_marketplace_was_deaf()
    {
        var late = Enumerable.Range(11, 19).Select(minute => new Heartbeat(minute + 1, At(minute))).Append(new Heartbeat(31, At(30))).ToImmutableArray();
        var message = new ArrivedBeats(new Heartbeats(Id, "boot", late), At(30));
        var node = Beating(Fresh, 0, 10);

        var lost = Taken(node, [message], [new Interval(At(11), At(30))]);
        var cut = Taken(node, [message], []);

        Assert.Equal(31, Assert.Single(lost.Health.Hours).UpMinutes);
        Assert.Equal(12, Assert.Single(cut.Health.Hours).UpMinutes);
        Assert.Equal(FaultCause.Network, Assert.Single(cut.Health.Faults).Cause);
    }

    [Fact]
    public void A_clock_set_back_on_the_node_wins_no_minutes()
    {
        // Resent beats that claim to lie before the silence, and a newest beat from the past.
        var message = new ArrivedBeats(new Heartbeats(Id, "boot", [new Heartbeat(12, At(500)), new Heartbeat(13, At(-500))]), At(30));

        Assert.Equal(12, Assert.Single(Taken(Beating(Fresh, 0, 10), [message], []).Health.Hours).UpMinutes);
    }

    [Fact]
    public void Beats_taken_before_change_nothing()
    {
        var node = Beating(Fresh, 0, 10);
        var again = new ArrivedBeats(new Heartbeats(Id, "boot", [new Heartbeat(11, At(10))]), At(11));

        Assert.Empty(HealthBook.Take(node, [again], []).Facts);
    }

    [Fact]
    public void A_fatal_error_says_that_it_was_the_hardware()
    {
        var node = Beat(Beating(Fresh, 0, 10), 30, xids: [new XidSample(79)]);

        Assert.Equal(FaultCause.Hardware, Assert.Single(node.Health.Faults).Cause);
        Assert.Contains("Xid 79", node.Health.Faults[0].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Announced_maintenance_is_excused_and_announced_late_it_is_refused()
    {
        var plan = new PlanMaintenance(Operator, At(11), At(30), "Firmware.");
        var node = NodeDecisions.Evolve(Beating(Fresh, 0, 10), Assert.Single(HealthBook.Decide(Fresh, plan, At(10)).Facts));

        node = Beat(node, 30);

        Assert.Equal(FaultCause.Maintenance, Assert.Single(node.Health.Faults).Cause);
        Assert.Equal(Fraction.One, HealthBook.Availability(HealthBook.HoursOf(node.Health, [], Window(60), At(31), [])));
        Assert.Equal("maintenance_too_late", HealthBook.Decide(Fresh, plan, At(12)).Refusal?.Code);
    }

    [Fact]
    public void What_would_excuse_an_outage_counts_only_when_the_marketplace_says_so()
    {
        var node = Beat(Beating(Fresh, 0, 10), 30);
        var stated = After(node, new AttributeFault(Operator, false, 1, FaultCause.TenantWorkload, "The tenant's job filled the disk."));
        var decided = After(stated, new AttributeFault(OrganizationId.From("org_platform"), true, 1, FaultCause.TenantWorkload, "The tenant agrees."));

        Assert.Equal(FaultCause.Unknown, stated.Health.Faults[0].Cause);
        Assert.Equal((FaultCause.TenantWorkload, true), (decided.Health.Faults[0].Cause, decided.Health.Faults[0].Decided));
        Assert.Equal(Fraction.One, HealthBook.Availability(HealthBook.HoursOf(decided.Health, [], Window(60), At(31), [])));
        Assert.Equal("fault_decided", HealthBook.Decide(decided, new AttributeFault(Operator, false, 1, FaultCause.Power, "No.")).Refusal?.Code);
        Assert.Equal("node_unknown", HealthBook.Decide(node, new AttributeFault(OrganizationId.From("org_other"), false, 1, FaultCause.Power, "No.")).Refusal?.Code);
    }

    [Fact]
    public void Throttling_lost_lanes_and_errors_are_degraded_minutes()
    {
        var node = Beating(Fresh, 0, 4);
        node = Beat(node, 5, gpus: [new GpuSample(0, 91, IsThrottled: true)]);
        node = Beat(node, 6, gpus: [new GpuSample(0, 70, PcieWidth: 8, MostPcieWidth: 16)]);
        node = Beat(node, 7, gpus: [new GpuSample(0, 71)]);

        var hour = Assert.Single(node.Health.Hours);
        Assert.Equal((2, 91m), (hour.DegradedMinutes, hour.HottestCelsius));
    }

    [Fact]
    public void Hours_are_kept_for_two_days_and_a_silent_hour_is_all_down()
    {
        var node = Fresh;
        for (var minute = 0; minute <= 60 * 60; minute += 2)
        {
            node = Beat(node, minute);
        }

        Assert.Equal(NodeHealth.MostHours, node.Health.Hours.Length);
        Assert.All(node.Health.Hours[..^1], hour => Assert.Equal(60, hour.UpMinutes));
        var later = HealthBook.HoursOf(node.Health, [], new Interval(At(61 * 60), At(63 * 60)), At(64 * 60), []);
        Assert.All(later, hour => Assert.Equal((0, 0), (hour.UpMinutes, hour.ExcusedMinutes)));
    }

    private static Instant At(double minutes) => Nine + Duration.FromMinutes(minutes);

    private static Interval Window(int minutes) => new(Nine, At(minutes));

    private static Node After(Node node, AttributeFault command) => NodeDecisions.Evolve(node, Assert.Single(HealthBook.Decide(node, command).Facts));

    private static Node Taken(Node node, IReadOnlyList<ArrivedBeats> messages, IReadOnlyList<Interval> deaf) =>
        NodeDecisions.Evolve(node, Assert.Single(HealthBook.Take(node, messages, deaf).Facts));

    private Node Beating(Node node, int from, int to) => Enumerable.Range(from, to - from + 1).Aggregate(node, (known, minute) => Beat(known, minute));

    private Node Beat(Node node, double minute, ImmutableArray<GpuSample>? gpus = null, ImmutableArray<XidSample>? xids = null, IReadOnlyList<Interval>? deaf = null) =>
        Taken(node, [new ArrivedBeats(new Heartbeats(Id, "boot", [new Heartbeat(++_sequence, At(minute), gpus, xids)]), At(minute))], deaf ?? []);
}
