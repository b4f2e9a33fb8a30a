using Marketplace.Agent.Attestation;
using Marketplace.Agent.Benchmarks;
using Marketplace.Agent.Commands;
using Marketplace.Agent.Tests.Work;
using Marketplace.Agent.Work;
using Marketplace.Domain.Verification;

namespace Marketplace.Agent.Tests.Benchmarks;

/// <summary>A challenge from its question to its last upload: memory, evidence of the maker, and an agent that was cut short.</summary>
public sealed class BenchmarkSessionTests : IDisposable
{
    private readonly FakeNode _node = new();
    private readonly FakeMarket _market = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public BenchmarkSessionTests()
    {
        _market.Devices = ["0"];
        _node.WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(gpus: 1));
    }

    [Fact]
    public async Task Memory_is_filled_and_read_when_it_is_asked_for()
    {
        await EnrolAsync();
        _market.Memory = new MemoryTerms(8, 256, 300);

        Assert.Equal(0, await RunAsync(devices: _ => SimulatedGpu.AsNode()));

        Assert.Equal(["0"], _market.Fills!.Devices);
        Assert.Null(_market.CheckMemory("0"));
        Assert.Contains(_market.Report!.Outputs, output => output is { Kind: OutputKind.MemoryWords, Device: "0", Bytes: 2400 });
        Assert.False(File.Exists(_node.AgentFolder.FileOf("raw", _market.Reads!.Devices[0].Sha256)));
    }

    [Fact]
    public async Task The_memory_of_a_gpu_that_CUDA_does_not_reach_is_left_out_and_named()
    {
        await EnrolAsync();
        _market.Memory = new MemoryTerms(8, 256, 300);

        Assert.Equal(0, await RunAsync(devices: _ => new WorkDevices(null, [new CpuDevice("0")])));

        Assert.Null(_market.Fills);
        Assert.DoesNotContain(_market.Report!.Outputs, output => output.Kind == OutputKind.MemoryWords);
        Assert.Contains("Memory of device 0 is not shown: CPU in the place of GPU 0", Said(_errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_that_is_not_there_is_named_and_the_rest_goes_on()
    {
        await EnrolAsync();
        _market.Devices = ["cpu"];
        _market.Memory = new MemoryTerms(1 << 26, 1 << 16, 300);

        Assert.Equal(0, await RunAsync(devices: _ => new WorkDevices(null, [new CpuDevice()])));

        Assert.Contains("MiB are asked for; this machine has", Said(_errors), StringComparison.Ordinal);
        Assert.Single(_market.Reports);
    }

    [Fact]
    public async Task Evidence_of_the_maker_that_is_missing_is_named()
    {
        await EnrolAsync();

        Assert.Equal(0, await RunAsync(attestation: [new NvmlAttestation("libnvidia-ml-absent.so"), new NvattestAttestation(_node.Machine)]));

        Assert.DoesNotContain(_market.Report!.Outputs, output => output.Kind is OutputKind.AttestationReport or OutputKind.AttestationChain);
        Assert.Contains("No evidence of the maker for GPU 0: NVML: libnvidia-ml-absent.so is not there; it comes with NVIDIA's driver; nvattest: it is not on the path", Said(_output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_cut_short_after_its_report_goes_on_with_the_very_same_report()
    {
        await EnrolAsync();
        _market.FailingUploads = 1;
        Assert.Equal(5, await RunAsync());
        var uploaded = _market.Uploaded.Count;

        Assert.Equal(0, await RunAsync());

        Assert.Single(_market.Reports);
        Assert.True(_market.Uploaded.Count > uploaded);
        Assert.Equal(_market.Report!.Outputs.Select(output => output.Sha256).Order(), _market.Uploaded.Keys.Order());
        Assert.Contains("was interrupted after its report was signed. The same report is sent again.", Said(_errors), StringComparison.Ordinal);
        Assert.Null(OpenAnswer.Of(_node.AgentFolder));
    }

    [Fact]
    public async Task A_report_that_is_refused_when_it_is_taken_up_again_is_not_written_anew()
    {
        await EnrolAsync();
        _market.FailingUploads = 1;
        await RunAsync();
        _market.Failures.Enqueue(new AgentException(ExitCode.Refused, "The marketplace refused: bench_1 is concluded. (challenge_over)"));

        // By now it is decided: that is told, and no second report is made.
        Assert.Equal(0, await RunAsync());

        Assert.Single(_market.Reports);
        Assert.Contains("Verdict on this node: Passed", Said(_output), StringComparison.Ordinal);
        Assert.Null(OpenAnswer.Of(_node.AgentFolder));
    }

    [Fact]
    public async Task An_answer_cut_short_before_its_report_is_asked_for_again_and_says_so()
    {
        await EnrolAsync();
        new OpenAnswer(FakeMarket.Run.Value, new DateTimeOffset(2027, 3, 1, 6, 0, 0, TimeSpan.Zero), IsReported: false).Save(_node.AgentFolder);

        Assert.Equal(0, await RunAsync());

        Assert.Single(_market.Reports);
        Assert.Contains($"The answer to challenge {FakeMarket.Run}, begun at 2027-03-01 06:00:00Z, was interrupted before its report.", Said(_errors), StringComparison.Ordinal);
        Assert.Null(OpenAnswer.Of(_node.AgentFolder));
    }

    public void Dispose()
    {
        _node.Dispose();
        _output.Dispose();
        _errors.Dispose();
    }

    private static string Said(StringWriter writer) => string.Join(' ', writer.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private async Task EnrolAsync() => Assert.Equal(0, await AgentCommandLine.RunAsync(
        ["enroll", "--market", "https://market.test/", "--token", FakeMarket.Token], Environment(null, null), TestContext.Current.CancellationToken));

    private Task<int> RunAsync(Func<IReadOnlyList<string?>, WorkDevices>? devices = null, IReadOnlyList<IAttestationSource>? attestation = null) =>
        AgentCommandLine.RunAsync(["benchmark"], Environment(devices, attestation), TestContext.Current.CancellationToken);

    private AgentEnvironment Environment(Func<IReadOnlyList<string?>, WorkDevices>? devices, IReadOnlyList<IAttestationSource>? attestation) => new()
    {
        Machine = _node.Machine,
        Output = _output,
        Errors = _errors,
        IsTerminal = false,
        Folder = _node.AgentFolder.Path,
        MarketAt = _ => _market,
        DevicesAt = devices ?? WorkDevices.Open,
        Attestation = attestation ?? [],
    };
}
