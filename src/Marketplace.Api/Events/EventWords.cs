using System.Collections.Frozen;
using System.Text.Json;

namespace Marketplace.Api.Events;

/// <summary>What events mean, in German, for mails; a test holds that every type has its sentence. The meaning in English is the type's own.</summary>
internal static class EventWords
{
    private static readonly FrozenDictionary<string, string> Sentences = Read();

    /// <summary>What a type of event means; null for a type that is not known.</summary>
    public static string? German(string type) => Sentences.GetValueOrDefault(type);

    private static FrozenDictionary<string, string> Read()
    {
        using var stream = typeof(EventWords).Assembly.GetManifestResourceStream("events.german.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
