using System.Collections.Immutable;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Verification;

/// <summary>
/// A node's shell around <see cref="NodeDecisions"/> and <see cref="HealthBook"/>. Beats are gathered in memory and written
/// together: what is not written is not acknowledged, and the node sends it again.
/// </summary>
[GrainType("node")]
internal sealed partial class NodeGrain(GrainServices services) : RecordGrain<Node, NodeFact>(services, "node"), INodeGrain
{
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
            await CommitAsync(null, (node, now) => NodeDecisions.Decide(node, new NoteRefusal(code, reason, digest, IsStrangers: false), now));
        }
    }

    public Task<Answer<Snapshot<Node>>> AttributeFaultAsync(Operation operation, AttributeFault command) =>
        CommitAsync(operation, (node, _) => HealthBook.Decide(node, command));

    public Task<Answer<Snapshot<Node>>> PlanMaintenanceAsync(Operation operation, PlanMaintenance command) => OperateAsync(operation, async () =>
    {
        // Its pool knows whom it serves.
        var served = State is { } known ? (await Services.Grains.GetGrain<IGpuPoolGrain>(known.PoolId.Value).GetNodeAsync(known.Id))?.Reservation : null;
        var told = command with { Lease = served is { } reservation ? Lease.IdOf(reservation) : null };
        return await CommitAsync(null, (node, now) => HealthBook.Decide(node, told, now));
    });

    public Task<Answer<Snapshot<Node>>> ReleaseDevicesAsync(Operation operation, string reason) => OperateAsync(operation, async () =>
    {
        var begun = await CommitAsync(null, Begin(await DeviceClaims.OfAsync(Services.Rows, NodeId.From(Key))));
        return begun.IsGranted ? await FinishReleaseAsync() : begun;

        Func<Node?, Instant, Decision<NodeFact>> Begin(ImmutableArray<string> held) => (node, now) => NodeDecisions.Decide(node, new ReleaseDevices(held, reason), now);
    });

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
                    await DeviceClaims.ReleaseAsync(Services.Rows, State.Id, decided.Result.Run);
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
        if (fact is MaintenancePlanned { Lease: { } lease, Maintenance: var work })
        {
            effects.Tell(GrainKeys.Lease(lease), new NodeMaintenanceAnnounced(after.Id, work));
        }

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

    private async Task<Answer<Snapshot<Node>>> FinishReleaseAsync()
    {
        await DeviceClaims.KeepAsync(Services.Rows, NodeId.From(Key), []);
        return await CommitAsync(null, (_, _) => new DevicesReleased());
    }

    /// <summary>Keeps a refusal where the operator can see it. Strangers' messages leave a trace too, but only a few.</summary>
    private async Task<Answer<Snapshot<Node>>> KeptAsync(SignedMessage message, Func<Task<Answer<Snapshot<Node>>>> take)
    {
        var answer = await take();
        if (answer.Refusal is { } refusal && State is { } known)
        {
            var note = new NoteRefusal(refusal.Code, refusal.Detail, message.Digest(), NodeDecisions.IsStrangers(known, message, Ed25519.Check));
            await CommitAsync(null, (node, now) => NodeDecisions.Decide(node, note, now));
        }

        return answer;
    }
}
