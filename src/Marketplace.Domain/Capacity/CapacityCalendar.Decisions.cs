using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <content>What may happen to the calendar.</content>
public sealed partial class CapacityCalendar
{
    /// <summary>Places a hold where its units are free in every hour.</summary>
    public Decision<PoolFact> Decide(PlaceHold command, Instant now)
    {
        if (holds.Find(command.Id) is { } hold)
        {
            return !hold.IsOpen ? EndedAlready(hold)
                : Same(hold.Segments, command.Segments) ? Decision<PoolFact>.Nothing
                : Refusal.Of(HoldRefusal.Differs, $"{hold.Id} already holds {Describe(hold.Segments)} in this pool; resize it instead of placing it again.");
        }

        return Fault(command.Segments) is { } fault ? fault
            : Shortfall(load, command.Segments) is { } shortfall ? shortfall
            : new HoldPlaced(command.Id, command.TenantId, command.Segments, now);
    }

    /// <summary>Confirms a placed hold, displaced units or not: a confirmed hold comes first when they are restored.</summary>
    public Decision<PoolFact> Decide(ConfirmHold command) => holds.Find(command.Id) is not { } hold
        ? Unknown(command.Id)
        : hold.Status switch
        {
            HoldStatus.Placed => new HoldConfirmed(command.Id, command.SignedAt),
            HoldStatus.Confirmed => Decision<PoolFact>.Nothing,
            _ => EndedAlready(hold),
        };

    /// <summary>Ends a hold, or bars an unknown id. What becomes free restores displaced units of others at once.</summary>
    public Decision<PoolFact> Decide(ReleaseHold command, Instant now)
    {
        if (holds.Find(command.Id) is { } hold)
        {
            if (!hold.IsOpen)
            {
                return Decision<PoolFact>.Nothing;
            }

            if (!HoldSteps.Next[hold.Status].Contains(command.As))
            {
                return Refusal.Of(HoldRefusal.Confirmed, $"{hold.Id} is {hold.Status.Spelled()} and cannot become {command.As.Spelled()}; release it instead.");
            }
        }

        return WithRestored(new HoldEnded(command.Id, command.As, now));
    }

    /// <summary>Gives an open hold other segments where they fit in full; displaced units of others take what becomes free.</summary>
    public Decision<PoolFact> Decide(ResizeHold command) =>
        holds.Find(command.Id) is not { } hold ? Unknown(command.Id)
        : !hold.IsOpen ? EndedAlready(hold)
        : Same(hold.Segments, command.Segments) ? Decision<PoolFact>.Nothing
        : Fault(command.Segments) is { } fault ? fault
        : Shortfall(AddKept(load, hold, -1), command.Segments) is { } shortfall ? shortfall
        : WithRestored(new HoldResized(command.Id, command.Segments));

    /// <summary>
    /// Makes <paramref name="supply"/> the pool's supply. Where holds then exceed it, the last in fair order are displaced
    /// first, each keeping in every hour what still fits; where units are free, displaced ones are restored, the first in
    /// fair order first. Fair order: confirmed holds by signature time, then placed ones by hold time, then by id. What was
    /// handed over is with its tenant: it is displaced only when there is nothing else left to displace.
    /// </summary>
    /// <param name="supply">The steps, ascending.</param>
    /// <param name="handedOver">Units handed over to each reservation; null where none are.</param>
    public Decision<PoolFact> Reforecast(ImmutableArray<SupplyStep> supply, IReadOnlyDictionary<ReservationId, int>? handedOver = null)
    {
        if (Supply.AsSpan().SequenceEqual(supply.AsSpan()))
        {
            return Decision<PoolFact>.Nothing;
        }

        var facts = ImmutableArray.CreateBuilder<PoolFact>();
        facts.Add(new SupplyReforecast(supply));
        var next = Evolve(facts[0]);
        next = handedOver is null or { Count: 0 } ? next : next.Displace(facts, hold => handedOver.GetValueOrDefault(hold.Id));
        next = next.Displace(facts, static _ => 0);
        next.Restore(facts);
        return Decision<PoolFact>.Of(facts.ToImmutable());
    }

    /// <summary>Drops tombstones of at least <see cref="TombstoneDays"/> days.</summary>
    public Decision<PoolFact> Prune(Instant now) => NextPruneAt <= now
        ? new TombstonesPruned(now - Duration.FromDays(TombstoneDays))
        : Decision<PoolFact>.Nothing;

    private static bool Same(ImmutableArray<HoldSegment> one, ImmutableArray<HoldSegment> other) => one.AsSpan().SequenceEqual(other.AsSpan());

    private static Refusal Unknown(ReservationId id) => Refusal.Of(HoldRefusal.NotFound, $"{id} holds nothing in this pool.");

    private static Refusal EndedAlready(Hold hold) => Refusal.Of(HoldRefusal.Ended, $"The hold of {hold.Id} was {hold.Status.Spelled()} at {hold.EndedAt}.");

