using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Sites;

/// <summary>Tells a pool that a phase it plans on is ready at another time. A pool keeps the highest revision it heard of.</summary>
/// <param name="Site">The site.</param>
/// <param name="Phase">The phase.</param>
/// <param name="ReadyFrom">When its power counts as supply: a whole UTC hour.</param>
/// <param name="Delivered">Whether that is the day it became ready rather than a forecast.</param>
/// <param name="Revision">The phase's revision.</param>
public sealed record PhaseRescheduled(SiteId Site, PhaseId Phase, Instant ReadyFrom, bool Delivered, int Revision) : Notice;

/// <summary>Tells a pool that its site takes no new business. Reservations leave by their own exits; then the pool frees its power.</summary>
/// <param name="Site">The site.</param>
/// <param name="Reason">The operator's words.</param>
public sealed record SiteWithdrawn(SiteId Site, string Reason) : Notice;
