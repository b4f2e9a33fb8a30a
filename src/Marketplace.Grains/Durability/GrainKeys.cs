using System.Collections.Frozen;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Sites;
using Marketplace.Grains.Transparency;

namespace Marketplace.Grains.Durability;

/// <summary>Names one grain in outboxes and due rows: the noun and its key, such as <c>reservation:rsv_4k2m…</c>.</summary>
/// <param name="Noun">A noun of <see cref="GrainKeys"/>.</param>
/// <param name="Key">The grain's key, a public id.</param>
public readonly record struct GrainAddress(string Noun, string Key)
{
    /// <summary>As stored.</summary>
    public override string ToString() => Noun + ":" + Key;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static GrainAddress Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new GrainAddress(text[..colon], text[(colon + 1)..]);
    }
}

/// <summary>The only place that formats or parses grain keys. The table in docs/ARCHITECTURE.md is checked against it.</summary>
public static class GrainKeys
{
    /// <summary>Shards of the due index and their schedulers.</summary>
    public const int DueShards = 16;

    private static readonly FrozenDictionary<string, Type> Contracts = new Dictionary<string, Type>
    {
        ["event-feed"] = typeof(IEventFeedGrain),
        ["gpu-pool"] = typeof(IGpuPoolGrain),
        ["lease"] = typeof(ILeaseGrain),
        ["site"] = typeof(ISiteGrain),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The feed of an organization's events.</summary>
    public static GrainAddress EventFeed(OrganizationId organization) => new("event-feed", organization.Value);

    /// <summary>A pool, of GPU nodes or of kW.</summary>
    public static GrainAddress GpuPool(PoolId pool) => new("gpu-pool", pool.Value);

    /// <summary>A lease.</summary>
    public static GrainAddress Lease(LeaseId lease) => new("lease", lease.Value);

    /// <summary>A site.</summary>
    public static GrainAddress Site(SiteId site) => new("site", site.Value);

    /// <summary>Every noun with its grain contract.</summary>
    public static IReadOnlyDictionary<string, Type> Nouns => Contracts;

    /// <summary>The due index's partition of an aggregate.</summary>
    public static string DueShardOf(GrainAddress address)
    {
        // FNV-1a: stable across processes and versions, unlike string.GetHashCode.
        var hash = 2166136261u;
        foreach (var c in address.ToString())
        {
            hash = (hash ^ c) * 16777619u;
        }

        return DueShard((int)(hash % DueShards));
    }

    /// <summary>The grain an address names.</summary>
    /// <exception cref="KeyNotFoundException">No grain has that noun.</exception>
    public static IAggregateGrain Resolve(IGrainFactory grains, GrainAddress address) =>
        (IAggregateGrain)grains.GetGrain(Contracts[address.Noun], address.Key);

    /// <summary>The name of one shard, also the key of its scheduler: <c>due-00</c> to <c>due-15</c>.</summary>
    public static string DueShard(int shard) => $"due-{shard:D2}";
}