    private static string Describe(ImmutableArray<HoldSegment> segments) => string.Join(", ", segments.Select(segment => $"{segment.Units} in {segment.Term}"));

    private Refusal? Fault(ImmutableArray<HoldSegment> segments)
    {
        if (segments.Length is 0 or > MostSegments)
        {
            return Refusal.Of(HoldRefusal.SegmentsInvalid, $"Expected 1 to {MostSegments} segments, got {segments.Length}.");
        }

        for (var i = 0; i < segments.Length; i++)
        {
            var (term, units) = segments[i];
            if (units < 1 || term.End <= term.Start || (i > 0 && term.Start < segments[i - 1].Term.End))
            {
                return Refusal.Of(HoldRefusal.SegmentsInvalid, $"Segment {i + 1}, {units} units in {term}, is empty, or starts before the one ahead of it ends.");
            }
        }

        return segments[0].Term.Start < Origin || segments[^1].Term.End > End
            ? Refusal.Of(HoldRefusal.BeyondCalendar, $"The pool's calendar runs from {Origin} to {End}; asked for {segments[0].Term.Start} to {segments[^1].Term.End}.")
            : null;
    }

    private Refusal? Shortfall(HourTree tree, ImmutableArray<HoldSegment> segments)
    {
        foreach (var (term, units) in segments)
        {
            var free = -tree.Max(Index(term.Start), Index(term.End));
            if (units > free)
            {
                var whole = new Term(segments[0].Term.Start, segments[^1].Term.End);
                var most = segments.Max(segment => segment.Units);
                var from = EarliestStart(tree, most, whole.Hours, whole.Start);
                return Refusal.Of(
                    HoldRefusal.NotFree,
                    $"Asked for {units} units in {term}; at the tightest hour {Math.Max(0, free)} are free. {most} are free for as long {(from is { } earliest ? $"from {earliest}" : "at no time the calendar reaches")}.");
            }
        }

        return null;
    }

    private Decision<PoolFact> WithRestored(PoolFact fact)
    {
        if (displaced.IsEmpty)
        {
            return fact;
        }

        var facts = ImmutableArray.CreateBuilder<PoolFact>();
        facts.Add(fact);
        Evolve(fact).Restore(facts);
        return Decision<PoolFact>.Of(facts.ToImmutable());
    }

    // Leaves each hold the units that are spared, wherever it keeps that many.
    private CapacityCalendar Displace(ImmutableArray<PoolFact>.Builder facts, Func<Hold, int> spared)
    {
        var calendar = this;
        if (load.Top <= 0)
        {
            return calendar;
        }

        var over = new List<HourRun>();
        foreach (var hold in holds.Where(hold => hold.IsOpen).OrderDescending(Comparer<Hold>.Create(Hold.CompareFairly)))
        {
            over.Clear();
            calendar.load.Runs(Index(hold.Segments[0].Term.Start), Index(hold.Segments[^1].Term.End), 1, int.MaxValue, over);
            var least = spared(hold);
            var kept = over.Count == 0 ? [] : HourRun.Combine(RunsOf(hold.Segments), RunsOf(hold.Displaced), (asked, gone) => Math.Max(0, asked - gone - least));
            var gone = HourRun.Combine(kept, over, Math.Min);
            if (gone.Count > 0)
            {
                var fact = new UnitsDisplaced(hold.Id, SegmentsOf(HourRun.Combine(RunsOf(hold.Displaced), gone, static (before, more) => before + more)));
                facts.Add(fact);
                calendar = calendar.Evolve(fact);
            }

            if (calendar.load.Top <= 0)
            {
                break;
            }
        }

        return calendar;
    }

    private void Restore(ImmutableArray<PoolFact>.Builder facts)
    {
        var calendar = this;
        var free = new List<HourRun>();
        foreach (var hold in displaced.Select(id => holds.Find(id)!).Order(Comparer<Hold>.Create(Hold.CompareFairly)))
        {
            free.Clear();
            calendar.load.Runs(Index(hold.Displaced[0].Term.Start), Index(hold.Displaced[^1].Term.End), int.MinValue, -1, free);
            var gone = RunsOf(hold.Displaced);
            var back = HourRun.Combine(gone, free, static (missing, load) => Math.Min(missing, -load));
            if (back.Count > 0)
            {
                var fact = new UnitsRestored(hold.Id, SegmentsOf(HourRun.Combine(gone, back, static (missing, found) => missing - found)));
                facts.Add(fact);
                calendar = calendar.Evolve(fact);
            }
        }
    }

    private List<HourRun> RunsOf(ImmutableArray<HoldSegment> segments)
    {
        var runs = new List<HourRun>(segments.Length);
        foreach (var (term, units) in segments)
        {
            HourRun.Append(runs, Index(term.Start), Index(term.End), units);
        }

        return runs;
    }

    private ImmutableArray<HoldSegment> SegmentsOf(List<HourRun> runs) => [.. runs.Select(run => new HoldSegment(new Term(At(run.From), At(run.Until)), run.Value))];
}
