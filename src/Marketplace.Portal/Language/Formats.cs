using System.Globalization;
using Marketplace.Client;
using NodaTime;

namespace Marketplace.Portal.Language;

/// <summary>
/// Numbers, money and time as the viewer writes them. The runtime carries no cultures of its own, so that the product starts on
/// machines without that library; the two languages' forms are stated here. No line ends between a number and what it counts.
/// </summary>
/// <param name="language"><c>en</c> or <c>de</c>.</param>
/// <param name="zone">IANA zone of the viewer; null for UTC.</param>
public sealed class Formats(string language, string? zone)
{
    private static readonly CultureInfo English = Culture(".", ",", null);
    private static readonly CultureInfo German = Culture(",", ".",
        (["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember", ""],
        ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez.", ""]));

    private static readonly Dictionary<string, string> Symbols = new(StringComparer.Ordinal)
    {
        ["USD"] = "$",
        ["EUR"] = "€",
        ["GBP"] = "£",
        ["CAD"] = "CA$",
        ["AUD"] = "A$",
        ["JPY"] = "¥",
        ["INR"] = "₹",
        ["KRW"] = "₩",
        ["BRL"] = "R$",
    };

    private readonly bool isGerman = language == "de";

    /// <summary>The viewer's zone.</summary>
    public DateTimeZone Zone { get; } = (zone is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone)) ?? DateTimeZone.Utc;

    private CultureInfo Form => isGerman ? German : English;

    /// <summary>A number with its thousands parted.</summary>
    public string Number(decimal value, int mostDigits = 0) => value.ToString(mostDigits == 0 ? "#,0" : "#,0." + new string('#', mostDigits), Form);

    /// <summary>A percentage from a number of percent.</summary>
    public string Percent(decimal percent, int mostDigits = 1) => Number(percent, mostDigits) + (isGerman ? "\u00a0%" : "%");

    /// <summary>MW with their unit; GW from a thousand on.</summary>
    public string Megawatts(decimal megawatts) => megawatts >= 1000 ? Number(megawatts / 1000, 2) + " GW" : Number(megawatts, 1) + " MW";

    /// <summary>kW with their unit; MW from a thousand on.</summary>
    public string Kilowatts(decimal kilowatts) => kilowatts >= 1000 ? Megawatts(kilowatts / 1000) : Number(kilowatts, 1) + " kW";

    /// <summary>An amount of money to its smallest unit.</summary>
    public string Money(Money money) => Amount(money.AmountMinor / Scale(money.Currency), money.Currency, Digits(money.Currency), Digits(money.Currency));

    /// <summary>A large amount at a glance: whole units only, thousands and millions by their letters.</summary>
    public string Short(Money money)
    {
        var value = money.AmountMinor / Scale(money.Currency);
        var (scaled, letter) = Math.Abs(value) switch
        {
            >= 1_000_000_000 => (value / 1_000_000_000, isGerman ? "\u00a0Mrd." : "B"),
            >= 1_000_000 => (value / 1_000_000, isGerman ? "\u00a0Mio." : "M"),
            >= 10_000 => (value / 1000, isGerman ? "\u00a0Tsd." : "k"),
            _ => (value, ""),
        };
        var digits = letter.Length == 0 || Math.Abs(scaled) >= 100 ? 0 : Math.Abs(scaled) >= 10 ? 1 : 2;
        var number = Number(Math.Round(Math.Abs(scaled), digits), digits);
        return Signed(scaled < 0, number + letter, money.Currency);
    }

    /// <summary>A price per unit, to at least two digits and at most four.</summary>
    public string Price(UnitPrice price) => Amount(price.Amount, price.Currency, 2, 4);

    /// <summary>A price to compare with others: two digits, or four where it is so small that two would say little.</summary>
    public string AboutPrice(UnitPrice price) => price.Amount < 0.1m ? Price(price) : Amount(Math.Round(price.Amount, 2, MidpointRounding.AwayFromZero), price.Currency, 2, 2);

    /// <summary>A day.</summary>
    public string Date(DateOnly date) => date.ToString(isGerman ? "d. MMM yyyy" : "d MMM yyyy", Form);

    /// <summary>A day that may be missing.</summary>
    public string Date(DateOnly? date) => date is { } day ? Date(day) : "–";

    /// <summary>The day an instant falls on in a zone, the viewer's unless another is named.</summary>
    public string Date(DateTimeOffset instant, string? zone = null) => Local(instant, ZoneOf(zone)).ToString(isGerman ? "d. MMM yyyy" : "d MMM yyyy", Form);

    /// <summary>A month, such as "Mar 2027".</summary>
    public string Month(DateTimeOffset instant, string? zone = null) => Local(instant, ZoneOf(zone)).ToString("MMM yyyy", Form);

    /// <summary>A month.</summary>
    public string Month(DateOnly date) => date.ToString("MMM yyyy", Form);

    /// <summary>Day and time of day in the viewer's zone.</summary>
    public string Time(DateTimeOffset instant) => Time(instant, Zone);

    /// <summary>Day and time in the viewer's zone, and beside it in the contract's where that differs.</summary>
    public string Time(DateTimeOffset instant, string contractZone)
    {
        var (here, there) = (Local(instant, Zone), Local(instant, ZoneOf(contractZone)));
        var shown = Time(instant, Zone);
        return here == there ? shown
            : here.Date == there.Date ? $"{shown} ({there.ToString("HH:mm", Form)} {Place(contractZone)})"
            : $"{shown} ({Time(instant, ZoneOf(contractZone))} {Place(contractZone)})";
    }

    /// <summary>Time of day alone, in the viewer's zone.</summary>
    public string TimeOfDay(DateTimeOffset instant) => Local(instant, Zone).ToString("HH:mm", Form);

    /// <summary>How long: days and hours, hours and minutes, or minutes and seconds.</summary>
    public string Span(TimeSpan span)
    {
        var day = isGerman ? "T" : "d";
        return span switch
        {
            { TotalSeconds: <= 0 } => isGerman ? "abgelaufen" : "over",
            { TotalDays: >= 2 } => $"{(int)span.TotalDays} {day} {span.Hours} h",
            { TotalHours: >= 1 } => $"{(int)span.TotalHours} h {span.Minutes:00} min",
            _ => $"{span.Minutes}:{span.Seconds:00}",
        };
    }

    /// <summary>Midnight of a day in a zone, as an instant.</summary>
    public static DateTimeOffset Midnight(DateOnly day, string zone) => ZoneOf(zone, DateTimeZone.Utc).AtStartOfDay(LocalDate.FromDateOnly(day)).ToInstant().ToDateTimeOffset();

    /// <summary>The day an instant falls on in a zone.</summary>
    public static DateOnly Day(DateTimeOffset instant, string zone) => Instant.FromDateTimeOffset(instant).InZone(ZoneOf(zone, DateTimeZone.Utc)).Date.ToDateOnly();

    /// <summary>A place's name from its zone: <c>Europe/Stockholm</c> becomes Stockholm.</summary>
    public static string Place(string zone) => zone.Split('/')[^1].Replace('_', ' ');

    /// <summary>Minor units in a major one.</summary>
    public static decimal Scale(string currency) => Digits(currency) switch { 0 => 1m, 3 => 1000m, _ => 100m };

    /// <summary>An amount in major units as the API takes it.</summary>
    public static MoneyInput Input(decimal major, string currency) =>
        new() { AmountMinor = (long)Math.Round(major * Scale(currency), MidpointRounding.AwayFromZero), Currency = Enum.Parse<Currency>(currency) };

    private static int Digits(string currency) => currency switch { "JPY" or "KRW" or "ISK" => 0, "KWD" => 3, _ => 2 };

    private static DateTimeZone ZoneOf(string? zone, DateTimeZone otherwise) => (zone is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone)) ?? otherwise;

