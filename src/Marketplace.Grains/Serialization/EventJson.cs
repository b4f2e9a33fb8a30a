using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;

namespace Marketplace.Grains.Serialization;

/// <summary>
/// The JSON of event data. It is public, as the API hands it on untouched: as <see cref="MarketJson"/>, with nulls written
/// and money under the names every answer of the API uses.
/// </summary>
public static class EventJson
{
    /// <summary>Serializer options, read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(MarketJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };
        options.Converters.Insert(0, new MoneyConverter());
        options.MakeReadOnly();
        return options;
    }

    private sealed class MoneyConverter : JsonConverter<Money>
    {
        public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Events are written, never read.");

        public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteNumber("amountMinor", value.Minor);
            writer.WriteString("currency", value.Currency.Value);
            writer.WriteString("formatted", value.ToString());
            writer.WriteEndObject();
        }
    }
}
