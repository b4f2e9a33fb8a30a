using System.Text;
using Azure.Data.Tables;

namespace Marketplace.Storage.Azure;

/// <summary>
/// A payload in the columns of one entity: <c>Data</c>, <c>Data1</c> to <c>Data14</c> of 64 KiB each, or as text
/// <c>StringData</c>, <c>StringData1</c> and so on of 32768 characters each. 15 columns of 64 KiB leave room for the keys
/// within the 1 MiB of an entity.
/// </summary>
internal static class TablePayload
{
    public const int Largest = MostColumns * ColumnBytes;
    public const string FirstBinary = "Data";
    public const string FirstText = "StringData";
    private const int MostColumns = 15;
    private const int ColumnBytes = 64 * 1024;
    private const int ColumnCharacters = ColumnBytes / sizeof(char);

    private static readonly string[] Binary = Names(FirstBinary);
    private static readonly string[] Text = Names(FirstText);

    /// <summary>Bytes the payload takes in an entity: text is kept as UTF-16.</summary>
    public static int Size(ReadOnlyMemory<byte> payload, bool asText) => asText ? Encoding.UTF8.GetCharCount(payload.Span) * sizeof(char) : payload.Length;

    public static void Put(TableEntity entity, ReadOnlyMemory<byte> payload, bool asText = false)
    {
        if (asText)
        {
            var text = Encoding.UTF8.GetString(payload.Span);
            for (var from = 0; from < text.Length; from += ColumnCharacters)
            {
                entity[Text[from / ColumnCharacters]] = text.Substring(from, Math.Min(ColumnCharacters, text.Length - from));
            }

            return;
        }

        for (var from = 0; from < payload.Length; from += ColumnBytes)
        {
            entity[Binary[from / ColumnBytes]] = payload.Slice(from, Math.Min(ColumnBytes, payload.Length - from)).ToArray();
        }
    }

    /// <summary>The payload in either form, or null when the entity has no such column.</summary>
    public static byte[]? Get(TableEntity entity)
    {
        if (entity.TryGetValue(FirstBinary, out var first) && first is byte[] { Length: > 0 } only)
        {
            if (!entity.ContainsKey(Binary[1]))
            {
                return only;
            }

            var all = new MemoryStream();
            foreach (var column in Binary.Select(entity.GetBinary).TakeWhile(column => column is not null))
            {
                all.Write(column);
            }

            return all.ToArray();
        }

        var text = string.Concat(Text.Select(column => entity.TryGetValue(column, out var part) ? part as string : null).TakeWhile(part => part is not null));
        return text.Length == 0 ? null : Encoding.UTF8.GetBytes(text);
    }

    private static string[] Names(string first) => [first, .. Enumerable.Range(1, MostColumns - 1).Select(number => first + number)];
}
