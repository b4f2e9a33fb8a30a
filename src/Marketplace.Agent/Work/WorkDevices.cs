using System.Globalization;
using ILGPU;

namespace Marketplace.Agent.Work;

/// <summary>
/// The devices of a node that prove work, under the names that reports use: GPUs by the inventory's index, or the CPU of a node
/// without any. A GPU that CUDA does not reach has its product computed by the CPU, and its name says so.
/// </summary>
internal sealed class WorkDevices : IDisposable
{
    private readonly Context? _context;

    /// <summary>Devices that are open.</summary>
    /// <param name="context">Disposed after them; null for none.</param>
    /// <param name="devices">Disposed with this.</param>
    public WorkDevices(Context? context, IReadOnlyList<IWorkDevice> devices)
    {
        _context = context;
        Devices = devices;
    }

    /// <summary>One for each GPU, or the CPU alone.</summary>
    public IReadOnlyList<IWorkDevice> Devices { get; }

    /// <summary>Opens them, and compiles what they run.</summary>
    /// <param name="gpuAddresses">PCI addresses of the GPUs in the inventory's order; null where a tool tells none.</param>
    public static WorkDevices Open(IReadOnlyList<string?> gpuAddresses)
    {
        if (gpuAddresses.Count == 0)
        {
            return new WorkDevices(null, [new CpuDevice()]);
        }

        var context = GpuDevice.NewContext();
        var found = GpuDevice.Find(context);
        return new WorkDevices(context, [.. gpuAddresses.Select<string?, IWorkDevice>((address, index) =>
        {
            var id = index.ToString(CultureInfo.InvariantCulture);
            return found.FirstOrDefault(gpu => address is not null && gpu.Address == Inventory.ClaimLedger.Address(address)) is { } gpu
                ? gpu.Open(id)
                : new CpuDevice(id);
        })]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var device in Devices)
        {
            device.Dispose();
        }

        _context?.Dispose();
    }
}
