using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Grains.Durability;

/// <summary>One commit of one caller inside a journal entry.</summary>
/// <param name="At">Market time of its facts.</param>
/// <param name="Facts">What happened.</param>
/// <param name="From">Sender of the notice it came from, if it came from one.</param>
/// <param name="Sequence">Sequence of that notice.</param>
internal sealed record JournalCommit<TFact>(Instant At, ImmutableArray<TFact> Facts, string? From = null, long? Sequence = null);

/// <summary>What one write of a journal holds: the commits it covers, in order.</summary>
internal sealed record JournalEntry<TFact>(int Schema, ImmutableArray<JournalCommit<TFact>> Commits);

/// <summary>A journaled grain's state at one sequence, so that loading reads it and the tail instead of all history.</summary>
internal sealed record JournalSnapshot<TSnapshot>
    where TSnapshot : class
{
    public int Schema { get; init; }

    /// <summary>Last journal entry contained.</summary>
    public long Sequence { get; init; }

    /// <summary>Facts so far.</summary>
    public long Version { get; init; }

    /// <summary>Market time of the last commit.</summary>
    public Instant LastAt { get; init; }

    public TSnapshot? State { get; init; }

    /// <summary>Outbox entries not known to be delivered.</summary>
    public ImmutableArray<OutboxEntry> Outbox { get; init; } = [];

    public ImmutableDictionary<string, SenderMark> Senders { get; init; } = ImmutableDictionary<string, SenderMark>.Empty;
}

/// <summary>Writes the JSON of a <see cref="JournalEntry{TFact}"/> commit by commit, so that its size is known while it grows.</summary>
internal sealed class JournalEntryWriter<TFact> : IDisposable
{
    private readonly ArrayBufferWriter<byte> buffer = new();
    private readonly Utf8JsonWriter json;

    public JournalEntryWriter(StoredLayouts layouts)
    {
        json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true, Encoder = MarketJson.Options.Encoder });
        json.WriteStartObject();
        json.WriteNumber("schema", layouts.Writes);
        json.WriteStartArray("commits");
    }

    /// <summary>Bytes so far.</summary>
    public long Bytes => json.BytesCommitted + json.BytesPending;

    public void Add(JournalCommit<TFact> commit) => JsonSerializer.Serialize(json, commit, MarketJson.Options);

    /// <summary>Ends the entry; nothing may be added after.</summary>
    public ReadOnlyMemory<byte> Complete()
    {
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    public void Dispose() => json.Dispose();
}

/// <summary>
/// The rows of one grain's journal: a partition a grain, a row an entry, inserted only if absent, so that of two activations
/// that write the same sequence one loses. An entry too large for a row continues in further rows of the same insert; a
/// row's version says how many follow it.
/// </summary>
internal sealed class Journal<TFact>(IRowStore rows, AggregateAddress address, StoredLayouts layouts)
{
    private const string Table = RowTables.Journal;
    private const int Page = 500;
    private readonly string partition = address.ToString();

    /// <summary>Appends an entry, written by a <see cref="JournalEntryWriter{TFact}"/>.</summary>
    /// <returns>False when another activation wrote this sequence.</returns>
    /// <exception cref="ArgumentException">The entry is larger than one batch holds; nothing was written.</exception>
    public async Task<bool> TryAppendAsync(long sequence, ReadOnlyMemory<byte> entry)
    {
        var parts = Math.Max(1, (entry.Length + RowLimits.LargestData - 1) / RowLimits.LargestData);
        var batch = new Row[parts];
        for (var part = 0; part < parts; part++)
        {
            var from = part * RowLimits.LargestData;
            batch[part] = new Row(Key(sequence, part), parts - 1 - part, entry.Slice(from, Math.Min(RowLimits.LargestData, entry.Length - from)));
        }

        return await rows.TryInsertAsync(Table, partition, batch);
    }

    /// <summary>Whether an entry with this sequence exists.</summary>
    public async Task<bool> ExistsAsync(long sequence) => await rows.GetAsync(Table, partition, Key(sequence, 0)) is not null;

    /// <summary>Reads the entries after <paramref name="sequence"/>, in order.</summary>
    public async IAsyncEnumerable<(long Sequence, int Bytes, JournalEntry<TFact> Entry)> ReadAfterAsync(long sequence)
    {
        var from = Key(sequence + 1, 0);
        var parts = new List<ReadOnlyMemory<byte>>();
        do
        {
            var page = await rows.ScanAsync(Table, partition, from, null, Page);
            foreach (var row in page.Rows)
            {
                parts.Add(row.Data);
                if (row.Version > 0)
                {
                    continue;
                }

                ReadOnlyMemory<byte> bytes = parts is [var only] ? only : parts.SelectMany(part => part.ToArray()).ToArray();
                parts.Clear();
                var entry = JsonSerializer.Deserialize<JournalEntry<TFact>>(bytes.Span, MarketJson.Options)!;
                layouts.Require(entry.Schema, partition);
                yield return (long.Parse(row.Key.AsSpan(0, 19), CultureInfo.InvariantCulture), bytes.Length, entry);
            }

            from = page.NextFrom;
        }
        while (from is not null);
    }

    private static string Key(long sequence, int part) => string.Create(CultureInfo.InvariantCulture, $"{sequence:D19}-{part:D2}");
}
