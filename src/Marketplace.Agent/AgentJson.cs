using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Marketplace.Agent;

/// <summary>The one form of JSON that the agent writes: for scripts, for its own files, and inside reports.</summary>
internal static class AgentJson
{
    /// <summary>One line.</summary>
    public static JsonSerializerOptions Line { get; } = Options(indented: false);

    /// <summary>With line breaks, for files that people open.</summary>
    public static JsonSerializerOptions Page { get; } = Options(indented: true);

    private static JsonSerializerOptions Options(bool indented) => new(JsonSerializerDefaults.Web)
    {
        WriteIndented = indented,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
