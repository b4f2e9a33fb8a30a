using System.Text.Json;
using Orleans.Storage;

namespace Marketplace.Grains.Serialization;

/// <summary>Stores grain records as <see cref="MarketJson"/>, whatever the storage provider.</summary>
internal sealed class MarketRecordSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, MarketJson.Options));

    public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, MarketJson.Options)!;
}
