using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Durability;

/// <summary>Collects what leaves an aggregate with one commit: notices, events and rows. Everything is delivered at least once, after the commit.</summary>
internal sealed class Effects(long firstSequence, Instant at)
{
    private readonly ImmutableArray<OutboxEntry>.Builder entries = ImmutableArray.CreateBuilder<OutboxEntry>();
    private RowContent? lastRow;
    private (object? Data, JsonElement Json, string Subject) lastEvent;

    /// <summary>When the facts of this commit happened.</summary>
    public Instant At { get; } = at;

    /// <summary>Whether the rows that follow are made from the state alone, so that they need not be stored beside it.</summary>
    internal bool OfState { get; set; }

    internal ImmutableArray<OutboxEntry> Entries => entries.ToImmutable();

    private long Next => firstSequence + entries.Count;

    /// <summary>Tells another aggregate.</summary>
    public void Tell(AggregateAddress to, Notice notice) => entries.Add(new OutboxEntry(Next, to.ToString(), notice, null));

    /// <summary>Adds an event to an organization's feed. Its subject is what <paramref name="data"/> names as <c>id</c>.</summary>
    public void Publish<TData>(OrganizationId organization, EventType<TData> type, TData data)
        where TData : class
    {
        // The same event often goes to both parties.
        if (!ReferenceEquals(data, lastEvent.Data))
        {
            var json = JsonSerializer.SerializeToElement(data, EventJson.Options);
            lastEvent = (data, json, json.GetProperty("id").GetString()!);
        }

        Tell(GrainKeys.EventFeed(organization), new EventRaised(type.Name, At, lastEvent.Subject, lastEvent.Json));
    }

    /// <summary>Writes a row of a read copy; a null <paramref name="data"/> deletes it.</summary>
    public void Row(string table, string partition, string key, object? data)
    {
        // The same state often goes to the lists of both parties.
        var content = data is null ? null : ReferenceEquals(data, lastRow?.Data) ? lastRow : lastRow = new RowContent(data);
        entries.Add(new OutboxEntry(Next, null, null, new RowWrite(table, partition, key, null, OfState ? true : null) { Content = content }));
    }
}
