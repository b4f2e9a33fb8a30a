using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Agent.Machines;
using Marketplace.Agent.Miners;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Inventory;

/// <summary>Takes the inventory: asks every source there is, one after the other.</summary>
/// <param name="machine">What to look at.</param>
/// <param name="folder">Where raw outputs are kept.</param>
/// <param name="time">Dates it.</param>
internal sealed class InventoryTaker(Machine machine, AgentFolder folder, TimeProvider time)
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Diagnosis = TimeSpan.FromMinutes(5);

    /// <summary>Names of the steps, for progress.</summary>
    public static IReadOnlyList<string> Steps { get; } = ["kernel and firmware", "PCI", "network", "nvidia-smi", "rocm-smi", "dcgmi"];

    /// <summary>Takes it.</summary>
    /// <param name="miners">ASIC miners to ask.</param>
    /// <param name="progress">Told each step as it begins.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<NodeInventory> TakeAsync(IReadOnlyList<MinerAddress> miners, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        var ledger = new ClaimLedger();
        progress?.Invoke(Steps[0]);
        KernelSource.Read(machine, ledger);
        await FirmwareSource.ReadAsync(machine, ledger, cancellation).ConfigureAwait(false);
        progress?.Invoke(Steps[1]);
        await PciSource.ReadAsync(machine, ledger, cancellation).ConfigureAwait(false);
        NvidiaDriverSource.Read(machine, ledger);
        progress?.Invoke(Steps[2]);
        NetworkSource.Read(machine, ledger);
        progress?.Invoke(Steps[3]);
        await ReadNvidiaAsync(ledger, cancellation).ConfigureAwait(false);
        progress?.Invoke(Steps[4]);
        if (await RunAsync(ledger, Tool.RocmSmi, "rocm-smi", ["-a", "--json"], Quick, "comes with ROCm (package rocm-smi-lib)", cancellation).ConfigureAwait(false) is { } amd)
        {
            GpuClaims.Add(ledger, "rocm-smi", amd);
        }

        progress?.Invoke(Steps[5]);
        if (await RunAsync(ledger, Tool.DcgmDiag, "dcgmi", ["diag", "-r", "1", "-j"], Diagnosis, "comes with NVIDIA DCGM (package datacenter-gpu-manager-4)", cancellation).ConfigureAwait(false) is { } diagnosis)
        {
            GpuClaims.AddByIndex(ledger, "dcgmi", diagnosis);
        }

        var readings = ImmutableArray.CreateBuilder<MinerReading>();
        foreach (var miner in miners)
        {
            progress?.Invoke($"miner {miner}");
            readings.Add(await MinerClient.ReadAsync(miner, cancellation).ConfigureAwait(false));
        }

        return new NodeInventory(time.GetUtcNow(), AgentVersion.Text, ledger.Properties, ledger.Raw, ledger.Missing, readings.ToImmutable());
    }

    private async Task ReadNvidiaAsync(ClaimLedger ledger, CancellationToken cancellation)
    {
        const string HowToGet = "comes with NVIDIA's driver (package nvidia-utils)";
        if (await RunAsync(ledger, Tool.NvidiaSmi, "nvidia-smi", ["-q", "-x"], Quick, HowToGet, cancellation).ConfigureAwait(false) is not { } reading)
        {
            return;
        }

        GpuClaims.Add(ledger, "nvidia-smi", reading);
        ledger.Add("node", "nvidiaDriver", "nvidia-smi", reading.Version);
        ledger.Add("node", "nvidiaGpus", "nvidia-smi", reading.Gpus.Length.ToString(CultureInfo.InvariantCulture));
        var links = await machine.RunAsync(machine.Find("nvidia-smi")!, ["nvlink", "--status"], Quick, cancellation: cancellation).ConfigureAwait(false);
        if (links.Succeeded)
        {
            NvLink.Read(links.Output, ledger);
        }
    }

    private async Task<ToolReading?> RunAsync(ClaimLedger ledger, Tool tool, string name, string[] arguments, TimeSpan limit, string howToGet, CancellationToken cancellation)
    {
        if (machine.Find(name) is not { } executable)
        {
            ledger.Miss(name, howToGet);
            return null;
        }

        var run = await machine.RunAsync(executable, arguments, limit, cancellation: cancellation).ConfigureAwait(false);
        var result = ToolOutput.Read(tool, run.Output);

        // A diagnostic that finds something ends with an error code, and what it prints counts all the same.
        var fault = result.Fault is null ? null : run.Succeeded ? result.Fault.Reason : run.Complaint;
        ledger.Keep(new RawOutput(tool, folder.Keep(run.Output), string.Join(' ', [name, .. arguments]), fault));
        return result.Reading;
    }
}
