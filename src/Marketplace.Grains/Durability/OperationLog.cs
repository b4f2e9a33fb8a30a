using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Grains.Durability;

/// <summary>
/// The operation log inside a record: entries live 7 days, none younger than 24 hours is dropped, a creation is remembered for
/// ever. The newest entries keep their answers; one that is repeated after many others is answered with the noun as it stands.
/// </summary>
internal static class OperationLog
{
    private const int MostEntries = 1024;
    private const int MostAnswerCharacters = 256 * 1024;
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
            Operations = Bounded(live, entry.Answer!.Length).Add(entry),
            Created = record.Created ?? entry with { Answer = null },
        };
    }

    /// <summary>The log is written whole with every commit, so its answers may not outgrow what they answer.</summary>
    private static ImmutableArray<OperationEntry> Bounded(ImmutableArray<OperationEntry> entries, long characters)
    {
        for (var i = entries.Length - 1; i >= 0 && entries[i].Answer is { } answer; i--)
        {
            characters += answer.Length;
            if (characters > MostAnswerCharacters)
            {
                return [.. entries.Select((entry, index) => index <= i ? entry with { Answer = null } : entry)];
            }
        }

        return entries;
    }
}
