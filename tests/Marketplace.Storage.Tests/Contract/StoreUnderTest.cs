using System.Text.Json;
using Marketplace.Grains.Ports;
using Orleans.Storage;

namespace Marketplace.Storage.Tests.Contract;

/// <summary>One store behind its seams, as the contract tests see it.</summary>
public sealed record StoreUnderTest(IGrainStorage Records, IRowStore Rows, IRecordScan Scan, IAsyncDisposable Owner) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Owner.DisposeAsync();
}

/// <summary>What the contract tests keep in records.</summary>
public sealed record Note
{
    public string? Text { get; init; }

    public int Number { get; init; }
}

public sealed class NoteSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input));

    public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span);
}
