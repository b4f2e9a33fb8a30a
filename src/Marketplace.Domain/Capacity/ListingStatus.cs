using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Marketplace.Domain.Capacity;

/// <summary>Whether a pool is on the market.</summary>
public enum ListingStatus
{
    /// <summary>Being prepared; only its operator sees it.</summary>
    Draft,

    /// <summary>Found by search, quoted and reserved.</summary>
    Published,

    /// <summary>Takes no new holds for now; existing ones run on.</summary>
    Paused,

    /// <summary>Off the market for good. Reservations that hold units leave by their own exits.</summary>
    Withdrawn,
}

/// <summary>The legal steps of a listing.</summary>
public static class ListingSteps
{
    /// <summary>The steps that may follow each status; empty when it is final.</summary>
    public static FrozenDictionary<ListingStatus, ImmutableArray<ListingStatus>> Next { get; } = new Dictionary<ListingStatus, ImmutableArray<ListingStatus>>
    {
        [ListingStatus.Draft] = [ListingStatus.Published, ListingStatus.Withdrawn],
        [ListingStatus.Published] = [ListingStatus.Paused, ListingStatus.Withdrawn],
        [ListingStatus.Paused] = [ListingStatus.Published, ListingStatus.Withdrawn],
        [ListingStatus.Withdrawn] = [],
    }.ToFrozenDictionary();
}
