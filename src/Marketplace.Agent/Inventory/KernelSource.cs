using System.Globalization;
using Marketplace.Agent.Machines;

namespace Marketplace.Agent.Inventory;

/// <summary>What the kernel says under /proc and /sys: processors, memory, versions, and whether it runs under a hypervisor.</summary>
internal static class KernelSource
{
    private const string Processors = "/proc/cpuinfo";

    public static void Read(Machine machine, ClaimLedger ledger)
    {
        ledger.Add("node", "kernel", "/proc/sys/kernel/osrelease", machine.ReadLine("/proc/sys/kernel/osrelease"));
        ledger.Add("node", "bootId", "/proc/sys/kernel/random/boot_id", machine.ReadLine("/proc/sys/kernel/random/boot_id"));
        ledger.Add("node", "machineId", "/etc/machine-id", machine.ReadLine("/etc/machine-id"));
        ledger.Add("node", "operatingSystem", "/etc/os-release", Assignment(machine.ReadText("/etc/os-release"), "PRETTY_NAME"));
        ledger.Add("node", "memoryKibibytes", "/proc/meminfo", Field(machine.ReadText("/proc/meminfo"), "MemTotal")?.Split(' ')[0]);
        ReadProcessors(machine, ledger);
    }

    private static void ReadProcessors(Machine machine, ClaimLedger ledger)
    {
        var text = machine.ReadText(Processors);
        var threads = (text ?? "").Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(block => Field(block, "processor") is not null).ToList();
        if (threads.Count == 0)
        {
            return;
        }

        ledger.Add("node", "cpu", Processors, Field(threads[0], "model name"));
        ledger.Add("node", "cpuThreads", Processors, Number(threads.Count));
        ledger.Add("node", "cpuSockets", Processors, Number(threads.Select(block => Field(block, "physical id") ?? "0").Distinct().Count()));
        ledger.Add("node", "cpuCores", Processors, Number(threads.Select(block => (Field(block, "physical id"), Field(block, "core id") ?? Field(block, "processor"))).Distinct().Count()));
        ledger.Add("node", "hypervisor", Processors, (Field(threads[0], "flags") ?? "").Split(' ').Contains("hypervisor") ? "true" : "false");
        ledger.Add("node", "hypervisor", "/sys/hypervisor/type", machine.ReadLine("/sys/hypervisor/type") is null ? null : "true");
        ledger.Add("node", "cpuThreads", "/sys/devices/system/cpu/online", Threads(machine.ReadLine("/sys/devices/system/cpu/online")));
    }

    /// <summary>How many a list such as <c>0-63,128-191</c> names.</summary>
    private static string? Threads(string? list)
    {
        var count = 0;
        foreach (var range in list?.Split(',') ?? [])
        {
            var ends = range.Split('-');
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            {
                return null;
            }

            count += last - first + 1;
        }

        return count == 0 ? null : Number(count);
    }

    /// <summary>The value behind <c>name : value</c>, in the first line that has it.</summary>
    internal static string? Field(string? text, string name) => text?.Split('\n')
        .Select(line => line.Split(':', 2))
        .FirstOrDefault(parts => parts.Length == 2 && parts[0].Trim() == name)?[1].Trim();

    private static string? Assignment(string? text, string name) => text?.Split('\n')
        .FirstOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..].Trim('"');

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
