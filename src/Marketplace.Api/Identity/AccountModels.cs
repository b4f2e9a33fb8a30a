using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Organizations;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>An address to send a mail to, if it has an account.</summary>
/// <param name="Email">E-mail address.</param>
internal sealed record MailRequest([Length(1, 254)] string Email)
{
    public static MailRequest Example { get; } = new("ada@northern.example");
}

/// <summary>What the link in a mail to confirm an address holds.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Token">The token.</param>
internal sealed record EmailConfirmation(UserId UserId, [Length(1, 2000)] string Token)
{
    public static EmailConfirmation Example { get; } = new(UserModel.Example.Id, "CfDJ8…");
}

/// <summary>A new password, with what the link in the mail holds.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Token">The token.</param>
/// <param name="Password">The new password: at least 10 characters, of which 5 differ; not the person's name or address.</param>
internal sealed record PasswordReset(UserId UserId, [Length(1, 2000)] string Token, [Length(1, 256)] string Password)
{
    public static PasswordReset Example { get; } = new(UserModel.Example.Id, "CfDJ8…", "five words make a line");
}

/// <summary>A new password.</summary>
/// <param name="CurrentPassword">The present one; absent where there is none yet.</param>
/// <param name="NewPassword">The new one: at least 10 characters, of which 5 differ; not the person's name or address.</param>
internal sealed record PasswordChange([Length(1, 256)] string? CurrentPassword, [Length(1, 256)] string NewPassword)
{
    public static PasswordChange Example { get; } = new("four words make one", "five words make a line");
}

/// <summary>Another address for the account.</summary>
/// <param name="Email">The new e-mail address.</param>
/// <param name="CurrentPassword">The present password; absent where there is none, and the person signed in within the last ten minutes.</param>
internal sealed record EmailChange([Length(3, 254), RegularExpression(Accounts.EmailPattern)] string Email, [Length(1, 256)] string? CurrentPassword)
{
    public static EmailChange Example { get; } = new("ada@nilsen.example", "four words make one");
}

/// <summary>What the link in the mail to a new address holds.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Email">The new address.</param>
/// <param name="Token">The token.</param>
internal sealed record EmailChangeConfirmation(UserId UserId, [Length(3, 254)] string Email, [Length(1, 2000)] string Token)
{
    public static EmailChangeConfirmation Example { get; } = new(UserModel.Example.Id, "ada@nilsen.example", "CfDJ8…");
}

/// <summary>Changes to the person; what is absent stays.</summary>
/// <param name="Name">The person's name.</param>
/// <param name="Language">The language mails and calendars are written in.</param>
internal sealed record AccountChanges([Length(1, 200)] string? Name = null, SpokenLanguage? Language = null)
{
    public static AccountChanges Example { get; } = new("Ada K. Nilsen", SpokenLanguage.De);
}

/// <summary>A key for the authenticator app.</summary>
/// <param name="Key">To type into the app.</param>
/// <param name="Uri">To show as a QR code.</param>
internal sealed record AuthenticatorModel(string Key, string Uri)
{
    public static AuthenticatorModel Example { get; } = new(
        "JBSW Y3DP EHPK 3PXP", "otpauth://totp/Marketplace:ada%40northern.example?secret=JBSWY3DPEHPK3PXP&issuer=Marketplace&digits=6");
}

/// <summary>A code of the authenticator app.</summary>
/// <param name="Code">Six digits.</param>
internal sealed record AuthenticatorCode([Length(6, 10)] string Code)
{
    public static AuthenticatorCode Example { get; } = new("123456");
}

/// <summary>Recovery codes, each good for one sign-in without the app.</summary>
/// <param name="RecoveryCodes">The codes, shown this once. Those before no longer work.</param>
internal sealed record RecoveryCodesModel(ImmutableArray<string> RecoveryCodes)
{
    public static RecoveryCodesModel Example { get; } = new(["7D3F2-K9QXM", "R4T6Y-B8NCV"]);
}

/// <summary>Options for the browser's passkey dialogue.</summary>
/// <param name="Options">JSON, for <c>PublicKeyCredential.parseCreationOptionsFromJSON</c> or <c>parseRequestOptionsFromJSON</c>.</param>
internal sealed record PasskeyOptionsModel(string Options)
{
    public static PasskeyOptionsModel Example { get; } = new("{\"challenge\":\"…\"}");
}

/// <summary>What the browser's passkey dialogue answered, to register a passkey.</summary>
/// <param name="Credential">JSON of the credential, as its <c>toJSON()</c> says.</param>
/// <param name="Name">What to call it.</param>
internal sealed record NewPasskey([Length(2, 20_000)] string Credential, [Length(1, 100)] string Name)
{
    public static NewPasskey Example { get; } = new("{\"id\":\"…\",\"type\":\"public-key\",\"response\":{}}", "Ada's laptop");
}

/// <summary>What the browser's passkey dialogue answered, to sign in.</summary>
/// <param name="Credential">JSON of the credential, as its <c>toJSON()</c> says.</param>
/// <param name="Remember">Whether the browser is to remember the session.</param>
internal sealed record PasskeySignIn([Length(2, 20_000)] string Credential, bool Remember = false)
{
    public static PasskeySignIn Example { get; } = new("{\"id\":\"…\",\"type\":\"public-key\",\"response\":{}}");
}

/// <summary>A passkey.</summary>
/// <param name="Id">Credential id.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="CreatedAt">Real time of its registration.</param>
/// <param name="IsBackedUp">Whether its owner's other devices have it too.</param>
internal sealed record PasskeyModel(string Id, string Name, Instant CreatedAt, bool IsBackedUp)
{
    public static PasskeyModel Example { get; } = new("kM3xQ2v9", "Ada's laptop", Instant.FromUtc(2027, 1, 4, 9, 0), true);

    public static PasskeyModel Of(Passkey passkey) => new(passkey.Id, passkey.Name, passkey.CreatedAt, passkey.IsBackedUp);
}

/// <summary>One entry of the access log.</summary>
/// <param name="Id">Public id of the entry.</param>
/// <param name="At">Real time.</param>
/// <param name="Act">What happened.</param>
/// <param name="Actor">Public id of who did it: a person or a key; null: nobody known.</param>
/// <param name="Subject">Public id of whom or what it concerns.</param>
/// <param name="Detail">How or what, for people.</param>
/// <param name="Address">Client address, if known.</param>
/// <param name="Agent">What the browser called itself, if known.</param>
internal sealed record AccessEntryModel(string Id, Instant At, AccessAct Act, string? Actor, string Subject, string? Detail, string? Address, string? Agent)
{
    public static AccessEntryModel Example { get; } = new(
        "acc_3h5n7qz3v5xw6a2bc4d5e6f7ga", Instant.FromUtc(2027, 1, 4, 9, 0), AccessAct.SignedIn, UserModel.Example.Id.Value, UserModel.Example.Id.Value, "Passkey", "192.0.2.10", "Mozilla/5.0");

    public static AccessEntryModel Of(AccessEntry entry) => new(entry.Id, entry.At, entry.Act, entry.Actor, entry.Subject, entry.Detail, entry.Address, entry.Agent);
}
