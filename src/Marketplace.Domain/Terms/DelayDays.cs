using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>How late a delivery is.</summary>
public static class DelayDays
{
    /// <summary>
    /// Local days past the due day: none until the due day's local midnight ends it, one from that very instant (case BC-51).
    /// </summary>
    /// <param name="zone">The lease's zone.</param>
    /// <param name="due">The due day.</param>
    /// <param name="accepted">When it was accepted.</param>
    public static int Late(DateTimeZone zone, LocalDate due, Instant accepted) =>
        Math.Max(0, Period.DaysBetween(due, BillingPeriods.DateAt(zone, accepted)));
}
