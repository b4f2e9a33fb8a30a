using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Serialization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Identity;

/// <summary>Writes mails to people. They are sealed before they leave the API, because what they hold lets people in, and opened by the sender alone.</summary>
internal sealed class Letters(IDataProtectionProvider protection, IGrainFactory grains, IOptions<AccessOptions> options)
{
    private const string AskedMark = "asked:";
    private readonly IDataProtector protector = protection.CreateProtector("Marketplace.Letters");
    private readonly IDataProtector askedProtector = protection.CreateProtector("Marketplace.Letters.Asked");

    /// <summary>Seals a letter, to be handed over with the commit that it belongs to.</summary>
    public SealedLetter Seal(string to, LetterContent content) => Seal(NewId(), to, content);

    /// <summary>Seals a letter whose id is known: repeated, it is the same letter.</summary>
    public SealedLetter Seal(LetterId id, string to, LetterContent content) => new(id, to, protector.Protect(JsonSerializer.Serialize(content)));

    /// <summary>Hands a letter over; it is kept before this returns, and sent afterwards.</summary>
    public Task SendAsync(string to, LetterContent content) => SendAsync(Seal(to, content));

    /// <summary>Hands over what was asked for; it is kept before this returns, and written and sent afterwards, if anything is to be sent.</summary>
    public Task AskAsync(AskedLetter asked) => SendAsync(new SealedLetter(NewId(), asked.Email, AskedMark + askedProtector.Protect(JsonSerializer.Serialize(asked, MarketJson.Options))));

    /// <summary>Whether a letter is yet to be written.</summary>
    public static bool IsAsked(SealedLetter letter) => letter.Content.StartsWith(AskedMark, StringComparison.Ordinal);

    /// <exception cref="CryptographicException">The keys that sealed it are lost.</exception>
    public AskedLetter OpenAsked(SealedLetter letter) => JsonSerializer.Deserialize<AskedLetter>(askedProtector.Unprotect(letter.Content[AskedMark.Length..]), MarketJson.Options)!;

    /// <summary>Tells a person that the account has another way to sign in.</summary>
    public Task TellOfWayInAsync(HttpContext http, Account account, WayIn what) =>
        SendAsync(account.Email, LetterContent.WayInAdded(account.Spoken, account.Name, what, Link(http, "account/security"), Link(http, "forgot-password")));

    /// <summary>Where links lead that nobody asked for at a browser: the public address of the settings, or this machine.</summary>
    public string Root => options.Value.PublicAddress?.ToString().TrimEnd('/') ?? "http://localhost:5080";

    /// <exception cref="CryptographicException">The keys that sealed it are lost.</exception>
    public LetterContent Open(SealedLetter letter) => JsonSerializer.Deserialize<LetterContent>(protector.Unprotect(letter.Content))!;

    /// <summary>
    /// A link to a page of the portal. Whoever asks does not choose where links of mails lead: without a public address in the settings
    /// they lead to this machine.
    /// </summary>
    public string Link(HttpContext http, string page, params (string Name, string Value)[] query) => Link(RootOf(http), page, query);

    /// <summary>A link to a page of the portal at <paramref name="root"/>.</summary>
    public static string Link(string root, string page, params (string Name, string Value)[] query) =>
        $"{root}/{page}{QueryString.Create(query.Select(it => KeyValuePair.Create(it.Name, (string?)it.Value)))}";

    /// <summary>Where the links of mails lead that this request asks for.</summary>
    public string RootOf(HttpContext http)
    {
        var isHere = http.Request.Host.Host is "localhost" || (IPAddress.TryParse(http.Request.Host.Host, out var address) && IPAddress.IsLoopback(address));
        return isHere && options.Value.PublicAddress is null ? $"{http.Request.Scheme}://{http.Request.Host}" : Root;
    }

    private static LetterId NewId() => PublicId.Derive<LetterId>(RandomNumberGenerator.GetHexString(32));

    private Task SendAsync(SealedLetter letter) => grains.Of<ILetterGrain>(letter.Id.Value).WriteAsync(letter);
}
