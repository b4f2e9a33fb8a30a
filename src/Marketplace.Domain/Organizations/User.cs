using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>One sign-in of a person at one browser.</summary>
/// <param name="Id">Public id.</param>
/// <param name="OpenedAt">Real time of the sign-in.</param>
/// <param name="SeenAt">Real time of a recent request, a few minutes coarse.</param>
/// <param name="EndsAt">Real time from which it is refused.</param>
/// <param name="Method">How the person signed in.</param>
/// <param name="Address">Client address at sign-in, if known.</param>
/// <param name="Agent">What the browser called itself at sign-in, at most 200 characters.</param>
/// <param name="Organization">The organization the person acts for in it; null: none chosen yet.</param>
public sealed record Session(
    SessionId Id,
    Instant OpenedAt,
    Instant SeenAt,
    Instant EndsAt,
    SignInMethod Method,
    string? Address,
    string? Agent,
    OrganizationId? Organization);

/// <summary>A person who signs in. What the person may do is known to the organizations it belongs to.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Account">What the person signs in with.</param>
/// <param name="Revision">Grows with every change of <paramref name="Account"/>, so that none overwrites another unseen.</param>
/// <param name="Sessions">Sessions not ended, oldest first; those past their end may still stand here.</param>
/// <param name="Organizations">Organizations that took the person in. Whether one still does, and in which role, it alone knows.</param>
/// <param name="CreatedAt">Real time of registration.</param>
/// <param name="AwaitedEmail">Address the person asked to change to, until a link sent there is followed; null: none.</param>
public sealed record User(
    UserId Id,
    Account Account,
    int Revision,
    ImmutableArray<Session> Sessions,
    ImmutableArray<OrganizationId> Organizations,
    Instant CreatedAt,
    string? AwaitedEmail = null)
{
    /// <summary>Sessions one person may have; the oldest makes room.</summary>
    public const int MostSessions = 50;

    /// <summary>Organizations of which one person may be a member and still register another: each is asked whenever the person is.</summary>
    public const int MostOrganizations = 50;

    /// <summary>
    /// Who takes failed attempts at an address that nobody has: few stand-ins, chosen by the address, whom nothing opens. So as much is
    /// read and written for it as for one that somebody has.
    /// </summary>
    public static UserId StandInFor(string email) => UserId.From("usr_nobody" + IdentifierClaim.OfEmail(email).Value[^2]);

    /// <summary>Whether this is a person, and not one who stands in for addresses that nobody has.</summary>
    [JsonIgnore]
    public bool IsPerson => !Id.Value.StartsWith("usr_nobody", StringComparison.Ordinal) || Id.Value.Length > "usr_nobody".Length + 1;

    /// <summary>The session of this id that holds at real time <paramref name="realNow"/>, or null.</summary>
    public Session? Session(SessionId id, Instant realNow) => Sessions.FirstOrDefault(session => session.Id == id && realNow < session.EndsAt);

    /// <summary>Registers a person.</summary>
    public static Decision<UserFact> Decide(User? state, RegisterUser command) => state is not null
        ? Refusal.Of(UserRefusal.Exists, "There is an account of this address already.", "email")
        : new UserRegistered(command.Id, command.Account, command.RealNow);

    /// <summary>Changes what the person signs in with. A new security stamp ends all sessions but the one named.</summary>
    public static Decision<UserFact> Decide(User? state, SaveAccount command) => state switch
    {
        null => NotFound(),
        _ when state.Revision != command.Revision => Refusal.Of(UserRefusal.Changed, "The account was changed by another request."),
        _ when command.Account.Passkeys.Length > Account.MostPasskeys => Refusal.Of(UserRefusal.PasskeysFull, $"A person has at most {Account.MostPasskeys} passkeys."),
        _ when command.Account.Logins.Length > Account.MostLogins => Refusal.Of(UserRefusal.LoginsFull, $"A person has at most {Account.MostLogins} sign-ins of other services."),
        _ => new AccountChanged(command.Account, command.Account.SecurityStamp == state.Account.SecurityStamp ? null : new SessionsEnd(command.Keep), command.RealNow),
    };

    /// <summary>Notes the address the person wants to change to. Until it is confirmed nothing else changes; asking again replaces it.</summary>
    public static Decision<UserFact> Decide(User? state, AskEmailChange command) => state switch
    {
        null => NotFound(),
        _ => new EmailChangeAsked(command.Email, command.Address, command.RealNow),
    };

    /// <summary>Counts a failed attempt, and locks the account when there were too many.</summary>
    public static Decision<UserFact> Decide(User? state, FailSignIn command)
    {
        if (state is null)
        {
            return NotFound();
        }

        if (state.Account.LockedUntil is { } end && command.RealNow < end)
        {
            // No password was looked at, so it neither counts nor locks for longer; its owner is told of it all the same.
            return new SignInFailed(state.Account.FailedSignIns, end, command.Address, command.RealNow);
        }

        var failed = state.Account.FailedSignIns + 1;
        return failed >= command.Most
            ? new SignInFailed(0, command.RealNow + command.LockFor, command.Address, command.RealNow)
            : new SignInFailed(failed, state.Account.LockedUntil, command.Address, command.RealNow);
    }

    /// <summary>Opens a session.</summary>
    public static Decision<UserFact> Decide(User? state, OpenSession command)
    {
        if (state is null)
        {
            return NotFound();
        }

        // What the person last acted for, or else the first that took the person in.
        var organization = state.Sessions.LastOrDefault(session => session.Organization is not null)?.Organization
            ?? (state.Organizations is [var first, ..] ? first : null);
        return new SessionOpened(new Session(
            command.Id, command.RealNow, command.RealNow, command.RealNow + command.Lasts, command.Method, command.Address, command.Agent, organization));
    }

    /// <summary>Notes that a session is in use.</summary>
    public static Decision<UserFact> Decide(User? state, SeeSession command) => state?.Sessions.FirstOrDefault(session => session.Id == command.Id) switch
    {
        null => SessionNotFound(),
        { } session when session.SeenAt >= command.RealNow => Decision<UserFact>.Nothing,
        _ => new SessionSeen(command.Id, command.RealNow),
    };

    /// <summary>Ends a session, or all but one.</summary>
    public static Decision<UserFact> Decide(User? state, EndSession command) => state switch
    {
        null => NotFound(),
        _ when state.Sessions.All(session => session.Id != command.Id) => SessionNotFound(),
        _ => new SessionEnded(command.Id, command.RealNow),
    };

    /// <summary>Ends all sessions but one.</summary>
    public static Decision<UserFact> Decide(User? state, EndOtherSessions command) => state switch
    {
        null => NotFound(),
        _ when state.Sessions.All(session => session.Id == command.Keep) => Decision<UserFact>.Nothing,
        _ => new OtherSessionsEnded(new SessionsEnd(command.Keep), command.RealNow),
    };

    /// <summary>Chooses the organization to act for. That it takes the person in was asked there before.</summary>
    public static Decision<UserFact> Decide(User? state, ChooseOrganization command) => state?.Sessions.FirstOrDefault(session => session.Id == command.Session) switch
    {
        null => SessionNotFound(),
        { } session when session.Organization == command.Organization => Decision<UserFact>.Nothing,
        _ => new OrganizationChosen(command.Session, command.Organization, command.RealNow),
    };

    /// <summary>Notes that an organization took the person in.</summary>
    public static Decision<UserFact> Decide(User? state, JoinOrganization command) => state switch
    {
        null => NotFound(),
        _ when state.Organizations.Contains(command.Organization) => Decision<UserFact>.Nothing,
        _ => new OrganizationJoined(command.Organization),
    };

    /// <summary>Notes that an organization let the person go.</summary>
    public static Decision<UserFact> Decide(User? state, LeaveOrganization command) => state switch
    {
        null => NotFound(),
        _ when !state.Organizations.Contains(command.Organization) => Decision<UserFact>.Nothing,
        _ => new OrganizationLeft(command.Organization),
    };

    /// <summary>The person after a fact.</summary>
    public static User Evolve(User? state, UserFact fact) => (state, fact) switch
    {
        (null, UserRegistered it) => new(it.Id, it.Account, 1, [], [], it.At),
        ({ }, AccountChanged it) => state with
        {
            Account = it.Account,
            Revision = state.Revision + 1,

            // A new stamp voids every token made before, the one sent to that address too.
            AwaitedEmail = it.Account.SecurityStamp == state.Account.SecurityStamp ? state.AwaitedEmail : null,
            Sessions = it.Ends is { } end ? [.. state.Sessions.Where(session => session.Id == end.Keep)] : state.Sessions,
        },
        ({ }, EmailChangeAsked it) => state with { AwaitedEmail = it.Email },
        ({ }, SignInFailed it) when it.Failed == state.Account.FailedSignIns && it.LockedUntil == state.Account.LockedUntil => state,
        ({ }, SignInFailed it) => state with { Account = state.Account with { FailedSignIns = it.Failed, LockedUntil = it.LockedUntil }, Revision = state.Revision + 1 },
        ({ }, SessionOpened it) => state with { Sessions = MakeRoom(state.Sessions, it.Session.OpenedAt).Add(it.Session) },
        ({ }, SessionSeen it) => state.WithSession(it.Id, session => session with { SeenAt = it.At }),
        ({ }, SessionEnded it) => state with { Sessions = [.. state.Sessions.Where(session => session.Id != it.Id)] },
        ({ }, OtherSessionsEnded it) => state with { Sessions = [.. state.Sessions.Where(session => session.Id == it.End.Keep)] },
        ({ }, OrganizationChosen it) => state.Joined(it.Organization).WithSession(it.Session, session => session with { Organization = it.Organization }),
        ({ }, OrganizationJoined it) => state.Joined(it.Organization),
        ({ }, OrganizationLeft it) => state with
        {
            Organizations = state.Organizations.Remove(it.Organization),
            Sessions = [.. state.Sessions.Select(session => session.Organization == it.Organization ? session with { Organization = null } : session)],
        },
        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot happen to {(state is null ? "nobody" : state.Id)}."),
    };

    private User Joined(OrganizationId organization) => Organizations.Contains(organization) ? this : this with { Organizations = Organizations.Add(organization) };

    private User WithSession(SessionId id, Func<Session, Session> change) => this with { Sessions = [.. Sessions.Select(session => session.Id == id ? change(session) : session)] };

    private static ImmutableArray<Session> MakeRoom(ImmutableArray<Session> sessions, Instant realNow)
    {
        var holding = sessions.RemoveAll(session => session.EndsAt <= realNow);
        return holding.Length >= MostSessions ? holding.RemoveRange(0, holding.Length - MostSessions + 1) : holding;
    }

    private static Refusal NotFound() => Refusal.Of(UserRefusal.NotFound, "There is no such person.");

    private static Refusal SessionNotFound() => Refusal.Of(UserRefusal.SessionNotFound, "There is no such session; it may have ended.");
}
