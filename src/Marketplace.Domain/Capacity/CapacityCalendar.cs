using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <summary>
/// Who holds how many units of a pool in which hour. Supply is a step function; what holds keep never exceeds it in any
/// hour, and while units of some hold are displaced in an hour, none are free in it. Immutable: a change makes a new calendar
/// that shares the rest with the old one, in O(log H) with H the hours of the horizon.
/// </summary>
public sealed partial class CapacityCalendar
{
    /// <summary>Days an ended hold stays as a tombstone: longer than any late or repeated step of its reservation.</summary>
    public const int TombstoneDays = 7;

    /// <summary>Most segments of one hold: a step each month for ten years.</summary>
    public const int MostSegments = 120;

    // In each hour what is held less what is supplied: zero or less while nothing is over supply.
    private readonly HourTree load;
    private readonly HoldMap holds;
    private readonly ImmutableHashSet<ReservationId> displaced;
    private readonly ImmutableQueue<Hold> tombstones;
    private readonly long firstHour;

    /// <summary>Rebuilds a calendar from what is stored of it.</summary>
    /// <param name="origin">The whole UTC hour the calendar starts with.</param>
    /// <param name="supply">Ascending steps; nothing is supplied before the first.</param>
    /// <param name="holds">Every hold and tombstone.</param>
    [JsonConstructor]
    public CapacityCalendar(Instant origin, ImmutableArray<SupplyStep> supply, IEnumerable<Hold> holds)
    {
        Origin = origin;
        Supply = supply;
        firstHour = HourOf(origin);
        load = AddSupply(default, supply, -1);
        var byId = HoldMap.Empty;
        foreach (var hold in holds)
        {
            byId = byId.Set(hold);
            load = hold.IsOpen ? AddKept(load, hold, 1) : load;
        }

        this.holds = byId;
        displaced = [.. byId.Where(hold => hold.IsOpen && !hold.Displaced.IsEmpty).Select(hold => hold.Id)];
        OpenCount = byId.Count(hold => hold.IsOpen);
        tombstones = ImmutableQueue.CreateRange(byId.Where(hold => !hold.IsOpen).OrderBy(hold => hold.EndedAt).ThenBy(hold => hold.Id.Value, StringComparer.Ordinal));
    }

    private CapacityCalendar(
        CapacityCalendar from,
        HourTree load,
        HoldMap holds,
        int opened = 0,
        ImmutableHashSet<ReservationId>? displaced = null,
        ImmutableQueue<Hold>? tombstones = null,
        ImmutableArray<SupplyStep>? supply = null)
    {
        Origin = from.Origin;
        firstHour = from.firstHour;
        Supply = supply ?? from.Supply;
        this.load = load;
        this.holds = holds;
        this.displaced = displaced ?? from.displaced;
        this.tombstones = tombstones ?? from.tombstones;
        OpenCount = from.OpenCount + opened;
    }

    /// <summary>The whole UTC hour the calendar starts with.</summary>
    public Instant Origin { get; }

    /// <summary>Ascending steps of supply; nothing is supplied before the first.</summary>
    public ImmutableArray<SupplyStep> Supply { get; }

    /// <summary>Every hold and tombstone, in no particular order.</summary>
    public IEnumerable<Hold> Holds => holds;

    /// <summary>Holds that still claim units.</summary>
    [JsonIgnore]
    public int OpenCount { get; }

    /// <summary>Holds and tombstones.</summary>
    [JsonIgnore]
    public int HoldCount => holds.Count;

    /// <summary>The first instant after the calendar's last hour.</summary>
    [JsonIgnore]
    public Instant End => Origin + Duration.FromHours(HourTree.Hours);

    /// <summary>When the oldest tombstone may be dropped; null when there is none.</summary>
    [JsonIgnore]
    public Instant? NextPruneAt => tombstones.IsEmpty ? null : tombstones.Peek().EndedAt + Duration.FromDays(TombstoneDays);

    /// <summary>An empty calendar that starts with the hour in which <paramref name="instant"/> falls.</summary>
    public static CapacityCalendar StartingAt(Instant instant)
    {
        var ceiling = Term.CeilingHour(instant);
        return new CapacityCalendar(ceiling == instant ? instant : ceiling - Duration.FromHours(1), [], []);
    }

    /// <summary>The hold or tombstone with this id, or null.</summary>
    public Hold? Find(ReservationId id) => holds.Find(id);

