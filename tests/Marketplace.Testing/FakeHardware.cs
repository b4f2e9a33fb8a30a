using System.Globalization;
using System.Text;

namespace Marketplace.Testing;

/// <summary>What the tools of a made-up node print. Figures differ a little between GPUs, as those of real ones do.</summary>
public sealed record FakeHardware
{
    /// <summary>Product name, as nvidia-smi prints it.</summary>
    public string Name { get; init; } = "NVIDIA H100 80GB HBM3";

    /// <summary>GPUs.</summary>
    public int Gpus { get; init; } = 2;

    /// <summary>Device memory, MiB.</summary>
    public int MemoryMebibytes { get; init; } = 81_559;

    /// <summary>Power limit, W.</summary>
    public int PowerWatts { get; init; } = 700;

    /// <summary>BF16 TFLOPS of the first GPU.</summary>
    public decimal Bf16 { get; init; } = 781.213m;

    /// <summary>Memory bandwidth of the first GPU, GB/s.</summary>
    public decimal MemoryBandwidth { get; init; } = 2901.37m;

    /// <summary>Makes ids and figures differ from those of other nodes: 0 to 999.</summary>
    public int Seed { get; init; }

    /// <summary>Whose figures these are, where they are another's.</summary>
    public int? FigureSeed { get; init; }

    /// <summary>Which run of its tools this is: no two print the same figures.</summary>
    public int Round { get; init; }

    /// <summary>PCI device id, as nvidia-smi prints it: that of the name.</summary>
    public string PciDeviceId => Name.Contains("A100", StringComparison.Ordinal) ? "20B210DE" : Name.Contains("4090", StringComparison.Ordinal) ? "268410DE" : "233010DE";

    /// <summary>UUID of a GPU.</summary>
    public string Uuid(int gpu) => string.Create(CultureInfo.InvariantCulture, $"GPU-{Seed:x8}-0000-4000-8000-{gpu:x12}");

    /// <summary>Board serial number of a GPU.</summary>
    public string Serial(int gpu) => string.Create(CultureInfo.InvariantCulture, $"1650{Seed:D5}{gpu:D4}");

    /// <summary><c>nvidia-smi -q -x</c>.</summary>
    public string NvidiaSmi()
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"<?xml version=\"1.0\" ?>\n<nvidia_smi_log>\n<driver_version>550.54.15</driver_version>\n<attached_gpus>{Gpus}</attached_gpus>\n"));
        for (var gpu = 0; gpu < Gpus; gpu++)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                <gpu id="00000000:{gpu + 1:X2}:00.0">
                  <product_name>{Name}</product_name>
                  <serial>{Serial(gpu)}</serial>
                  <uuid>{Uuid(gpu)}</uuid>
                  <pci><pci_device_id>{PciDeviceId}</pci_device_id><pci_bus_id>00000000:{gpu + 1:X2}:00.0</pci_bus_id></pci>
                  <fb_memory_usage><total>{MemoryMebibytes} MiB</total></fb_memory_usage>
                  <gpu_power_readings><power_draw>{71 + gpu}.5 W</power_draw><current_power_limit>{PowerWatts}.00 W</current_power_limit><max_power_limit>{PowerWatts}.00 W</max_power_limit></gpu_power_readings>
                </gpu>

                """);
        }

        return text.Append("</nvidia_smi_log>\n").ToString();
    }

    /// <summary>A BF16 GEMM sweep on one GPU.</summary>
    public string Gemm(int gpu)
    {
        const decimal Flop = 2m * 8192 * 8192 * 8192 * 500 / 1_000_000_000;
        var milliseconds = Math.Round(Flop / (Bf16 * Wobble(gpu, 11)), 3);
        return string.Create(CultureInfo.InvariantCulture, $"""
            gemm_precision=bf16
            gpu_name={Name}
            gemm_shape=8192x8192x8192
            gemm_iterations=500
            total_kernel_ms={milliseconds}
            max_relative_error=0
            nonfinite_count=0
            achieved_tflops={Math.Round(Flop / milliseconds, 3)}
            GEMM_SWEEP_PASS

            """);
    }

    /// <summary>SuperBench's gpu_stream on all GPUs.</summary>
    public string GpuStream()
    {
        var text = new StringBuilder("STREAM Benchmark\n");
        for (var gpu = 0; gpu < Gpus; gpu++)
        {
            text.Append(CultureInfo.InvariantCulture, $"Device {gpu}: \"{Name}\"\n");
            foreach (var (kernel, share) in new[] { ("COPY", 1m), ("SCALE", 0.9931m), ("ADD", 0.9712m), ("TRIAD", 0.9688m) })
            {
                text.Append(CultureInfo.InvariantCulture, $"STREAM_{kernel}_double_gpu_{gpu}_buffer_4294967296_block_128\t{Math.Round(MemoryBandwidth * share * Wobble(gpu, kernel.Length + kernel[0]), 2)} {Math.Round(share * 86, 2)}\n");
            }
        }

        return text.ToString();
    }

    private decimal Wobble(int gpu, int salt) => 1 - ((((((FigureSeed ?? Seed) * 31) + (gpu * 17) + (salt * 7) + (Round * 101)) * 2_654_435_761L) % 1009) / 1009m * 0.012m);
}
