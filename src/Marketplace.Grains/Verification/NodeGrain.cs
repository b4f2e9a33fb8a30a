using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Marketplace.Grains.Verification;

/// <summary>
/// A node's shell around <see cref="NodeDecisions"/> and <see cref="HealthBook"/>. Beats are gathered in memory and written
/// together: what is not written is not acknowledged, and the node sends it again. When it falls silent, what was gathered is
/// written with the note that nothing else was heard: without that note, nobody could say later whether beats had come and
/// been lost with a process.
/// </summary>
[GrainType("node")]
internal sealed partial class NodeGrain(GrainServices services) : RecordGrain<Node, NodeFact>(services, "node"), INodeGrain
{
    /// <summary>Messages of beats that are written together, a minute apart as a rule.</summary>
    internal const int MostPending = 15;

    /// <summary>Messages of beats that wait while the store takes nothing.</summary>
    private const int MostHeld = 4 * MostPending;

    private const int MostHours = 800;

    /// <summary>Longest time for which beats may have been heard and not yet written when a silo ends.</summary>
    private static readonly Duration BufferLife = Duration.FromMinutes(MostPending + 1);

    /// <summary>After so long without a beat the node is silent.</summary>
    private static readonly TimeSpan Quiet = NodeHealth.Patience.ToTimeSpan() + TimeSpan.FromSeconds(5);

