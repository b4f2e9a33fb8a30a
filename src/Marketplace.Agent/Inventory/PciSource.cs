using System.Globalization;
using System.Text.RegularExpressions;
using Marketplace.Agent.Machines;

namespace Marketplace.Agent.Inventory;

/// <summary>What hangs on the PCI bus: accelerators and network cards, through lspci and through the kernel.</summary>
internal static partial class PciSource
{
    private const string Devices = "/sys/bus/pci/devices";
    private const string Nvidia = "10de";
    private const string Amd = "1002";
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(20);

    public static async Task ReadAsync(Machine machine, ClaimLedger ledger, CancellationToken cancellation)
    {
        ReadKernel(machine, ledger);
        if (machine.Find(["lspci", "/usr/sbin/lspci", "/sbin/lspci"]) is not { } lspci)
        {
            ledger.Miss("lspci", "install the package pciutils");
            return;
        }

        var run = await machine.RunAsync(lspci, ["-D", "-nn"], Quick, cancellation: cancellation).ConfigureAwait(false);
        if (!run.Succeeded)
        {
            ledger.Miss("lspci", $"it did not answer: {run.Complaint}");
            return;
        }

        var gpus = 0;
        foreach (var device in run.Output.Split('\n').Select(line => Device().Match(line)).Where(match => match.Success))
        {
            var (address, kind, name, vendor, id) = (device.Groups[1].Value, device.Groups[2].Value, device.Groups[3].Value, device.Groups[4].Value, device.Groups[5].Value);
            if (IsGpu(kind, vendor))
            {
                ledger.Add(ClaimLedger.Gpu(address), "pciName", "lspci", name);
                ledger.Add(ClaimLedger.Gpu(address), "pciDeviceId", "lspci", id);
                gpus += vendor == Nvidia ? 1 : 0;
            }
            else if (IsNetwork(kind))
            {
                ledger.Add("pci " + ClaimLedger.Address(address), "networkCard", "lspci", name);
            }
        }

        ledger.Add("node", "nvidiaGpus", "lspci", gpus == 0 ? null : gpus.ToString(CultureInfo.InvariantCulture));
    }

    private static void ReadKernel(Machine machine, ClaimLedger ledger)
    {
        var gpus = 0;
        foreach (var address in machine.Names(Devices))
        {
            string? File(string name) => machine.ReadLine($"{Devices}/{address}/{name}");
            var kind = File("class") is { Length: 8 } code ? code[2..6] : "";
            var vendor = File("vendor") is { Length: 6 } text ? text[2..] : "";
            if (!IsGpu(kind, vendor))
            {
                continue;
            }

            var subject = ClaimLedger.Gpu(address);
            ledger.Add(subject, "pciDeviceId", Devices, File("device") is { Length: 6 } id ? id[2..] : null);
            ledger.Add(subject, "pcieWidth", Devices, File("current_link_width"));
            ledger.Add(subject, "mostPcieWidth", Devices, File("max_link_width"));
            ledger.Add(subject, "numaNode", Devices, File("numa_node"));
            ledger.Add(subject, "uuid", Devices, File("unique_id"));
            ledger.Add(subject, "serial", Devices, File("serial_number"));
            ledger.Add(subject, "memoryMebibytes", Devices, long.TryParse(File("mem_info_vram_total"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                ? (bytes >> 20).ToString(CultureInfo.InvariantCulture)
                : null);
            gpus += vendor == Nvidia ? 1 : 0;
        }

        ledger.Add("node", "nvidiaGpus", Devices, gpus == 0 ? null : gpus.ToString(CultureInfo.InvariantCulture));
    }

    // Display controllers and processing accelerators; the small one that only draws the console is of another maker.
    private static bool IsGpu(string kind, string vendor) => (vendor is Nvidia or Amd) && (kind is "0300" or "0302" or "0380" or "1200");

    private static bool IsNetwork(string kind) => kind is "0200" or "0207";

    [GeneratedRegex(@"^([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) .+? \[([0-9a-f]{4})\]: (.+) \[([0-9a-f]{4}):([0-9a-f]{4})\]")]
    private static partial Regex Device();
}
