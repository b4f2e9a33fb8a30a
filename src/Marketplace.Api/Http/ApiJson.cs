using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Serialization;

namespace Marketplace.Api.Http;

/// <summary>JSON as the public API writes it: camelCase, ISO-8601 instants and dates, units as bare values, nulls written.</summary>
internal static class ApiJson
{
    public const string ContentType = "application/json; charset=utf-8";

    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>How bodies are parsed: no deeper than any model, and no name twice in an object.</summary>
    public static JsonDocumentOptions Document { get; } = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Ends the request with every name that an object of the body has twice, if that is why it could not be parsed.</summary>
    public static void RefuseRepeatedNames(ReadOnlyMemory<byte> bytes)
    {
        var faults = new Faults();
        try
        {
            using var json = JsonDocument.Parse(bytes, Document with { AllowDuplicateProperties = true });
            AddRepeatedNames(json.RootElement, "", faults);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return; // Something else is wrong with it, or with a name.
        }

        faults.ThrowIfAny();
    }

    /// <summary>The same for every way of writing the same body: members sorted, no white space, strings decoded.</summary>
    public static string HashOf(JsonElement body)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            WriteSorted(body, writer);
        }

        return PublicId.Encode(SHA256.HashData(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)).AsSpan(0, 16));
    }

    private static void AddRepeatedNames(JsonElement element, string path, Faults faults)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var (i, item) in element.EnumerateArray().Index())
            {
                AddRepeatedNames(item, $"{path}[{i}]", faults);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            var times = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var member in element.EnumerateObject())
            {
                var here = path.Length == 0 ? member.Name : path + "." + member.Name;
                times[member.Name] = times.GetValueOrDefault(member.Name) + 1;
                if (times[member.Name] == 2)
                {
                    faults.Add(here, Faults.Malformed, "This field is named more than once.");
                }

                AddRepeatedNames(member.Value, here, faults);
            }
        }
    }

    private static void WriteSorted(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null).OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    WriteSorted(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    WriteSorted(item, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Undefined:
                writer.WriteNullValue();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(MarketJson.Options)
        {
            DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.Never,
        };
        options.MakeReadOnly();
        return options;
    }
}
