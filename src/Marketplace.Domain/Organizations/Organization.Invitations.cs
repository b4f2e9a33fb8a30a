using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <content>Invitations.</content>
public sealed partial record Organization
{
    /// <summary>Open invitations one organization may have.</summary>
    public const int MostInvitations = 200;

    /// <summary>Invitations that were neither accepted nor taken back; those past their end may still stand here.</summary>
    [JsonIgnore]
    public ImmutableList<Invitation> Open => Invitations ?? [];

    /// <summary>Invites a person. Inviting an address again replaces the invitation before, whose link no longer works.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, InviteMember command, Instant now)
    {
        if (state is null)
        {
            return NotFound();
        }

        var invitation = command.Invitation;
        if (state.Open.Any(open => open.Id == invitation.Id))
        {
            return Decision<OrganizationFact>.Nothing;
        }

        if (state.Members.Any(member => member.User is not null && IsSame(member.Email, invitation.Email)))
        {
            return Refusal.Of(OrganizationRefusal.MemberExists, $"{invitation.Email} is a member already.", "email");
        }

        var known = state.Members.FirstOrDefault(member => IsSame(member.Email, invitation.Email));
        if (known is null && state.Members.Length >= MostMembers)
        {
            return Refusal.Of(OrganizationRefusal.MembersFull, $"An organization has at most {MostMembers} members.");
        }

        if (known is not null && invitation.Role != OrganizationRole.Owner && state.IsLastOwner(known))
        {
            return LastOwner(known);
        }

        var replaced = state.Open.Where(open => IsSame(open.Email, invitation.Email) || open.ExpiresAt <= command.RealNow).ToList();
        return state.Open.Count - replaced.Count >= MostInvitations
            ? Refusal.Of(OrganizationRefusal.InvitationsFull, $"An organization has at most {MostInvitations} open invitations.")
            : Decision<OrganizationFact>.Of([.. replaced.Select(open => new InvitationRevoked(open.Id, invitation.InvitedBy, now)), new MemberInvited(invitation, command.Letter, now)]);
    }

    /// <summary>Takes an invitation back.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, RevokeInvitation command, Instant now) =>
        state is null ? NotFound()
        : state.Open.All(open => open.Id != command.Id) ? InvitationNotFound()
        : new InvitationRevoked(command.Id, command.By, now);

    /// <summary>Accepts an invitation, for the person whose address it was sent to.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, AcceptInvitation command, Instant now)
    {
        if (state is null)
        {
            return NotFound();
        }

        if (state.Member(command.User) is not null)
        {
            return Decision<OrganizationFact>.Nothing; // Accepted before.
        }

        if (state.Open.FirstOrDefault(open => open.Id == command.Id) is not { } invitation || !invitation.IsOf(command.Secret))
        {
            return InvitationNotFound();
        }

        if (invitation.ExpiresAt <= command.RealNow)
        {
            return Refusal.Of(OrganizationRefusal.InvitationExpired, $"The invitation expired at {invitation.ExpiresAt}.");
        }

        if (!IsSame(invitation.Email, command.Email))
        {
            return Refusal.Of(OrganizationRefusal.InvitationForAnother, "You are signed in with another address than the one invited.");
        }

        // Somebody of this address may have been put down before without signing in; it is the same person.
        var known = state.Members.FirstOrDefault(member => member.User is null && IsSame(member.Email, command.Email));
        return known is null && state.Members.Length >= MostMembers
            ? Refusal.Of(OrganizationRefusal.MembersFull, $"An organization has at most {MostMembers} members.")
            : new InvitationAccepted(invitation.Id, known?.Id ?? command.MemberId, command.User, command.Name, command.Email, invitation.Role, now);
    }

    /// <summary>Whether it carries the token of an open invitation, for the address that it was mailed to: whoever has it reads mails to that address.</summary>
    public bool IsProof(AcceptInvitation command) =>
        Open.FirstOrDefault(open => open.Id == command.Id) is { } invitation && invitation.IsOf(command.Secret) && IsSame(invitation.Email, command.Email);

