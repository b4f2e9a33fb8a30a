using Marketplace.Client;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Shell;

/// <summary>Events as people say them.</summary>
internal static class Happening
{
    /// <summary>A type of event in words: <c>reservation.awaiting_deposit</c> becomes "Reservation: awaiting deposit".</summary>
    public static string Words(string type)
    {
        var parts = type.Split('.', 2);
        var noun = parts[0].Replace('_', ' ');
        return parts.Length == 1 ? noun : $"{char.ToUpperInvariant(noun[0])}{noun[1..]}: {Texts.Words(parts[1]).ToLowerInvariant().Replace('_', ' ')}";
    }

    /// <summary>What something is about, on one line: its name, then where it stands, the other party and the term.</summary>
    public static string Text(About? about, Formats formats) =>
        about is null ? "–" : string.Join(" · ", new[] { about.Name, Beneath(about, formats) }.Where(part => part.Length > 0));

    /// <summary>Where it stands, the other party and the term; empty where none of it is known.</summary>
    public static string Beneath(About about, Formats formats) => string.Join(" · ", new[]
    {
        about.Site is { } site && !about.Name.Contains(site, StringComparison.OrdinalIgnoreCase) ? site : null,
        about.Counterpart,
        about is { StartsAt: { } start, EndsAt: { } end } ? $"{formats.Date(start, about.TimeZone)} – {formats.Date(end.AddSeconds(-1), about.TimeZone)}" : null,
    }.OfType<string>());

    /// <summary>The page of a thing by its id; null where there is none.</summary>
    public static string? Address(string id) => id.Split('_', 2)[0] switch
    {
        "rsv" => $"reservations/{id}",
        "lease" => $"leases/{id}",
        "cn" => $"billing/credits/{id}",
        "inv" => $"billing/invoices/{id}",
        "pool" => $"listings/{id}",
        "site" => $"sites/{id}",
        "qt" => $"reserve/{id}",
        "bench" => $"challenges/{id}",
        "whk" => "developers",
        _ => null,
    };
}
