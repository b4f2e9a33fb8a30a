using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Grains.Verification;

/// <summary>
/// A node's shell around <see cref="NodeDecisions"/> and <see cref="HealthBook"/>. Beats are gathered in memory and written
/// together: what is not written is not acknowledged, and the node sends it again.
/// </summary>
[GrainType("node")]
internal sealed class NodeGrain(GrainServices services) : RecordGrain<Node, NodeFact>(services, "node"), INodeGrain
{
    /// <summary>Messages of beats that are written together, a minute apart as a rule.</summary>
    internal const int MostPending = 15;

    private const int MostHours = 800;

    /// <summary>Longest time for which beats may have been heard and not yet written when a silo ends.</summary>
    private static readonly Duration BufferLife = Duration.FromMinutes(MostPending + 1);

    private readonly List<ArrivedBeats> pending = [];
    private Instant activatedAt;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        activatedAt = Services.Clock.Now;
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

        pending.Add(new ArrivedBeats(body, Now));
        var last = State!.Health.LastBeatAt;
        if (last is null || pending.Count >= MostPending || pending[^1].At - pending[0].At >= BufferLife || IsNews(body))
        {
            await FlushAsync();
        }

        return new BeatAnswer(State!.Health.Sequence, State.Challenge);
    }

    public Task<Answer<Snapshot<Node>>> AttributeFaultAsync(Operation operation, AttributeFault command) =>
        CommitAsync(operation, (node, _) => HealthBook.Decide(node, command));

    public Task<Answer<Snapshot<Node>>> PlanMaintenanceAsync(Operation operation, PlanMaintenance command) =>
        CommitAsync(operation, (node, now) => HealthBook.Decide(node, command, now));

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

        return HealthBook.HoursOf(WithPending(node).Health, older, new Interval(start, end), now, await ServiceMarks.DeafAsync(Services.Rows, start, end));
    }

    protected override Node Evolve(Node? state, NodeFact fact) => NodeDecisions.Evolve(state, fact);

    protected override Instant? DueAt(Node state) => state.Health is { WatchAt: { } watch, SilenceTold: false } ? watch : Instant.MaxValue;

    protected override async Task OnDueAsync(Instant now)
    {
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
            var kept = after.Health.Hours.IsEmpty ? Instant.MinValue : after.Health.Hours[0].Hour;
            foreach (var hour in before!.Health.Hours.Where(hour => hour.Hour < kept))
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

    /// <summary>What must be durable at once: errors, a new boot, and the end of a silence.</summary>
    private bool IsNews(Heartbeats body) =>
        body.BootId != State!.Health.BootId
        || body.Beats.Any(beat => beat.Xids is { IsEmpty: false })
        || pending[^1].At - (pending.Count > 1 ? pending[^2].At : State.Health.LastBeatAt!.Value) > NodeHealth.Patience;

    private Node WithPending(Node node) =>
        HealthBook.Take(node, pending, []) is { Refusal: null, Facts: [BeatsTaken taken] } ? NodeDecisions.Evolve(node, taken) : node;

    private async Task FlushAsync()
    {
        if (pending.Count == 0)
        {
            return;
        }

        ImmutableArray<ArrivedBeats> taken = [.. pending];
        pending.Clear();
        var deaf = ImmutableArray<Interval>.Empty;
        if (State!.Health.LastBeatAt is { } last && taken[^1].At - last > NodeHealth.Patience)
        {
            deaf = await ServiceMarks.DeafAsync(Services.Rows, last, taken[^1].At);
            if (activatedAt > last)
            {
                // Beats heard before this activation and not yet written.
                deaf = deaf.Insert(0, new Interval(last, Instant.Min(last + BufferLife, activatedAt)));
            }
        }

        // A commit that fails drops the activation with what it had gathered: nothing of it was acknowledged.
        await CommitAsync(null, (node, _) => HealthBook.Take(node!, taken, deaf));
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
}
