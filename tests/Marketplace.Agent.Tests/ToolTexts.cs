using System.Globalization;

namespace Marketplace.Agent.Tests;

/// <summary>Small outputs of tools, written for these tests after the tools' own formats. They were printed by no machine.</summary>
internal static class ToolTexts
{
    public const string Model = "NVIDIA H100 80GB HBM3";

    /// <summary>UUID of a GPU of the made-up node.</summary>
    public static string Uuid(int gpu, string node = "00") => $"GPU-{node}c0ffee-0000-4000-8000-{gpu.ToString("x12", CultureInfo.InvariantCulture)}";

    /// <summary>PCI address of a GPU of the made-up node.</summary>
    public static string Address(int gpu) => $"0000:{(0x18 + gpu * 8).ToString("x2", CultureInfo.InvariantCulture)}:00.0";

    /// <summary><c>nvidia-smi -q -x</c>, schema v12.</summary>
    public static string NvidiaSmi(int gpus = 8, string node = "00") => $"""
        <?xml version="1.0" ?>
        <!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
        <nvidia_smi_log>
          <timestamp>Mon Mar  1 09:00:00 2027</timestamp>
          <driver_version>570.124.06</driver_version>
          <cuda_version>12.8</cuda_version>
          <attached_gpus>{gpus}</attached_gpus>
        {string.Concat(Enumerable.Range(0, gpus).Select(gpu => Gpu(gpu, node)))}</nvidia_smi_log>

        """;

    /// <summary><c>nvidia-smi nvlink --status</c>.</summary>
    public static string NvLink(int gpus = 8) => string.Concat(Enumerable.Range(0, gpus).Select(gpu =>
        $"GPU {gpu}: {Model} (UUID: {Uuid(gpu)})\n" + string.Concat(Enumerable.Range(0, 18).Select(link => $"\t Link {link}: 26.562 GB/s\n"))));

    /// <summary><c>lspci -D -nn</c>.</summary>
    public static string Lspci(int gpus = 8) => """
        0000:00:00.0 Host bridge [0600]: Intel Corporation Device [8086:09a2] (rev 20)
        0000:03:00.0 VGA compatible controller [0300]: ASPEED Technology, Inc. ASPEED Graphics Family [1a03:2000] (rev 52)
        0000:0c:00.0 Infiniband controller [0207]: Mellanox Technologies MT2910 Family [ConnectX-7] [15b3:1021]

        """ + string.Concat(Enumerable.Range(0, gpus).Select(gpu => $"{Address(gpu)} 3D controller [0302]: NVIDIA Corporation GH100 [H100 SXM5 80GB] [10de:2330] (rev a1)\n"));

    /// <summary>nccl-tests: what eight GPUs reduce.</summary>
    public static string NcclTests(int gpus = 8, string average = "468.978") => $"""
        # nThread 1 nGpus {gpus} minBytes 8 maxBytes 8589934592 step: 2(factor) warmup iters: 5 iters: 20 agg iters: 1 validation: 1 graph: 0
        #
        # Using devices
        {string.Concat(Enumerable.Range(0, gpus).Select(gpu => $"#  Rank  {gpu} Group  0 Pid   4711 on    node-1 device  {gpu} [0x{Address(gpu)[5..7]}] {Model}\n"))}#
        #                                                              out-of-place                       in-place
        #       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong
        #        (B)    (elements)                               (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)
          4294967296    1073741824     float     sum      -1    16104  266.70  466.73      0    16098  266.80  466.90      0
          8589934592    2147483648     float     sum      -1    31902  269.26  471.21      0    31911  269.18  471.07      0
        # Out of bounds values : 0 OK
        # Avg bus bandwidth    : {average}
        #

        """;

    /// <summary>The body of a script that sweeps on the one GPU it may see, a little slower on each than on the one before.</summary>
    public static string GemmSweepOnEach(decimal teraflops) => $"case \"$CUDA_VISIBLE_DEVICES\" in\n" + string.Concat(Enumerable.Range(0, 8).Select(gpu => string.Create(
        CultureInfo.InvariantCulture, $"{gpu}) cat <<'END'\n{GemmSweep(teraflops - gpu * 0.713m)}END\n;;\n"))) + "*) exit 1 ;;\nesac\n";

    /// <summary>A GEMM sweep in BF16.</summary>
    public static string GemmSweep(decimal teraflops) => string.Create(CultureInfo.InvariantCulture, $"""
        gemm_precision=bf16
        gpu_name={Model}
        compute_cap=9.0
        gemm_shape=8192x8192x8192
        gemm_iterations=412
        max_abs_error=0
        max_relative_error=0
        nonfinite_count=0
        achieved_tflops={teraflops}
        GEMM_SWEEP_PASS

        """);

    /// <summary>gpu_stream, a little different on each GPU, as real ones are.</summary>
    public static string GpuStream(int gpus = 8, decimal less = 0) => "STREAM Benchmark\nBuffer size(bytes): 4294967296\n" + string.Concat(Enumerable.Range(0, gpus).Select(gpu => string.Create(
        CultureInfo.InvariantCulture,
        $"""

        Device {gpu}: "{Model}"  132 SMs(9.0)  Memory: 2619MHz x 5120-bit = 3352 GB/s PEAK   ECC is ON
        STREAM_COPY_double_gpu_{gpu}_buffer_4294967296_block_256    {2871.37m - less + gpu * 1.93m} {85.66m + gpu * 0.05m}
        STREAM_TRIAD_double_gpu_{gpu}_buffer_4294967296_block_256    {2956.18m - less + gpu * 2.71m} {88.19m + gpu * 0.08m}

        """)));

    private static string Gpu(int gpu, string node) => $"""
          <gpu id="0000{Address(gpu).ToUpperInvariant()}">
            <product_name>{Model}</product_name>
            <serial>165172300{gpu}{node}11</serial>
            <uuid>{Uuid(gpu, node)}</uuid>
            <vbios_version>96.00.99.00.01</vbios_version>
            <mig_mode><current_mig>Disabled</current_mig></mig_mode>
            <pci>
              <pci_device_id>233010DE</pci_device_id>
              <pci_bus_id>0000{Address(gpu).ToUpperInvariant()}</pci_bus_id>
              <pci_gpu_link_info>
                <pcie_gen><max_link_gen>5</max_link_gen><current_link_gen>5</current_link_gen></pcie_gen>
                <link_widths><max_link_width>16x</max_link_width><current_link_width>16x</current_link_width></link_widths>
              </pci_gpu_link_info>
            </pci>
            <clocks_event_reasons><clocks_event_reason_gpu_idle>Active</clocks_event_reason_gpu_idle></clocks_event_reasons>
            <fb_memory_usage><total>81559 MiB</total></fb_memory_usage>
            <ecc_mode><current_ecc>Enabled</current_ecc></ecc_mode>
            <ecc_errors><volatile><sram_uncorrectable>0</sram_uncorrectable><dram_uncorrectable>0</dram_uncorrectable></volatile></ecc_errors>
            <temperature><gpu_temp>{34 + gpu} C</gpu_temp></temperature>
            <gpu_power_readings>
              <instant_power_draw>{71 + gpu}.{gpu}3 W</instant_power_draw>
              <current_power_limit>700.00 W</current_power_limit>
              <max_power_limit>700.00 W</max_power_limit>
            </gpu_power_readings>
            <clocks><sm_clock>1980 MHz</sm_clock></clocks>
            <max_clocks><sm_clock>1980 MHz</sm_clock></max_clocks>
          </gpu>

        """;
}
