using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Tests.Durability;

/// <summary>A toy aggregate: counts up to a limit, tells a feed, and is due when its alarm is set.</summary>
internal sealed record Tally(int Count, Instant? Alarm, int AlarmsRung, string? Note = null);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(Counted), "counted")]
[JsonDerivedType(typeof(AlarmSet), "alarmSet")]
[JsonDerivedType(typeof(AlarmRang), "alarmRang")]
[JsonDerivedType(typeof(Noted), "noted")]
internal abstract record TallyFact;

internal sealed record Counted(int By) : TallyFact;

internal sealed record AlarmSet(Instant At) : TallyFact;

internal sealed record AlarmRang : TallyFact;

internal sealed record Noted(string Note) : TallyFact;

internal sealed record TallyData(string Id, int Count);

internal static class TallyRules
{
    public const int Limit = 1000;

    public static readonly EventType<TallyData> Happened = new("tally.counted", "A tally counted.");

    /// <summary>Notes are what the second layout has more than the first.</summary>
    public static bool WritesNotes(StoredLayouts layouts) => layouts.Writes >= 2;

    public static Decision<TallyFact> Count(Tally? state, int by) => (state?.Count ?? 0) + by > Limit
        ? Refusal.Of(OperationRefusal.KeyReused, "over the limit")
        : new Counted(by);

    public static Tally Evolve(Tally? state, TallyFact fact)
    {
        state ??= new Tally(0, null, 0);
        return fact switch
        {
            Counted counted => state with { Count = state.Count + counted.By },
            AlarmSet set => state with { Alarm = set.At },
            Noted noted => state with { Note = noted.Note },
            _ => state with { Alarm = null, AlarmsRung = state.AlarmsRung + 1 },
        };
    }
}

[Alias("Marketplace.Tests.ITallyGrain")]
internal interface ITallyGrain : IAggregateGrain
{
    [Alias("Count")]
    Task<Answer<int>> CountAsync(Operation operation, int by);

    [Alias("TakeBack")]
    Task TakeBackAsync(Operation operation, int by);

    [Alias("SetAlarm")]
    Task SetAlarmAsync(Instant at);

    /// <summary>Answers whether this release may write notes.</summary>
    [Alias("Note")]
    Task<bool> NoteAsync(string note);

    [Alias("Get"), AlwaysInterleave]
    Task<(int Count, int AlarmsRung)> GetAsync();

    [Alias("GetNote"), AlwaysInterleave]
    Task<string?> GetNoteAsync();
}

[GrainType("tally")]
internal sealed class TallyGrain(GrainServices services) : RecordGrain<Tally, TallyFact>(services, "tally"), ITallyGrain
{
    private readonly StoredLayouts _layouts = services.Layouts;

    public async Task<Answer<int>> CountAsync(Operation operation, int by)
    {
        var answer = await CommitAsync(operation, (state, _) => TallyRules.Count(state, by));
        return answer.IsGranted ? new Answer<int> { Value = answer.Value.State.Count, Replayed = answer.Replayed } : answer.Refusal;
    }

    public Task TakeBackAsync(Operation operation, int by) => CommitAsync(operation, (_, _) => new Counted(-by));

    public Task SetAlarmAsync(Instant at) => CommitAsync(null, (_, _) => new AlarmSet(at));

    public async Task<bool> NoteAsync(string note)
    {
        if (TallyRules.WritesNotes(_layouts))
        {
            await CommitAsync(null, (_, _) => new Noted(note));
            return true;
        }

        return false;
    }

    public Task<string?> GetNoteAsync() => Task.FromResult(State?.Note);

    public Task<(int Count, int AlarmsRung)> GetAsync() => Task.FromResult((State?.Count ?? 0, State?.AlarmsRung ?? 0));

    protected override Tally Evolve(Tally? state, TallyFact fact) => TallyRules.Evolve(state, fact);

    protected override Instant? DueAt(Tally state) => state.Alarm ?? Instant.MaxValue;

    protected override async Task OnDueAsync(Instant now)
    {
        if (State?.Alarm <= now)
        {
            await CommitAsync(null, (_, _) => new AlarmRang());
        }
    }

    protected override void React(Tally? before, Tally after, TallyFact fact, Effects effects)
    {
        if (fact is Counted)
        {
            effects.Publish(OrganizationId.From("org_tally"), TallyRules.Happened, new(Key, after.Count));
        }
    }

    protected override void React(Tally after, Effects effects) => effects.Row("tallies", "all", Key, after);
}

[Alias("Marketplace.Tests.IHotTallyGrain")]
internal interface IHotTallyGrain : IAggregateGrain
{
    [Alias("Count")]
    Task<Answer<int>> CountAsync(int by);

    [Alias("SetAlarm")]
    Task SetAlarmAsync(Instant at);

    [Alias("Get"), AlwaysInterleave]
    Task<int> GetAsync();

    [Alias("GetAlarmsRung"), AlwaysInterleave]
    Task<int> GetAlarmsRungAsync();

    /// <summary>Answers whether this release may write notes.</summary>
    [Alias("Note")]
    Task<bool> NoteAsync(string note);

    [Alias("GetNote"), AlwaysInterleave]
    Task<string?> GetNoteAsync();
}

[Reentrant]
[GrainType("hot-tally")]
internal sealed class HotTallyGrain(GrainServices services) : JournaledGrain<Tally, TallyFact, Tally>(services, "hot-tally"), IHotTallyGrain
{
    private readonly StoredLayouts _layouts = services.Layouts;

    public Task<Answer<int>> CountAsync(int by) => CommitAsync((state, _) => TallyRules.Count(state, by), state => state.Count);

    public Task SetAlarmAsync(Instant at) => CommitAsync((_, _) => new AlarmSet(at), state => state.Count);

    public Task<int> GetAsync() => Task.FromResult(Durable.Count);

    public Task<int> GetAlarmsRungAsync() => Task.FromResult(Durable.AlarmsRung);

    public async Task<bool> NoteAsync(string note)
    {
        if (TallyRules.WritesNotes(_layouts))
        {
            await CommitAsync((_, _) => new Noted(note), state => state.Count);
            return true;
        }

        return false;
    }

    public Task<string?> GetNoteAsync() => Task.FromResult(Durable.Note);

    protected override Instant? DueAt(Tally state) => state.Alarm ?? Instant.MaxValue;

    protected override async Task OnDueAsync(Instant now)
    {
        if (Durable.Alarm <= now)
        {
            await CommitAsync((state, _) => state.Alarm <= now ? new AlarmRang() : Decision<TallyFact>.Nothing, state => state.Count);
        }
    }

    protected override Tally Empty(string key) => new(0, null, 0);

    protected override Tally Evolve(Tally state, TallyFact fact) => TallyRules.Evolve(state, fact);

    protected override Tally ToSnapshot(Tally state) => state;

    protected override Tally FromSnapshot(Tally snapshot) => snapshot;

    protected override void React(Tally after, TallyFact fact, Effects effects) =>
        effects.Publish(OrganizationId.From("org_tally"), TallyRules.Happened, new(Key, after.Count));
}
