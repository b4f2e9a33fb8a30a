using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;
using NodaTime.Serialization.SystemTextJson;

namespace Marketplace.Agent;

/// <summary>The one form of JSON that the agent writes: for scripts, for its own files, and inside reports.</summary>
internal static class AgentJson
{
    /// <summary>One line.</summary>
    public static JsonSerializerOptions Line { get; } = Options(indented: false);

    /// <summary>With line breaks, for files that people open.</summary>
    public static JsonSerializerOptions Page { get; } = Options(indented: true);

    private static JsonSerializerOptions Options(bool indented) => new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = indented,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new IdConverter<NodeId>(), new IdConverter<BenchmarkRunId>() },
    }.ConfigureForNodaTime(DateTimeZoneProviders.Tzdb);

    /// <summary>An id as the text it is.</summary>
    private sealed class IdConverter<TId> : JsonConverter<TId>
        where TId : struct, IPublicId<TId>
    {
        public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            PublicId.TryParse<TId>(reader.GetString(), out var id) ? id : throw new JsonException($"It is no {TId.Prefix}_….");

        public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}
