using CsCheck;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Domain.Tests.Verification.Tools;

/// <summary>Real outputs are read to the figures a person would find in them; damaged ones are refused whole.</summary>
public sealed class ToolOutputTests
{
    /// <summary>Every sample with its tool, and whether its end can be told from a cut.</summary>
    public static TheoryData<string, Tool, bool> Samples => new()
    {
        { "nvidia-smi-a100-sxm4-v12.xml", Tool.NvidiaSmi, true },
        { "nvidia-smi-rtx-3080-v12.xml", Tool.NvidiaSmi, true },
        { "nvidia-smi-rtx-3080-v13.xml", Tool.NvidiaSmi, true },
        { "nvidia-smi-tesla-t4.xml", Tool.NvidiaSmi, true },
        { "rocm-smi-mi100-rocm571.json", Tool.RocmSmi, true },
        { "dcgmi-diag-gb10-level1.json", Tool.DcgmDiag, true },
        { "dcgmi-diag-gb10-level2-plugins-allowed.json", Tool.DcgmDiag, true },
        { "dcgmi-diag-gb10-level2-plugins-gated.json", Tool.DcgmDiag, true },
        { "superbench-nccl_allgather.log", Tool.NcclTests, true },
        { "superbench-nccl_allreduce.log", Tool.NcclTests, true },
        { "superbench-nccl_reducescatter.log", Tool.NcclTests, true },
        { "superbench-nvbandwidth_results.log", Tool.Nvbandwidth, true },
        { "superbench-gpu_burn.log", Tool.GpuBurn, true },
        { "superbench-hpl_results.log", Tool.Hpl, true },
        { "superbench-gpu_stream.log", Tool.GpuStream, false },
        { "superbench-cuda_memory_d2d_bw.log", Tool.CudaBandwidth, true },
        { "superbench-ib_loopback_all_sizes.log", Tool.RdmaBandwidth, false },
        { "gemm-gb10-bf16.stdout", Tool.GemmSweep, true },
        { "gemm-gb10-fp8.stdout", Tool.GemmSweep, true },
        { "gemm-gb10-tf32.stdout", Tool.GemmSweep, true },
        { "mlperf-v5.1-llama2-70b-99-offline-AMD-8xMI300X_2xEPYC_9575F.txt", Tool.MlperfSummary, true },
        { "mlperf-v5.1-llama2-70b-99-offline-AMD-8xMI325X_2xEPYC_9575F_1.txt", Tool.MlperfSummary, true },
        { "mlperf-v5.1-llama2-70b-99-offline-Cisco-HGX-H100_H100-SXM-80GBx16_TRT.txt", Tool.MlperfSummary, true },
        { "mlperf-v5.1-llama2-70b-99-offline-NVIDIA-B200-SXM-180GBx8_TRT.txt", Tool.MlperfSummary, true },
        { "mlperf-v5.1-llama2-70b-99-offline-NVIDIA-GB200-NVL72_GB200-186GB_aarch64x4_TRT.txt", Tool.MlperfSummary, true },
        { "mlperf-v5.1-llama2-70b-99-offline-Nebius-H200-SXM-141GBx8_TRT.txt", Tool.MlperfSummary, true },
        { "mlperf-v5.1-system-B200-SXM-180GBx8_TRT.json", Tool.MlperfSystem, true },
        { "mlperf-v5.1-system-DGX-H100_H100-SXM-80GBx8_TRT.json", Tool.MlperfSystem, true },
        { "mlperf-v5.1-system-GB300-NVL72_GB300-288GB_aarch64x72_TRT.json", Tool.MlperfSystem, true },
        { "mlperf-v5.1-system-H200-SXM-141GBx8_TRT.json", Tool.MlperfSystem, true },
        { "gpud-dmesg-xid-119.log", Tool.KernelLog, false },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_real_output_is_read(string file, Tool tool, bool hasEnd)
    {
        var result = ToolOutput.Read(tool, Sample(file));

        Assert.Null(result.Fault);
        Assert.Equal(tool, result.Reading!.Tool);
        Assert.True(result.Reading.Gpus.Length + result.Reading.Measures.Length + result.Reading.Xids.Length > 0, $"Nothing was read; end known: {hasEnd}.");
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_cut_output_is_refused_whole_where_its_end_can_be_told(string file, Tool tool, bool hasEnd)
    {
        var whole = Sample(file);
        var meaning = whole.TrimEnd();
        Gen.Int[0, meaning.Length - 2].Sample(
            length =>
            {
                var result = ToolOutput.Read(tool, whole[..length]);
                return (result.Reading is null) != (result.Fault is null) && !(hasEnd && result.Reading is not null && !SaysTheSame(result.Reading, tool, whole));
            },
            iter: 150);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_damaged_output_never_breaks_the_reader(string file, Tool tool, bool hasEnd)
    {
        var whole = Sample(file);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[1, 40], Gen.String[0, 30]).Sample(
            (at, length, with) =>
            {
                var damaged = whole[..at] + with + whole[Math.Min(whole.Length, at + length)..];
                var result = ToolOutput.Read(tool, damaged);
                return hasEnd is var _ && (result.Reading is null) != (result.Fault is null) && result.Fault?.Reason != "";
            },
            iter: 150);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void An_output_of_another_tool_is_refused(string file, Tool tool, bool hasEnd)
    {
        // A kernel log may say nothing of GPUs, so any text is one.
        foreach (var other in Enum.GetValues<Tool>().Where(other => other != tool && other != Tool.KernelLog))
        {
            Assert.True(ToolOutput.Read(other, Sample(file)).Fault is not null, $"{file} was read as {other}; end known: {hasEnd}.");
        }
    }

    /// <summary>Files of the folder that no tool printed, and what reads them instead.</summary>
    private static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["SOURCES.md"] = "people",
        ["dcgm-diag-schema.json"] = "people: a schema",
        ["gpud-fabricmanager.log"] = "nothing yet: a service's own log",
        ["mlperf-inference-v5.1-summary_results.json"] = "the bands, when they were made",
        ["nvtrust-detached_claims_remote.json"] = "the test of attestation",
        ["nvtrust-hopperAttestationReport.txt"] = "GpuAttestation",
        ["nvtrust-hopperCertChain.txt"] = "GpuAttestation",
    };

    [Fact]
    public void Every_file_of_the_samples_is_read_by_what_it_is_meant_for_and_breaks_no_reader_whole_or_damaged()
    {
        var folder = Path.GetDirectoryName(SharedData.Require("samples/SOURCES.md"))!;
        var read = Samples.Select(sample => sample.Data.Item1).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            var name = Path.GetFileName(file);
            Assert.True(read.Contains(name) ^ Others.ContainsKey(name), $"{name} is read by no parser, and not named as what it is.");
            var whole = File.ReadAllText(file);
            var random = new Random(name.Length);
            foreach (var tool in Enum.GetValues<Tool>())
            {
                foreach (var text in (string[])[whole, whole[..random.Next(whole.Length)], whole[random.Next(whole.Length)..], whole.Replace('1', '\0'), whole.Replace("\n", "\r", StringComparison.Ordinal)])
                {
                    var result = ToolOutput.Read(tool, text);
                    Assert.True((result.Reading is null) != (result.Fault is null), $"{name} as {tool}: neither read nor refused.");
                }
            }
        }
    }

    [Fact]
    public void What_is_too_long_is_refused() => Assert.NotNull(ToolOutput.Read(Tool.KernelLog, new string('x', ToolOutput.Longest + 1)).Fault);

    [Fact]
    public void Xml_that_reaches_outside_or_grows_is_refused()
    {
        const string Outside = """<!DOCTYPE nvidia_smi_log [<!ENTITY x SYSTEM "file:///etc/passwd">]><nvidia_smi_log><attached_gpus>&x;</attached_gpus></nvidia_smi_log>""";

        Assert.Equal("nvidia-smi declares no entities.", ToolOutput.Read(Tool.NvidiaSmi, Outside).Fault!.Reason);
    }

    [Fact]
    public void Eight_A100s_reduce_at_235_gigabytes_a_second()
    {
        var reading = Read(Tool.NcclTests, "superbench-nccl_allreduce.log");

        Assert.Equal(ToolVerdict.Passed, reading.Verdict);
        Assert.Equal(8, reading.Gpus.Length);
        Assert.All(reading.Gpus, gpu => Assert.Equal("A100-SXM4-40GB", gpu.Model));
        Assert.Equal([235.26m, 235.03m], reading.Measures.Where(measure => measure.Bytes == 8_589_934_592).Select(measure => measure.Value));
        Assert.Equal(68.4048m, reading.Measures[^1].Value);
    }

    [Fact]
    public void An_A100_is_read_with_all_that_identifies_it()
    {
        var reading = Read(Tool.NvidiaSmi, "nvidia-smi-a100-sxm4-v12.xml");
        var gpu = reading.Gpus[0];

        Assert.Equal("535.54.03", reading.Version);
        Assert.Equal("4 GPUs are attached, 1 are described.", Assert.Single(reading.Remarks));
        Assert.Equal("NVIDIA A100-SXM4-80GB", gpu.Model);
        Assert.Equal("GPU-513536b6-7d19-9063-b049-1e69664bb298", gpu.Uuid);
        Assert.Equal("1650522003820", gpu.Serial);
        Assert.Equal("20b2", gpu.PciDeviceId);
        Assert.Equal("00000000:01:00.0", gpu.PciAddress);
        Assert.Equal(81_920, gpu.MemoryMebibytes);
        Assert.Equal((67.03m, 500m, 500m), (gpu.PowerDrawWatts, gpu.PowerLimitWatts, gpu.MostPowerWatts));
        Assert.Equal((1275, 1410), (gpu.ClockMegahertz, gpu.MostClockMegahertz));
        Assert.Equal((4, 16, 16), (gpu.PcieGeneration, gpu.PcieWidth, gpu.MostPcieWidth));
        Assert.Equal((true, 0L, true), (gpu.EccEnabled, gpu.UncorrectableErrors, gpu.IsPartitioned));
        Assert.Empty(gpu.ThrottleReasons);
    }

    [Fact]
    public void What_a_card_hides_is_unknown_and_a_narrow_link_is_seen()
    {
        var hidden = Read(Tool.NvidiaSmi, "nvidia-smi-rtx-3080-v13.xml").Gpus[0];
        var narrow = Read(Tool.NvidiaSmi, "nvidia-smi-tesla-t4.xml").Gpus[0];

        Assert.Null(hidden.Serial);
        Assert.Null(hidden.EccEnabled);
        Assert.Equal(142.33m, hidden.PowerDrawWatts);
        Assert.Null(narrow.Serial);
        Assert.Equal((8, 16), (narrow.PcieWidth, narrow.MostPcieWidth));
    }

    [Fact]
    public void Six_MI100s_are_read()
    {
        var gpus = Read(Tool.RocmSmi, "rocm-smi-mi100-rocm571.json").Gpus;

        Assert.Equal(6, gpus.Length);
        Assert.Equal(("Arcturus GL-XL [Instinct MI100]", "738c", 32_752L, 290m, 300, 16), (gpus[0].Model, gpus[0].PciDeviceId, gpus[0].MemoryMebibytes, gpus[0].PowerLimitWatts, gpus[0].ClockMegahertz, gpus[0].PcieWidth));
        Assert.Null(gpus[0].Uuid);
    }

    [Theory]
    [InlineData("dcgmi-diag-gb10-level1.json")]
    [InlineData("dcgmi-diag-gb10-level2-plugins-gated.json")]
    [InlineData("dcgmi-diag-gb10-level2-plugins-allowed.json")]
    public void A_diagnostic_that_fails_for_a_mode_alone_is_neither_passed_nor_failed(string file)
    {
        var reading = Read(Tool.DcgmDiag, file);

        Assert.Equal(ToolVerdict.Inconclusive, reading.Verdict);
        Assert.Contains(reading.Remarks, remark => remark.Contains("(error 29)", StringComparison.Ordinal));
        Assert.Equal(ToolVerdict.Failed, ToolOutput.Read(Tool.DcgmDiag, Sample(file).Replace(": 29", ": 30", StringComparison.Ordinal).Replace(":29", ":30", StringComparison.Ordinal)).Reading!.Verdict);
    }

    [Fact]
    public void A_diagnostic_that_mostly_skips_is_no_pass()
    {
        const string Result = """{"entity_group":"GPU","entity_group_id":1,"entity_id":0,"status":"STATUS"}""";
        string Test(string name, string status) => $$$"""{"name":"{{{name}}}","results":[{{{Result.Replace("STATUS", status, StringComparison.Ordinal)}}}],"test_summary":{"status":"{{{status}}}"}}""";
        var output = $$$"""{"DCGM GPU Diagnostic":{"test_categories":[{"category":"Hardware","tests":[{{{Test("software", "Pass")}}},{{{Test("memory", "Skip")}}},{{{Test("diagnostic", "Skip")}}}]}]}}""";

        Assert.Equal(ToolVerdict.Inconclusive, ToolOutput.Read(Tool.DcgmDiag, output).Reading!.Verdict);
    }

    [Fact]
    public void Burn_in_names_every_device_and_its_verdict()
    {
        var reading = Read(Tool.GpuBurn, "superbench-gpu_burn.log");

        Assert.Equal(ToolVerdict.Passed, reading.Verdict);
        Assert.Equal("GPU-b876c63f-396c-f826-5cd0-6b8409990352", reading.Gpus[0].Uuid);
        Assert.Equal(8, reading.Measures.Length);

        var faulty = ToolOutput.Read(Tool.GpuBurn, Sample("superbench-gpu_burn.log").Replace("GPU 3: OK", "GPU 3: FAULTY", StringComparison.Ordinal)).Reading!;
        Assert.Equal(ToolVerdict.Failed, faulty.Verdict);
        Assert.Equal("GPU 3: FAULTY", Assert.Single(faulty.Remarks));
    }

    [Fact]
    public void Linpack_counts_with_its_residual_only()
    {
        var reading = Read(Tool.Hpl, "superbench-hpl_results.log");
        Assert.Equal((ToolVerdict.Passed, 8.1261m), (reading.Verdict, Assert.Single(reading.Measures).Value));

        var wrong = Sample("superbench-hpl_results.log").Replace("...... PASSED", "...... FAILED", StringComparison.Ordinal);
        Assert.Equal(ToolVerdict.Failed, ToolOutput.Read(Tool.Hpl, wrong).Reading!.Verdict);
    }

    [Fact]
    public void Inference_counts_when_it_is_valid()
    {
        var reading = Read(Tool.MlperfSummary, "mlperf-v5.1-llama2-70b-99-offline-Nebius-H200-SXM-141GBx8_TRT.txt");
        Assert.Equal(ToolVerdict.Passed, reading.Verdict);
        Assert.Equal([118.653m, 34_812.1m], reading.Measures.Select(measure => measure.Value));

        var invalid = Sample("mlperf-v5.1-llama2-70b-99-offline-Nebius-H200-SXM-141GBx8_TRT.txt").Replace("Result is : VALID", "Result is : INVALID", StringComparison.Ordinal);
        Assert.Equal(ToolVerdict.Failed, ToolOutput.Read(Tool.MlperfSummary, invalid).Reading!.Verdict);
    }

    [Fact]
    public void Copies_streams_and_products_are_read_in_their_units()
    {
        Assert.Equal(1985.60m, Read(Tool.Nvbandwidth, "superbench-nvbandwidth_results.log").Measures[0].Value);
        Assert.Contains(Read(Tool.Nvbandwidth, "superbench-nvbandwidth_results.log").Measures, measure => measure is { Name: "host_device_latency_sm", Unit: MeasureUnit.Microseconds, Value: 0.77258m });
        Assert.Equal(7414.01m, Read(Tool.GpuStream, "superbench-gpu_stream.log").Measures.Where(measure => measure is { Name: "TRIAD", Gpu: 0 }).Max(measure => measure.Value));
        Assert.Equal(46.473m, Read(Tool.GemmSweep, "gemm-gb10-bf16.stdout").Measures[0].Value);
        Assert.Equal(762.8m, Read(Tool.CudaBandwidth, "superbench-cuda_memory_d2d_bw.log").Measures[^1].Value);
        Assert.Equal(24.37m, decimal.Round(Read(Tool.RdmaBandwidth, "superbench-ib_loopback_all_sizes.log").Measures[^1].Value, 2));
    }

    [Fact]
    public void Xid_errors_are_found_in_the_kernels_log()
    {
        var xid = Read(Tool.KernelLog, "gpud-dmesg-xid-119.log").Xids[0];

        Assert.Equal((119, "0000:9b:00"), (xid.Code, xid.PciAddress));
        Assert.Empty(ToolOutput.Read(Tool.KernelLog, "nothing of note\n").Reading!.Xids);
    }

    [Fact]
    public void Storage_network_and_main_memory_are_read()
    {
        const string Fio = """{"fio version":"fio-3.33","jobs":[{"jobname":"seq","error":0,"read":{"total_ios":4096,"bw_bytes":6871947673,"iops":6553.6},"write":{"total_ios":0,"bw_bytes":0,"iops":0}}]}""";
        const string Iperf = """{"start":{"version":"iperf 3.12"},"end":{"sum_sent":{"bits_per_second":98500000000},"sum_received":{"bits_per_second":98400000000}}}""";
        const string Stream = "Function    Best Rate MB/s  Avg time\nCopy:          310000.5     0.1\nScale:         300000.0     0.1\nAdd:           320000.0     0.1\nTriad:         321000.0     0.1\nSolution Validates: avg error less than 1.000000e-13 on all three arrays\n";

        Assert.Equal([6.871947673m, 6553.6m], ToolOutput.Read(Tool.Fio, Fio).Reading!.Measures.Select(measure => measure.Value));
        Assert.Equal([98.5m, 98.4m], ToolOutput.Read(Tool.Iperf3, Iperf).Reading!.Measures.Select(measure => measure.Value));
        Assert.Equal([310.0005m, 300m, 320m, 321m], ToolOutput.Read(Tool.Stream, Stream).Reading!.Measures.Select(measure => measure.Value));
        Assert.NotNull(ToolOutput.Read(Tool.Stream, Stream[..^75]).Fault);
        Assert.Equal(ToolVerdict.Failed, ToolOutput.Read(Tool.Iperf3, """{"start":{},"error":"unable to connect"}""").Reading!.Verdict);
    }

    private static string Sample(string file) => File.ReadAllText(SharedData.Require($"samples/{file}"));

    private static ToolReading Read(Tool tool, string file) => ToolOutput.Read(tool, Sample(file)).Reading!;

    /// <summary>A cut after the last word that matters may still be the whole of it.</summary>
    private static bool SaysTheSame(ToolReading cut, Tool tool, string whole)
    {
        var full = ToolOutput.Read(tool, whole).Reading!;
        return cut.Verdict == full.Verdict && cut.Gpus.Length == full.Gpus.Length && cut.Measures.SequenceEqual(full.Measures);
    }
}
