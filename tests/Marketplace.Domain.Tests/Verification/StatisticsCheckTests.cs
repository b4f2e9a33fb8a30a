using Marketplace.Domain.Verification;

namespace Marketplace.Domain.Tests.Verification;

public sealed class StatisticsCheckTests
{
    [Fact]
    public void Copies_times_a_number_are_found_and_two_runs_are_not()
    {
        decimal[] one = [781.213m, 779.904m, 780.551m, 2901.37m, 2899.02m, 2903.88m];
        decimal[] run = [782.017m, 778.331m, 780.112m, 2902.15m, 2897.77m, 2904.40m];

        Assert.Equal(1.04m, Math.Round(StatisticsCheck.Ratio([.. one.Select(value => Math.Round(value * 1.04m, 2))], [.. one])!.Value, 2));
        Assert.Equal(1m, StatisticsCheck.Ratio([.. one], [.. one]));
        Assert.Null(StatisticsCheck.Ratio([.. run], [.. one]));
        Assert.Null(StatisticsCheck.Ratio([.. one[..5]], [.. one[..5]]));
    }
}
