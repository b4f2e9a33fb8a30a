using System.Buffers;

namespace Marketplace.Storage.Azure;

/// <summary>Keys as Microsoft's providers form them: what Azure Tables forbids in a key becomes an underscore.</summary>
internal static class TableKeys
{
    private const int Longest = 1023;
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/\\#?");

    public static string Clean(string key)
    {
        if (key.Length > Longest)
        {
            throw new ArgumentException($"A key of {key.Length} characters does not fit a table: at most {Longest}. It begins with '{key[..64]}'.", nameof(key));
        }

        return string.Create(key.Length, key, static (span, from) =>
        {
            from.CopyTo(span);
            span.ReplaceAny(Forbidden, '_');
        });
    }

    public static string OfGrain(string serviceId, GrainId grainId) => Clean($"{serviceId}_{grainId}");
}
