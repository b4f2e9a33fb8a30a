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

    /// <summary>The page of a thing by its id; null where there is none.</summary>
    public static string? Address(string id) => id.Split('_', 2)[0] switch
    {
        "rsv" => $"reservations/{id}",
        "lease" => $"leases/{id}",
        "inv" => $"billing/invoices/{id}",
        "pool" => $"listings/{id}",
        "site" => $"sites/{id}",
        "qt" => $"reserve/{id}",
        _ => null,
    };
}
