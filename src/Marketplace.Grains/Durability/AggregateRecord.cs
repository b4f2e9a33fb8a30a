using System.Collections.Immutable;
using NodaTime;

namespace Marketplace.Grains.Durability;

/// <summary>
/// What a record grain stores, in one record because one record is the only thing written atomically: state, operation log
/// and outbox. <typeparamref name="TState"/> is the Domain's immutable state; golden files pin its JSON.
/// </summary>
/// <typeparam name="TState">The Domain's state type.</typeparam>
internal sealed record AggregateRecord<TState>
    where TState : class
{
    /// <summary>Layout of this record.</summary>
    public int Schema { get; init; }

    /// <summary>The aggregate; null before its first commit.</summary>
    public TState? State { get; init; }

    /// <summary>Commits so far.</summary>
    public long Version { get; init; }

    /// <summary>Market time of the last commit; facts never go back.</summary>
    public Instant LastAt { get; init; }

    /// <summary>The operation that created the aggregate, kept for ever.</summary>
    public OperationEntry? Created { get; init; }

    /// <summary>Recent operations, oldest first.</summary>
    public ImmutableArray<OperationEntry> Operations { get; init; } = [];

    /// <summary>Entries not known to be delivered, in sequence order.</summary>
    public ImmutableArray<OutboxEntry> Outbox { get; init; } = [];

    /// <summary>Sequence of the next outbox entry.</summary>
    public long NextSequence { get; init; }

    /// <summary>Highest sequence taken per sender.</summary>
    public ImmutableDictionary<string, SenderMark> Senders { get; init; } = ImmutableDictionary<string, SenderMark>.Empty;

    /// <summary>The due row that stands for this record; null when the aggregate is closed.</summary>
    public DueRow? Due { get; init; }
}

/// <summary>One entry of the operation log.</summary>
/// <param name="Id">Operation id.</param>
/// <param name="InputHash">Hash of the parsed command.</param>
/// <param name="At">Real time; entries live 7 days and none younger than 24 hours is dropped.</param>
/// <param name="Version">Version of the answer.</param>
/// <param name="Answer">The answered state as JSON; null while it is the record's own state, and once only the operation is remembered.</param>
internal sealed record OperationEntry(string Id, string InputHash, Instant At, long Version, string? Answer);

/// <summary>What was taken from one sender.</summary>
/// <param name="Sequence">Highest sequence taken.</param>
/// <param name="At">Real time of the last notice.</param>
internal sealed record SenderMark(long Sequence, Instant At);

/// <summary>Keeps sender marks bounded: a sender silent for 7 days has nothing left to repeat.</summary>
internal static class SenderMarks
{
    /// <summary>About how many bytes one mark takes in a record or snapshot.</summary>
    public const int Bytes = 110;

    private static readonly Duration Life = Duration.FromDays(7);

    public static bool IsTaken(this ImmutableDictionary<string, SenderMark> senders, string sender, long sequence) =>
        senders.TryGetValue(sender, out var mark) && mark.Sequence >= sequence;

    public static ImmutableDictionary<string, SenderMark> Take(this ImmutableDictionary<string, SenderMark> senders, string sender, long sequence, Instant now) =>
        senders.SetItem(sender, new SenderMark(sequence, now));

    /// <summary>Without the senders that are silent. It looks at all of them, so call it as often as they are all written, not with every notice.</summary>
    public static ImmutableDictionary<string, SenderMark> Prune(this ImmutableDictionary<string, SenderMark> senders, Instant now)
    {
        var old = now - Life;
        return senders.RemoveRange([.. senders.Where(pair => pair.Value.At < old).Select(pair => pair.Key)]);
    }
}
