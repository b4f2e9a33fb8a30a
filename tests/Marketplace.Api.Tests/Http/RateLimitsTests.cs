using Marketplace.Api.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Marketplace.Api.Tests.Http;

public sealed class RateLimitsTests
{
    private readonly FakeTimeProvider _time = new();

    private RateLimits Limits(int perMinute) => new(_time, Options.Create(new ApiOptions { RequestsPerMinutePerKey = perMinute, RequestsPerMinutePerAddress = 1 }));

    [Fact]
    public void An_allowance_may_be_spent_at_once_and_refills_evenly()
    {
        var limits = Limits(60);

        var taken = Enumerable.Range(0, 60).Select(_ => limits.Take("key", isKey: true)).ToList();
        Assert.All(taken, limit => Assert.True(limit.Granted));
        Assert.Equal((59, 0), (taken[0].Remaining, taken[^1].Remaining));

        var refused = limits.Take("key", isKey: true);
        Assert.False(refused.Granted);
        Assert.Equal((0, 1, 60), (refused.Remaining, refused.RetryAfterSeconds, refused.ResetSeconds));

        _time.Advance(TimeSpan.FromSeconds(refused.RetryAfterSeconds));
        Assert.True(limits.Take("key", isKey: true).Granted);
        Assert.False(limits.Take("key", isKey: true).Granted);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(59, limits.Take("key", isKey: true).Remaining);
    }

    [Fact]
    public void Callers_and_kinds_of_callers_count_apart()
    {
        var limits = Limits(60);

        Assert.True(limits.Take("a", isKey: false).Granted);
        Assert.False(limits.Take("a", isKey: false).Granted);
        Assert.True(limits.Take("b", isKey: false).Granted);
    }
}
