using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Marketplace.Testing.Faults;

namespace Marketplace.Grains.Tests.Durability;

public class TestMarketTests
{
    [Fact]
    public async Task Rows_survive_a_restart_and_a_crash()
    {
        await using var market = await TestMarket.StartAsync();
        await market.Rows.UpsertIfNewerAsync("notes", "p", new Row("before-restart", 1, "one"u8.ToArray()));
        await market.RestartAsync();
        await market.Rows.UpsertIfNewerAsync("notes", "p", new Row("before-crash", 1, "two"u8.ToArray()));
        await market.CrashAsync();

        var page = await market.Rows.ScanAsync("notes", "p", null, null, 10);

        Assert.Equal(["before-crash", "before-restart"], page.Rows.Select(row => row.Key));
    }

    [Theory]
    [InlineData(FaultKind.ErrorBeforeWrite, false)]
    [InlineData(FaultKind.ErrorAfterWrite, true)]
    public async Task A_fault_strikes_one_write(FaultKind kind, bool lands)
    {
        await using var market = await TestMarket.StartAsync();
        market.Faults.Reset();
        market.Faults.At(kind, write => write is { Table: "notes", Key: "p/b" });
        await market.Rows.TryInsertAsync("notes", "p", [new Row("a", 1, default)]);

        await Assert.ThrowsAsync<InjectedFaultException>(() => market.Rows.TryInsertAsync("notes", "p", [new Row("b", 1, default)]).AsTask());

        Assert.Equal(lands, await market.Rows.GetAsync("notes", "p", "b") is not null);
        Assert.True(await market.Rows.TryInsertAsync("notes", "p", [new Row("c", 1, default)]));
    }
}
