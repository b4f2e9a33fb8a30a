using Marketplace.Client;
using Marketplace.Portal.Leases;

namespace Marketplace.Portal.Tests.Leases;

public sealed class MonthlyAvailabilityTests
{
    private static readonly DateOnly March = new(2026, 3, 1);

    [Fact]
    public void Minutes_of_all_nodes_count_together()
    {
        var late = new NodeFault { From = new DateTimeOffset(2026, 3, 9, 0, 0, 0, TimeSpan.Zero) };
        var early = new NodeFault { From = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero) };
        LeaseNodeHealth[] nodes =
        [
            new() { NodeId = "a", UpMinutes = 900, CountedMinutes = 1000, DegradedMinutes = 7, AvailabilityPercent = 90, Faults = [late] },
            new() { NodeId = "b", UpMinutes = 3000, CountedMinutes = 3000, AvailabilityPercent = 100, Faults = [early] },
            new() { NodeId = "c" },
        ];

        var month = MonthlyAvailability.Of(March, nodes);

        Assert.Equal((3, 2, 97.5m, 7L), (month.Served, month.Heard, month.Percent!.Value, month.DegradedMinutes));
        Assert.Equal(["b", "a"], month.Outages.Select(outage => outage.Node));
    }

    [Fact]
    public void Where_nothing_counts_there_is_no_percentage() => Assert.Null(MonthlyAvailability.Of(March, [new LeaseNodeHealth()]).Percent);

    [Theory]
    [InlineData("2026-01-31", "2026-03-01", "2026-03,2026-02,2026-01")]
    [InlineData("2026-03-05", "2026-03-31", "2026-03")]
    [InlineData("2025-01-01", "2026-02-01", "2026-02,2026-01,2025-12,2025-11,2025-10,2025-09")]
    public void Months_are_those_of_the_lease_newest_first(string from, string until, string expected) => Assert.Equal(
        expected, string.Join(',', MonthlyAvailability.MonthsOf(DateOnly.Parse(from), DateOnly.Parse(until)).Select(month => $"{month:yyyy-MM}")));
}
