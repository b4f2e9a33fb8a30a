using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Grains.Durability;

/// <summary>
/// The operation log inside a record: entries live 7 days, none younger than 24 hours is dropped, a creation is remembered for
/// ever. An entry's answer is the record's state until a commit moves that on; only then it is stored beside it. The newest
/// entries keep their answers; one that is repeated after many others is answered with the noun as it stands.
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

    /// <summary>
    /// The log that goes with the next state of <paramref name="record"/>: what was answered with its present state keeps that
    /// answer, and <paramref name="operation"/>, if any, is answered with the next. Null when the log is full of young entries.
    /// </summary>
    public static (ImmutableArray<OperationEntry> Operations, OperationEntry? Created)? Next<TState>(AggregateRecord<TState> record, Operation? operation, Instant now)
        where TState : class
    {
        var live = record.Operations;
        if (operation is { } stamped)
        {
            live = live.RemoveAll(entry => entry.Id == stamped.Id || now - entry.At > Life);
            while (live.Length >= MostEntries)
            {
                if (now - live[0].At <= Least)
                {
                    return null;
                }

                live = live.RemoveAt(0);
            }
        }

        if (live.Any(entry => IsAnsweredBy(record, entry)))
        {
            var state = JsonSerializer.Serialize(record.State, MarketJson.Options);
            live = Bounded([.. live.Select(entry => IsAnsweredBy(record, entry) ? entry with { Answer = state } : entry)]);
        }

        if (operation is not { } added)
        {
            return (live, record.Created);
        }

        var next = new OperationEntry(added.Id, added.InputHash, now, record.Version + 1, null);
        return (live.Add(next), record.Created ?? next);
    }

    private static bool IsAnsweredBy<TState>(AggregateRecord<TState> record, OperationEntry entry)
        where TState : class => entry.Answer is null && entry.Version == record.Version;

    /// <summary>The log is written whole with every commit, so its answers may not outgrow what they answer.</summary>
    private static ImmutableArray<OperationEntry> Bounded(ImmutableArray<OperationEntry> entries)
    {
        var characters = 0L;
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
