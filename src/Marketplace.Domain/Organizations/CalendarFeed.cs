using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>
/// A person's calendar of one organization's contract dates, under an address that is its only credential. A calendar program cannot sign
/// in, so whoever has the address reads the dates, and nothing else.
/// </summary>
/// <param name="Id">Public id; the readable part of the address.</param>
/// <param name="Organization">Whose dates.</param>
/// <param name="User">Whose calendar; it works only while the person is a member.</param>
/// <param name="SecretHash">SHA-256 of the address's secret part; null once revoked.</param>
/// <param name="MadeAt">Real time at which the present address was made.</param>
public sealed record CalendarFeed(CalendarFeedId Id, OrganizationId Organization, UserId User, string? SecretHash, Instant MadeAt)
{
    /// <summary>The one calendar of a person in an organization.</summary>
    public static CalendarFeedId IdOf(OrganizationId organization, UserId user) => PublicId.Derive<CalendarFeedId>(organization.Value, user.Value);

    /// <summary>Makes an address; the one before works no longer.</summary>
    public static Decision<CalendarFeedFact> Decide(CalendarFeed? state, MakeCalendarFeed command) => state?.SecretHash == command.SecretHash
        ? Decision<CalendarFeedFact>.Nothing
        : new CalendarFeedMade(command.Id, command.Organization, command.User, command.SecretHash, command.RealNow);

    /// <summary>Revokes the address.</summary>
    public static Decision<CalendarFeedFact> Decide(CalendarFeed? state, RevokeCalendarFeed command) => state?.SecretHash is null
        ? Refusal.Of(CalendarFeedRefusal.NotFound, "There is no calendar address to revoke.")
        : new CalendarFeedRevoked(command.RealNow);

    /// <summary>The calendar after a fact.</summary>
    public static CalendarFeed Evolve(CalendarFeed? state, CalendarFeedFact fact) => (state, fact) switch
    {
        (_, CalendarFeedMade it) => new(it.Id, it.Organization, it.User, it.SecretHash, it.At),
        ({ }, CalendarFeedRevoked) => state with { SecretHash = null },
        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot happen to no calendar."),
    };
}

/// <summary>Why a calendar says no.</summary>
public enum CalendarFeedRefusal
{
    /// <summary>No such address.</summary>
    [RefusalMeaning("calendar_feed_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no calendar at this address: it was never made, was replaced by another or revoked, or its person left the organization.")]
    NotFound,
}

/// <summary>Makes an address.</summary>
/// <param name="Id">The calendar.</param>
/// <param name="Organization">Whose dates.</param>
/// <param name="User">Whose calendar.</param>
/// <param name="SecretHash">SHA-256 of the address's secret part.</param>
/// <param name="RealNow">Real time.</param>
public sealed record MakeCalendarFeed(CalendarFeedId Id, OrganizationId Organization, UserId User, string SecretHash, Instant RealNow);

/// <summary>Revokes the address.</summary>
/// <param name="RealNow">Real time.</param>
public sealed record RevokeCalendarFeed(Instant RealNow);

/// <summary>What can happen to a calendar.</summary>
public abstract record CalendarFeedFact;

/// <summary>An address was made.</summary>
public sealed record CalendarFeedMade(CalendarFeedId Id, OrganizationId Organization, UserId User, string SecretHash, Instant At) : CalendarFeedFact;

/// <summary>The address was revoked.</summary>
public sealed record CalendarFeedRevoked(Instant At) : CalendarFeedFact;