    private Organization Accepted(InvitationAccepted it) => this with
    {
        Invitations = Open.RemoveAll(open => open.Id == it.Id),
        Members = Member(it.Member) is { } known
            ? Members.Replace(known, known with { User = it.User, Role = IsLastOwner(known) ? known.Role : it.Role })
            : Members.Add(new(it.Member, it.Name, it.Email, it.Role, it.At, it.User)),
    };

    /// <summary>Open invitations of somebody who may invite no longer: whoever lost the right could otherwise come back by one of them.</summary>
    private IEnumerable<OrganizationFact> Void(string? invitedBy, string? by, Instant now) =>
        Open.Where(open => open.InvitedBy == invitedBy).Select(open => new InvitationRevoked(open.Id, by, now));

    private static bool IsSame(string email, string other) => string.Equals(email, other, StringComparison.OrdinalIgnoreCase);

    private static Refusal InvitationNotFound() => Refusal.Of(OrganizationRefusal.InvitationNotFound, "There is no such invitation; it may have been accepted or taken back.");
}

/// <summary>An invitation to become a member.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Email">Whom it was sent to.</param>
/// <param name="Role">What the member will be allowed to do.</param>
/// <param name="SecretHash">What <see cref="ApiKey.Hash"/> makes of the secret in the link.</param>
/// <param name="InvitedBy">Public id of who invited.</param>
/// <param name="InvitedAt">Market time.</param>
/// <param name="ExpiresAt">Real time from which it is refused.</param>
public sealed record Invitation(InvitationId Id, string Email, OrganizationRole Role, string SecretHash, string InvitedBy, Instant InvitedAt, Instant ExpiresAt)
{
    /// <summary>Whether this is the secret in its link. Takes the same time for every wrong one.</summary>
    public bool IsOf(string secret) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(ApiKey.Hash(secret)), Encoding.ASCII.GetBytes(SecretHash));
}

/// <summary>What stands in the link of an invitation: it names its organization and itself, so that it is found without any index.</summary>
/// <param name="Organization">Who invites.</param>
/// <param name="Invitation">The invitation.</param>
/// <param name="Secret">52 base32 characters, 256 bits.</param>
public sealed record InvitationToken(OrganizationId Organization, InvitationId Invitation, string Secret)
{
    /// <summary>Reads a token, or answers null where the text is none.</summary>
    public static InvitationToken? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('.');
        return parts.Length == 3 && parts[2].Length is > 0 and <= 64 &&
            PublicId.TryParse<OrganizationId>(parts[0], out var organization) &&
            PublicId.TryParse<InvitationId>(parts[1], out var invitation)
                ? new InvitationToken(organization, invitation, parts[2])
                : null;
    }

    /// <summary>The whole token, for the letter alone.</summary>
    public string Reveal() => $"{Organization}.{Invitation}.{Secret}";

    /// <summary>Which invitation it is: one printed by accident tells nothing.</summary>
    public override string ToString() => Invitation.Value;
}

/// <summary>Invites a person. Refused: <c>organization_not_found</c>, <c>member_exists</c>, <c>members_full</c>, <c>last_owner</c>, <c>invitations_full</c>.</summary>
/// <param name="Invitation">The invitation; an id sent before changes nothing.</param>
/// <param name="Letter">The letter that takes its token to the person.</param>
/// <param name="RealNow">Real time.</param>
public sealed record InviteMember(Invitation Invitation, SealedLetter Letter, Instant RealNow);

/// <summary>Takes an invitation back. Refused: <c>organization_not_found</c>, <c>invitation_not_found</c>.</summary>
/// <param name="Id">The invitation.</param>
/// <param name="By">Public id of who does it.</param>
public sealed record RevokeInvitation(InvitationId Id, string? By);

/// <summary>
/// Accepts an invitation. Refused: <c>organization_not_found</c>, <c>members_full</c>, <c>invitation_not_found</c>, <c>invitation_expired</c>,
/// <c>invitation_for_another</c>.
/// </summary>
/// <param name="Id">The invitation.</param>
/// <param name="Secret">The secret in its link.</param>
/// <param name="MemberId">The id of the member to be.</param>
/// <param name="User">Who accepts.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Email">The person's address.</param>
/// <param name="RealNow">Real time.</param>
public sealed record AcceptInvitation(InvitationId Id, string Secret, MemberId MemberId, UserId User, string Name, string Email, Instant RealNow);
