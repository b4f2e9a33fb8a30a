using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Identity;

/// <summary>Writes mails to people. They are sealed before they leave the API, because what they hold lets people in, and opened by the sender alone.</summary>
internal sealed class Letters(IDataProtectionProvider protection, IGrainFactory grains, IOptions<AccessOptions> options)
{
    private readonly IDataProtector protector = protection.CreateProtector("Marketplace.Letters");

    /// <summary>Seals a letter, to be handed over with the commit that it belongs to.</summary>
    public SealedLetter Seal(string to, LetterContent content) => Seal(PublicId.Derive<LetterId>(RandomNumberGenerator.GetHexString(32)), to, content);

    /// <summary>Seals a letter whose id is known: repeated, it is the same letter.</summary>
    public SealedLetter Seal(LetterId id, string to, LetterContent content) => new(id, to, protector.Protect(JsonSerializer.Serialize(content)));

    /// <summary>Hands a letter over; it is kept before this returns, and sent afterwards.</summary>
    public async Task SendAsync(string to, LetterContent content)
    {
        var letter = Seal(to, content);
        await grains.Of<ILetterGrain>(letter.Id.Value).WriteAsync(letter);
    }

    /// <summary>Tells a person that the account has another way to sign in.</summary>
    public Task TellOfWayInAsync(HttpContext http, Account account, string what) =>
        SendAsync(account.Email, LetterContent.WayInAdded(account.Name, what, Link(http, "account/security"), Link(http, "forgot-password")));

    /// <summary>Where links lead that nobody asked for at a browser: the public address of the settings, or this machine.</summary>
    public string Root => options.Value.PublicAddress?.ToString().TrimEnd('/') ?? "http://localhost:5080";

    /// <exception cref="CryptographicException">The keys that sealed it are lost.</exception>
    public LetterContent Open(SealedLetter letter) => JsonSerializer.Deserialize<LetterContent>(protector.Unprotect(letter.Content))!;

    /// <summary>
    /// A link to a page of the portal. Whoever asks does not choose where links of mails lead: without a public address in the settings
    /// they lead to this machine.
    /// </summary>
    public string Link(HttpContext http, string page, params (string Name, string Value)[] query)
    {
        var isHere = http.Request.Host.Host is "localhost" || (IPAddress.TryParse(http.Request.Host.Host, out var address) && IPAddress.IsLoopback(address));
        var root = isHere && options.Value.PublicAddress is null ? $"{http.Request.Scheme}://{http.Request.Host}" : Root;
        return $"{root}/{page}{QueryString.Create(query.Select(it => KeyValuePair.Create(it.Name, (string?)it.Value)))}";
    }
}

/// <summary>What a mail says.</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="Text">Its text.</param>
internal sealed partial record LetterContent(string Subject, string Text)
{
    private const int LongestName = 100;

    /// <summary>
    /// A name that its owner chose, as it may stand in a mail to somebody who never heard of it: short, on one line, and nothing in it that
    /// mail programs turn into a link.
    /// </summary>
    public static string Named(string name)
    {
        var plain = LinkPart().Replace(string.Join(' ', name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), "$0 ");
        return plain.Length > LongestName ? plain[..LongestName] + "…" : plain;
    }

    [GeneratedRegex(@"(?<=\S)[.:/\\](?=\S)")]
    private static partial Regex LinkPart();

    public static LetterContent ConfirmEmail(string name, string link) => new("Confirm your e-mail address", $"""
        Hello {Named(name)},

        please confirm that this address is yours:

        {link}

        If you did not register at the marketplace, ignore this mail: nothing else follows from it.
        """);

    public static LetterContent ConfirmNewEmail(string name, string link) => new("Confirm your new e-mail address", $"""
        Hello {Named(name)},

        somebody, probably you, asked to use this address for an account at the marketplace from now on. Please confirm it:

        {link}

        Until then the account keeps its present address. If it was not you, ignore this mail: nothing was changed.
        """);

    public static LetterContent EmailChangeAsked(string name, string email, string link) => new("Your e-mail address is to be changed", $"""
        Hello {Named(name)},

        somebody, probably you, asked to change the address of your account to {email}. It changes once the link sent there is followed.

        If it was not you, somebody knows how to sign in as you. Choose a new password at once, which also makes that link worthless:

        {link}
        """);

    public static LetterContent EmailChanged(string name, string email) => new("Your e-mail address was changed", $"""
        Hello {Named(name)},

        the address of your account is {email} from now on, and this one opens nothing any more. All other sessions were ended.

        If it was not you, tell the marketplace's administrators at once.
        """);

    public static LetterContent WayInAdded(string name, string what, string page, string reset) => new("Your account has another way to sign in", $"""
        Hello {Named(name)},

        somebody, probably you, added to what your account is opened with: {what}. You see all of it here:

        {page}

        If it was not you, remove it there, end all other sessions, and choose a new password:

        {reset}
        """);

    public static LetterContent ResetPassword(string name, string link) => new("Reset your password", $"""
        Hello {Named(name)},

        somebody, probably you, asked to reset the password of your account. With this link you choose a new one:

        {link}

        You are then signed out everywhere. If you did not ask for it, ignore this mail: your password stays as it is.
        """);

    public static LetterContent AlreadyRegistered(string name, string link) => new("You have an account already", $"""
        Hello {Named(name)},

        somebody, probably you, tried to register with this address, which has an account already. If you forgot its password, choose a new
        one:

        {link}

        If it was not you, ignore this mail: nothing was changed.
        """);

    public static LetterContent Invitation(string organization, string role, string link, string expires) => new($"{Named(organization)} invites you to the marketplace", $"""
        Hello,

        {Named(organization)} invites you to join it at the marketplace, as: {role}.

        {link}

        The link works for this address alone, until {expires}. If you expected no such invitation, ignore this mail.
        """);
}