    private readonly List<ArrivedBeats> pending = [];
    private Instant activatedAt;
    private int? gpusPerNode;
    private IGrainTimer? quietTimer;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        activatedAt = Services.Clock.Now;
        if (State is { Health: { LastBeatAt: not null, UnsureUntil: null } })
        {
            AwaitQuiet();
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // A node that beats is not written when its silo ends: it sends again what nobody acknowledged.
        if (State is { Health: { UnsureUntil: null } health } && IsSilent(health))
        {
            await SettleAsync();
        }

        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    public Task<Snapshot<Node>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<Node>>> IssueTokenAsync(Operation operation, IssueEnrolmentToken command) =>
        CommitAsync(operation, (node, now) => NodeDecisions.Decide(node, command, now));

    public async Task<Answer<Snapshot<Node>>> EnrolAsync(EnrolNode command)
    {
        // A key is one node's: claimed before it counts, so that no crash leaves it with two.
        if (State is { } known && NodeDecisions.Decide(known, command, Now, Ed25519.Check) is { Refusal: null, Facts.IsEmpty: false })
        {
            var key = SignedMessage.KeyIdOf(Convert.FromBase64String(command.Body.PublicKey));
            if (await DeviceClaims.TryClaimAsync(Services.Rows, "key:" + key, Claim(known)) is not null)
            {
                return Refusal.Of(NodeRefusal.KeyTaken, "This key belongs to another node.");
            }
        }

        return await KeptAsync(command.Message, () => CommitAsync(null, (node, now) => NodeDecisions.Decide(node, command, now, Ed25519.Check)));
    }

    public async Task<Answer<Snapshot<Node>>> RotateKeyAsync(RotateKey command)
    {
        if (State is { } known && NodeDecisions.Decide(known, command, Now, Ed25519.Check) is { Refusal: null, Facts.IsEmpty: false })
        {
            var key = SignedMessage.KeyIdOf(Convert.FromBase64String(command.Body.PublicKey));
            if (await DeviceClaims.TryClaimAsync(Services.Rows, "key:" + key, Claim(known)) is not null)
            {
                return Refusal.Of(NodeRefusal.KeyTaken, "This key belongs to another node.");
            }
        }

        return await KeptAsync(command.Message, () => CommitAsync(null, (node, now) => NodeDecisions.Decide(node, command, now, Ed25519.Check)));
    }

    public Task<Answer<Snapshot<Node>>> RevokeKeyAsync(Operation operation, RevokeKey command) =>
        CommitAsync(operation, (node, now) => NodeDecisions.Decide(node, command, now));

    public Task<Answer<Snapshot<Node>>> TakeMessageAsync(TakeMessage command) =>
        KeptAsync(command.Message, () => State is null
            ? Task.FromResult<Answer<Snapshot<Node>>>(Refusal.Of(NodeRefusal.NotFound, "There is no such node."))
            : CommitAsync(null, (node, _) => NodeDecisions.Decide(node, command, Ed25519.Check)));

    public async Task NoteRefusalAsync(string code, string reason, string digest)
    {
        if (State is not null)
        {
            await CommitAsync(null, (_, now) => new MessageRefused(new RefusedMessage(now, code, reason, digest)));
        }
    }

    public async Task<Answer<BeatAnswer>> BeatAsync(SignedMessage message, Heartbeats body)
    {
        if ((NodeDecisions.Authenticate(State, message, PayloadTypes.Heartbeats, body.NodeId, Ed25519.Check) ?? HealthBook.Refuse(body)) is { } refusal)
        {
            return refusal;
        }

        // What was not acknowledged yet comes with every message again; each beat is held once.
        var known = pending is [.., { Body.Beats: [.., var newest] }] ? newest.Sequence : State!.Health.Sequence;
        if (body.Beats[^1].Sequence > known)
        {
            if (pending.Count >= MostHeld)
            {
                return GrainServices.Busy("What waits to be written of " + Key);
            }

            pending.Add(new ArrivedBeats(body with { Beats = [.. body.Beats.Where(beat => beat.Sequence > known)] }, Now));
            AwaitQuiet();
        }

        if (pending.Count > 0 && (pending.Count >= MostPending || pending[^1].At - pending[0].At >= BufferLife || HasNews()))
        {
            await FlushAsync();
        }

        return new BeatAnswer(State!.Health.Sequence, State.Challenge);
    }

    public Task<Answer<Snapshot<Node>>> AttributeFaultAsync(Operation operation, AttributeFault command) =>
        CommitAsync(operation, (node, _) => HealthBook.Decide(node, command));

    public Task<Answer<Snapshot<Node>>> PlanMaintenanceAsync(Operation operation, PlanMaintenance command) =>
        CommitAsync(operation, (node, now) => HealthBook.Decide(node, command, now));

    public Task<Answer<Snapshot<Node>>> ReleaseDevicesAsync(Operation operation, string reason) => OperateAsync(operation, async () =>
    {
        var begun = await CommitAsync(null, Begin(await DeviceClaims.OfAsync(Services.Rows, NodeId.From(Key))));
        return begun.IsGranted ? await FinishReleaseAsync() : begun;

        Func<Node?, Instant, Decision<NodeFact>> Begin(ImmutableArray<string> held) => (node, now) => NodeDecisions.Decide(node, new ReleaseDevices(held, reason), now);
    });

    public async Task<ImmutableArray<HealthHour>> GetHoursAsync(Interval window)
    {
        if (State is not { Health.Since: { } since } node)
        {
            return [];
        }

        var now = Services.Clock.Now;
        var start = Instant.Max(window.Start, since);
        var end = Instant.Min(Instant.Min(window.End, now), start + Duration.FromHours(MostHours));
        if (end <= start)
        {
            return [];
        }

        var older = new List<HealthHour>();
        var from = (string?)SortKeys.Of(start - Duration.FromHours(1), "");
        do
        {
            var page = await Services.Rows.ScanAsync(NodeRows.Hours, Key, from, SortKeys.Of(end, ""), Ports.RowLimits.MostRowsInPage);
            older.AddRange(page.Rows.Select(row => JsonSerializer.Deserialize<HealthHour>(row.Data.Span, MarketJson.Options)!));
            from = page.NextFrom;
        }
        while (from is not null);

        // An outage of the marketplace's that reaches into the window began before it, perhaps.
        var deaf = await ServiceMarks.DeafAsync(Services.Rows, start - Duration.FromHours(1), Instant.Min(end + Duration.FromHours(1), now));
        if (node.Health.LastBeatAt is { } last && UnsureUntil(node.Health) is { } unsure && unsure > last)
        {
            deaf = deaf.Add(new Interval(last, unsure));
        }

        return HealthBook.HoursOf(WithPending(node).Health, older, new Interval(start, end), now, deaf);
    }

    protected override Node Evolve(Node? state, NodeFact fact) => NodeDecisions.Evolve(state, fact);

    protected override Instant? DueAt(Node state) => state.Release is { IsDone: false } release ? release.At
        : state.Health is { WatchAt: { } watch, SilenceTold: false } ? watch
        : Instant.MaxValue;

    protected override async Task OnDueAsync(Instant now)
    {
        if (State is { Release.IsDone: false })
        {
            await FinishReleaseAsync();
        }

        if (State is { Health: { WatchAt: { } watch, SilenceTold: false } } && watch <= now)
        {
            await FlushAsync();
            await CommitAsync(null, (node, at) => new SilenceNoted(node!.Health.IsSilentAt(at) == true, at + Duration.FromHours(1), at));
        }
    }

    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        // A node that was never enrolled has nothing to be told.
        if (State is null)
        {
            return;
        }

        switch (notice)
        {
            case ChallengeOpened opened:
                await CommitAsync(null, (_, _) => new ChallengeSet(opened.Run));
                break;
            case ChallengeDecided decided:
                if (decided.IsRejected == true)
                {
                    await DeviceClaims.KeepAsync(Services.Rows, State.Id, []);
                }

                await CommitAsync(null, (_, _) => new NodeJudged(decided.Result));
                break;
            default:
                await base.OnNoticeAsync(notice, sender);
                break;
        }
    }

