using System.Globalization;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;

namespace Marketplace.Api.Billing;

/// <summary>The journal as CSV: one line a posting.</summary>
internal static class JournalExport
{
    public static string Header { get; } = CsvFormat.Line("entryNumber", "entryId", "postedAt", "factId", "text", "account", "subject", "debit", "credit", "currency");

    public static IEnumerable<string> Lines(PostedEntry posted)
    {
        foreach (var (account, amount) in posted.Entry.Postings)
        {
            yield return CsvFormat.Line(
                posted.Number,
                posted.Id,
                posted.Entry.At.ToString("uuuu-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                posted.Entry.FactId,
                posted.Entry.Text,
                account.Kind.Spelled(),
                account.Subject,
                amount.Minor > 0 ? Plain(amount) : null,
                amount.Minor < 0 ? Plain(-amount) : null,
                amount.Currency.Value);
        }
    }

    /// <summary>The amount with all its minor digits and nothing else, as a number.</summary>
    public static Decimals Plain(Money amount) => new(amount.Major, amount.Currency.Digits);

    /// <summary>A number that is written with its digits, whatever the culture.</summary>
    internal readonly record struct Decimals(decimal Value, int Digits) : IFormattable
    {
        public string ToString(string? format, IFormatProvider? formatProvider) => Value.ToString("F" + Digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

        public override string ToString() => ToString(null, null);
    }
}
