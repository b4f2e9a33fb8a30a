using System.Globalization;
using System.Text.Json;

namespace Marketplace.Host.Tests.Cluster;

/// <summary>
/// Compares what clients were told with what the market says in the end, through the public API alone. What a client was told
/// must be so; what it does not know may be either way, but whole; nothing else may be there.
/// </summary>
/// <param name="trade">What clients were told.</param>
/// <param name="administrator">Key of whoever may ask for the market's laws.</param>
/// <param name="told">Changes what the market says under a path; for tests of this checker.</param>
internal sealed class Checker(Trade trade, string administrator, Func<string, string, string>? told = null)
{
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(2);
    private static readonly string[] Live = ["requested", "held", "awaitingApproval", "awaitingSignature", "awaitingDeposit", "confirmed"];
    private readonly List<string> faults = [];

    /// <summary>Everything that is not as it must be.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync()
    {
        await InvariantsAsync();
        var reservations = await ListAsync(trade.Tenant, "reservations");
        AcknowledgedStands(reservations.ToDictionary(found => Trade.Text(found, "id")));
        NothingElseIsThere(reservations);
        SupplyHolds(reservations);
        await MoneyIsRightAsync(reservations);
        await EventsAreWholeAsync(reservations);
        await RepeatingChangesNothingAsync();
        await InvariantsAsync();
        return faults;
    }

    /// <summary>The market's own laws, every open aggregate in the due index among them, once what is under way has arrived.</summary>
    private async Task InvariantsAsync()
    {
        var until = DateTime.UtcNow + Settling;
        JsonElement report;
        do
        {
            report = await ReadAsync(administrator, "admin/invariants");
        }
        while (!report.GetProperty("holds").GetBoolean() && told is null && DateTime.UtcNow < until);
        foreach (var broken in report.GetProperty("invariants").EnumerateArray().Where(check => !check.GetProperty("holds").GetBoolean()))
        {
            faults.Add($"{Trade.Text(broken, "name")}: {broken.GetProperty("violations")}");
        }
    }

    private void AcknowledgedStands(Dictionary<string, JsonElement> reservations)
    {
        foreach (var booking in trade.Bookings.Where(booking => booking.Id is not null))
        {
            if (!reservations.TryGetValue(booking.Id!, out var found))
            {
                faults.Add($"{booking.Id} was acknowledged and is gone.");
                continue;
            }

            var status = Trade.Text(found, "status");
            string[] possible = booking switch
            {
                { Reserved: Outcome.Refused } => ["refused"],
                { Cancelled: Outcome.Acknowledged } => ["cancelled"],
                { Cancelled: Outcome.Unknown } => ["cancelled", "awaitingSignature"],
                { Paid: Outcome.Acknowledged } => ["confirmed"],
                { Paid: Outcome.Unknown } => ["confirmed", "awaitingDeposit"],
                _ => ["awaitingSignature", "awaitingDeposit"],
            };
            if (!possible.Contains(status))
            {
                faults.Add($"{booking.Id} is {status}; its tenant was told: cancelled {booking.Cancelled}, paid {booking.Paid}, confirmed {booking.WasConfirmed}.");
            }
        }
    }

    private void NothingElseIsThere(List<JsonElement> reservations)
    {
        var asked = trade.Bookings.Where(booking => booking.Reserved == Outcome.Unknown || booking.Reserved is null).Select(booking => booking.Quote).ToHashSet(StringComparer.Ordinal);
        var told = trade.Bookings.Select(booking => booking.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var found in reservations.Where(found => Trade.Text(found, "status") != "refused" && !told.Contains(Trade.Text(found, "id"))))
        {
            if (!asked.Contains(Trade.Text(found, "quoteId")))
            {
                faults.Add($"{Trade.Text(found, "id")} is {Trade.Text(found, "status")}, and nobody was told of it or asked for it in vain.");
            }
        }

        foreach (var twice in reservations.Where(IsLive).GroupBy(found => Trade.Text(found, "quoteId")).Where(group => group.Count() > 1))
        {
            faults.Add($"Quote {twice.Key} was used {twice.Count()} times.");
        }
    }

    /// <summary>At every hour at which anything begins, what is held is within what there is.</summary>
    private void SupplyHolds(List<JsonElement> reservations)
    {
        foreach (var pool in reservations.Where(IsLive).GroupBy(found => Trade.Text(found, "poolId")))
        {
            var holds = pool.Select(found => found.GetProperty("terms")).Select(terms => (
                Start: Trade.Text(terms.GetProperty("term"), "start"),
                End: Trade.Text(terms.GetProperty("term"), "end"),
                Units: terms.GetProperty("ramp")[0].GetProperty("units").GetInt32())).ToList();
            foreach (var hour in holds.Select(hold => hold.Start).Distinct())
            {
                var held = holds.Where(hold => string.CompareOrdinal(hold.Start, hour) <= 0 && string.CompareOrdinal(hour, hold.End) < 0).Sum(hold => hold.Units);
                if (held > Trade.Supply)
                {
                    faults.Add($"{pool.Key} holds {held} of {Trade.Supply} nodes at {hour}.");
                }
            }
        }
    }

