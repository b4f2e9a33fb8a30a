using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Domain.Market;

/// <summary>A challenge opened for a pool.</summary>
/// <param name="Id">The challenge.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Nodes">The nodes drawn.</param>
/// <param name="Population">Nodes in service they were drawn from.</param>
/// <param name="OpenedAt">When.</param>
public sealed record OpenRun(BenchmarkRunId Id, BenchmarkPurpose Purpose, ImmutableArray<NodeId> Nodes, int Population, Instant OpenedAt);

/// <summary>Opens a challenge for a pool, or answers the one that is open.</summary>
/// <param name="Actor">The operator; null for the marketplace itself, or for a node of the pool.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Nonce">32 random bytes, hexadecimal: from it follow the challenge's id and the sample.</param>
public sealed record OpenPoolBenchmark(OrganizationId? Actor, BenchmarkPurpose Purpose, string Nonce);

/// <content>What challenges say of a pool.</content>
public sealed partial record Listing
{
    /// <summary>After so long a challenge is decided, whether or not the pool has heard of it.</summary>
    private static readonly Duration OpenFor = BenchmarkRun.WaitingLife + Challenge.AnswerLife + Duration.FromMinutes(10);

    /// <summary>
    /// Opens a challenge. The sample is drawn by the nonce; nodes that are owed, because they did not pass the last time they were tested, are
    /// always in it, so that nobody draws again until the sample pleases.
    /// </summary>
    public static Decision<ListingFact> Decide(Listing listing, OpenPoolBenchmark command, Instant now)
    {
        if (listing.Pool is not { Kind: PoolKind.Gpu } pool || (command.Actor is { } actor && actor != pool.OperatorId))
        {
            return Refusal.Of(PoolRefusal.NotFound, "There is no such GPU pool, or it belongs to another operator.", "poolId");
        }

        if (listing.Run is { } open && listing.Verification?.Run != open.Id && now < open.OpenedAt + OpenFor)
        {
            return Decision<ListingFact>.Nothing;
        }

        // Nodes that work for a tenant are the tenant's to load: they are drawn only where all do.
        var inService = pool.Nodes.Nodes.Where(node => node.Status != NodeStatus.Retired).ToLookup(node => node.Status);
        ImmutableArray<NodeId> nodes = [.. (inService.Contains(NodeStatus.Free) ? inService[NodeStatus.Free] : inService[NodeStatus.Assigned]).OrderBy(node => node.Order).Select(node => node.Id)];
        if (nodes.IsEmpty)
        {
            return Refusal.Of(BenchmarkRunRefusal.Invalid, "The pool has no registered nodes; register them first.");
        }

        var owed = (listing.Verification?.Owed ?? []).Where(nodes.Contains);
        ImmutableArray<NodeId> drawn = [.. owed.Concat(SampleSize.Draw(nodes, command.Nonce)).Distinct().Take(BenchmarkRun.MostNodes)];
        return new ListingFact(null, null, Run: new OpenRun(PublicId.Derive<BenchmarkRunId>(pool.Id.Value, command.Nonce), command.Purpose, drawn, nodes.Length, now));
    }

    /// <summary>
    /// Takes what a challenge came to: of two the one opened later counts, whichever was decided first. Nodes that did not pass stay owed until
    /// a challenge has tested them again, or they are replaced; those of an older challenge are owed as well.
    /// </summary>
    /// <param name="listing">The listing.</param>
    /// <param name="verification">What the challenge came to.</param>
    /// <param name="tested">The nodes it tested.</param>
    public static Decision<ListingFact> Decide(Listing listing, PoolVerification verification, ImmutableArray<NodeId> tested)
    {
        if (listing.Pool is not { } pool || listing.Verification?.Run == verification.Run)
        {
            return Decision<ListingFact>.Nothing;
        }

        if (listing.Verification is { } known && OpenedAt(known) > OpenedAt(verification))
        {
            // What the newer one tested is known; the rest of the older one is not.
            var since = listing.Run is { } run && run.Id == known.Run ? run.Nodes : [];
            ImmutableArray<NodeId> more = [.. verification.Owed.Except(since).Except(known.Owed).Where(IsInService)];
            return more.IsEmpty ? Decision<ListingFact>.Nothing : new ListingFact(null, null, Verification: known.WithOwed(more, IsFree));
        }

        return new ListingFact(null, null, Verification: verification.WithOwed((listing.Verification?.Owed ?? []).Except(tested).Where(IsInService), IsFree));

        bool IsInService(NodeId node) => pool.Nodes.Find(node) is { Status: not NodeStatus.Retired };

        bool IsFree(NodeId node) => pool.Nodes.Find(node)?.Status == NodeStatus.Free;

        static Instant OpenedAt(PoolVerification one) => one.OpenedAt ?? one.At;
    }

    /// <summary>Ends a challenge's validity, if it is the one that counts.</summary>
    public static Decision<ListingFact> Expire(Listing listing, BenchmarkRunId run) =>
        listing.Verification is { } known && known.Run == run && known.Expired() is var expired && known.Level != expired.Level
            ? new ListingFact(null, null, Verification: expired)
            : Decision<ListingFact>.Nothing;

    /// <summary>The challenge that is open, as it is to be opened by its own grain.</summary>
    [JsonIgnore]
    public OpenBenchmarkRun? OpenedRun => Pool is { Hardware: { } hardware } pool && Run is { } run
        ? new OpenBenchmarkRun(run.Id, run.Purpose, pool.OperatorId, pool.Id, hardware.Sku, hardware.GpusPerNode, run.Nodes, run.Population)
        : null;
}
