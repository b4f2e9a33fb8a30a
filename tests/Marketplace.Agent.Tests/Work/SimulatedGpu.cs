using ILGPU;
using ILGPU.Runtime.CPU;
using Marketplace.Agent.Work;

namespace Marketplace.Agent.Tests.Work;

/// <summary>ILGPU's simulator of a GPU, which runs the same kernels on the CPU, slowly.</summary>
internal sealed class SimulatedGpu : IDisposable
{
    // A tile needs 256 threads at once.
    private readonly Context _context = Context.Create(builder => builder.CPU(new CPUDevice(32, 8, 1)));

    public SimulatedGpu()
    {
        Device = new GpuDevice("0", _context.GetCPUDevice(0).CreateCPUAccelerator(_context));
    }

    public GpuDevice Device { get; }

    /// <summary>It as the only device of a node; disposed with what is returned.</summary>
    public static WorkDevices AsNode()
    {
        var gpu = new SimulatedGpu();
        return new WorkDevices(gpu._context, [gpu.Device]);
    }

    public void Dispose()
    {
        Device.Dispose();
        _context.Dispose();
    }
}
