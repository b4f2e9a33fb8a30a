using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using NodaTime;
using NodaTime.Serialization.SystemTextJson;

namespace Marketplace.Grains.Serialization;

/// <summary>
/// The one JSON form of Domain states, facts and notices: in grain records, journal rows, list rows and between silos.
/// It is part of the on-disk format; golden files pin it.
/// </summary>
public static class MarketJson
{
    /// <summary>Serializer options, read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Whether values of this type travel between grains as this JSON: Domain and NodaTime types, and notices.</summary>
    public static bool Covers(Type type) =>
        type.Assembly == typeof(Refusal).Assembly || type.Assembly == typeof(Instant).Assembly || typeof(Notice).IsAssignableFrom(type);

    private static JsonSerializerOptions Create()
    {
        var resolver = new DefaultJsonTypeInfoResolver();
        resolver.Modifiers.Add(NameNotices);
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NumberHandling = JsonNumberHandling.Strict,
            TypeInfoResolver = resolver,
        };
        options.ConfigureForNodaTime(DateTimeZoneProviders.Tzdb);
        options.Converters.Add(new ScalarConverterFactory());
        options.Converters.Add(new RawElementConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.MakeReadOnly();
        return options;
    }

    private static void NameNotices(JsonTypeInfo info)
    {
        if (info.Type != typeof(Notice))
        {
            return;
        }

        info.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "notice" };
        foreach (var type in typeof(Notice).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Notice)) && !type.IsAbstract))
        {
            info.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(type, type.Name));
        }
    }

    /// <summary>JSON inside JSON goes out as it came in, without being taken apart.</summary>
    private sealed class RawElementConverter : JsonConverter<JsonElement>
    {
        public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

        public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) =>
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
    }
}
