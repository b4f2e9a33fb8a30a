using System.Globalization;
using System.Text.RegularExpressions;
using Marketplace.Agent.Machines;

namespace Marketplace.Agent.Inventory;

/// <summary>What NVIDIA's kernel module says, past the library that nvidia-smi uses.</summary>
internal static partial class NvidiaDriverSource
{
    private const string Folder = "/proc/driver/nvidia";

    public static void Read(Machine machine, ClaimLedger ledger)
    {
        if (machine.ReadText($"{Folder}/version") is { } version && Version().Match(version) is { Success: true } match)
        {
            ledger.Add("node", "nvidiaDriver", $"{Folder}/version", match.Groups[1].Value);
        }

        var addresses = machine.Names($"{Folder}/gpus");
        foreach (var address in addresses)
        {
            var text = machine.ReadText($"{Folder}/gpus/{address}/information");
            var subject = ClaimLedger.Gpu(address);
            ledger.Add(subject, "model", Folder, KernelSource.Field(text, "Model"));
            ledger.Add(subject, "uuid", Folder, KernelSource.Field(text, "GPU UUID") is { } uuid && !uuid.Contains('?', StringComparison.Ordinal) ? uuid : null);
            ledger.Add(subject, "vbios", Folder, KernelSource.Field(text, "Video BIOS") is { } bios && !bios.Contains('?', StringComparison.Ordinal) ? bios : null);
        }

        ledger.Add("node", "nvidiaGpus", Folder, addresses.Count == 0 ? null : addresses.Count.ToString(CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"Kernel Module(?: for \S+)?\s+([0-9]+(?:\.[0-9]+)+)")]
    private static partial Regex Version();
}
