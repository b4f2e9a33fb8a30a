using System.Text.Json;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Grains.Durability;

/// <summary>The operation log inside a record: entries live 7 days, none younger than 24 hours is dropped, a creation is remembered for ever.</summary>
internal static class OperationLog
{
    private const int MostEntries = 64;
    private static readonly Duration Life = Duration.FromDays(7);
    private static readonly Duration Least = Duration.FromHours(24);

    public static OperationEntry? Find<TState>(AggregateRecord<TState> record, string id)
        where TState : class =>
        record.Operations.FirstOrDefault(entry => entry.Id == id) ?? (record.Created?.Id == id ? record.Created : null);

    /// <summary>The record with the operation and its answer, the record's state; null when the log is full of young entries.</summary>
    public static AggregateRecord<TState>? Add<TState>(AggregateRecord<TState> record, Operation operation, Instant now)
        where TState : class
    {
        var live = record.Operations.RemoveAll(entry => entry.Id == operation.Id || now - entry.At > Life);
        while (live.Length >= MostEntries)
        {
            if (now - live[0].At <= Least)
            {
                return null;
            }

            live = live.RemoveAt(0);
        }

        var entry = new OperationEntry(operation.Id, operation.InputHash, now, record.Version, JsonSerializer.Serialize(record.State, MarketJson.Options));
        return record with
        {
            Operations = live.Add(entry),
            Created = record.Created ?? entry with { Answer = null },
        };
    }
}
