using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Marketplace.Api.Http;
using Marketplace.Api.Identity;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Organizations;
using NodaTime;

namespace Marketplace.Api.Organizations;

/// <summary>A person to invite.</summary>
/// <param name="Email">Where the invitation is sent; it works for this address alone.</param>
/// <param name="Role">What the member will be allowed to do.</param>
internal sealed record NewInvitation([Length(3, 254), RegularExpression(Accounts.EmailPattern)] string Email, OrganizationRole Role)
{
    public static NewInvitation Example { get; } = new("bo@northern.example", OrganizationRole.Engineer);
}

/// <summary>An invitation.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Email">Where it was sent.</param>
/// <param name="Role">What the member will be allowed to do.</param>
/// <param name="InvitedBy">Public id of who invited.</param>
/// <param name="InvitedAt">Market time.</param>
/// <param name="ExpiresAt">Real time from which it is refused.</param>
internal sealed record InvitationModel(InvitationId Id, string Email, OrganizationRole Role, string InvitedBy, Instant InvitedAt, Instant ExpiresAt)
{
    public static InvitationModel Example { get; } = new(
        InvitationId.From("invite_8u6n7qz3v5xw6a2bc4d5e6f7ga"), "bo@northern.example", OrganizationRole.Engineer, UserModel.Example.Id.Value, Instant.FromUtc(2027, 1, 4, 9, 0), Instant.FromUtc(2027, 1, 11, 9, 0));

    public static InvitationModel Of(Invitation invitation) => new(invitation.Id, invitation.Email, invitation.Role, invitation.InvitedBy, invitation.InvitedAt, invitation.ExpiresAt);
}

/// <summary>What stands in the link of an invitation.</summary>
/// <param name="Token">The token.</param>
internal sealed record InvitationTokenBody([Length(1, 200)] string Token)
{
    public static InvitationTokenBody Example { get; } = new("org_4k2m7qz3v5xw6a2bc4d5e6f7ga.invite_8u6n7qz3v5xw6a2bc4d5e6f7ga.…");
}

/// <summary>What one is invited to.</summary>
/// <param name="OrganizationName">Who invites.</param>
/// <param name="Email">The address invited; one registers or signs in with it.</param>
/// <param name="Role">What one will be allowed to do.</param>
/// <param name="ExpiresAt">Real time from which it is refused.</param>
/// <param name="HasAccount">Whether the address has an account: sign in, or else register.</param>
internal sealed record InvitationOfferModel(string OrganizationName, string Email, OrganizationRole Role, Instant ExpiresAt, bool HasAccount)
{
    public static InvitationOfferModel Example { get; } = new("Northern Compute AS", "bo@northern.example", OrganizationRole.Engineer, Instant.FromUtc(2027, 1, 11, 9, 0), false);
}

/// <summary>Invitations into an organization.</summary>
internal static class InvitationEndpoints
{
    private const int SecretBytes = 32;
    private static readonly Duration Life = Duration.FromDays(7);

    public static IEndpointRouteBuilder MapInvitations(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Organizations");
        room.Get("/v1/organizations/{organizationId}/invitations", new("listInvitations", "List invitations", "Those neither accepted nor taken back, oldest first.", Permission.Read("organizations"))
        {
            Gives = Page.Of(InvitationModel.Example),
            Pages = true,
        }, async request => request.PageOf((await OrganizationEndpoints.FindAsync(request)).State.Open, InvitationModel.Of));

        room.Post("/v1/organizations/{organizationId}/invitations", new("invite", "Invite a person", "Sends a mail with a link that works for seven days and for this address alone. Inviting an address again replaces the invitation before. A key with scopes cannot.", Permission.Change("organizations"))
        {
            Takes = NewInvitation.Example,
            Gives = InvitationModel.Example,
            Status = 201,
            Refuses = [OrganizationRefusal.MemberExists, OrganizationRefusal.MembersFull, OrganizationRefusal.LastOwner, OrganizationRefusal.InvitationsFull],
        }, InviteAsync);

        room.Delete("/v1/organizations/{organizationId}/invitations/{invitationId}", new("revokeInvitation", "Take an invitation back", "Its link no longer works.", Permission.Change("organizations"))
        {
            Status = 204,
            Refuses = [OrganizationRefusal.InvitationNotFound],
        }, RevokeAsync);

        var account = new Room(routes, "Account");
        account.Post("/identity/invitations/read", new("readInvitation", "What am I invited to", "With the token of the link in the mail.", Permission.Public)
        {
            Takes = InvitationTokenBody.Example,
            Gives = InvitationOfferModel.Example,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [OrganizationRefusal.InvitationNotFound, OrganizationRefusal.InvitationExpired],
        }, ReadAsync);

        account.Post("/identity/invitations/accept", new("acceptInvitation", "Accept an invitation", "Signed in with the address that was invited, which counts as confirmed from then on. The session acts for the organization. Accepting again changes nothing.", Permission.Person)
        {
            Takes = InvitationTokenBody.Example,
            Gives = SessionModel.Example,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [OrganizationRefusal.InvitationNotFound, OrganizationRefusal.InvitationExpired, OrganizationRefusal.InvitationForAnother, OrganizationRefusal.MembersFull],
        }, AcceptAsync);
        return routes;
    }

