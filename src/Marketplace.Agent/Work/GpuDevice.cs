using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Agent.Work;

/// <summary>One GPU through ILGPU. Kernels are compiled for it when the device is opened, before any clock runs.</summary>
internal sealed class GpuDevice : IWorkDevice
{
    private const int RowsOfABand = 2048;

    private readonly Accelerator _accelerator;
    private readonly Action<Index1D, ArrayView1D<int, Stride1D.Dense>, ulong> _fillLeft;
    private readonly Action<Index2D, ArrayView1D<int, Stride1D.Dense>, ulong, int> _fillRight;
    private readonly Action<KernelConfig, ArrayView1D<int, Stride1D.Dense>, ArrayView1D<int, Stride1D.Dense>, ArrayView1D<int, Stride1D.Dense>, int, int> _multiply;
    private readonly Action<Index1D, ArrayView1D<ulong, Stride1D.Dense>, ulong, int, int> _fillMemory;
    private readonly Action<Index1D, ArrayView1D<ulong, Stride1D.Dense>, ArrayView1D<ulong, Stride1D.Dense>, ulong, int, int, int> _readMemory;

    /// <summary>Takes over an accelerator.</summary>
    /// <param name="id">How reports call it.</param>
    /// <param name="accelerator">The GPU; disposed with this.</param>
    public GpuDevice(string id, Accelerator accelerator)
    {
        Id = id;
        _accelerator = accelerator;
        _fillLeft = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView1D<int, Stride1D.Dense>, ulong>(GpuKernels.FillLeft);
        _fillRight = accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView1D<int, Stride1D.Dense>, ulong, int>(GpuKernels.FillRight);
        _multiply = accelerator.LoadStreamKernel<ArrayView1D<int, Stride1D.Dense>, ArrayView1D<int, Stride1D.Dense>, ArrayView1D<int, Stride1D.Dense>, int, int>(GpuKernels.Multiply);
        _fillMemory = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView1D<ulong, Stride1D.Dense>, ulong, int, int>(GpuKernels.FillMemory);
        _readMemory = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView1D<ulong, Stride1D.Dense>, ArrayView1D<ulong, Stride1D.Dense>, ulong, int, int, int>(GpuKernels.ReadMemory);
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public string Name => _accelerator.Name;

    /// <inheritdoc/>
    public bool HoldsMemory => true;

    /// <summary>Bytes of device memory.</summary>
    public long MemoryBytes => _accelerator.MemorySize;

    /// <summary>Every CUDA GPU of the node. None where there is no driver.</summary>
    /// <param name="context">Lives as long as the devices.</param>
    public static IReadOnlyList<FoundGpu> Find(Context context)
    {
        var found = new List<FoundGpu>();
        foreach (var device in context.GetCudaDevices())
        {
            found.Add(new FoundGpu($"{device.PCIDomainId:x4}:{device.PCIBusId:x2}:{device.PCIDeviceId:x2}.0", id => new GpuDevice(id, device.CreateCudaAccelerator(context))));
        }

        return found;
    }

    /// <summary>What devices are found and compiled with.</summary>
    public static Context NewContext() => Context.Create(builder => builder.Cuda());

    /// <inheritdoc/>
    public IWorkProduct Multiply(WorkChallenge challenge, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var n = challenge.Size;
        _accelerator.Bind();
        var product = _accelerator.Allocate1D<int>((long)n * n);
        try
        {
            using var left = _accelerator.Allocate1D<int>((long)n * n / 4);
            using var right = _accelerator.Allocate1D<int>((long)n * n / 4);
            _fillLeft((Index1D)(int)((long)n * n / 8), left.View, challenge.Key("left"));
            _fillRight(new Index2D(n / 8, n / 4), right.View, challenge.Key("right"), n);
            for (var row = 0; row < n; row += RowsOfABand)
            {
                cancellation.ThrowIfCancellationRequested();
                var rows = Math.Min(RowsOfABand, n - row);
                _multiply(new KernelConfig(new Index3D(n / GpuKernels.Tile, rows / GpuKernels.Tile, 1), new Index3D(GpuKernels.Side, GpuKernels.Side, 1)), left.View, right.View, product.View, n, row);
                _accelerator.Synchronize();
                progress?.Report((double)(row + rows) / n);
            }

            return new Product(_accelerator, product, n);
        }
        catch
        {
            product.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IFilledMemory Fill(MemoryChallenge challenge, CancellationToken cancellation = default)
    {
        _accelerator.Bind();
        var memory = Allocate(challenge);
        try
        {
            _fillMemory(challenge.Blocks, memory.View, challenge.Key, challenge.Blocks, challenge.BlockWords);
            _accelerator.Synchronize();
            return new Memory(this, challenge, memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _accelerator.Dispose();

    private MemoryBuffer1D<ulong, Stride1D.Dense> Allocate(MemoryChallenge challenge)
    {
        try
        {
            return _accelerator.Allocate1D<ulong>(challenge.Words);
        }
        catch (AcceleratorException refused)
        {
            throw new InsufficientMemoryException($"{challenge.Bytes >> 20} MiB are asked for and not free on {Name}: {refused.Message}", refused);
        }
    }

    private sealed class Product(Accelerator accelerator, MemoryBuffer1D<int, Stride1D.Dense> product, int size) : IWorkProduct
    {
        public void CopyRows(int first, Span<int> into)
        {
            accelerator.Bind();
            product.View.SubView((long)first * size, into.Length).CopyToCPU(ref into[0], into.Length);
            accelerator.Synchronize();
        }

        public void Dispose() => product.Dispose();
    }

    private sealed class Memory(GpuDevice device, MemoryChallenge challenge, MemoryBuffer1D<ulong, Stride1D.Dense> memory) : IFilledMemory
    {
        // Held before the question comes, as the rest.
        private readonly MemoryBuffer1D<ulong, Stride1D.Dense> _answers = device._accelerator.Allocate1D<ulong>(challenge.Reads);

        public ulong[] Read(MemoryQuestion question)
        {
            device._accelerator.Bind();
            device._readMemory(1, memory.View, _answers.View, question.Start, challenge.Reads, challenge.Blocks, challenge.BlockWords);
            device._accelerator.Synchronize();
            return _answers.GetAsArray1D();
        }

        public void Dispose()
        {
            _answers.Dispose();
            memory.Dispose();
        }
    }
}

/// <summary>A GPU that CUDA reaches.</summary>
/// <param name="Address">PCI address with a domain of four digits.</param>
/// <param name="Open">Opens it under the name that reports use.</param>
internal sealed record FoundGpu(string Address, Func<string, GpuDevice> Open);
