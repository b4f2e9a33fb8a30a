using System.Globalization;
using System.Text;

namespace Marketplace.Portal.Shell;

/// <summary>Contract dates as a calendar file (RFC 5545), which every calendar opens.</summary>
internal static class CalendarFile
{
    private const int LongestLine = 70;

    /// <summary>One file of dated things.</summary>
    /// <param name="id">Of what the dates are: with each name it makes an id that stays, so that opening the file again moves dates instead of doubling them.</param>
    /// <param name="now">When it is written.</param>
    /// <param name="dates">Instants and what happens then.</param>
    public static string Of(string id, DateTimeOffset now, IEnumerable<(DateTimeOffset At, string What)> dates)
    {
        var text = new StringBuilder();
        Add(text, "BEGIN:VCALENDAR");
        Add(text, "VERSION:2.0");
        Add(text, "PRODID:-//Marketplace//Contract dates//EN");
        foreach (var (at, what) in dates)
        {
            Add(text, "BEGIN:VEVENT");
            Add(text, $"UID:{Intent.Key(id, what)}@marketplace");
            Add(text, $"DTSTAMP:{Stamp(now)}");
            Add(text, $"DTSTART:{Stamp(at)}");
            Add(text, $"SUMMARY:{Escape(what)}");
            Add(text, "END:VEVENT");
        }

        Add(text, "END:VCALENDAR");
        return text.ToString();
    }

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(";", "\\;", StringComparison.Ordinal)
        .Replace(",", "\\,", StringComparison.Ordinal).ReplaceLineEndings("\\n");

    /// <summary>Adds a line, folded so that none is too long for calendars that count.</summary>
    private static void Add(StringBuilder text, string line)
    {
        for (var from = 0; from < line.Length; from += LongestLine)
        {
            text.Append(from == 0 ? "" : " ").Append(line.AsSpan(from, Math.Min(LongestLine, line.Length - from))).Append("\r\n");
        }
    }
}
