using System.Text.Json.Nodes;
using Marketplace.Testing;

namespace Marketplace.Host.Tests.Cluster;

/// <summary>The checker of the kill test finds what it is there to find: each lie about a sound market, told to it, is named.</summary>
public sealed class ClusterCheckerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task EveryLossEveryDoubleAndEveryMuddleIsNamed()
    {
        await using var host = await HostProcess.StartReadyAsync(
            folder.Path, "--Marketplace:Demo", "false", "--Api:RequestsPerMinutePerKey", "1000000", "--Api:RequestsPerMinutePerAddress", "1000000");
        await using var balancer = new Balancer([new Uri((await host.ReadyAsync()).GetLeftPart(UriPartial.Authority))]);
        var administrator = HostKeys.Read(folder.Path)["ADMIN_KEY"];
        var trade = new Trade(balancer, administrator);
        await trade.OpenAsync(pools: 2, probes: 0);
        var load = trade.RunAsync(clerks: 3, seed: 1);
        await trade.UntilAsync(() => trade.Bookings.Any(booking => booking.WasConfirmed) && trade.Bookings.Any(booking => booking.Cancelled == Outcome.Acknowledged), load);
        trade.Close();
        await load;
        Assert.Empty(await new Checker(trade, administrator).FaultsAsync());

        var confirmed = trade.Bookings.First(booking => booking.WasConfirmed);
        var cancelled = trade.Bookings.First(booking => booking.Cancelled == Outcome.Acknowledged);
        Task NamesAsync(string fault, string path, Action<JsonNode> lie) => FindsAsync(trade, administrator, fault, path, lie);

        // Acknowledged and gone, or undone.
        await NamesAsync($"{confirmed.Id} was acknowledged and is gone", "reservations", page => Each(page, "id", confirmed.Id!, found => found.Parent!.AsArray().Remove(found)));
        await NamesAsync($"{confirmed.Id} is awaitingDeposit", "reservations", page => Each(page, "id", confirmed.Id!, found => found["status"] = "awaitingDeposit"));
        await NamesAsync($"{cancelled.Id} is confirmed", "reservations", page => Each(page, "id", cancelled.Id!, found => found["status"] = "confirmed"));

        // More than was asked for.
        await NamesAsync("rsv_other is confirmed, and nobody was told of it", "reservations", page => Each(page, "id", confirmed.Id!, found => Again(found)["id"] = "rsv_other"));
        await NamesAsync($"Quote {confirmed.Quote} was used 2 times", "reservations", page => Each(page, "id", confirmed.Id!, found => Again(found)["id"] = "rsv_other"));
        await NamesAsync($"of {Trade.Supply} nodes at", "reservations", page => Each(page, "id", confirmed.Id!, found => found["terms"]!["ramp"]![0]!["units"] = Trade.Supply + 1));

        // Money lost, doubled or out of balance.
        await NamesAsync($"{confirmed.Id} is confirmed, and 0 is held", "deposits", page => Each(page, "reservationId", confirmed.Id!, found => found["held"]!["amountMinor"] = 0));
        await NamesAsync($"{confirmed.Id} is confirmed, and nothing says what its deposit is", "deposits", page => Each(page, "reservationId", confirmed.Id!, found => found.Parent!.AsArray().Remove(found)));
        await NamesAsync("does not balance", "ledger/entries", page => First(page, entry => entry["postings"]![0]!["amount"]!["amountMinor"] = 1));
        await NamesAsync("is booked 2 times", "ledger/entries", page => First(page, entry => Again(entry)));

        // What the tenant was told of it.
        await NamesAsync("The events' numbers have a gap", "events", page => Each(page, "type", "reservation.confirmed", found => found.Parent!.AsArray().Remove(found)));
        await NamesAsync("reservation.confirmed was told of", "events", page => Each(page, "type", "reservation.confirmed", found => found["type"] = "reservation.held"));
        await NamesAsync("reservation.cancelled was told of", "events", page => Each(page, "type", "reservation.cancelled", found => found["type"] = "reservation.held"));

        // A law of the market, such as that of the due index.
        await NamesAsync("due_rows: [\"lease_1\"]", "admin/invariants", report =>
        {
            report["holds"] = false;
            report["invariants"] = new JsonArray(new JsonObject { ["name"] = "due_rows", ["holds"] = false, ["violations"] = new JsonArray("lease_1") });
        });
    }

    private static async Task FindsAsync(Trade trade, string administrator, string fault, string path, Action<JsonNode> lie)
    {
        var lied = false;
        var faults = await new Checker(trade, administrator, (at, said) =>
        {
            if (at != path)
            {
                return said;
            }

            var changed = JsonNode.Parse(said)!;
            lie(changed);
            lied |= !JsonNode.DeepEquals(changed, JsonNode.Parse(said));
            return changed.ToJsonString();
        }).FaultsAsync();

        Assert.True(lied, $"Nothing was changed under {path}.");
        Assert.Contains(faults, found => found.Contains(fault, StringComparison.Ordinal));
    }

    private static void Each(JsonNode page, string name, string value, Action<JsonNode> lie)
    {
        foreach (var found in page["data"]!.AsArray().Where(item => (string?)item![name] == value).ToList())
        {
            lie(found!);
        }
    }

    private static void First(JsonNode page, Action<JsonNode> lie)
    {
        foreach (var found in page["data"]!.AsArray().Take(1).ToList())
        {
            lie(found!);
        }
    }

    /// <summary>The same thing once more on its page.</summary>
    private static JsonNode Again(JsonNode found)
    {
        var more = found.DeepClone();
        found.Parent!.AsArray().Add(more);
        return more;
    }
}
