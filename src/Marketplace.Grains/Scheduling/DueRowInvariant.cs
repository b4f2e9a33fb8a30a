using System.Collections.Immutable;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;

namespace Marketplace.Grains.Scheduling;

/// <summary>Every record that is open has its row in the due index, or nothing would ever wake it.</summary>
internal sealed class DueRowInvariant(GrainServices services, IRecordScan scan) : IInvariant
{
    private const int Page = 500;

    public string Name => "due_row_for_every_open_aggregate";

    public string Meaning => "Every open aggregate has a row in the due index at the market time of its next effect.";

    public async Task<ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation)
    {
        if (!scan.IsAvailable)
        {
            return ["This storage provider cannot list records, so this is not checked."];
        }

        var violations = ImmutableArray.CreateBuilder<string>();
        foreach (var noun in GrainKinds.Records)
        {
            string? after = null;
            IReadOnlyList<string> keys;
            do
            {
                keys = await scan.KeysAsync(noun, noun, after, Page, cancellation);
                foreach (var key in keys)
                {
                    if (await MissingAsync(new AggregateAddress(noun, key), cancellation) is { } missing)
                    {
                        violations.Add(missing);
                    }
                }

                after = keys.Count > 0 ? keys[^1] : null;
            }
            while (keys.Count == Page);
        }

        return violations.ToImmutable();
    }

    private async Task<string?> MissingAsync(AggregateAddress address, CancellationToken cancellation)
    {
        // A commit may move the row between the two reads, so what looks missing is looked at once more.
        for (var look = 0; ; look++)
        {
            var stored = new GrainState<RecordHead>();
            await services.Records.ReadStateAsync(address.Noun, GrainId.Create(address.Noun, address.Key), stored);
            if (!stored.RecordExists || stored.State?.Due is not { } due ||
                await services.Rows.GetAsync(DueIndex.Table, GrainKeys.DueShardOf(address), DueIndex.KeyFor(address, due), cancellation) is not null)
            {
                return null;
            }

            if (look == 1)
            {
                return $"{address} is open and due at {due.At}, but has no row in the due index.";
            }
        }
    }

    /// <summary>The one member of a record read here.</summary>
    internal sealed record RecordHead(DueRow? Due);
}
