using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Marketplace.Agent.Attestation;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Attestation;
using Marketplace.Domain.Verification.Tools;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Agent.Tests.Attestation;

/// <summary>
/// Evidence of the maker on its way from a GPU to a report. No machine here has a GPU in confidential-computing mode: real
/// evidence of an H100 is handed out by stand-ins for NVML and nvattest, which know only the nonce it was made for.
/// </summary>
public sealed class AttestationCollectorTests : IDisposable
{
    private const string Nonce = "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb";
    private const string Uuid = "GPU-00c0ffee-0000-4000-8000-000000000000";

    private static readonly Instant Then = Instant.FromUtc(2024, 9, 26, 20, 26);
    private static readonly GpuReading Gpu = new() { Index = 0, Uuid = Uuid };
    private readonly FakeNode _node = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Real_evidence_from_nvattest_travels_whole_and_holds_at_the_marketplace()
    {
        _node.WriteTool("nvattest", Nvattest(1));

        await AssertHoldsAsync(new NvattestAttestation(_node.Machine));
    }

    [Fact]
    public async Task Real_evidence_from_the_drivers_library_travels_whole_and_holds_at_the_marketplace() =>
        await AssertHoldsAsync(new NvmlAttestation(await BuildLibraryAsync()));

    [Fact]
    public async Task The_drivers_library_is_asked_with_the_nonce_and_its_refusals_are_told()
    {
        var library = await BuildLibraryAsync();

        Assert.Equal("NVML: nvmlDeviceGetHandleByUUID says stand-in 6 (6)", await WhyAsync(new NvmlAttestation(library), new GpuReading { Index = 0, Uuid = "GPU-another" }));
        Assert.Equal("NVML: no tool tells the GPU's UUID", await WhyAsync(new NvmlAttestation(library), new GpuReading { Index = 0 }));
        Assert.Equal("NVML: confidential computing is not supported by this GPU, or switched off", await WhyAsync(new NvmlAttestation(library), Gpu, new string('0', 64)));
    }

    [Fact]
    public async Task Evidence_for_another_nonce_is_left_out_and_named_because_it_would_fail_the_node()
    {
        _node.WriteTool("nvattest", Nvattest(1));

        Assert.Equal("nvattest: the evidence answers another nonce than the challenge's", await WhyAsync(new NvattestAttestation(_node.Machine), Gpu, new string('0', 64)));
    }

    [Theory]
    [InlineData(2, "nvattest: it shows 2 of 1 GPUs, and does not say which")]
    [InlineData(0, "nvattest: it shows 0 of 1 GPUs, and does not say which")]
    [InlineData(-1, "nvattest: what it printed is not what nvattest prints")]
    public async Task What_cannot_be_told_apart_or_read_is_left_out(int entries, string why)
    {
        _node.WriteTool("nvattest", entries < 0 ? "Segmentation fault" : Nvattest(entries));

        Assert.Equal(why, await WhyAsync(new NvattestAttestation(_node.Machine), Gpu));
    }

    [Fact]
    public async Task The_second_source_is_asked_where_the_first_has_none()
    {
        _node.WriteTool("nvattest", Nvattest(1));

        await AssertHoldsAsync(new NvmlAttestation("libnvidia-ml-absent.so"), new NvattestAttestation(_node.Machine));
    }

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    private async Task AssertHoldsAsync(params IAttestationSource[] sources)
    {
        var (outputs, remarks) = await new AttestationCollector(sources, _node.AgentFolder).CollectAsync([Gpu], _ => Nonce, Then, TestContext.Current.CancellationToken);

        Assert.Empty(remarks);
        Assert.Equal([OutputKind.AttestationReport, OutputKind.AttestationChain], outputs.Select(output => output.Kind));
        Assert.All(outputs, output => Assert.Equal(("0", null), (output.Device, output.Tool)));
        var (report, chain) = (_node.AgentFolder.Bytes(outputs[0].Sha256)!, _node.AgentFolder.Raw(outputs[1].Sha256)!);
        Assert.Equal(Report(), report);

        // The marketplace's own judgement, for the nonce it was made for and for every other.
        Assert.Equal("478176379286082186618948445787393647364802107249", GpuAttestation.Verify(report, chain, Nonce, Then).Gpu!.DeviceSerial);
        Assert.Equal(AttestationFault.NonceDiffers, GpuAttestation.Verify(report, chain, new string('0', 64), Then).Fault);
    }

