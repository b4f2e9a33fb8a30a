using System.Text;

namespace Marketplace.Api.Billing;

/// <summary>Comma-separated values (RFC 4180).</summary>
internal static class CsvFormat
{
    /// <summary>
    /// A line with its end. A text that a spreadsheet would take for a formula is written behind an apostrophe, as spreadsheets
    /// themselves mark text; numbers are passed as they are.
    /// </summary>
    public static string Line(params ReadOnlySpan<object?> fields)
    {
        var line = new StringBuilder();
        for (var i = 0; i < fields.Length; i++)
        {
            var field = fields[i];
            line.Append(i == 0 ? "" : ",").Append(field switch
            {
                null => "",
                string text => Quoted(text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' ? "'" + text : text),
                IFormattable value => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
                _ => Quoted(field.ToString() ?? ""),
            });
        }

        return line.Append("\r\n").ToString();
    }

    /// <summary>The lines of a text; a field in quotes may hold commas, doubled quotes and line ends.</summary>
    public static IEnumerable<string[]> Read(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else if (c == '"')
                {
                    quoted = false;
                }
                else
                {
                    field.Append(c);
                }
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else if (c == '\n')
            {
                fields.Add(field.ToString());
                field.Clear();
                yield return [.. fields];
                fields.Clear();
            }
            else if (c != '\r')
            {
                field.Append(c);
            }
        }

        if (field.Length > 0 || fields.Count > 0)
        {
            fields.Add(field.ToString());
            yield return [.. fields];
        }
    }

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
