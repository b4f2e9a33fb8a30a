using System.Globalization;
using Marketplace.Client;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Market;

/// <summary>
/// What somebody looks for. It lives in the address, so that going back, reloading and sending the link to a colleague show the
/// same.
/// </summary>
public sealed record MarketQuery
{
    /// <summary>Longest term in months.</summary>
    public const int LongestMonths = 120;

    /// <summary>GPUs, or power for own hardware.</summary>
    public PoolKind Kind { get; init; }

    /// <summary>GPUs, or kW of critical IT load.</summary>
    public int Quantity { get; init; }

    /// <summary>First day of the term, in UTC.</summary>
    public DateOnly From { get; init; }

    /// <summary>Its length in months.</summary>
    public int Months { get; init; }

    /// <summary>Words that an offer has to contain.</summary>
    public string Words { get; init; } = "";

    /// <summary>Only this hardware.</summary>
    public string? Sku { get; init; }

    /// <summary>Only sites in this country.</summary>
    public string? Country { get; init; }

    /// <summary>Highest price per GPU-hour or kW-month, in USD.</summary>
    public decimal? Highest { get; init; }

    /// <summary>Lowest renewable share in percent.</summary>
    public int? Renewable { get; init; }

    /// <summary>true for capacity in service only, false for capacity still to be built only.</summary>
    public bool? Built { get; init; }

    /// <summary>Lowest level of verification.</summary>
    public VerificationLevel? Level { get; init; }

    /// <summary>Whether offers are shown in a table.</summary>
    public bool AsTable { get; init; }

    /// <summary>The term's first instant.</summary>
    public DateTimeOffset Start => Formats.Midnight(From, "UTC");

    /// <summary>The instant the term ends before.</summary>
    public DateTimeOffset End => Formats.Midnight(From.AddMonths(Months), "UTC");

    /// <summary>Whether anything beyond quantity and term is asked for.</summary>
    public bool IsFiltered => Words.Length > 0 || Sku is not null || Country is not null || Highest is not null || Renewable is not null || Built is not null || Level is not null;

    /// <summary>What is asked for without the filters.</summary>
    public MarketQuery Unfiltered => this with { Words = "", Sku = null, Country = null, Highest = null, Renewable = null, Built = null, Level = null };

    /// <summary>Reads an address. What is missing or cannot be meant is the usual.</summary>
    public static MarketQuery Read(string uri, DateOnly today)
    {
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(uri).Query);
        string? Text(string name) => query.TryGetValue(name, out var values) && values.ToString() is { Length: > 0 } text ? text : null;
        int? Whole(string name, int least, int most) =>
            int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value : null;
        var kind = Text("kind") == "power" ? PoolKind.Power : PoolKind.Gpu;
        return new MarketQuery
        {
            Kind = kind,
            Quantity = Whole("quantity", 1, 10_000_000) ?? UsualQuantity(kind),
            From = DateOnly.TryParseExact(Text("from"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from) && from > today ? from : UsualStart(today),
            Months = Whole("months", 1, LongestMonths) ?? UsualMonths(kind),
            Words = Text("words") ?? "",
            Sku = Text("sku"),
            Country = Text("country"),
            Highest = decimal.TryParse(Text("highest"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var highest) ? highest : null,
            Renewable = Whole("renewable", 1, 100),
            Built = Text("built") switch { "yes" => true, "no" => false, _ => null },
            Level = Text("verified") == "yes" ? VerificationLevel.SiteConfirmed : null,
            AsTable = Text("view") == "table",
        };
    }

    /// <summary>The address that shows this, without what is usual.</summary>
    public string Address(string page, DateOnly today)
    {
        var parts = new List<string>();
        void Add(string name, string? value)
        {
            if (value is { Length: > 0 })
            {
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }

        Add("kind", Kind == PoolKind.Power ? "power" : null);
        Add("quantity", Quantity == UsualQuantity(Kind) ? null : Quantity.ToString(CultureInfo.InvariantCulture));
        Add("from", From == UsualStart(today) ? null : From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Add("months", Months == UsualMonths(Kind) ? null : Months.ToString(CultureInfo.InvariantCulture));
        Add("words", Words);
        Add("sku", Sku);
        Add("country", Country);
        Add("highest", Highest?.ToString(CultureInfo.InvariantCulture));
        Add("renewable", Renewable?.ToString(CultureInfo.InvariantCulture));
        Add("built", Built switch { true => "yes", false => "no", null => null });
        Add("verified", Level is null ? null : "yes");
        Add("view", AsTable ? "table" : null);
        return parts.Count == 0 ? page : page + "?" + string.Join('&', parts);
    }

    /// <summary>What is asked for unless it is said otherwise.</summary>
    public static int UsualQuantity(PoolKind kind) => kind == PoolKind.Power ? 5_000 : 64;

    private static int UsualMonths(PoolKind kind) => kind == PoolKind.Power ? 120 : 12;

    private static DateOnly UsualStart(DateOnly today) => new DateOnly(today.Year, today.Month, 1).AddMonths(2);
}
