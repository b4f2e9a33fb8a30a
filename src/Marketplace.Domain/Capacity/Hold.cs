using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <summary>A quantity over a term: one step of what a hold keeps.</summary>
/// <param name="Term">When.</param>
/// <param name="Units">Nodes, or kW of critical IT load in a power pool; at least 1.</param>
public readonly record struct HoldSegment(Term Term, int Units);

/// <summary>
/// A claim on a pool's units by one reservation, whose id it carries. It is kept by id, never as a counter, so that repeating
/// a step changes nothing; an ended hold stays as a tombstone for <see cref="CapacityCalendar.TombstoneDays"/> days.
/// </summary>
public sealed record Hold
{
    /// <summary>The reservation.</summary>
    public required ReservationId Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required HoldStatus Status { get; init; }

    /// <summary>The reservation's tenant; null on the tombstone of a hold that was never placed.</summary>
    public OrganizationId? TenantId { get; init; }

    /// <summary>What was asked for, in ascending order without overlap; a ramp has one segment per step. Empty on a tombstone.</summary>
    public ImmutableArray<HoldSegment> Segments { get; init; } = [];

    /// <summary>The part of <see cref="Segments"/> for which supply fell away and which is therefore not kept. Empty when all is kept.</summary>
    public ImmutableArray<HoldSegment> Displaced { get; init; } = [];

    /// <summary>When it was placed, or, on the tombstone of a hold that was never placed, released.</summary>
    public required Instant PlacedAt { get; init; }

    /// <summary>When the reservation was signed; null until it is confirmed.</summary>
    public Instant? SignedAt { get; init; }

    /// <summary>When it ended; null while it is open.</summary>
    public Instant? EndedAt { get; init; }

    /// <summary>Whether it still claims units: placed or confirmed.</summary>
    [JsonIgnore]
    public bool IsOpen => Status is HoldStatus.Placed or HoldStatus.Confirmed;

    /// <summary>
    /// Who keeps units first when there are too few: confirmed holds by the time they were signed, then placed ones by the
    /// time they were placed, then by id.
    /// </summary>
    internal static int CompareFairly(Hold left, Hold right)
    {
        var confirmed = (left.Status == HoldStatus.Confirmed ? 0 : 1) - (right.Status == HoldStatus.Confirmed ? 0 : 1);
        if (confirmed != 0)
        {
            return confirmed;
        }

        var time = (left.SignedAt ?? left.PlacedAt).CompareTo(right.SignedAt ?? right.PlacedAt);
        return time != 0 ? time : string.CompareOrdinal(left.Id.Value, right.Id.Value);
    }
}
