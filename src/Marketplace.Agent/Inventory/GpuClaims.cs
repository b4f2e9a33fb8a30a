using System.Globalization;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Inventory;

/// <summary>What a tool's reading says of GPUs, as claims.</summary>
internal static class GpuClaims
{
    /// <summary>By the address each GPU has; GPUs without one by their number.</summary>
    public static void Add(ClaimLedger ledger, string source, ToolReading reading)
    {
        foreach (var gpu in reading.Gpus)
        {
            if (gpu.PciAddress is { } address)
            {
                ledger.GpuOrder.Add(ClaimLedger.Address(address));
            }

            Add(ledger, gpu.PciAddress is null ? $"gpu {gpu.Index}" : ClaimLedger.Gpu(gpu.PciAddress), source, gpu);
        }
    }

    /// <summary>By the driver's order, for tools that number GPUs only.</summary>
    public static void AddByIndex(ClaimLedger ledger, string source, ToolReading reading)
    {
        foreach (var gpu in reading.Gpus)
        {
            Add(ledger, gpu.Index < ledger.GpuOrder.Count ? ClaimLedger.Gpu(ledger.GpuOrder[gpu.Index]) : $"gpu {gpu.Index}", source, gpu);
        }
    }

    private static void Add(ClaimLedger ledger, string subject, string source, GpuReading gpu)
    {
        ledger.Add(subject, "model", source, gpu.Model);
        ledger.Add(subject, "uuid", source, gpu.Uuid);
        ledger.Add(subject, "serial", source, gpu.Serial);
        ledger.Add(subject, "pciDeviceId", source, gpu.PciDeviceId);
        ledger.Add(subject, "vbios", source, gpu.Vbios);
        ledger.Add(subject, "memoryMebibytes", source, Text(gpu.MemoryMebibytes));
        ledger.Add(subject, "mostPowerWatts", source, Text(gpu.MostPowerWatts));
        ledger.Add(subject, "powerLimitWatts", source, Text(gpu.PowerLimitWatts));
        ledger.Add(subject, "mostClockMegahertz", source, Text(gpu.MostClockMegahertz));
        ledger.Add(subject, "pcieWidth", source, Text(gpu.PcieWidth));
        ledger.Add(subject, "mostPcieWidth", source, Text(gpu.MostPcieWidth));
        ledger.Add(subject, "ecc", source, Text(gpu.EccEnabled));
        ledger.Add(subject, "partitioned", source, Text(gpu.IsPartitioned));
    }

    private static string? Text<T>(T? value)
        where T : struct => Convert.ToString(value, CultureInfo.InvariantCulture)?.ToLowerInvariant();
}
