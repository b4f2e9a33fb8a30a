using System.Collections.Immutable;
using System.Text;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Grains.Durability;

/// <summary>
/// An aggregate whose truth is an append-only journal, for hot aggregates and unbounded histories. Derived classes are
/// [Reentrant]: a command is decided synchronously on an immutable snapshot and queued behind the one write in flight; its
/// answer is given when the write that covers it is durable. A failed write fails everyone it covers and everyone queued,
/// and the activation is dropped, so no change whose caller saw an error rides on a later write.
/// </summary>
/// <typeparam name="TState">The Domain's immutable state.</typeparam>
/// <typeparam name="TFact">The Domain's facts; their JSON is the journal.</typeparam>
/// <typeparam name="TSnapshot">What a snapshot stores of the state.</typeparam>
internal abstract partial class JournaledGrain<TState, TFact, TSnapshot>(GrainServices services, string noun) : Grain, IAggregateGrain
    where TState : class
    where TSnapshot : class
{
    private const long MostQueuedBytes = 2 * 1024 * 1024;

    private Journal<TFact> journal = null!;
    private Outbox outbox = null!;
    private Head durable = null!;
    private Head working = null!;
    private long durableSequence;
    private Batch collecting = null!;
    private Batch? writing;
    private long savedCursor;
    private DueRow? due;
    private IGrainTimer? housekeeping;
    private bool broken;

    /// <summary>The state as last made durable: what reads answer from.</summary>
    protected TState Durable => durable.State;

    /// <summary>Facts made durable so far; the API's ETag.</summary>
    protected long Version => durable.Version;

    /// <summary>Facts decided so far, of which the newest may not be durable yet: what a decision sees.</summary>
    protected long DecidedVersion => working.Version;

    /// <summary>The grain's key, a public id.</summary>
    protected string Key { get; private set; } = "";

    /// <summary>This grain's address.</summary>
    protected AggregateAddress Address => new(noun, Key);

    /// <summary>What every grain needs.</summary>
    protected GrainServices Services => services;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // An activation that completes at once runs its first message inside the lock it was started under, and two such
        // grains that call each other wait for ever; the embedded store does answer at once.
        await Task.Yield();
        Key = this.GetPrimaryKeyString();
        if (this.GetGrainId().Type.ToString() != noun)
        {
            throw new InvalidOperationException($"[GrainType] of {GetType().Name} must be '{noun}', so that its address leads to it.");
        }

        journal = new Journal<TFact>(services.Rows, Address, services.Layouts);
        outbox = new Outbox(services, Address);
        await LoadAsync();
        collecting = new Batch(durableSequence + 1, services.Layouts);
        StartDraining();
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        outbox?.Abandon();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ReceiveAsync(Envelope envelope)
    {
        ThrowIfBroken();
        if (working.Senders.IsTaken(envelope.Sender, envelope.Sequence))
        {
            await WhenCoveredAsync();
            return;
        }

        await OnNoticeAsync(envelope);
    }

    /// <inheritdoc/>
    public virtual async Task ReceiveAllAsync(Mail mail)
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
        if (durable.Version == 0)
        {
            return false;
        }

        await OnDueAsync(Instant.Max(services.Clock.Now, working.LastAt));

        // A row of a later entry was written by a commit in flight, or by an activation that knows more, and stays.
        if (due is { } visited && this.due?.At != visited.At && visited.Version <= durableSequence)
        {
            await services.RemoveDueAsync(Address, visited);
        }

        StartDraining();
        return true;
    }

    /// <inheritdoc/>
    public async Task DrainAsync()
    {
        if (broken)
        {
            return;
        }

        await outbox.DrainAsync();
        if (!broken && (outbox.Count > 0 || outbox.DeliveredThrough > savedCursor))
        {
            housekeeping ??= this.RegisterGrainTimer(KeepHouseAsync, new GrainTimerCreationOptions(outbox.Pause, Timeout.InfiniteTimeSpan) { Interleave = true });
            housekeeping.Change(outbox.Pause, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The state before the first fact.</summary>
    protected abstract TState Empty(string key);

    /// <summary>Asks the Domain to fold a fact into the state.</summary>
    protected abstract TState Evolve(TState state, TFact fact);

    /// <summary>What a snapshot stores of the state.</summary>
    protected abstract TSnapshot ToSnapshot(TState state);

    /// <summary>
    /// About how many bytes a snapshot of the state takes. One is written when the tail has outgrown it, so that the cost of
    /// snapshots stays in proportion to the commits however large the state. Must be cheap.
    /// </summary>
    protected virtual long SnapshotBytes(TState state) => 0;

    /// <summary>The state a snapshot stored.</summary>
    protected abstract TState FromSnapshot(TSnapshot snapshot);

    /// <summary>
    /// Adds what leaves with a fact. Called again when the tail is read after a restart, so it must depend on nothing but
    /// the state after the fact, the fact, and <see cref="Effects.At"/>.
    /// </summary>
    protected abstract void React(TState after, TFact fact, Effects effects);

    /// <summary>Market time of the next effect: null when there is nothing to visit for, <see cref="Instant.MaxValue"/> when open with nothing planned. Must be cheap.</summary>
    protected virtual Instant? DueAt(TState state) => Instant.MaxValue;

    /// <summary>Takes a notice: hand <paramref name="envelope"/> to <see cref="CommitAsync"/> so that it is taken once.</summary>
    protected virtual Task OnNoticeAsync(Envelope envelope) =>
        throw new InvalidOperationException($"{noun} takes no {envelope.Notice.GetType().Name}.");

    /// <summary>The notices of a mail that were not taken before, in order.</summary>
    protected ImmutableArray<Envelope> Untaken(Mail mail) => mail.Envelopes.RemoveAll(envelope => working.Senders.IsTaken(envelope.Sender, envelope.Sequence));

    /// <summary>Does what has fallen due. Idempotent; also called when nothing has.</summary>
    protected virtual Task OnDueAsync(Instant now) => Task.CompletedTask;

    /// <summary>
    /// Decides now, on everything decided before, and answers when that is durable. A refusal waits for the write it saw
    /// and for a look at the journal's head, so that a stale activation ends no process.
    /// </summary>
    /// <param name="decide">The Domain's decision; synchronous.</param>
    /// <param name="answer">The answer, from the state after the facts.</param>
    /// <param name="envelope">The notice this comes from, if any.</param>
    /// <exception cref="UnknownOutcomeException">The write failed; this activation is dropped.</exception>
    protected async Task<Answer<T>> CommitAsync<T>(Func<TState, Instant, Decision<TFact>> decide, Func<TState, T> answer, Envelope? envelope = null)
    {
        ThrowIfBroken();
        var now = Instant.Max(services.Clock.Now, working.LastAt);
        var decision = decide(working.State, now);
        if (decision.Refusal is { } refusal)
        {
            await WhenRefusableAsync();
            return refusal;
        }

        if (decision.Facts.IsEmpty)
        {
            var unchanged = answer(working.State);
            await WhenCoveredAsync();
            return new Answer<T> { Value = unchanged, Replayed = true };
        }

        if (collecting.Entry.Bytes >= MostQueuedBytes || outbox.Count + collecting.Entries.Count > Outbox.Bound * 50)
        {
            return GrainServices.Busy("The commit queue of " + Key);
        }

        var batch = collecting;
        var commit = new JournalCommit<TFact>(now, decision.Facts, envelope?.Sender, envelope?.Sequence);
        working = Fold(working, commit, batch);
        batch.Entry.Add(commit);
        batch.Commits++;
        var value = answer(working.State);
        if (writing is null)
        {
            WriteQueuedAsync().Ignore();
        }

        await batch.Done.Task;
        return value;
    }

    private Head Fold(Head head, JournalCommit<TFact> commit, Batch batch)
    {
        var effects = new Effects((batch.Sequence << 20) + batch.Entries.Count, commit.At);
        var state = head.State;
        foreach (var fact in commit.Facts)
        {
            state = Evolve(state, fact);
            React(state, fact, effects);
        }

        batch.Entries.AddRange(effects.Entries);
        return new Head(
            state,
            commit.From is { } sender ? head.Senders.Take(sender, commit.Sequence!.Value, services.RealNow) : head.Senders,
            commit.At,
            head.Version + commit.Facts.Length);
    }

    private async Task WriteQueuedAsync()
    {
        while (collecting.Commits > 0 && !broken)
        {
            var batch = writing = collecting;
            var head = working;
            collecting = new Batch(batch.Sequence + 1, services.Layouts);
            var oldDue = due;
            try
            {
                var nextDue = DueOf(head, batch.Sequence);
                if (nextDue is { } row && row != oldDue)
                {
                    await services.AddDueAsync(Address, row);
                }

                var entry = batch.Entry.Complete();
                if (!await journal.TryAppendAsync(batch.Sequence, entry))
                {
                    throw new UnknownOutcomeException($"{Address}: another activation wrote entry {batch.Sequence}; repeat the request.");
                }

                due = nextDue;
                tailBytes += entry.Length;
            }
            catch (Exception error)
            {
                Break(batch, error);
                return;
            }

            durable = head;
            durableSequence = batch.Sequence;
            outbox.Add(batch.Entries);
            batch.Entry.Dispose();
            services.Meters.Committed(noun, batch.Commits);
            batch.Done.SetResult();
            if (oldDue is { } old && old != due)
            {
                RemoveDueAsync(old).Ignore();
            }

            StartDraining();
            SnapshotIfDue();
        }

        writing = null;
    }

    private async Task RemoveDueAsync(DueRow old)
    {
        // A row left by a failure here is removed by the visit it causes.
        await services.RemoveDueAsync(Address, old);
    }

    private async Task KeepHouseAsync(CancellationToken cancellation)
    {
        var delivered = outbox.DeliveredThrough;
        if (!broken && delivered > savedCursor)
        {
            await services.Rows.UpsertIfNewerAsync(CursorTable, Address.ToString(), new Row("outbox", delivered, Encoding.UTF8.GetBytes(delivered.ToString())), cancellation);
            savedCursor = delivered;
        }

        StartDraining();
    }

    /// <summary>Waits for the write that covers everything decided so far.</summary>
    private Task WhenCoveredAsync() =>
        collecting.Commits > 0 ? collecting.Done.Task : writing?.Done.Task ?? Task.CompletedTask;

    private DueRow? DueOf(Head head, long sequence)
    {
        if (DueAt(head.State) is not { } next)
        {
            return null;
        }

        var at = Instant.Min(next, DueIndex.Never);
        return due is { } standing && standing.At == at ? standing : new DueRow(at, sequence);
    }

    private void StartDraining()
    {
        if (outbox.Count > 0)
        {
            DrainAsync().Ignore();
        }
    }

    private void Break(Batch? batch, Exception error)
    {
        if (broken)
        {
            return;
        }

        broken = true;
        var unknown = error as UnknownOutcomeException
            ?? new UnknownOutcomeException($"{Address}: the outcome of a write is unknown; repeat the request.", error);
        batch?.Done.SetException(unknown);
        collecting.Done.TrySetException(unknown);
        collecting.Done.Task.Ignore();
        batch?.Done.Task.Ignore();
        outbox.Abandon();
        DeactivateOnIdle();
    }

    private void ThrowIfBroken()
    {
        if (broken)
        {
            throw new UnknownOutcomeException($"{Address} is being loaded again after a failed write; repeat the request.");
        }
    }

    private sealed record Head(TState State, ImmutableDictionary<string, SenderMark> Senders, Instant LastAt, long Version);

    private sealed class Batch(long sequence, StoredLayouts layouts)
    {
        public long Sequence { get; } = sequence;

        public JournalEntryWriter<TFact> Entry { get; } = new(layouts);

        public int Commits { get; set; }

        public List<OutboxEntry> Entries { get; } = [];

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
