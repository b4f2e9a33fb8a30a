using System.Collections.Immutable;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Agent.Work;

/// <summary>The proof of work of one device: a product, committed to row by row, of which any rows can be opened afterwards.</summary>
internal sealed class WorkProof : IDisposable
{
    private const int BandBytes = 64 << 20;

    private readonly WorkChallenge _challenge;
    private readonly IWorkProduct _product;
    private readonly WorkCommitment _commitment;

    private WorkProof(WorkChallenge challenge, IWorkDevice device, IWorkProduct product, WorkCommitment commitment, TimeSpan computing)
    {
        _challenge = challenge;
        _product = product;
        _commitment = commitment;
        DeviceId = device.Id;
        DeviceName = device.Name;
        Computing = computing;
    }

    /// <summary>The device, as reports call it.</summary>
    public string DeviceId { get; }

    /// <summary>The device, for people.</summary>
    public string DeviceName { get; }

    /// <summary>What the node commits to.</summary>
    public string Root => _commitment.Root;

    /// <summary>How long the product alone took, by the node's clock.</summary>
    public TimeSpan Computing { get; }

    /// <summary>10^12 additions and multiplications of whole numbers a second, by the node's clock: for the operator's eyes, never evidence.</summary>
    public double TeraOperationsPerSecond => 2 * Math.Pow(_challenge.Size, 3) / Computing.TotalSeconds / 1e12;

    /// <summary>Computes the product and commits to its rows.</summary>
    public static WorkProof Compute(WorkChallenge challenge, IWorkDevice device, TimeProvider time, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var from = time.GetTimestamp();
        var product = device.Multiply(challenge, progress, cancellation);
        var computing = time.GetElapsedTime(from);
        try
        {
            return new WorkProof(challenge, device, product, Commit(challenge.Size, product, cancellation), computing);
        }
        catch
        {
            product.Dispose();
            throw;
        }
    }

    /// <summary>Opens the rows asked for.</summary>
    public ImmutableArray<OpenedRow> Open(WorkQuestion question)
    {
        var row = new int[_challenge.Size];
        return [.. question.Rows(_challenge).Select(index =>
        {
            _product.CopyRows(index, row);
            return new OpenedRow(index, [.. row], _commitment.Path(index));
        })];
    }

    /// <inheritdoc/>
    public void Dispose() => _product.Dispose();

    private static WorkCommitment Commit(int size, IWorkProduct product, CancellationToken cancellation)
    {
        var leaves = new byte[size][];
        var rows = Math.Min(size, BandBytes / sizeof(int) / size);
        var band = new int[rows * size];
        for (var first = 0; first < size; first += rows)
        {
            var from = first;
            product.CopyRows(first, band);
            Parallel.For(0, rows, new ParallelOptions { CancellationToken = cancellation }, row => leaves[from + row] = WorkCommitment.Leaf(band.AsSpan(row * size, size)));
        }

        return WorkCommitment.Of([.. leaves]);
    }
}
