using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Api.Organizations;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Organizations;

namespace Marketplace.Api.Identity;

/// <summary>Sessions: who is signed in, for whom, and where else; and the way out.</summary>
internal static class SessionEndpoints
{
    public static IEndpointRouteBuilder MapIdentity(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Sign-in");
        room.Get("/identity/session", new("getSession", "Who is signed in", "The person, the organizations the person belongs to, and the one acted for. `csrfToken` goes into the header `X-Csrf-Token` of every request of this session that changes something, here and under `/v1`.", Permission.Person)
        {
            Gives = SessionModel.Example,
        }, async request => request.Ok(await ModelOf(request, request.SignedIn)));

        room.Delete("/identity/session", new("signOut", "Sign out", "Ends this session.", Permission.Person)
        {
            Status = 204,
        }, SignOutAsync);

        room.Put("/identity/session/organization", new("chooseOrganization", "Switch organization", "From now on this session acts for that organization, with the role the person has there. It does so in every window; a request that names the organization it means in the header `Marketplace-Organization` is refused (409 `organization_switched`) once another one is acted for.", Permission.Person)
        {
            Takes = ChosenOrganization.Example,
            Gives = SessionModel.Example,
            Refuses = [OrganizationRefusal.NotFound],
        }, ChooseAsync);

        room.Get("/identity/sessions", new("listSessions", "List sessions", "Where the person is signed in, newest first.", Permission.Person)
        {
            Gives = Page.Of(OpenSessionModel.Example),
            Pages = true,
        }, request => Task.FromResult(request.PageOf(
            request.SignedIn.User.Sessions.Where(session => session.EndsAt > request.RealNow).Reverse().ToImmutableArray(),
            session => OpenSessionModel.Of(session, request.SignedIn.Session.Id))));

        room.Delete("/identity/sessions/{sessionId}", new("endSession", "End a session", "Whoever holds its cookie is signed out with the next request.", Permission.Person)
        {
            Status = 204,
            Refuses = [UserRefusal.SessionNotFound],
        }, EndAsync);

        room.Delete("/identity/sessions", new("endOtherSessions", "End all other sessions", "Only the session that asks stays.", Permission.Person)
        {
            Status = 204,
        }, EndOthersAsync);

        room.Post("/identity/organizations", new("foundOrganization", "Register an organization of one's own", "Registers an operator, a tenant or both, with the person who is signed in as its first owner. The session acts for it from now on.", Permission.Person)
        {
            Takes = NewOrganization.Example,
            Gives = OrganizationModel.Example,
            Status = 201,
            Refuses = [OrganizationRefusal.Exists, UserRefusal.OrganizationsFull],
        }, FoundAsync);
        return routes.MapSignIn().MapAccount().MapCalendarFeed();
    }

    /// <summary>The session as it is told to its own pages.</summary>
    public static async Task<SessionModel> ModelOf(ApiRequest request, SignedIn signedIn)
    {
        var sessions = request.Service<Sessions>();
        var memberships = await Task.WhenAll(signedIn.User.Organizations.Select(id => sessions.CallerAsync(signedIn.User, id)));
        return new SessionModel(
            UserModel.Of(signedIn.User),
            signedIn.Session.Id,
            signedIn.Session.EndsAt,
            sessions.TokenOf(signedIn.Session.Id),
            [.. memberships.OfType<Caller>().Select(Membership)],
            signedIn.Caller is { } caller ? Membership(caller) : null);
    }

    /// <summary>The session that this request has just opened, as it is told to its own pages.</summary>
    public static async Task<SessionModel> OpenedAsync(ApiRequest request)
    {
        var current = request.Service<CurrentSession>();
        return current is { Id: { } session, User: { } user } && await request.Service<Sessions>().FindAsync(user, session) is { } opened
            ? await ModelOf(request, opened)
            : throw new InvalidOperationException("No session was opened.");
    }

    private static MembershipModel Membership(Caller caller) => new(caller.Organization, caller.Name, caller.Kind, caller.Role);

    private static IUserGrain Me(ApiRequest request) => request.Grain<IUserGrain>(request.SignedIn.User.Id.Value);

    private static async Task<IResult> SignOutAsync(ApiRequest request)
    {
        await Me(request).EndSessionAsync(new EndSession(request.SignedIn.Session.Id, request.RealNow));
        await request.Service<SignIns>().SignOutAsync();
        return Results.NoContent();
    }

    private static async Task<IResult> ChooseAsync(ApiRequest request)
    {
        var chosen = (await request.ReadAsync<ChosenOrganization>()).OrganizationId;
        if (await request.Service<Sessions>().CallerAsync(request.SignedIn.User, chosen) is null)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(OrganizationRefusal.NotFound, "You belong to no organization of this id.", "organizationId")));
        }

        return request.Ok(await ChosenAsync(request, chosen));
    }

    /// <summary>The session, acting for an organization from now on.</summary>
    public static async Task<SessionModel> ChosenAsync(ApiRequest request, OrganizationId organization)
    {
        request.Granted(await Me(request).ChooseOrganizationAsync(new ChooseOrganization(request.SignedIn.Session.Id, organization, request.RealNow)));
        return await OpenedAsync(request);
    }

    private static async Task<IResult> EndAsync(ApiRequest request)
    {
        request.Granted(await Me(request).EndSessionAsync(new EndSession(request.Id<SessionId>("sessionId"), request.RealNow)));
        return Results.NoContent();
    }

    private static async Task<IResult> EndOthersAsync(ApiRequest request)
    {
        request.Granted(await Me(request).EndOtherSessionsAsync(new EndOtherSessions(request.SignedIn.Session.Id, request.RealNow)));
        return Results.NoContent();
    }

    private static async Task<IResult> FoundAsync(ApiRequest request)
    {
        var id = request.NewId<OrganizationId>();
        var user = request.SignedIn.User;
        var founder = new Founder(request.NewId<MemberId>(), user.Id, user.Account.Name, user.Account.Email);
        var command = await request.ReadAsync<NewOrganization, RegisterOrganization>((body, faults) => body.ToCommand(id, faults) with { Founder = founder });
        if (user.Organizations.Length >= User.MostOrganizations && !user.Organizations.Contains(id))
        {
            throw new ProblemException(Problem.Of(Refusal.Of(UserRefusal.OrganizationsFull, $"You belong to {user.Organizations.Length}.")));
        }

        var answer = await request.Grain<IOrganizationGrain>(id.Value).RegisterAsync(request.Operation, command);
        request.Granted(answer);
        await ChosenAsync(request, id);
        return request.Answer(answer, OrganizationModel.Of, $"/v1/organizations/{id}");
    }
}
