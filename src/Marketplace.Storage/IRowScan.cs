using Marketplace.Grains.Ports;

namespace Marketplace.Storage;

/// <summary>A row and where it stands.</summary>
internal readonly record struct PlacedRow(string Table, string Partition, Row Row);

/// <summary>Reads every row of a store, for copying it whole.</summary>
internal interface IRowScan
{
    /// <summary>All rows but those of some tables: a partition's rows together and in order. Tombstones are no rows.</summary>
    IAsyncEnumerable<PlacedRow> AllAsync(IReadOnlySet<string> without, CancellationToken cancellation);
}