    /// <summary>Every entry balances; every confirmed reservation has one deposit, held whole, and every other none.</summary>
    private async Task MoneyIsRightAsync(List<JsonElement> reservations)
    {
        foreach (var party in new[] { trade.Tenant, trade.Operator })
        {
            var entries = await ListAsync(party, "ledger/entries");
            foreach (var entry in entries.Where(entry => entry.GetProperty("postings").EnumerateArray().Sum(posting => Minor(posting.GetProperty("amount"))) != 0))
            {
                faults.Add($"Entry {Trade.Text(entry, "id")} does not balance.");
            }

            foreach (var fact in entries.GroupBy(entry => Trade.Text(entry, "factId")).Where(group => group.Count() > 1))
            {
                faults.Add($"{fact.Key} is booked {fact.Count()} times.");
            }
        }

        var deposits = (await ListAsync(trade.Tenant, "deposits")).ToDictionary(deposit => Trade.Text(deposit, "reservationId"));
        foreach (var found in reservations)
        {
            var id = Trade.Text(found, "id");
            var isConfirmed = Trade.Text(found, "status") == "confirmed";
            if (!deposits.TryGetValue(id, out var deposit))
            {
                faults.AddRange(isConfirmed ? [$"{id} is confirmed, and nothing says what its deposit is."] : Array.Empty<string>());
                continue;
            }

            var (held, due) = (Minor(deposit.GetProperty("held")), isConfirmed ? Minor(deposit.GetProperty("amount")) : 0);
            if (held != due)
            {
                faults.Add($"{id} is {Trade.Text(found, "status")}, and {held.ToString(CultureInfo.InvariantCulture)} is held where {due.ToString(CultureInfo.InvariantCulture)} is due.");
            }
        }
    }

    /// <summary>Events are numbered without a gap, and each reservation was confirmed and cancelled once or never.</summary>
    private async Task EventsAreWholeAsync(List<JsonElement> reservations)
    {
        var events = await ListAsync(trade.Tenant, "events");
        if (!events.Select(happened => happened.GetProperty("number").GetInt64()).SequenceEqual(Enumerable.Range(1, events.Count).Select(number => (long)number)))
        {
            faults.Add("The events' numbers have a gap.");
        }

        foreach (var (type, status) in new[] { ("reservation.confirmed", "confirmed"), ("reservation.cancelled", "cancelled") })
        {
            var told = events.Where(happened => Trade.Text(happened, "type") == type).Select(happened => Trade.Text(happened, "subject")).Order(StringComparer.Ordinal);
            var found = reservations.Where(reservation => Trade.Text(reservation, "status") == status).Select(reservation => Trade.Text(reservation, "id")).Order(StringComparer.Ordinal);
            if (!told.SequenceEqual(found))
            {
                faults.Add($"{type} was told of {told.Count()} reservations, and {found.Count()} are {status}.");
            }
        }
    }

    /// <summary>A request to reserve that was acknowledged is answered with the same reservation again.</summary>
    private async Task RepeatingChangesNothingAsync()
    {
        foreach (var booking in trade.Bookings.Where(booking => booking.Id is not null))
        {
            var again = await trade.RepeatAsync(booking);
            if (again.Outcome != Outcome.Acknowledged || Trade.Text(again.Answer, "id") != booking.Id)
            {
                faults.Add($"{booking.Id}: the same request is answered {again}.");
            }
        }
    }

    private static bool IsLive(JsonElement reservation) => Live.Contains(Trade.Text(reservation, "status"));

    private static long Minor(JsonElement money) => money.GetProperty("amountMinor").GetInt64();

    private async Task<JsonElement> ReadAsync(string key, string path)
    {
        var found = await trade.ReadAsync(key, path);
        return told is null ? found : JsonDocument.Parse(told(path.Split('?')[0], found.ToString())).RootElement;
    }

    private async Task<List<JsonElement>> ListAsync(string key, string path)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await ReadAsync(key, $"{path}?limit=100{(cursor is null ? "" : "&startingAfter=" + Uri.EscapeDataString(cursor))}");
            items.AddRange(page.GetProperty("data").EnumerateArray());
            cursor = page.GetProperty("hasMore").GetBoolean() ? page.GetProperty("nextCursor").GetString() : null;
        }
        while (cursor is not null);
        return items;
    }
}
