using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Marketplace.Grains.Verification;

/// <content>
/// Beats: gathered in memory, written together, and read as hours. When the node falls silent, what was gathered is written with the
/// note that nothing else was heard: without that note, nobody could say later whether beats had come and been lost with a process.
/// </content>
internal sealed partial class NodeGrain
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

            // Nobody fills the memory with samples of GPUs that the node does not have.
            if (gpusPerNode is null && body.Beats.Any(beat => beat.Gpus is not null))
            {
                gpusPerNode = (await Services.Grains.GetGrain<IGpuPoolGrain>(State!.PoolId.Value).GetAsync())?.State.GpusPerUnit;
            }

            pending.Add(new ArrivedBeats(HealthBook.Bounded(body with { Beats = [.. body.Beats.Where(beat => beat.Sequence > known)] }, gpusPerNode), Now));
            AwaitQuiet();
        }

        if (pending.Count > 0 && (pending.Count >= MostPending || pending[^1].At - pending[0].At >= BufferLife || HasNews()))
        {
            await FlushAsync();
        }

        return new BeatAnswer(State!.Health.Sequence, State.Challenge);
    }

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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} fell silent, and that could not be written; it is tried again while its grain lives.")]
    private static partial void LogNotSettled(ILogger log, string node, Exception error);
}
