using Marketplace.Agent.Machines;

namespace Marketplace.Agent.Inventory;

/// <summary>Network cards and InfiniBand ports, as the kernel drives them. Interfaces without a device behind them are left out.</summary>
internal static class NetworkSource
{
    private const string Net = "/sys/class/net";
    private const string Infiniband = "/sys/class/infiniband";

    public static void Read(Machine machine, ClaimLedger ledger)
    {
        foreach (var name in machine.Names(Net).Where(name => machine.Names($"{Net}/{name}/device").Count > 0))
        {
            string? File(string file) => machine.ReadLine($"{Net}/{name}/{file}");
            var subject = "nic " + name;
            ledger.Add(subject, "pciAddress", Net, Pci(machine.TargetName($"{Net}/{name}/device")));
            ledger.Add(subject, "driver", Net, machine.TargetName($"{Net}/{name}/device/driver"));
            ledger.Add(subject, "state", Net, File("operstate"));

            // A link that is down has the speed -1, or none.
            ledger.Add(subject, "megabitsPerSecond", Net, File("speed") is { } speed && !speed.StartsWith('-') ? speed : null);
        }

        foreach (var name in machine.Names(Infiniband))
        {
            string? File(string file) => machine.ReadLine($"{Infiniband}/{name}/{file}");
            var subject = "rdma " + name;
            ledger.Add(subject, "pciAddress", Infiniband, Pci(machine.TargetName($"{Infiniband}/{name}/device")));
            ledger.Add(subject, "board", Infiniband, File("board_id"));
            ledger.Add(subject, "firmware", Infiniband, File("fw_ver"));
            ledger.Add(subject, "guid", Infiniband, File("node_guid"));
            foreach (var port in machine.Names($"{Infiniband}/{name}/ports"))
            {
                ledger.Add($"{subject} port {port}", "rate", Infiniband, File($"ports/{port}/rate"));
                ledger.Add($"{subject} port {port}", "state", Infiniband, File($"ports/{port}/state"));
                ledger.Add($"{subject} port {port}", "linkLayer", Infiniband, File($"ports/{port}/link_layer"));
            }
        }
    }

    // A virtual machine's card hangs on a bus of its own.
    private static string? Pci(string? device) => device?.Count(letter => letter == ':') == 2 ? device : null;
}
