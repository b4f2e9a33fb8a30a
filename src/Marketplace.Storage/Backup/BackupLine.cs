using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Grains.Ports;

namespace Marketplace.Storage.Backup;

/// <summary>A grain record in a copy, byte for byte as it was stored.</summary>
internal sealed record RecordLine(string State, string Type, string Key, string? Text, byte[]? Bytes)
{
    public static RecordLine Of(string state, string type, string key, byte[] payload)
    {
        var (text, bytes) = BackupLine.Form(payload);
        return new RecordLine(state, type, key, text, bytes);
    }

    [JsonIgnore]
    public byte[] Payload => BackupLine.Payload(Text, Bytes);
}

/// <summary>A row in a copy.</summary>
internal sealed record RowLine(string Table, string Partition, string Key, long Version, string? Text, byte[]? Bytes)
{
    public static RowLine Of(PlacedRow placed)
    {
        var (text, bytes) = BackupLine.Form(placed.Row.Data);
        return new RowLine(placed.Table, placed.Partition, placed.Row.Key, placed.Row.Version, text, bytes);
    }

    public Row ToRow() => new(Key, Version, BackupLine.Payload(Text, Bytes));
}

/// <summary>Payloads as text where they are text, so that a person can read a copy, else as base64; always byte for byte.</summary>
internal static class BackupLine
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>For the manifest, of which a later format may say more.</summary>
    public static JsonSerializerOptions ManifestJson { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static (string? Text, byte[]? Bytes) Form(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return (Strict.GetString(payload.Span), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, payload.ToArray());
        }
    }

    public static byte[] Payload(string? text, byte[]? bytes) => text is null ? bytes ?? [] : Strict.GetBytes(text);
}
