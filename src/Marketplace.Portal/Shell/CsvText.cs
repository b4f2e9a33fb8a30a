using System.Text;

namespace Marketplace.Portal.Shell;

/// <summary>Rows as comma-separated values (RFC 4180), which spreadsheets open.</summary>
internal static class CsvText
{
    /// <summary>Heading and rows.</summary>
    public static string Of(IEnumerable<string> heading, IEnumerable<IEnumerable<string>> rows)
    {
        // Spreadsheets take a file without this mark for one in their own, older encoding.
        var text = new StringBuilder("\uFEFF");
        Add(text, heading);
        foreach (var row in rows)
        {
            Add(text, row);
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, IEnumerable<string> cells) => text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    private static string Cell(string value)
    {
        // A cell that begins like a formula is one to a spreadsheet, whoever wrote it.
        var plain = value is ['=' or '+' or '@' or '\t' or '\r', ..] || (value is ['-', ..] && value.Any(char.IsAsciiLetter)) ? "'" + value : value;
        return plain.AsSpan().IndexOfAny(",\"\r\n") < 0 ? plain : "\"" + plain.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}