    private async Task<string> WhyAsync(IAttestationSource source, GpuReading gpu, string nonce = Nonce)
    {
        var (outputs, remarks) = await new AttestationCollector([source], _node.AgentFolder).CollectAsync([gpu], _ => nonce, Then, TestContext.Current.CancellationToken);
        Assert.Empty(outputs);
        const string Head = "No evidence of the maker for GPU 0: ";
        var remark = Assert.Single(remarks);
        Assert.StartsWith(Head, remark, StringComparison.Ordinal);
        return remark[Head.Length..^1];
    }

    private static string Nvattest(int entries)
    {
        var entry = new { arch = "HOPPER", nonce = Nonce, evidence = Convert.ToBase64String(Report()), certificate = Convert.ToBase64String(Encoding.ASCII.GetBytes(Chain())) };
        return JsonSerializer.Serialize(new { evidences = Enumerable.Repeat(entry, entries), result_code = 0, result_message = "Ok" });
    }

    /// <summary>A library with the entry points and structures of nvml.h, built for this test: it hands out the sample to who asks with its nonce, and nothing else.</summary>
    private async Task<string> BuildLibraryAsync()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/gcc"), "There is no C compiler to build a stand-in of NVIDIA's library with.");
        var source = _folder.File("nvml.c");
        var library = _folder.File("libstand-in.so");
        await File.WriteAllTextAsync(source, $$"""
            #include <stdio.h>
            #include <string.h>
            static const unsigned char expected[] = {{{Bytes(Convert.FromHexString(Nonce))}}};
            static const unsigned char report[] = {{{Bytes(Report())}}};
            static const unsigned char chain[] = {{{Bytes(Encoding.ASCII.GetBytes(Chain()))}}};
            typedef struct { unsigned int second, size, secondSize; unsigned char nonce[0x20], report[0x2000], secondReport[0x1000]; } Report;
            typedef struct { unsigned int chainSize, size; unsigned char chain[0x1000], attestationChain[0x1400]; } Certificate;
            int nvmlInit_v2(void) { return 0; }
            int nvmlShutdown(void) { return 0; }
            const char *nvmlErrorString(int code) { static char text[32]; snprintf(text, sizeof text, "stand-in %d", code); return text; }
            int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) { if (strcmp(uuid, "{{Uuid}}")) return 6; *device = (void *)0x1001; return 0; }
            int nvmlDeviceGetConfComputeGpuAttestationReport(void *device, Report *into)
            {
                if (device != (void *)0x1001 || memcmp(into->nonce, expected, sizeof expected)) return 3;
                into->size = sizeof report;
                memcpy(into->report, report, sizeof report);
                return 0;
            }
            int nvmlDeviceGetConfComputeGpuCertificate(void *device, Certificate *into)
            {
                if (device != (void *)0x1001) return 2;
                into->size = sizeof chain;
                memcpy(into->attestationChain, chain, sizeof chain);
                return 0;
            }
            """, TestContext.Current.CancellationToken);
        using var compiler = Process.Start(new ProcessStartInfo("/usr/bin/gcc", ["-shared", "-fPIC", "-o", library, source]) { RedirectStandardError = true })!;
        var errors = await compiler.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(compiler.ExitCode == 0, errors);
        return library;
    }

    private static string Bytes(byte[] bytes) => string.Join(',', bytes.Select(one => one.ToString(CultureInfo.InvariantCulture)));

    private static byte[] Report() => Convert.FromHexString(File.ReadAllText(SharedData.Require("samples/nvtrust-hopperAttestationReport.txt")).Trim());

    private static string Chain() => File.ReadAllText(SharedData.Require("samples/nvtrust-hopperCertChain.txt"));
}