    /// <summary>The calendar after a fact; facts that are not the calendar's leave it as it is.</summary>
    /// <exception cref="InvalidOperationException">The fact does not fit the calendar, such as a step a hold's status does not allow.</exception>
    public CapacityCalendar Evolve(PoolFact fact) => fact switch
    {
        HoldPlaced placed => Opened(new Hold
        {
            Id = placed.Id,
            TenantId = placed.TenantId,
            Status = HoldStatus.Placed,
            Segments = placed.Segments,
            PlacedAt = placed.At,
        }),
        HoldConfirmed confirmed => new(this, load, holds.Set(Ready(Known(confirmed.Id), HoldStatus.Confirmed) with { Status = HoldStatus.Confirmed, SignedAt = confirmed.SignedAt })),
        HoldEnded ended => Ended(ended),
        HoldResized resized => Changed(resized.Id, hold => hold with { Segments = resized.Segments, Displaced = [] }),
        UnitsDisplaced units => Changed(units.Id, hold => hold with { Displaced = units.Displaced }),
        UnitsRestored units => Changed(units.Id, hold => hold with { Displaced = units.Displaced }),
        SupplyReforecast reforecast => new(this, AddSupply(AddSupply(load, Supply, 1), reforecast.Supply, -1), holds, supply: reforecast.Supply),
        TombstonesPruned pruned => Pruned(pruned.Before),
        _ => this,
    };

    private CapacityCalendar Opened(Hold hold) => new(this, AddKept(load, hold, 1), holds.Set(hold), opened: 1);

    private CapacityCalendar Ended(HoldEnded fact)
    {
        if (holds.Find(fact.Id) is not { } hold)
        {
            var tombstone = new Hold { Id = fact.Id, Status = fact.As, PlacedAt = fact.At, EndedAt = fact.At };
            return new(this, load, holds.Set(tombstone), tombstones: tombstones.Enqueue(tombstone));
        }

        // A tombstone only has to know its id and its end.
        var ended = Ready(hold, fact.As) with { Status = fact.As, Segments = [], Displaced = [], EndedAt = fact.At };
        return new(
            this,
            AddKept(load, hold, -1),
            holds.Set(ended),
            -1,
            hold.Displaced.IsEmpty ? displaced : displaced.Remove(fact.Id),
            tombstones.Enqueue(ended));
    }

    private CapacityCalendar Changed(ReservationId id, Func<Hold, Hold> change)
    {
        var before = Known(id);
        var after = change(before);
        return new(
            this,
            AddKept(AddKept(load, before, -1), after, 1),
            holds.Set(after),
            0,
            after.Displaced.IsEmpty ? displaced.Remove(id) : displaced.Add(id));
    }

    private CapacityCalendar Pruned(Instant before)
    {
        var rest = tombstones;
        var kept = holds;
        while (!rest.IsEmpty && rest.Peek().EndedAt <= before)
        {
            rest = rest.Dequeue(out var tombstone);
            kept = kept.Remove(tombstone.Id);
        }

        return new(this, load, kept, tombstones: rest);
    }

    private Hold Known(ReservationId id) => holds.Find(id) ?? throw new InvalidOperationException($"{id} holds nothing here.");

    private static Hold Ready(Hold hold, HoldStatus next) => HoldSteps.Next[hold.Status].Contains(next)
        ? hold
        : throw new InvalidOperationException($"Hold {hold.Id} cannot go from {hold.Status} to {next}.");

    private HourTree AddSupply(HourTree tree, ImmutableArray<SupplyStep> steps, int sign)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            var until = i + 1 < steps.Length ? IndexWithin(steps[i + 1].From) : HourTree.Hours;
            var from = IndexWithin(steps[i].From);
            tree = from < until ? tree.Add(from, until, sign * steps[i].Units) : tree;
        }

        return tree;
    }

    private HourTree AddKept(HourTree tree, Hold hold, int sign)
    {
        foreach (var (term, units) in hold.Segments)
        {
            tree = tree.Add(Index(term.Start), Index(term.End), sign * units);
        }

        foreach (var (term, units) in hold.Displaced)
        {
            tree = tree.Add(Index(term.Start), Index(term.End), -sign * units);
        }

        return tree;
    }

    private static long HourOf(Instant instant) => instant.ToUnixTimeSeconds() / 3600;

    private int Index(Instant instant) => (int)(HourOf(instant) - firstHour);

    // Supply may begin before the calendar or after its end.
    private int IndexWithin(Instant instant) => (int)Math.Clamp(HourOf(instant) - firstHour, 0, HourTree.Hours);

    private Instant At(int hour) => Instant.FromUnixTimeSeconds((firstHour + hour) * 3600);
}
