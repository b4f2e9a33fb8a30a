using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>A person to register.</summary>
/// <param name="Email">E-mail address, the name to sign in with.</param>
/// <param name="Password">At least 10 characters, of which 5 differ; not the person's name or address.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Language">The language the person is written to in; absent: the one the request asks for by `Accept-Language`, English where it asks for none there is.</param>
internal sealed record NewRegistration(
    [Length(3, 254), RegularExpression(Accounts.EmailPattern)] string Email,
    [Length(1, 256)] string Password,
    [Length(1, 200)] string Name,
    SpokenLanguage? Language = null)
{
    public static NewRegistration Example { get; } = new("ada@northern.example", "four words make one", "Ada Nilsen", SpokenLanguage.En);
}

/// <summary>What to sign in with.</summary>
/// <param name="Email">E-mail address.</param>
/// <param name="Password">Password.</param>
/// <param name="Remember">Whether the browser is to remember the session for 30 days; absent: it ends with the browser.</param>
internal sealed record NewSession([Length(1, 254)] string Email, [Length(1, 256)] string Password, bool Remember = false)
{
    public static NewSession Example { get; } = new("ada@northern.example", "four words make one", true);
}

/// <summary>The second factor of a sign-in: one of both.</summary>
/// <param name="Code">Six digits of the authenticator app.</param>
/// <param name="RecoveryCode">A recovery code, which is used up by it.</param>
/// <param name="Remember">Whether the browser is to remember the session.</param>
internal sealed record SecondFactor([Length(6, 10)] string? Code, [Length(1, 40)] string? RecoveryCode, bool Remember = false)
{
    public static SecondFactor Example { get; } = new("123456", null, true);
}

/// <summary>How far a sign-in came.</summary>
/// <param name="Status">Whether it is done.</param>
/// <param name="Session">The session, once signed in.</param>
internal sealed record SignInModel(SignInStatus Status, SessionModel? Session)
{
    public static SignInModel Example { get; } = new(SignInStatus.SignedIn, SessionModel.Example);
}

/// <summary>How far a sign-in came.</summary>
internal enum SignInStatus
{
    /// <summary>The person is signed in.</summary>
    SignedIn,

    /// <summary>The password is right; send the second factor within five minutes.</summary>
    SecondFactorRequired,

    /// <summary>If the address has no account, one was made; the mail that was sent says how to go on.</summary>
    ConfirmationSent,
}

/// <summary>Who is signed in, and for whom.</summary>
/// <param name="User">The person.</param>
/// <param name="SessionId">This session.</param>
/// <param name="ExpiresAt">Real time at which it ends.</param>
/// <param name="CsrfToken">To be sent as <c>X-Csrf-Token</c> with every request of this session that changes something.</param>
/// <param name="Organizations">The organizations the person belongs to.</param>
/// <param name="ActiveOrganization">The one acted for; null: none yet.</param>
internal sealed record SessionModel(
    UserModel User,
    SessionId SessionId,
    Instant ExpiresAt,
    string CsrfToken,
    ImmutableArray<MembershipModel> Organizations,
    MembershipModel? ActiveOrganization)
{
    public static SessionModel Example { get; } = new(
        UserModel.Example,
        SessionId.From("ses_7t5n7qz3v5xw6a2bc4d5e6f7ga"),
        Instant.FromUtc(2027, 2, 3, 9, 0),
        "CfDJ8…",
        [MembershipModel.Example],
        MembershipModel.Example);
}

/// <summary>A person.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Email">E-mail address.</param>
/// <param name="Name">Name.</param>
/// <param name="EmailConfirmed">Whether mails to the address were shown to arrive.</param>
/// <param name="HasPassword">Whether the person has a password.</param>
/// <param name="TwoFactorEnabled">Whether a password alone is not enough.</param>
/// <param name="RecoveryCodesLeft">Recovery codes not used yet.</param>
/// <param name="Passkeys">Number of passkeys.</param>
/// <param name="AwaitedEmail">Address the person asked to change to and has not confirmed; null: none.</param>
/// <param name="Language">The language the person is written to in; null: never said, which is English.</param>
internal sealed record UserModel(UserId Id, string Email, string Name, bool EmailConfirmed, bool HasPassword, bool TwoFactorEnabled, int RecoveryCodesLeft, int Passkeys, string? AwaitedEmail, SpokenLanguage? Language)
{
    public static UserModel Example { get; } = new(UserId.From("usr_2m4n7qz3v5xw6a2bc4d5e6f7ga"), "ada@northern.example", "Ada Nilsen", true, true, true, 8, 1, null, SpokenLanguage.En);

    public static UserModel Of(User user) => new(
        user.Id,
        user.Account.Email,
        user.Account.Name,
        user.Account.EmailConfirmed,
        user.Account.PasswordHash is not null,
        user.Account.TwoFactorEnabled,
        user.Account.RecoveryCodes.Length,
        user.Account.Passkeys.Length,
        user.AwaitedEmail,
        user.Account.Language);
}

/// <summary>An organization a person belongs to.</summary>
/// <param name="Id">The organization.</param>
/// <param name="Name">Its registered name.</param>
/// <param name="Kind">What it does on the marketplace.</param>
/// <param name="Role">What the person may do there.</param>
internal sealed record MembershipModel(OrganizationId Id, string Name, OrganizationKind Kind, OrganizationRole Role)
{
    public static MembershipModel Example { get; } = new(OrganizationId.From("org_4k2m7qz3v5xw6a2bc4d5e6f7ga"), "Northern Compute AS", OrganizationKind.Operator, OrganizationRole.Owner);
}

/// <summary>The organization to act for.</summary>
/// <param name="OrganizationId">One that the person belongs to.</param>
internal sealed record ChosenOrganization(OrganizationId OrganizationId)
{
    public static ChosenOrganization Example { get; } = new(MembershipModel.Example.Id);
}

/// <summary>One sign-in of the person.</summary>
/// <param name="Id">Public id.</param>
/// <param name="IsCurrent">Whether it is the one that asks.</param>
/// <param name="Method">How the person signed in.</param>
/// <param name="OpenedAt">Real time of the sign-in.</param>
/// <param name="SeenAt">Real time of a recent request, some minutes coarse.</param>
/// <param name="EndsAt">Real time at which it ends.</param>
/// <param name="Address">Client address at sign-in.</param>
/// <param name="Agent">What the browser called itself.</param>
internal sealed record OpenSessionModel(SessionId Id, bool IsCurrent, SignInMethod Method, Instant OpenedAt, Instant SeenAt, Instant EndsAt, string? Address, string? Agent)
{
    public static OpenSessionModel Example { get; } = new(
        SessionModel.Example.SessionId, true, SignInMethod.Passkey, Instant.FromUtc(2027, 1, 4, 9, 0), Instant.FromUtc(2027, 1, 4, 9, 40), Instant.FromUtc(2027, 2, 3, 9, 0), "192.0.2.10", "Mozilla/5.0");

    public static OpenSessionModel Of(Session session, SessionId current) => new(
        session.Id, session.Id == current, session.Method, session.OpenedAt, session.SeenAt, session.EndsAt, session.Address, session.Agent);
}
