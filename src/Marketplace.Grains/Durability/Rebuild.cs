using Marketplace.Grains.Ports;

namespace Marketplace.Grains.Durability;

/// <summary>Lets every aggregate write its rows anew, where a store holds records and journals without them.</summary>
public sealed class Rebuild(IGrainFactory grains, IRecordScan records)
{
    private const int Page = 500;
    private const int AtOnce = 16;

    /// <summary>Rebuilds all record grains there are, and the journaled ones named.</summary>
    /// <param name="journaled">Addresses of journaled grains, as partitions of <see cref="RowTables.Journal"/> are named.</param>
    /// <param name="progress">Told how many aggregates are done.</param>
    /// <param name="cancellation">Stops between aggregates.</param>
    /// <returns>How many aggregates were rebuilt.</returns>
    public async Task<long> RunAsync(IEnumerable<string> journaled, Action<long> progress, CancellationToken cancellation = default)
    {
        var done = 0L;
        foreach (var some in journaled.Select(AggregateAddress.Parse).Chunk(AtOnce))
        {
            done += await RebuildAsync(some);
            progress(done);
        }

        foreach (var noun in GrainKinds.Records)
        {
            string? after = null;
            IReadOnlyList<string> keys;
            do
            {
                cancellation.ThrowIfCancellationRequested();
                keys = await records.KeysAsync(noun, noun, after, Page, cancellation);
                foreach (var some in keys.Select(key => new AggregateAddress(noun, key)).Chunk(AtOnce))
                {
                    done += await RebuildAsync(some);
                    progress(done);
                }

                after = keys.Count > 0 ? keys[^1] : null;
            }
            while (keys.Count == Page);
        }

        return done;
    }

    private async Task<int> RebuildAsync(AggregateAddress[] some)
    {
        var rebuilt = await Task.WhenAll(some.Select(address => GrainKeys.Resolve(grains, address).RebuildAsync()));
        return rebuilt.Count(done => done);
    }
}
