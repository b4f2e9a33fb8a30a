using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Serialization;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Marketplace.Grains.Durability;

/// <summary>
/// An aggregate kept in one record: a thin shell that asks the Domain to decide and makes what follows durable before anyone
/// hears of it. Non-reentrant; reads and the outbox interleave.
/// </summary>
/// <typeparam name="TState">The Domain's state.</typeparam>
/// <typeparam name="TFact">The Domain's facts.</typeparam>
internal abstract partial class RecordGrain<TState, TFact>(GrainServices services, string noun) : Grain, IAggregateGrain
    where TState : class
{

    private GrainState<AggregateRecord<TState>> stored = new();
    private AggregateRecord<TState> record = new();
    private Outbox outbox = null!;
    private IGrainTimer? housekeeping;
    private Operation? activeOperation;
    private Envelope? activeEnvelope;
    private bool broken;
    private bool writing;

    /// <summary>The aggregate as last made durable; null before its first commit.</summary>
    protected TState? State => record.State;

    /// <summary>Commits so far.</summary>
    protected long Version => record.Version;

    /// <summary>The grain's key, a public id.</summary>
    protected string Key { get; private set; } = "";

    /// <summary>This grain's address.</summary>
    protected AggregateAddress Address => new(noun, Key);

    /// <summary>What every grain needs.</summary>
    protected GrainServices Services => services;

    /// <summary>Market time for a decision: never before the aggregate's last fact.</summary>
    protected Instant Now => Instant.Max(services.Clock.Now, record.LastAt);

    /// <summary>The last durable snapshot, or null.</summary>
    protected Snapshot<TState>? Durable => State is null ? null : new Snapshot<TState>(State, Version);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // See JournaledGrain: an activation must not complete at once.
        await Task.Yield();
        Key = this.GetPrimaryKeyString();
        if (this.GetGrainId().Type.ToString() != noun)
        {
            throw new InvalidOperationException($"[GrainType] of {GetType().Name} must be '{noun}', so that its address leads to it.");
        }

        outbox = new Outbox(services, Address);
        await services.Records.ReadStateAsync(noun, this.GetGrainId(), stored);
        record = stored.RecordExists && stored.State is { } state ? state : new AggregateRecord<TState>();
        services.Layouts.Require(record.Schema, Address);
        outbox.Add(WithRowsOfState(record.Outbox));
        StartDraining();
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        outbox.Abandon();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ReceiveAsync(Envelope envelope)
    {
        ThrowIfBroken();
        if (record.Senders.IsTaken(envelope.Sender, envelope.Sequence))
        {
            return;
        }

        activeEnvelope = envelope;
        try
        {
            await OnNoticeAsync(envelope.Notice, AggregateAddress.Parse(envelope.Sender));
        }
        finally
        {
            activeEnvelope = null;
            StartDraining();
        }
    }

    /// <inheritdoc/>
    public async Task ReceiveAllAsync(Mail mail)
    {
        foreach (var envelope in mail.Envelopes)
        {
            await ReceiveAsync(envelope);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> VisitAsync(DueRow? due)
    {
        ThrowIfBroken();
        if (State is null)
        {
            return false;
        }

        await OnDueAsync(Now);

        // A row of a later version was written by an activation that knows more than this one, and stays.
        if (due is { } visited && record.Due != visited && visited.Version <= record.Version)
        {
            await services.RemoveDueAsync(Address, visited);
        }

        StartDraining();
        return true;
    }

    /// <summary>Asks the Domain to fold a fact into the state.</summary>
    protected abstract TState Evolve(TState? state, TFact fact);

    /// <summary>
    /// Market time of the aggregate's next effect, for its due row: null when it is closed, <see cref="Instant.MaxValue"/>
    /// when it is open with nothing planned.
    /// </summary>
    protected abstract Instant? DueAt(TState state);

    /// <summary>Adds what leaves with a fact: notices, events, rows. Called in fact order, before the commit.</summary>
    protected abstract void React(TState? before, TState after, TFact fact, Effects effects);

    /// <summary>
    /// Adds what leaves once per commit, such as list rows of the new state. It must make the rows from the state alone: they
    /// are not stored beside it, but made again from it after a restart.
    /// </summary>
    protected virtual void React(TState after, Effects effects)
    {
    }

    /// <summary>Takes a notice; the first commit made inside remembers it.</summary>
    protected virtual Task OnNoticeAsync(Notice notice, AggregateAddress sender) =>
        throw new InvalidOperationException($"{noun} takes no {notice.GetType().Name}.");

    /// <summary>Does what has fallen due. Idempotent; also called when nothing has.</summary>
    protected virtual Task OnDueAsync(Instant now) => Task.CompletedTask;

    /// <summary>
    /// Runs a command of several commits under one operation id: each commit inside stores the newest answer, so that a
    /// repeated call gets the outcome as far as it came.
    /// </summary>
    protected async Task<Answer<Snapshot<TState>>> OperateAsync(Operation operation, Func<Task<Answer<Snapshot<TState>>>> run)
    {
        ThrowIfBroken();
        if (Replay(operation) is { } replayed)
        {
            return replayed;
        }

        activeOperation = operation;
        try
        {
            return await run();
        }
        finally
        {
            activeOperation = null;
            StartDraining();
        }
    }

    /// <summary>
    /// Decides, and makes facts, operation and outbox durable in one write; then answers. A final refusal is given only
    /// after the record was read again, so that a stale activation ends no process.
    /// </summary>
    /// <exception cref="UnknownOutcomeException">A write failed; this activation is dropped.</exception>
    protected async Task<Answer<Snapshot<TState>>> CommitAsync(Operation? operation, Func<TState?, Instant, Decision<TFact>> decide)
    {
        ThrowIfBroken();
        if (operation is { } asked && Replay(asked) is { } replayed)
        {
            return replayed;
        }

        var now = Now;
        var decision = decide(State, now);
        if (decision.Refusal is { } refusal)
        {
            if (refusal.Class == RefusalClass.Final)
            {
                await ThrowIfStaleAsync();
            }

            return refusal;
        }

        operation ??= activeOperation;
        if (decision.Facts.IsEmpty && operation is null)
        {
            return Durable is { } unchanged ? unchanged : throw new InvalidOperationException($"{Address}: nothing decided about nothing.");
        }

        var effects = new Effects(record.NextSequence, now);
        var state = State;
        foreach (var fact in decision.Facts)
        {
            var before = state;
            state = Evolve(before, fact);
            React(before, state, fact, effects);
        }

        if (state is null)
        {
            throw new InvalidOperationException($"{Address}: nothing decided about nothing.");
        }

        if (!decision.Facts.IsEmpty)
        {
            effects.OfState = true;
            React(state, effects);
        }

        var undelivered = record.Outbox.RemoveAll(entry => !outbox.IsWaiting(entry.Sequence));
        if (undelivered.Length + effects.Entries.Length > Outbox.Bound)
        {
            return GrainServices.Busy("The outbox of " + Key);
        }

        if (OperationLog.Next(record, operation, services.RealNow) is not var (operations, created))
        {
            return GrainServices.Busy("The operation log of " + Key);
        }

        var next = record with
        {
            Schema = services.Layouts.Over(record.Schema),
            State = state,
            Version = record.Version + 1,
            LastAt = now,
            Operations = operations,
            Created = created,
            Outbox = undelivered.AddRange(effects.Entries),
            NextSequence = record.NextSequence + effects.Entries.Length,
            Due = DueOf(state, record.Version + 1),
            Senders = activeEnvelope is { } envelope ? record.Senders.Prune(services.RealNow).Take(envelope.Sender, envelope.Sequence, services.RealNow) : record.Senders,
        };
        await WriteAsync(next);
        outbox.Add(effects.Entries);
        StartDraining();
        return new Snapshot<TState>(state, next.Version);
    }

    private Answer<Snapshot<TState>>? Replay(Operation operation)
    {
        if (OperationLog.Find(record, operation.Id) is not { } entry)
        {
            return null;
        }

        if (entry.InputHash != operation.InputHash)
        {
            return Refusal.Of(OperationRefusal.KeyReused, $"{Key}: this Idempotency-Key was used before with another body.");
        }

        var answer = entry.Answer is { } json
            ? new Snapshot<TState>(JsonSerializer.Deserialize<TState>(json, MarketJson.Options)!, entry.Version)
            : Durable!;
        return new Answer<Snapshot<TState>> { Value = answer, Replayed = true };
    }

    private async Task WriteAsync(AggregateRecord<TState> next)
    {
        var previous = record;
        writing = true;
        try
        {
            if (next.Due is { } due && due != previous.Due)
            {
                await services.AddDueAsync(Address, due);
            }

            // A copy with the known ETag: whatever a failing provider does to it, the activation goes.
            var write = new GrainState<AggregateRecord<TState>>(next, stored.ETag) { RecordExists = stored.RecordExists };
            await services.Records.WriteStateAsync(noun, this.GetGrainId(), write);
            stored = write;
            record = next;
        }
        catch (Exception error)
        {
            Break();
            throw new UnknownOutcomeException($"{Address}: the outcome of a write is unknown; repeat the request with the same operation id.", error);
        }
        finally
        {
            writing = false;
        }

        if (previous.Due is { } old && old != next.Due)
        {
            RemoveDueAsync(old).Ignore();
        }
    }

    private DueRow? DueOf(TState state, long version)
    {
        if (DueAt(state) is not { } due)
        {
            return null;
        }

        var at = Instant.Min(due, DueIndex.Never);
        return record.Due is { } standing && standing.At == at ? standing : new DueRow(at, version);
    }

    private async Task RemoveDueAsync(DueRow old)
    {
        try
        {
            await services.RemoveDueAsync(Address, old);
        }
        catch (Exception error)
        {
            // The row stays; the visit it causes finds nothing to do and removes it.
            LogDueRowLeft(services.Log, Address, error);
        }
    }

    private async Task ThrowIfStaleAsync()
    {
        var fresh = new GrainState<AggregateRecord<TState>>();
        try
        {
            await services.Records.ReadStateAsync(noun, this.GetGrainId(), fresh);
        }
        catch (Exception error)
        {
            Break();
            throw new UnknownOutcomeException($"{Address}: could not be read again.", error);
        }

        if (fresh.ETag != stored.ETag)
        {
            Break();
            throw new UnknownOutcomeException($"{Address}: this activation was stale; repeat the request with the same operation id.");
        }
    }

    /// <summary>
    /// The last durable snapshot, or null. That there is nothing is said only after another look at the record: another
    /// activation may have made it while silos came and went, and told its caller so.
    /// </summary>
    /// <exception cref="UnknownOutcomeException">This activation does not know what was written; it is dropped.</exception>
    protected async Task<Snapshot<TState>?> ReadAsync()
    {
        if (Durable is not null)
        {
            return Durable;
        }

        var fresh = new GrainState<AggregateRecord<TState>>();
        await services.Records.ReadStateAsync(noun, this.GetGrainId(), fresh);
        if (fresh is { RecordExists: true, State.State: not null } && Durable is null && !writing)
        {
            Break();
            throw new UnknownOutcomeException($"{Address}: this activation was stale; ask again.");
        }

        return Durable;
    }

    private void Break()
    {
        broken = true;
        outbox.Abandon();
        DeactivateOnIdle();
    }

    private void ThrowIfBroken()
    {
        if (broken)
        {
            throw new UnknownOutcomeException($"{Address} is being loaded again after a failed write; repeat the request with the same operation id.");
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Address}: an outdated due row could not be removed and stays until its visit.")]
    private static partial void LogDueRowLeft(ILogger log, AggregateAddress address, Exception error);
}
