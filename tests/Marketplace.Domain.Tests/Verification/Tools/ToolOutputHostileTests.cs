using System.Globalization;
using System.Text;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Domain.Tests.Verification.Tools;

/// <summary>Outputs made to break the reader: each is refused with a reason, soon, and none ends the process.</summary>
public sealed class ToolOutputHostileTests
{
    private const string NcclHeading = "#       size         count      type   redop    root     time   algbw   busbw #wrong\n";
    private const string NcclEnd = "# Out of bounds values : 0 OK\n# Avg bus bandwidth    : 1.0\n#\n";

    [Theory]
    [InlineData(33)]
    [InlineData(400_000)]
    public void Elements_that_lie_too_deep_in_each_other_are_refused(int depth)
    {
        var text = string.Concat(Enumerable.Repeat("<a>", depth)) + "x" + string.Concat(Enumerable.Repeat("</a>", depth));

        Assert.Contains("deep", ToolOutput.Read(Tool.NvidiaSmi, $"<nvidia_smi_log>{text}</nvidia_smi_log>").Fault!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_type_is_passed_over_whatever_it_holds()
    {
        var nested = string.Concat(Enumerable.Repeat("<!ELEMENT a (b)>", 200_000));
        const string Log = "<nvidia_smi_log><attached_gpus>1</attached_gpus><gpu><product_name>NVIDIA H100</product_name></gpu></nvidia_smi_log>";

        Assert.Single(ToolOutput.Read(Tool.NvidiaSmi, $"<!DOCTYPE nvidia_smi_log [{nested}]>{Log}").Reading!.Gpus);
        Assert.NotNull(ToolOutput.Read(Tool.NvidiaSmi, $"<!DOCTYPE nvidia_smi_log [{nested}]><nvidia_smi_log><attached_gpus>&x;</attached_gpus></nvidia_smi_log>").Fault);
    }

    [Fact]
    public void Many_counters_of_many_names_take_no_longer_than_they_are_long()
    {
        var counters = string.Concat(Enumerable.Range(0, 150_000).Select(number => $"<uncorrectable_{number}>0</uncorrectable_{number}>"));
        var text = $"<nvidia_smi_log><attached_gpus>1</attached_gpus><gpu><product_name>NVIDIA H100</product_name><ecc_errors><volatile>{counters}</volatile></ecc_errors></gpu></nvidia_smi_log>";

        Assert.Equal(0, ToolOutput.Read(Tool.NvidiaSmi, text).Reading!.Gpus[0].UncorrectableErrors);
    }

    [Theory]
    [InlineData(Tool.RocmSmi, """{"card0":{"Card series":"\ud800"}}""")]
    [InlineData(Tool.DcgmDiag, """{"DCGM Diagnostic":{"test_categories":[{"tests":[{"name":"\ud800","results":[{"status":"Pass"}]}]}]}}""")]
    [InlineData(Tool.MlperfSystem, """{"accelerator_model_name":"\udc00","accelerators_per_node":8}""")]
    [InlineData(Tool.Fio, """{"jobs":[{"jobname":"\ud800","error":0}]}""")]
    [InlineData(Tool.Iperf3, """{"error":"\ud800"}""")]
    [InlineData(Tool.Nvbandwidth, """{"nvbandwidth":{"testcases":[{"name":"\ud800","status":"Passed","sum":1}]}}""")]
    public void Half_a_surrogate_pair_is_no_text(Tool tool, string output) => Assert.Contains("no tool prints", ToolOutput.Read(tool, output).Fault!.Reason, StringComparison.Ordinal);

    [Fact]
    public void A_figure_beyond_measure_is_refused_wherever_it_stands()
    {
        Assert.NotNull(ToolOutput.Read(Tool.NcclTests, NcclHeading + "9223372036854775807 1 float sum -1 0.0000000000000000000000000001 1 1 0\n" + NcclEnd).Fault);
        Assert.NotNull(ToolOutput.Read(Tool.NcclTests, NcclHeading + "8 1 float sum -1 1 0.01 79228162514264337593543950335 0\n" + NcclEnd).Fault);
        Assert.NotNull(ToolOutput.Read(Tool.GpuStream, Stream("79228162514264337593543950335")).Fault);
        Assert.NotNull(ToolOutput.Read(Tool.GpuStream, Stream("-2900.5")).Fault);
        Assert.NotNull(ToolOutput.Read(Tool.Fio, """{"jobs":[{"jobname":"a","error":0,"read":{"total_ios":1,"bw_bytes":79228162514264337593543950335,"iops":1},"write":{"total_ios":0}}]}""").Fault);
        Assert.NotNull(ToolOutput.Read(Tool.Fio, """{"jobs":[{"jobname":"a","error":0,"read":{"total_ios":1,"bw_bytes":-5,"iops":1},"write":{"total_ios":0}}]}""").Fault);
        Assert.Null(ToolOutput.Read(Tool.GpuStream, Stream("2900.5")).Fault);

        static string Stream(string figure) => $"STREAM Benchmark\nDevice 0: \"NVIDIA H100\"\nSTREAM_COPY_double_gpu_0_buffer_4096_block_128\t{figure} 86.5\n";
    }

    [Theory]
    [InlineData(Tool.GpuBurn, "Tested ")]
    [InlineData(Tool.Hpl, "HPLinpack\n||Ax-b||\nEnd of Tests.\n")]
    [InlineData(Tool.CudaBandwidth, "[CUDA Bandwidth Test]\nbandwidthTest-D2D, Bandwidth = 1.0 GB/s, Time = 0.1 s, Size = 8 bytes, NumDevsUsed = 1\nResult =")]
    public void A_line_that_ends_too_early_breaks_nothing(Tool tool, string output)
    {
        var result = ToolOutput.Read(tool, output);

        Assert.True((result.Reading is null) != (result.Fault is null));
    }

    [Theory]
    [InlineData(Tool.GpuBurn, "proc'd: ", "Tested 0 GPUs:\n")]
    [InlineData(Tool.NcclTests, "#  Rank 1", NcclHeading)]
    [InlineData(Tool.NcclTests, "1", NcclHeading)]
    [InlineData(Tool.KernelLog, "NVRM: Xid (PCI:0000:00:00", "\n")]
    [InlineData(Tool.Nvbandwidth, "Device 0: (", "\n")]
    public void A_line_that_only_ever_begins_takes_no_longer_than_it_is_long(Tool tool, string beginning, string end)
    {
        var endless = new StringBuilder(ToolOutput.Longest);
        while (endless.Length + beginning.Length + end.Length < ToolOutput.Longest)
        {
            endless.Append(beginning);
        }

        var bearable = string.Join('\n', Enumerable.Repeat(string.Concat(Enumerable.Repeat(beginning, 12_000 / beginning.Length)), 600));

        Assert.Contains("characters", ToolOutput.Read(tool, endless + end).Fault!.Reason, StringComparison.Ordinal);
        var result = ToolOutput.Read(tool, bearable + "\n" + end);
        Assert.True((result.Reading is null) != (result.Fault is null));
    }

    [Fact]
    public void More_gpus_and_figures_than_any_machine_has_are_refused()
    {
        var gpus = string.Concat(Enumerable.Repeat("<gpu><product_name>NVIDIA H100</product_name></gpu>", 2_000));
        var rows = string.Concat(Enumerable.Range(0, 30_000).Select(row => string.Create(CultureInfo.InvariantCulture, $"STREAM_COPY_double_gpu_0_buffer_{row}_block_128\t2900.5 86.5\n")));

        Assert.Contains("no tool prints so many", ToolOutput.Read(Tool.NvidiaSmi, $"<nvidia_smi_log><attached_gpus>2000</attached_gpus>{gpus}</nvidia_smi_log>").Fault!.Reason, StringComparison.Ordinal);
        Assert.Contains("no tool prints so many", ToolOutput.Read(Tool.GpuStream, "STREAM Benchmark\nDevice 0: \"NVIDIA H100\"\n" + rows).Fault!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_cut_within_a_character() => Assert.Equal("ab…", Figures.Cut("ab😀cd", 3));
}
