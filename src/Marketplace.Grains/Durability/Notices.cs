using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Marketplace.Grains.Serialization;
using Orleans.Concurrency;

namespace Marketplace.Grains.Durability;

/// <summary>
/// What one aggregate tells another through its outbox, at least once and in order per destination. Each room adds its own
/// notices as sealed records derived from this one; the type name is the stored discriminator, so it is never renamed.
/// </summary>
public abstract record Notice;

/// <summary>A notice on its way.</summary>
/// <param name="Sender">The sending grain, as <see cref="AggregateAddress"/> writes it.</param>
/// <param name="Sequence">Grows with every entry of that sender; receivers keep the highest they took.</param>
/// <param name="Notice">What is told.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.Envelope")]
public sealed record Envelope([property: Id(0)] string Sender, [property: Id(1)] long Sequence, [property: Id(2)] Notice Notice);

/// <summary>Notices on their way together.</summary>
/// <param name="Envelopes">Of one sender, in order of their sequence.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.Mail")]
public sealed record Mail([property: Id(0)] ImmutableArray<Envelope> Envelopes);

/// <summary>An entry waiting in an outbox.</summary>
/// <param name="Sequence">Order among all entries of this aggregate.</param>
/// <param name="To">Receiving grain, or null for a row.</param>
/// <param name="Notice">What to tell <paramref name="To"/>.</param>
/// <param name="Row">A row to write, when <paramref name="To"/> is null.</param>
public sealed record OutboxEntry(long Sequence, string? To, Notice? Notice, RowWrite? Row);

/// <summary>A row to write (or, with no data, to delete) by the aggregate's version.</summary>
/// <param name="Table">Table.</param>
/// <param name="Partition">Partition key.</param>
/// <param name="Key">Row key.</param>
/// <param name="Data">UTF-8 JSON; null deletes, unless <paramref name="OfState"/>.</param>
/// <param name="OfState">
/// True when the row follows from the state it is stored beside, so that it is made again from that state instead of being
/// stored twice; otherwise null.
/// </param>
public sealed record RowWrite(string Table, string Partition, string Key, string? Data, bool? OfState = null)
{
    /// <summary>UTF-8 JSON of the row; null deletes.</summary>
    public string? Data { get => Content is { } content && OfState != true ? Encoding.UTF8.GetString(content.Utf8) : field; init; } = Data;

    /// <summary>What the row holds, while it is in memory.</summary>
    internal RowContent? Content { get; init; }

    /// <summary>The bytes to write; null deletes.</summary>
    internal byte[]? Bytes => Content?.Utf8 ?? (Data is { } data ? Encoding.UTF8.GetBytes(data) : null);
}

/// <summary>What rows hold: turned into JSON when the first of them is written, once for all rows of the same data.</summary>
internal sealed class RowContent(object data)
{
    private byte[]? utf8;

    public object Data => data;

    public byte[] Utf8 => utf8 ??= JsonSerializer.SerializeToUtf8Bytes(data, data.GetType(), MarketJson.Options);
}

/// <summary>What every aggregate grain answers beside its own contract.</summary>
[Alias("Marketplace.IAggregateGrain"), GrainInterfaceType("Marketplace.IAggregateGrain")]
public interface IAggregateGrain : IGrainWithStringKey
{
    /// <summary>Takes a notice once: a repeated one is acknowledged without effect. Returns after it is durable.</summary>
    [Alias("Receive")]
    Task ReceiveAsync(Envelope envelope);

    /// <summary>Takes several notices of one sender, in their order. Those before one that fails stay taken.</summary>
    [Alias("ReceiveAll")]
    Task ReceiveAllAsync(Mail mail);

    /// <summary>Does what has fallen due at the present market time, and removes the due row named by <paramref name="due"/> if it is outdated. Idempotent.</summary>
    /// <returns>Whether there is such an aggregate.</returns>
    [Alias("Visit")]
    Task<bool> VisitAsync(DueRow? due);

    /// <summary>Delivers what waits in the outbox, beside the grain's turns.</summary>
    [Alias("Drain"), AlwaysInterleave]
    Task DrainAsync();

    /// <summary>Writes the aggregate's due row and the rows of its read copies anew, from what it keeps, however long that history is. Idempotent.</summary>
    /// <returns>Whether there is such an aggregate.</returns>
    [Alias("Rebuild"), ResponseTimeout("01:00:00")]
    Task<bool> RebuildAsync();
}