    private static DateTime Local(DateTimeOffset instant, DateTimeZone zone) => Instant.FromDateTimeOffset(instant).InZone(zone).ToDateTimeUnspecified();

    private static CultureInfo Culture(string point, string thousands, (string[] Long, string[] Short)? months)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = point;
        culture.NumberFormat.NumberGroupSeparator = thousands;
        culture.NumberFormat.NegativeSign = "−";
        if (months is { } names)
        {
            culture.DateTimeFormat.MonthNames = culture.DateTimeFormat.MonthGenitiveNames = names.Long;
            culture.DateTimeFormat.AbbreviatedMonthNames = culture.DateTimeFormat.AbbreviatedMonthGenitiveNames = names.Short;
        }

        return CultureInfo.ReadOnly(culture);
    }

    private DateTimeZone ZoneOf(string? zone) => ZoneOf(zone, Zone);

    private string Time(DateTimeOffset instant, DateTimeZone zone) => Local(instant, zone).ToString(isGerman ? "d. MMM yyyy, HH:mm" : "d MMM yyyy, HH:mm", Form);

    private string Amount(decimal value, string currency, int leastDigits, int mostDigits)
    {
        var pattern = leastDigits + mostDigits == 0 ? "#,0" : "#,0." + new string('0', leastDigits) + new string('#', mostDigits - leastDigits);
        return Signed(value < 0, Math.Abs(value).ToString(pattern, Form), currency);
    }

    private string Signed(bool isNegative, string number, string currency)
    {
        var sign = isNegative ? "−" : "";
        return Symbols.TryGetValue(currency, out var symbol)
            ? isGerman ? $"{sign}{number}\u00a0{symbol}" : $"{sign}{symbol}{number}"
            : isGerman ? $"{sign}{number}\u00a0{currency}" : $"{sign}{currency}\u00a0{number}";
    }
}
