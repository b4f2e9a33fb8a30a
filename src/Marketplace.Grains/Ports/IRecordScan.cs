namespace Marketplace.Grains.Ports;

/// <summary>
/// Reads grain records by grain type, for rebuilding rows, checking invariants and export. Only this project's own stores
/// can; behind a foreign storage provider <see cref="IsAvailable"/> is false.
/// </summary>
public interface IRecordScan
{
    /// <summary>Whether this store can list records.</summary>
    bool IsAvailable { get; }

    /// <summary>
    /// Keys of the records that grains of <paramref name="grainType"/> hold under <paramref name="stateName"/>, in ordinal
    /// order after <paramref name="after"/> (null: from the first), at most <paramref name="limit"/>.
    /// </summary>
    ValueTask<IReadOnlyList<string>> KeysAsync(string stateName, string grainType, string? after, int limit, CancellationToken cancellation = default);
}