    private static async Task<IResult> InviteAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewInvitation>();
        var organization = (await OrganizationEndpoints.FindAsync(request)).State;
        await OrganizationEndpoints.RefuseScopedAsync(request);
        var token = new InvitationToken(organization.Id, request.NewId<InvitationId>(), PublicId.Encode(RandomNumberGenerator.GetBytes(SecretBytes)));
        if (organization.Open.All(open => open.Id != token.Invitation))
        {
            // A request that is repeated mails nothing again.
            await request.Service<MailLimits>().TakeAsync(request, body.Email, organization.Id);
        }

        var invitation = new Invitation(token.Invitation, body.Email, body.Role, ApiKey.Hash(token.Secret), request.Caller.Actor, request.MarketNow, request.RealNow + Life);
        var letters = request.Service<Letters>();
        var letter = letters.Seal(body.Email, LetterContent.Invitation(
            request.OptionalSignedIn?.User.Account.Spoken ?? SpokenLanguage.En,
            organization.Name,
            request.OptionalSignedIn?.User.Account.Name,
            body.Role,
            letters.Link(request.Http, "accept-invitation", ("token", token.Reveal())),
            invitation.ExpiresAt));
        var answer = await request.Grain<IOrganizationGrain>(organization.Id.Value).InviteAsync(request.Operation, new InviteMember(invitation, letter, request.RealNow));
        return request.Answer(answer, state => InvitationModel.Of(state.Open.FirstOrDefault(open => open.Id == invitation.Id) ?? invitation));
    }

    private static async Task<IResult> RevokeAsync(ApiRequest request)
    {
        var organization = (await OrganizationEndpoints.FindAsync(request)).State.Id;
        var command = new RevokeInvitation(request.Id<InvitationId>("invitationId"), request.Caller.Actor);
        request.Granted(await request.Grain<IOrganizationGrain>(organization.Value).RevokeInvitationAsync(request.Operation, command));
        return Results.NoContent();
    }

    private static async Task<IResult> ReadAsync(ApiRequest request)
    {
        var token = await TokenAsync(request);
        var organization = (await request.Grain<IOrganizationGrain>(token.Organization.Value).GetAsync())?.State;
        if (organization?.Open.FirstOrDefault(open => open.Id == token.Invitation) is not { } invitation || !invitation.IsOf(token.Secret))
        {
            throw NotFound();
        }

        if (invitation.ExpiresAt <= request.RealNow)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(OrganizationRefusal.InvitationExpired, $"The invitation expired at {invitation.ExpiresAt}.")));
        }

        var hasAccount = await request.Service<Accounts>().FindByEmailAsync(invitation.Email) is not null;
        return request.Ok(new InvitationOfferModel(organization.Name, invitation.Email, invitation.Role, invitation.ExpiresAt, hasAccount));
    }

    private static async Task<IResult> AcceptAsync(ApiRequest request)
    {
        var token = await TokenAsync(request);
        var user = AccountEndpoints.Me(request);
        var command = new AcceptInvitation(
            token.Invitation, token.Secret, PublicId.Derive<MemberId>(token.Organization.Value, user.Id.Value), user.Id, user.Account.Name, user.Account.Email, request.RealNow);
        var grain = request.Grain<IOrganizationGrain>(token.Organization.Value);
        var isReader = (await grain.GetAsync())?.State.IsProof(command) == true;
        request.Granted(await grain.AcceptInvitationAsync(command));
        if (isReader && !user.Account.EmailConfirmed)
        {
            // The token came by mail to this very address. Of a member already, none is asked for: that alone shows nothing.
            var accounts = request.Service<Accounts>();
            user.Account = user.Account with { EmailConfirmed = true };
            var result = await accounts.UpdateAsync(user);
            if ((await accounts.FindByIdAsync(user.Id.Value))?.Account.EmailConfirmed != true)
            {
                SignInEndpoints.Check(result); // A second click at once may have confirmed it first, which is as good.
            }
        }

        return request.Ok(await SessionEndpoints.ChosenAsync(request, token.Organization));
    }

    private static async Task<InvitationToken> TokenAsync(ApiRequest request) => InvitationToken.Parse((await request.ReadAsync<InvitationTokenBody>()).Token) ?? throw NotFound();

    private static ProblemException NotFound() =>
        new(Problem.Of(Refusal.Of(OrganizationRefusal.InvitationNotFound, "There is no such invitation; it may have been accepted or taken back.", "token")));
}
