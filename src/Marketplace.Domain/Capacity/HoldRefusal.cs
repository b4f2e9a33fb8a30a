using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Capacity;

/// <summary>Why a pool's calendar says no to a hold. The order is the precedence.</summary>
public enum HoldRefusal
{
    /// <summary>The segments cannot be a hold.</summary>
    [RefusalMeaning("hold_segments_invalid", RefusalKind.Invalid, RefusalClass.Final, "A hold has 1 to 120 segments in ascending order without overlap, each of at least one unit.")]
    SegmentsInvalid,

    /// <summary>The term lies outside the calendar.</summary>
    [RefusalMeaning("term_beyond_calendar", RefusalKind.Invalid, RefusalClass.Final, "The term starts before the pool was listed, or ends later than the pool's calendar reaches (2^18 hours, about 30 years).")]
    BeyondCalendar,

    /// <summary>No hold has this id.</summary>
    [RefusalMeaning("hold_not_found", RefusalKind.NotFound, RefusalClass.Final, "The pool has no hold of this reservation.")]
    NotFound,

    /// <summary>The hold has ended.</summary>
    [RefusalMeaning("hold_ended", RefusalKind.Conflict, RefusalClass.Final, "The hold of this reservation has ended, or was released before it was placed; it cannot be placed again.")]
    Ended,

    /// <summary>The id is taken by a hold with other segments.</summary>
    [RefusalMeaning("hold_differs", RefusalKind.Conflict, RefusalClass.Final, "This reservation already holds other units or another term in this pool; resize it instead.")]
    Differs,

    /// <summary>A confirmed hold does not expire.</summary>
    [RefusalMeaning("hold_confirmed", RefusalKind.Conflict, RefusalClass.Final, "The hold is confirmed and can no longer expire; it can be released.")]
    Confirmed,

    /// <summary>Too few units are free.</summary>
    [RefusalMeaning("units_not_free", RefusalKind.Conflict, RefusalClass.Retryable, "The pool has fewer free units than asked for in at least one hour of the term.")]
    NotFree,
}
