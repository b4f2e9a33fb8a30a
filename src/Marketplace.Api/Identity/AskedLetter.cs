using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Identity;

/// <summary>
/// A mail that somebody asked for by naming an address. It is kept as it was asked for, and written once nobody waits for an answer any
/// more: what an answer takes tells nothing about the address.
/// </summary>
/// <param name="Kind">What was asked for.</param>
/// <param name="Email">The address named.</param>
/// <param name="Root">Where its links lead.</param>
/// <param name="User">The person who asked, where one was signed in.</param>
/// <param name="Registration">Who is to be registered, where nobody may know whether the address was taken.</param>
internal sealed record AskedLetter(AskedLetterKind Kind, string Email, string Root, UserId? User = null, AskedRegistration? Registration = null);

/// <summary>What mails can be asked for by naming an address.</summary>
internal enum AskedLetterKind
{
    /// <summary>A link to confirm the address.</summary>
    ConfirmEmail,

    /// <summary>A link to choose a new password.</summary>
    ResetPassword,

    /// <summary>A link to confirm the address that the person asked to change to.</summary>
    ConfirmNewEmail,

    /// <summary>An account, and a link to confirm its address.</summary>
    Register,
}

/// <summary>Somebody to register.</summary>
/// <param name="Name">The person's name.</param>
/// <param name="PasswordHash">Salted hash of the password.</param>
/// <param name="SecurityStamp">The account's first stamp, by which a repetition knows its own account.</param>
/// <param name="Language">The language the person is written to in.</param>
internal sealed record AskedRegistration(string Name, string PasswordHash, string SecurityStamp, SpokenLanguage? Language);
