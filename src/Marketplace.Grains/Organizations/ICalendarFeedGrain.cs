using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Organizations;

/// <summary>A person's calendar of an organization's contract dates. Key: its id (<see cref="CalendarFeed.IdOf"/>). Its commands repeat by what they say.</summary>
[Alias("Marketplace.ICalendarFeedGrain"), GrainInterfaceType("Marketplace.ICalendarFeedGrain")]
public interface ICalendarFeedGrain : IAggregateGrain
{
    /// <summary>The calendar, or null when none was ever made.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<CalendarFeed>?> GetAsync();

    /// <summary>Makes an address; the one before works no longer.</summary>
    [Alias("Make")]
    Task<Answer<Snapshot<CalendarFeed>>> MakeAsync(MakeCalendarFeed command);

    /// <summary>Revokes the address.</summary>
    [Alias("Revoke")]
    Task<Answer<Snapshot<CalendarFeed>>> RevokeAsync(RevokeCalendarFeed command);
}
