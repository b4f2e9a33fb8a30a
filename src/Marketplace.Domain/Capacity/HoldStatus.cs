using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Marketplace.Domain.Capacity;

/// <summary>Where a hold stands.</summary>
public enum HoldStatus
{
    /// <summary>Claims units while its reservation collects approval, signatures and deposit.</summary>
    Placed,

    /// <summary>Claims units for a confirmed reservation.</summary>
    Confirmed,

    /// <summary>Ended by its reservation: cancelled, fulfilled to the end, or withdrawn.</summary>
    Released,

    /// <summary>Ended by its reservation because a deadline passed.</summary>
    Expired,
}

/// <summary>The legal steps of a hold.</summary>
public static class HoldSteps
{
    /// <summary>The steps that may follow each status; empty when it is final. Only the reservation takes them.</summary>
    public static FrozenDictionary<HoldStatus, ImmutableArray<HoldStatus>> Next { get; } = new Dictionary<HoldStatus, ImmutableArray<HoldStatus>>
    {
        [HoldStatus.Placed] = [HoldStatus.Confirmed, HoldStatus.Released, HoldStatus.Expired],
        [HoldStatus.Confirmed] = [HoldStatus.Released],
        [HoldStatus.Released] = [],
        [HoldStatus.Expired] = [],
    }.ToFrozenDictionary();
}
