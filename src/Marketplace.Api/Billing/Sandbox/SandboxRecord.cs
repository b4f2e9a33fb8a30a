using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Marketplace.Domain.Billing;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;

namespace Marketplace.Api.Billing.Sandbox;

/// <summary>One line of the sandbox's record.</summary>
/// <param name="Owner">The sandbox's payment, transfer or account it belongs to.</param>
/// <param name="Notice">A notification; null for a movement.</param>
/// <param name="Movement">A movement of the balance; null for a notification.</param>
internal sealed record SandboxLine(string Owner, SandboxEvent? Notice, GatewayMovement? Movement);

/// <summary>
/// Everything that happened in the sandbox, in order: what a real gateway lists as events and balance transactions. A line is
/// written before what it belongs to, and counts only when that names its number: a crash in between leaves
/// a line that is never listed.
/// </summary>
internal sealed class SandboxRecord(IRowStore rows) : IDisposable
{
    public const string Notices = "notices";
    public const string Movements = "movements";
    private const string Table = "sandbox-record";

    private readonly SemaphoreSlim opening = new(1, 1);
    private readonly Lock gate = new();
    private readonly SortedSet<long> underWay = [];
    private long? last;

    /// <summary>Writes a line and answers its number. What comes later is not listed before <see cref="Done"/> is told of this number.</summary>
    public async Task<long> AppendAsync(SandboxLine line, CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        var list = line.Notice is null ? Movements : Notices;
        var data = JsonSerializer.SerializeToUtf8Bytes(line, MarketJson.Options);
        while (true)
        {
            long number;
            lock (gate)
            {
                // Odd for one list, even for the other: a payment names its lines by number alone.
                number = ((last += 1)!.Value * 2) + (line.Notice is null ? 1 : 0);
                underWay.Add(number);
            }

            if (await rows.TryInsertAsync(Table, list, [new Row(Key(number), number, data)], cancellation))
            {
                return number;
            }

            // Another process took the number for a line of its own.
            Done([number]);
        }
    }

    /// <summary>The payment that names these numbers is written, or never will be.</summary>
    public void Done(IEnumerable<long> numbers)
    {
        lock (gate)
        {
            underWay.ExceptWith(numbers);
        }
    }

    /// <summary>A page of lines with their numbers, oldest first.</summary>
    public async Task<(ImmutableArray<(long Number, SandboxLine Line)> Lines, string? Cursor, bool HasMore)> ListAsync(
        string list, string? after, int limit, CancellationToken cancellation)
    {
        string? until;
        lock (gate)
        {
            until = underWay.Count > 0 ? Key(underWay.Min) : null;
        }

        var from = after is null ? null : Key(long.Parse(after, CultureInfo.InvariantCulture) + 1);
        var page = await rows.ScanAsync(Table, list, from, until, limit, cancellation: cancellation);
        return (
            [.. page.Rows.Select(row => (row.Version, JsonSerializer.Deserialize<SandboxLine>(row.Data.Span, MarketJson.Options)!))],
            page.Rows.Count > 0 ? page.Rows[^1].Key : after,
            page.NextFrom is not null);
    }

    public void Dispose() => opening.Dispose();

    private static string Key(long number) => number.ToString("D19", CultureInfo.InvariantCulture);

    private async Task OpenAsync(CancellationToken cancellation)
    {
        await opening.WaitAsync(cancellation);
        try
        {
            if (last is null)
            {
                var notice = await rows.ScanAsync(Table, Notices, null, null, 1, descending: true, cancellation);
                var movement = await rows.ScanAsync(Table, Movements, null, null, 1, descending: true, cancellation);
                var found = notice.Rows.Concat(movement.Rows).Select(row => row.Version).DefaultIfEmpty(0).Max() / 2;
                lock (gate)
                {
                    last = found;
                }
            }
        }
        finally
        {
            opening.Release();
        }
    }
}
