using Marketplace.Api.Http;
using Marketplace.Testing;
using Marketplace.Testing.Faults;

namespace Marketplace.Api.Tests.Http;

public sealed class RequestKeysTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 4, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_key_is_known_for_a_week_and_then_forgotten()
    {
        await using var market = await TestMarket.StartAsync();
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Null(await BindAsync("k1", "a", Now));
        Assert.True(await BindAsync("k1", "a", Now));
        Assert.False(await BindAsync("k1", "b", Now));
        Assert.Null(await BindAsync("k2", "a", Now + TimeSpan.FromDays(1)));

        await RequestKeys.RemoveOldAsync(market.Rows, Now + TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1), cancellation);

        Assert.True(await BindAsync("k2", "a", Now + TimeSpan.FromDays(7)));
        var rows = (await market.Rows.ScanAsync(RequestKeys.Table, "org_one", null, null, 10, cancellation: cancellation)).Rows;
        Assert.Equal("k2", Assert.Single(rows).Key);
        Assert.Single((await market.Rows.ScanAsync(RequestKeys.Table, RequestKeys.ByAge, null, null, 10, cancellation: cancellation)).Rows);
        Assert.Null(await BindAsync("k1", "b", Now + TimeSpan.FromDays(8)));

        Task<bool?> BindAsync(string id, string hash, DateTimeOffset at) => RequestKeys.BindAsync(market.Rows, "org_one", id, hash, at, cancellation);
    }

    [Fact]
    public async Task A_key_whose_binding_failed_and_came_again_lives_its_own_week()
    {
        await using var market = await TestMarket.StartAsync();
        var cancellation = TestContext.Current.CancellationToken;
        market.Faults.At(FaultKind.ErrorBeforeWrite, write => write.Key == "org_one/k1");
        await Assert.ThrowsAsync<InjectedFaultException>(() => BindAsync(Now));

        Assert.Null(await BindAsync(Now + TimeSpan.FromDays(5)));
        await RequestKeys.RemoveOldAsync(market.Rows, Now + TimeSpan.FromDays(7.5), cancellation);
        Assert.True(await BindAsync(Now + TimeSpan.FromDays(8)));

        await RequestKeys.RemoveOldAsync(market.Rows, Now + TimeSpan.FromDays(12.5), cancellation);
        Assert.Null(await BindAsync(Now + TimeSpan.FromDays(13)));

        Task<bool?> BindAsync(DateTimeOffset at) => RequestKeys.BindAsync(market.Rows, "org_one", "k1", "a", at, cancellation);
    }
}
