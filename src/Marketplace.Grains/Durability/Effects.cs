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
    private (object? Data, string Json) lastRow = (null, "");

    /// <summary>When the facts of this commit happened.</summary>
    public Instant At { get; } = at;

    /// <summary>Tells another aggregate.</summary>
    public void Tell(AggregateAddress to, Notice notice) => entries.Add(new OutboxEntry(Next, to.ToString(), notice, null));

    /// <summary>Adds an event to an organization's feed. Its subject is what <paramref name="data"/> names as <c>id</c>.</summary>
    public void Publish<TData>(OrganizationId organization, EventType<TData> type, TData data)
        where TData : class
    {
        var json = JsonSerializer.SerializeToElement(data, EventJson.Options);
        Tell(GrainKeys.EventFeed(organization), new EventRaised(type.Name, At, json.GetProperty("id").GetString()!, json));
    }

    /// <summary>Writes a row of a read copy; a null <paramref name="data"/> deletes it.</summary>
    public void Row(string table, string partition, string key, object? data) => entries.Add(new OutboxEntry(
        Next,
        null,
        null,
        new RowWrite(table, partition, key, data is null ? null : JsonOf(data))));

    internal ImmutableArray<OutboxEntry> Entries => entries.ToImmutable();

    // The same state often goes to the lists of both parties.
    private string JsonOf(object data)
    {
        if (!ReferenceEquals(data, lastRow.Data))
        {
            lastRow = (data, JsonSerializer.Serialize(data, data.GetType(), MarketJson.Options));
        }

        return lastRow.Json;
    }

    private long Next => firstSequence + entries.Count;
}