    protected override void React(Node? before, Node after, NodeFact fact, Effects effects)
    {
        NodeEvents.Publish(after, fact, effects);
        if (fact is BeatsTaken or SilenceNoted)
        {
            foreach (var hour in (fact as BeatsTaken)?.Left ?? [])
            {
                effects.Row(NodeRows.Hours, Key, SortKeys.Of(hour.Hour, ""), hour);
            }
        }
        else if (fact is not MessageTaken)
        {
            effects.Row(NodeRows.Table, after.OperatorId.Value, SortKeys.Of(after.CreatedAt, Key), after with { Health = NodeHealth.None });
        }
    }

    private static DeviceClaim Claim(Node node) => new(node.Id, node.OperatorId);

    private bool IsSilent(NodeHealth health) => (pending is [.., var newest] ? newest.At : health.LastBeatAt) is { } last && Services.Clock.Now - last > NodeHealth.Patience;

    /// <summary>Whether something must be durable at once: the first beat, errors, a new boot, and the end of a silence.</summary>
    private bool HasNews()
    {
        var (boot, last) = (State!.Health.BootId, State.Health.LastBeatAt);
        foreach (var (body, at) in pending)
        {
            if (last is null || body.BootId != boot || at - last > NodeHealth.Patience || body.Beats.Any(beat => beat.Xids is { IsEmpty: false }))
            {
                return true;
            }

            (boot, last) = (body.BootId, at);
        }

        return false;
    }

    /// <summary>Until when beats may have come after the last one on record, and been lost with an activation before this one.</summary>
    private Instant? UnsureUntil(NodeHealth health) => health.UnsureUntil
        ?? (health.LastBeatAt is { } last && activatedAt > last ? Instant.Min(last + BufferLife, activatedAt) : health.LastBeatAt);

    private Node WithPending(Node node) =>
        HealthBook.Take(node, pending, new Hearing([], UnsureUntil(node.Health), gpusPerNode), Services.Clock.Now) is { Refusal: null, Facts: [BeatsTaken taken] } ? NodeDecisions.Evolve(node, taken) : node;

    /// <summary>Writes what was gathered. It stays gathered until that is known to have been done.</summary>
    private async Task FlushAsync()
    {
        if (State is not { Health: var health })
        {
            return;
        }

        ImmutableArray<ArrivedBeats> taken = [.. pending];
        var deaf = ImmutableArray<Interval>.Empty;
        if (health.LastBeatAt is { } last && !taken.IsEmpty && taken[^1].At - last > NodeHealth.Patience)
        {
            deaf = await ServiceMarks.DeafAsync(Services.Rows, last, taken[^1].At);
        }

        if (gpusPerNode is null && taken.Any(message => message.Body.Beats.Any(beat => beat.Gpus is not null)))
        {
            gpusPerNode = (await Services.Grains.GetGrain<IGpuPoolGrain>(State.PoolId.Value).GetAsync())?.State.GpusPerUnit;
        }

        // A write whose outcome is unknown drops the activation with what it had gathered: nothing of it was acknowledged.
        var answer = await CommitAsync(null, (node, now) => HealthBook.Take(node!, taken, new Hearing(deaf, UnsureUntil(health), gpusPerNode), now));
        if (answer.IsGranted)
        {
            pending.RemoveRange(0, taken.Length);
        }
    }

    private void AwaitQuiet()
    {
        quietTimer ??= this.RegisterGrainTimer(SettleWhenSilentAsync, new GrainTimerCreationOptions(Quiet, Timeout.InfiniteTimeSpan));
        quietTimer.Change(Quiet, Timeout.InfiniteTimeSpan);
    }

    private async Task SettleWhenSilentAsync(CancellationToken cancellation)
    {
        if (State is not { Health: { UnsureUntil: null } health } || (IsSilent(health) && await SettleAsync()))
        {
            return;
        }

        AwaitQuiet();
    }

    /// <summary>Writes what was gathered of a silent node, and that nothing else was heard.</summary>
    private async Task<bool> SettleAsync()
    {
        try
        {
            await FlushAsync();
            return pending.Count == 0;
        }
        catch (Exception error)
        {
            // Without the note, what may have been lost is excused.
            LogNotSettled(Services.Log, Key, error);
            return false;
        }
    }

    private async Task<Answer<Snapshot<Node>>> FinishReleaseAsync()
    {
        await DeviceClaims.KeepAsync(Services.Rows, NodeId.From(Key), []);
        return await CommitAsync(null, (_, _) => new DevicesReleased());
    }

    /// <summary>Keeps a refusal where the operator can see it. Strangers' messages leave a trace too, but only the newest few.</summary>
    private async Task<Answer<Snapshot<Node>>> KeptAsync(SignedMessage message, Func<Task<Answer<Snapshot<Node>>>> take)
    {
        var answer = await take();
        if (answer.Refusal is { } refusal)
        {
            await NoteRefusalAsync(refusal.Code, refusal.Detail, message.Digest());
        }

        return answer;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} fell silent, and that could not be written; it is tried again while its grain lives.")]
    private static partial void LogNotSettled(ILogger log, string node, Exception error);
}
