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
    private static readonly OrganizationId Marketplace = OrganizationId.From("org_platform");
    private long _sequence;

    private static Node Fresh { get; } = new() { Id = Id, OperatorId = Operator, PoolId = PoolId.From("pool_1"), CreatedAt = Nine, Health = NodeHealth.None };

    [Fact]
    public void A_beat_says_no_more_than_a_node_has_to_say()
    {
        var told = new Heartbeat(1, Instant.FromUtc(2026, 1, 5, 9, 0), [.. Enumerable.Range(-1, 1_000).Concat([0, 1]).Select(index => new GpuSample(index))], [.. Enumerable.Repeat(new XidSample(31), 1_000)]);

        var kept = HealthBook.Bounded(new Heartbeats(NodeId.From("node_1"), "boot", [told, told with { Sequence = 2, Gpus = null, Xids = null }]), 8);

        Assert.Equal(Enumerable.Range(0, 8), kept.Beats[0].Gpus!.Value.Select(gpu => gpu.Index));
        Assert.Equal((HealthBook.MostXids, null, null), (kept.Beats[0].Xids!.Value.Length, kept.Beats[1].Gpus, kept.Beats[1].Xids));
        Assert.Equal(HealthBook.MostGpus, HealthBook.Bounded(new Heartbeats(NodeId.From("node_1"), "boot", [told]), null).Beats[0].Gpus!.Value.Length);
    }

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
        var hour = Assert.Single(HealthBook.HoursOf(node.Health, [], Window(60), At(31), [new Interval(At(11), At(29))]));
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

        Assert.Empty(HealthBook.Take(node, [again], new Hearing([]), At(11)).Facts);
    }

    [Fact]
    public void A_fatal_error_says_that_it_was_the_hardware()
    {
        var node = Beat(Beating(Fresh, 0, 10), 30, xids: [new XidSample(79)]);

        Assert.Equal(FaultCause.Hardware, Assert.Single(node.Health.Faults).Cause);
        Assert.Contains("Xid 79", node.Health.Faults[0].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Announced_maintenance_is_excused_and_stays_so_when_more_is_announced_later()
    {
        var day = 24 * 60;
        var node = Planned(Beating(Fresh, 0, 10), Plan(day, day + 30), At(0));
        node = Beat(Beating(node, day - 10, day), day + 31);
        Assert.Equal(FaultCause.Maintenance, node.Health.Faults[^1].Cause);

        // Two months on it has left the announcements, and still counts.
        node = Planned(node, Plan(70 * day, (70 * day) + 60), At(60 * day));
        var hour = HealthBook.HoursOf(node.Health, [], new Interval(At(day), At(day + 60)), At(60 * day), [])[0];

        Assert.Single(node.Health.Planned);
        Assert.Equal((2, 30), (hour.UpMinutes, hour.ExcusedMinutes));
    }

    [Theory]
    [InlineData(0, 60, "maintenance_too_late")]
    [InlineData(24 * 60 - 1, 24 * 60 + 60, "maintenance_too_late")]
    [InlineData(93 * 24 * 60, 93 * 24 * 60 + 60, "maintenance_too_late")]
    [InlineData(48 * 60, 48 * 60, "maintenance_invalid")]
    [InlineData(48 * 60, 48 * 60 + 12 * 60 + 1, "maintenance_too_much")]
    [InlineData(48 * 60, 12_000_000, "maintenance_too_much")]
    [InlineData(24 * 60, 36 * 60, null)]
    public void Maintenance_is_announced_a_day_ahead_and_short(int from, int until, string? code) =>
        Assert.Equal(code, HealthBook.Decide(Fresh, Plan(from, until), Nine).Refusal?.Code);

    [Fact]
    public void All_maintenance_of_a_calendar_month_together_is_bounded_and_the_refusal_says_what_is_left()
    {
        var node = Planned(Fresh, Plan(2 * 1440, (2 * 1440) + 600), Nine);
        Assert.Empty(HealthBook.Decide(node, Plan(2 * 1440, (2 * 1440) + 600), At(5 * 1440)).Facts);

        var refusal = HealthBook.Decide(node, Plan(20 * 1440, (20 * 1440) + 121), At(10 * 1440)).Refusal;

        Assert.Equal("maintenance_too_much", refusal?.Code);
        Assert.Contains("In 2026-01, 10 of 12 hours and 1 of 20 announcements of node_1 are taken.", refusal?.Detail, StringComparison.Ordinal);
        Assert.Null(HealthBook.Decide(node, Plan(20 * 1440, (20 * 1440) + 120), At(10 * 1440)).Refusal);
        Assert.Null(HealthBook.Decide(node, Plan(30 * 1440, (30 * 1440) + 720), At(10 * 1440)).Refusal);

        // What overlaps counts once, and small pieces are not endless.
        Assert.Null(HealthBook.Decide(node, Plan((2 * 1440) + 60, (2 * 1440) + 720), Nine).Refusal);
        var pieces = Enumerable.Range(0, HealthBook.MostAnnouncements).Aggregate(Fresh, (known, piece) => Planned(known, Plan(3000 + (piece * 10), 3001 + (piece * 10)), Nine));
        Assert.Equal("maintenance_too_much", HealthBook.Decide(pieces, Plan(5000, 5001), Nine).Refusal?.Code);
    }

    [Fact]
    public void Maintenance_longer_than_the_hours_kept_loses_none_of_them()
    {
        // Announced when seven days at once were allowed.
        var week = new Maintenance(At(60), At(60 + (5 * 1440)), "Cooling.");
        var node = Beating(Fresh, 0, 59);
        node = node with { Health = node.Health with { Planned = [week] } };
        node = Beat(node, 60 + (5 * 1440));

        var hours = HealthBook.HoursOf(node.Health, [], new Interval(Nine, At(60 + (5 * 1440))), At(60 + (5 * 1440)), []);

        Assert.Equal(FaultCause.Maintenance, Assert.Single(node.Health.Faults).Cause);
        Assert.Equal(60, hours[0].UpMinutes);
        Assert.Equal(121, hours.Length);
        Assert.Equal(Fraction.One, HealthBook.Availability(hours));
    }

    [Fact]
    public void What_would_excuse_an_outage_counts_only_when_the_marketplace_says_so()
    {
        var node = Beat(Beating(Fresh, 0, 10), 30);
        var stated = After(node, new AttributeFault(Operator, false, 1, FaultCause.TenantWorkload, "The tenant's job filled the disk."));
        var decided = After(stated, new AttributeFault(Marketplace, true, 1, FaultCause.TenantWorkload, "The tenant agrees."));

        Assert.Equal(FaultCause.Unknown, stated.Health.Faults[0].Cause);
        Assert.Equal((FaultCause.TenantWorkload, true), (decided.Health.Faults[0].Cause, decided.Health.Faults[0].Decided));
        Assert.Equal(Fraction.One, HealthBook.Availability(HealthBook.HoursOf(decided.Health, [], Window(60), At(31), [])));
        Assert.Equal("fault_decided", HealthBook.Decide(decided, new AttributeFault(Operator, false, 1, FaultCause.Power, "No.")).Refusal?.Code);
        Assert.Equal("node_unknown", HealthBook.Decide(node, new AttributeFault(OrganizationId.From("org_other"), false, 1, FaultCause.Power, "No.")).Refusal?.Code);
    }

    [Fact]
    public void A_decision_about_an_outage_of_long_ago_wipes_no_minute_and_can_be_reversed()
    {
        var node = Beat(Beating(Fresh, 0, 10), 30);
        var older = new List<HealthHour>();
        for (var minute = 31; minute <= 60 * 60; minute += 2)
        {
            node = Beat(node, minute, older: older);
        }

        Assert.True(node.Health.Hours[0].Hour > Nine);
        var excused = After(node, new AttributeFault(Marketplace, true, 1, FaultCause.TenantWorkload, "The tenant agrees."));
        var reversed = After(excused, new AttributeFault(Marketplace, true, 1, FaultCause.Power, "The tenant's job had ended before."));

        Assert.Equal((41, 0), First(node));
        Assert.Equal((41, 19), First(excused));
        Assert.Equal((41, 0), First(reversed));
        Assert.Equal(node.Health.Hours, excused.Health.Hours);

        (int Up, int Excused) First(Node known)
        {
            var hour = HealthBook.HoursOf(known.Health, older, Window(60), At(60 * 60), [])[0];
            return (hour.UpMinutes, hour.ExcusedMinutes);
        }
    }

    [Fact]
    public void An_excused_outage_stays_excused_when_newer_ones_push_it_from_the_list()
    {
        var node = After(Beat(Beating(Fresh, 0, 10), 30), new AttributeFault(Marketplace, true, 1, FaultCause.TenantWorkload, "The tenant agrees."));
        for (var outage = 1; outage <= NodeHealth.MostFaults; outage++)
        {
            node = Beat(node, 30 + (outage * 5));
        }

        Assert.Equal(2, node.Health.Faults[0].Number);
        Assert.Equal([new ExcusedTime(At(10), At(30))], node.Health.Excused!.Value);
        Assert.Equal((1 + 11 + 5, 19), HealthBook.HoursOf(node.Health, [], Window(60), At(600), []).Select(hour => (hour.UpMinutes, hour.ExcusedMinutes)).First());
    }

    [Fact]
    public void A_silent_node_is_on_record_as_silent_and_what_may_have_been_lost_is_excused_once()
    {
        var node = Beating(Fresh, 0, 10);
        Assert.Null(node.Health.UnsureUntil);
        Assert.Empty(HealthBook.Take(node, [], new Hearing([], At(10)), At(11)).Facts);

        // The activation that heard the last beat saw nothing else: all of the silence counts.
        var settled = Settled(node, At(10), At(13));
        Assert.Equal(At(10), settled.Health.UnsureUntil);
        Assert.Empty(HealthBook.Take(settled, [], new Hearing([], At(10)), At(14)).Facts);
        Assert.Equal((12, 0), Counted(Beat(settled, 27, unsureUntil: settled.Health.UnsureUntil)));

        // A later activation cannot know: what may have been heard and lost is nobody's, the rest is the node's.
        var doubtful = Settled(node, At(26), At(60));
        var back = Beat(doubtful, 61, unsureUntil: doubtful.Health.UnsureUntil);
        Assert.Equal(At(26), doubtful.Health.UnsureUntil);
        Assert.Equal((11, 15), Counted(back));
        Assert.Equal(FaultCause.Unknown, Assert.Single(back.Health.Faults).Cause);
        Assert.Null(back.Health.UnsureUntil);

        static (int Up, int Excused) Counted(Node known)
        {
            var hour = HealthBook.HoursOf(known.Health, [], Window(60), At(120), [])[0];
            return (hour.UpMinutes, hour.ExcusedMinutes);
        }

        static Node Settled(Node known, Instant unsureUntil, Instant now) =>
            NodeDecisions.Evolve(known, Assert.Single(HealthBook.Take(known, [], new Hearing([], unsureUntil), now).Facts));
    }

    [Fact]
    public void A_gpu_that_is_missing_is_a_degraded_minute()
    {
        var node = Beat(Fresh, 0, gpus: [new GpuSample(0), new GpuSample(1)], expected: 2);
        node = Beat(node, 1, gpus: [new GpuSample(0)], expected: 2);
        node = Beat(node, 2, gpus: [new GpuSample(0), new GpuSample(0)], expected: 2);
        node = Beat(node, 3, gpus: [], expected: 2);
        node = Beat(node, 4, expected: 2);
        node = Beat(node, 5, gpus: []);

        Assert.Equal(0b001110, Assert.Single(node.Health.Hours).Degraded);
    }

    [Fact]
    public void Hours_that_leave_the_record_are_handed_on_also_those_of_a_long_outage_of_the_marketplace()
    {
        var days = Enumerable.Range(0, 3 * 24).Select(hour => new Heartbeat(hour + 12, At(20 + (hour * 60)))).ToImmutableArray();
        var end = At(20 + (71 * 60));
        var node = Beating(Fresh, 0, 10);

        var taken = Assert.IsType<BeatsTaken>(Assert.Single(HealthBook.Take(node, [new ArrivedBeats(new Heartbeats(Id, "boot", days), end)], new Hearing([new Interval(At(11), end)]), end).Facts));

        Assert.Equal(NodeHealth.MostHours, taken.After.Hours.Length);
        Assert.Equal(24, taken.Left!.Value.Length);
        Assert.Equal((Nine, 12), (taken.Left.Value[0].Hour, taken.Left.Value[0].UpMinutes));
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

    private static PlanMaintenance Plan(int from, int until) => new(Operator, At(from), At(until), "Firmware.");

    private static Node Planned(Node node, PlanMaintenance command, Instant now) => NodeDecisions.Evolve(node, Assert.Single(HealthBook.Decide(node, command, now).Facts));

    private static Node Taken(Node node, IReadOnlyList<ArrivedBeats> messages, IReadOnlyList<Interval> deaf) =>
        NodeDecisions.Evolve(node, Assert.Single(HealthBook.Take(node, messages, new Hearing(deaf), messages[^1].At).Facts));

    private Node Beating(Node node, int from, int to) => Enumerable.Range(from, to - from + 1).Aggregate(node, (known, minute) => Beat(known, minute));

    private Node Beat(
        Node node,
        double minute,
        ImmutableArray<GpuSample>? gpus = null,
        ImmutableArray<XidSample>? xids = null,
        IReadOnlyList<Interval>? deaf = null,
        Instant? unsureUntil = null,
        int? expected = null,
        List<HealthHour>? older = null)
    {
        var beat = new ArrivedBeats(new Heartbeats(Id, "boot", [new Heartbeat(++_sequence, At(minute), gpus, xids)]), At(minute));
        var fact = Assert.Single(HealthBook.Take(node, [beat], new Hearing(deaf ?? [], unsureUntil, expected), At(minute)).Facts);
        older?.AddRange((fact as BeatsTaken)?.Left ?? []);
        return NodeDecisions.Evolve(node, fact);
    }
}
