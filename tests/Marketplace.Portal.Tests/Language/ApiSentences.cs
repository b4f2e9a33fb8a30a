using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Marketplace.Portal.Tests.Language;

/// <summary>
/// The sentences that the API's own code says to its callers, read from that code: every text in the calls that make refusals, faults, problems and
/// findings, with <c>{0}</c> and so on where values are put in. A text in parts is one sentence.
/// </summary>
internal static partial class ApiSentences
{
    /// <summary>Calls whose texts are told to people. What parses the outputs of measuring tools has words of its own, quoted as they are.</summary>
    private static readonly HashSet<string> Calls = new(StringComparer.Ordinal)
    {
        "Refusal.Of", "Refuse", "Refused", "faults.Add", "faults.Require", "Require", "Problem.NotFound", "Problem.Invalid", "Problem", "Finding", "Reject", "Downgrade", "NodeFault",
        "BeginEnd", "GiveBack", "WebhookStop", "Judgement.Impossible", "GatewaySetup", "GatewayAnswer", "CallOffPayment", "CancelAsync",
    };

    /// <summary>Every sentence, with the file that says it.</summary>
    public static IEnumerable<(string Sentence, string File)> All() =>
        from room in new[] { "Marketplace.Domain", "Marketplace.Grains", "Marketplace.Api" }
        from file in Directory.EnumerateFiles(Path.Combine(PortalFiles.Root, "src", room), "*.cs", SearchOption.AllDirectories)
        where !Built().IsMatch(file) && !file.Contains("Tools", StringComparison.Ordinal) && !file.Contains("OpenApi", StringComparison.Ordinal)
        from sentence in In(File.ReadAllText(file))
        select (sentence, Path.GetFileName(file));

    /// <summary>The sentences of one source.</summary>
    internal static IEnumerable<string> In(string source)
    {
        var at = 0;
        while (Text.Next(source, at) is { } text)
        {
            at = text.End;
            if (text.Template.Contains(' ', StringComparison.Ordinal) && text.Template.Any(char.IsLower) && CallAround(source, text.Begin) is { } call && Calls.Contains(call))
            {
                // What stands before the text in the same sum is a value too.
                var isAfter = After().IsMatch(source[Math.Max(0, text.Begin - 20)..text.Begin]);
                var whole = new StringBuilder(isAfter ? "{0}" : "").Append(Shifted(text.Template, isAfter ? 1 : 0));
                var values = Value().Count(whole.ToString());
                while (Joined().Match(source, at) is { Success: true } plus)
                {
                    if (Text.At(source, plus.Index + plus.Length) is { } more)
                    {
                        whole.Append(Shifted(more.Template, values));
                        (values, at) = (values + Value().Count(more.Template), more.End);
                    }
                    else
                    {
                        whole.Append('{').Append(values++).Append('}');
                        break;
                    }
                }

                yield return whole.ToString();
            }
        }
    }

    private static string Shifted(string template, int by) =>
        Value().Replace(template, match => $"{{{int.Parse(match.ValueSpan[1..^1], CultureInfo.InvariantCulture) + by}}}");

    /// <summary>The name of the call that a place is an argument of; null outside of calls.</summary>
    private static string? CallAround(string source, int place)
    {
        var depth = 0;
        for (var i = place - 1; i > 0; i--)
        {
            switch (source[i])
            {
                case ')' or ']' or '}':
                    depth++;
                    break;
                case '(' when depth == 0:
                    return Called().Match(source[Math.Max(0, i - 80)..i]) is { Success: true } name ? name.Groups[1].Value : null;
                case ';' or '{' or '[' when depth == 0:
                    return null;
                case '(' or '[' or '{':
                    depth--;
                    break;
            }
        }

        return null;
    }

    [GeneratedRegex(@"[\\/](obj|bin)[\\/]")]
    private static partial Regex Built();

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Value();

    [GeneratedRegex(@"\+\s*$")]
    private static partial Regex After();

    [GeneratedRegex(@"\G\s*\+\s*")]
    private static partial Regex Joined();

    [GeneratedRegex(@"([A-Za-z_.]+)(?:<[^<>]*>)?$")]
    private static partial Regex Called();

    /// <summary>A text as it stands in a source.</summary>
    private sealed record Text(int Begin, int End, string Template)
    {
        /// <summary>The first text from a place on, comments and characters passed over.</summary>
        public static Text? Next(string source, int from)
        {
            for (var i = from; i < source.Length; i++)
            {
                if (string.CompareOrdinal(source, i, "//", 0, 2) == 0)
                {
                    i = source.IndexOf('\n', i) is >= 0 and var end ? end : source.Length;
                }
                else if (source[i] == '\'')
                {
                    i += source[i + 1] == '\\' ? source.IndexOf('\'', i + 3) - i : 2;
                }
                else if (At(source, i) is { } text)
                {
                    return text;
                }
            }

            return null;
        }

        /// <summary>The text that begins at a place; null where none does.</summary>
        public static Text? At(string source, int begin)
        {
            var quote = begin;
            while (quote < source.Length && source[quote] is '$' or '@')
            {
                quote++;
            }

            if (quote >= source.Length || source[quote] != '"')
            {
                return null;
            }

            var isFilled = source.AsSpan(begin, quote - begin).Contains('$');
            if (string.CompareOrdinal(source, quote, "\"\"\"", 0, 3) == 0)
            {
                // Documents and examples, no sentences.
                return new Text(begin, source.IndexOf("\"\"\"", quote + 3, StringComparison.Ordinal) + 3, "");
            }

            var (template, values, i) = (new StringBuilder(), 0, quote + 1);
            for (; source[i] != '"'; i++)
            {
                switch (source[i])
                {
                    case '\\':
                        template.Append(source[++i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
                        break;
                    case '{' when isFilled && source[i + 1] == '{':
                        template.Append(source[i++]);
                        break;
                    case '{' when isFilled:
                        i = EndOfValue(source, i);
                        template.Append('{').Append(values++).Append('}');
                        break;
                    default:
                        template.Append(source[i]);
                        break;
                }
            }

            return new Text(begin, i + 1, template.ToString());
        }

        private static int EndOfValue(string source, int open)
        {
            var depth = 0;
            for (var i = open; ; i++)
            {
                switch (source[i])
                {
                    case '"':
                        i = At(source, i)!.End - 1;
                        break;
                    case '{' or '(':
                        depth++;
                        break;
                    case '}' or ')':
                        if (--depth == 0)
                        {
                            return i;
                        }

                        break;
                }
            }
        }
    }
}
