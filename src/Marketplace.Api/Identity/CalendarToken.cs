using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Identity;

/// <summary>What stands in the address of a calendar: which one it is, and the secret that opens it.</summary>
/// <param name="Id">The calendar.</param>
/// <param name="Secret">256 random bits.</param>
internal readonly record struct CalendarToken(CalendarFeedId Id, string Secret)
{
    private const int SecretBytes = 32;
    private const string Ending = ".ics";
    private const int LongestText = 200;

    /// <summary>A new one.</summary>
    public static CalendarToken New(CalendarFeedId id) => new(id, PublicId.Encode(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>What the text says, or null when it is none.</summary>
    public static CalendarToken? Parse(string text) =>
        text.Length <= LongestText && text.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) && text[..^Ending.Length].Split('-') is [var name, { Length: > 0 } secret] && PublicId.TryParse<CalendarFeedId>(name, out var id)
            ? new CalendarToken(id, secret)
            : null;

    /// <summary>Whether it is this calendar's present one.</summary>
    public bool Opens(CalendarFeed feed) => feed.SecretHash is { } hash && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(ApiKey.Hash(Secret)), Encoding.ASCII.GetBytes(hash));

    /// <summary>The secret in the clear, as it stands in the address; shown once.</summary>
    public string Reveal() => $"{Id}-{Secret}{Ending}";

    /// <summary>Without the secret.</summary>
    public override string ToString() => Id.Value;
}
