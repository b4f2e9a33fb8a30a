using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using NodaTime;

namespace Marketplace.Domain.Tests.Verification;

/// <summary>What a judge makes of an answer: of a node with two GPUs, its tools' outputs, and what was seen elsewhere.</summary>
public sealed class ReportCheckTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 1, 5, 9, 0);
    private static readonly NodeId One = NodeId.From("node_1");

    [Fact]
    public void Figures_of_every_gpu_pass()
    {
        var judged = Judge(Sweep(0), Sweep(1), Streams(2));

        Assert.Equal((NodeOutcome.Passed, 781.0m), (judged.Verdict.Outcome, judged.Verdict.Figures.Bf16Teraflops));
    }

    [Fact]
    public void One_good_gpu_does_not_stand_for_the_others()
    {
        Assert.Contains(Downgrades(Sweep(0), Streams(2)), detail => detail.StartsWith("BF16 throughput was shown of 1 of 2 GPUs", StringComparison.Ordinal));
        Assert.Contains(Downgrades(Sweep(0), Sweep(1), Streams(1)), detail => detail.StartsWith("Memory bandwidth was shown of 1 of 2 GPUs", StringComparison.Ordinal));

        // Twice on the same, on one that is not there, or on one that is not named.
        Assert.Single(Downgrades(Sweep(0), Sweep(0, "0", 0.4m), Streams(2)));
        Assert.Single(Downgrades(Sweep(0), Sweep(1, "7"), Streams(2)));
        Assert.Single(Downgrades(Sweep(0), Sweep(1, null), Streams(2)));
    }

    [Fact]
    public void A_sum_over_all_gpus_is_not_the_figure_of_one()
    {
        const string Copies = """{"nvbandwidth":{"testcases":[{"name":"device_local_copy","status":"Passed","sum":5800.5}]}}""";

        var judged = Judge(Sweep(0), Sweep(1), Text(Tool.Nvbandwidth, Copies, null));

        Assert.Equal((NodeOutcome.Passed, 2900.25m), (judged.Verdict.Outcome, judged.Verdict.Figures.MemoryBandwidth));
    }

    [Fact]
    public void What_breaks_the_judge_fails_by_that()
    {
        var given = Case(Inventory(), Sweep(0), Sweep(1), Streams(2));

        var judged = ReportCheck.Judge(given with { Outputs = [] });

        Assert.Equal(NodeOutcome.Failed, judged.Verdict.Outcome);
        Assert.Contains("cannot be judged", Assert.Single(judged.Verdict.Findings).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_of_another_node_that_no_quotient_holds_break_nothing()
    {
        var given = Case(Inventory(), Sweep(0), Sweep(1), Streams(2));
        var other = new NodeAnswer(NodeId.From("node_2")) { Report = new string('d', 64), Digits = [.. Enumerable.Repeat(0.0000000000000000000000000001m, 10)] };

        Assert.Equal(NodeOutcome.Passed, ReportCheck.Judge(given with { Run = given.Run with { Answers = given.Run.Answers.Add(other) } }).Verdict.Outcome);
    }

    [Fact]
    public void A_finding_quotes_no_more_of_an_output_than_a_record_holds()
    {
        var judged = Judge(Sweep(0), Sweep(1), Streams(2), Text(Tool.GemmSweep, Sweep(2).Text.Replace("NVIDIA H100 80GB HBM3", "NVIDIA " + new string('x', 15_000), StringComparison.Ordinal), "1"));

        Assert.Equal(NodeOutcome.Failed, judged.Verdict.Outcome);
        Assert.All(judged.Verdict.Findings, finding => Assert.InRange(finding.Detail.Length, 1, NodeVerdict.LongestDetail + 1));
    }

    [Fact]
    public void Measuring_outputs_are_named_and_those_that_may_agree_by_chance_are_not()
    {
        var stream = Streams(2);

        Assert.Equal(["output:" + stream.Digest], Judge(Sweep(0), Sweep(1), stream).Prints);
        Assert.Equal(2, Judge([.. Enumerable.Range(0, 8).Select(gpu => Sweep(gpu, "0", gpu * 0.3m)), stream]).Prints.Count);
    }

    [Fact]
    public void An_output_of_another_challenge_and_a_boot_of_another_node_are_rejected()
    {
        var given = Case(Inventory(), Sweep(0), Sweep(1), Streams(2));

        var old = ReportCheck.Judge(given with { Clashes = [new DeviceClash("output:abc", "in a challenge of another operator")] }).Verdict;
        var twice = ReportCheck.Judge(given with { Clashes = [new DeviceClash("boot:1f0c", "with node_2, another node of this operator")] }).Verdict;

        Assert.Equal((NodeOutcome.Failed, FindingKind.Statistics), (old.Outcome, old.Findings[0].Kind));
        Assert.Contains("uploaded before, in a challenge of another operator", old.Findings[0].Detail, StringComparison.Ordinal);
        Assert.Equal((NodeOutcome.Failed, FindingKind.Uniqueness), (twice.Outcome, twice.Findings[0].Kind));
        Assert.Contains("one machine answered for two nodes", twice.Findings[0].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("233010DE", 1980, null)]
    [InlineData("20B210DE", 1980, FindingWeight.Reject)]
    [InlineData("222210DE", 1980, FindingWeight.Review)]
    [InlineData("233010DE", 1755, FindingWeight.Review)]
    public void Device_ids_and_clocks_are_the_models(string device, int clock, FindingWeight? weight)
    {
        var judged = ReportCheck.Judge(Case(Inventory(device, clock), Sweep(0), Sweep(1), Streams(2)));

        Assert.Equal(weight, judged.Verdict.Findings.FirstOrDefault()?.Weight);
    }

    [Fact]
    public void The_makers_evidence_has_to_be_of_the_models_chip()
    {
        var h100 = HardwareCatalogue.Find(SkuId.From("nvidia-h100-sxm5-80gb"))!;
        var b300 = HardwareCatalogue.Find(SkuId.From("nvidia-b300-sxm6-288gb"))!;

        Assert.True(ModelDevices.HasChip(h100, "GH100 A01 GSP BROM"));
        Assert.False(ModelDevices.HasChip(h100, "GB100 A01 GSP BROM"));
        Assert.Equal(FindingWeight.Reject, ReportCheck.OtherChip(h100, "0", "GB100 A01 GSP BROM").Weight);

        // Of a model whose chip nobody published it counts for nothing, and is held against nobody.
        Assert.Null(ModelDevices.HasChip(b300, "GB110 A01 GSP BROM"));
        Assert.Equal(FindingWeight.Note, ReportCheck.OtherChip(b300, "0", "GB110 A01 GSP BROM").Weight);
    }

    [Fact]
    public void Every_known_id_is_one_models() =>
        Assert.All(HardwareCatalogue.All.Where(model => model.Gpu is not null && model.Id.Value is not ("nvidia-b300-sxm6-288gb" or "nvidia-gb300-nvl72-288gb")), model =>
            Assert.NotEmpty(ModelDevices.Look(model, [new GpuReading { Index = 0, PciDeviceId = "ffff" }])));

    private static Judgement Judge(params ImmutableArray<Printed> outputs) => ReportCheck.Judge(Case([Inventory(), .. outputs]));

    private static List<string> Downgrades(params ImmutableArray<Printed> outputs)
    {
        var verdict = Judge(outputs).Verdict;
        Assert.Equal(NodeOutcome.Downgraded, verdict.Outcome);
        return [.. verdict.Findings.Select(finding => finding.Detail)];
    }

    private static ReportCase Case(params ImmutableArray<Printed> outputs)
    {
        ImmutableArray<ReportedOutput> named = [.. outputs.Select(output => new ReportedOutput(OutputKind.ToolOutput, output.Digest, output.Text.Length, output.Tool, output.Device))];
        var report = new BenchmarkReport(
            BenchmarkRunId.From("bench_1"), One, new string('a', 64), 2, "test", new ReportClock(Now, Now, Now), new ReportedMachine("boot"),
            [.. Enumerable.Range(0, 2).Select(gpu => new ReportedGpu(gpu, "NVIDIA H100 80GB HBM3", Uuid(gpu)))], named, []);
        var run = new BenchmarkRun
        {
            Id = report.RunId,
            Purpose = BenchmarkPurpose.Listing,
            OperatorId = OrganizationId.From("org_operator"),
            PoolId = PoolId.From("pool_1"),
            Sku = SkuId.From("nvidia-h100-sxm5-80gb"),
            GpusPerNode = 2,
            Population = 1,
            OpenedAt = Now,
            ClosesAt = Now,
            Status = BenchmarkRunStatus.Issued,
            Challenge = Challenge.Issue(report.Nonce, Now, 256),
            Answers = [new NodeAnswer(One) { Report = new string('c', 64), ReportedAt = Now, BootId = "boot", Outputs = named }],
        };
        return new ReportCase(run, report, outputs.ToImmutableDictionary(output => output.Digest, output => Encoding.UTF8.GetBytes(output.Text).ToImmutableArray()), [], Now);
    }

    private static string Uuid(int gpu) => $"GPU-0000000{gpu}-0000-4000-8000-000000000000";

    private static Printed Inventory(string device = "233010DE", int clock = 1980) => Text(
        Tool.NvidiaSmi,
        "<nvidia_smi_log><attached_gpus>2</attached_gpus>" + string.Concat(Enumerable.Range(0, 2).Select(gpu =>
            $"<gpu><product_name>NVIDIA H100 80GB HBM3</product_name><uuid>{Uuid(gpu)}</uuid><pci><pci_device_id>{device}</pci_device_id></pci><max_clocks><sm_clock>{clock} MHz</sm_clock></max_clocks></gpu>")) + "</nvidia_smi_log>",
        null);

    private static Printed Sweep(int gpu) => Sweep(gpu, gpu.ToString(CultureInfo.InvariantCulture));

    private static Printed Sweep(int gpu, string? device, decimal less = 0) => Text(
        Tool.GemmSweep,
        string.Create(CultureInfo.InvariantCulture, $"gemm_precision=bf16\ngpu_name=NVIDIA H100 80GB HBM3\nmax_relative_error=0\nnonfinite_count=0\nachieved_tflops={781.213m - (gpu * 0.426m) - less}\nGEMM_SWEEP_PASS\n"),
        device);

    private static Printed Streams(int gpus) => Text(
        Tool.GpuStream,
        "STREAM Benchmark\n" + string.Concat(Enumerable.Range(0, gpus).Select(gpu => string.Create(
            CultureInfo.InvariantCulture, $"Device {gpu}: \"NVIDIA H100 80GB HBM3\"\nSTREAM_COPY_double_gpu_{gpu}_buffer_4294967296_block_128\t{2901.37m - (gpu * 1.93m)} 86.5\nSTREAM_TRIAD_double_gpu_{gpu}_buffer_4294967296_block_128\t{2956.18m - (gpu * 2.71m)} 88.1\n"))),
        null);

    private static Printed Text(Tool tool, string text, string? device) => new(tool, text, device);

    private sealed record Printed(Tool Tool, string Text, string? Device)
    {
        public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
    }
}
