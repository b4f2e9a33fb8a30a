using System.Text.Json;
using CsCheck;
using Marketplace.Domain.Verification.Attestation;
using NodaTime;

namespace Marketplace.Domain.Tests.Verification.Attestation;

/// <summary>Real evidence of an H100 holds; any change of it does not.</summary>
public sealed class GpuAttestationTests
{
    private const string Nonce = "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb";

    private static readonly Instant Then = Instant.FromUtc(2024, 9, 26, 20, 26);

    [Fact]
    public void Evidence_of_a_real_H100_says_what_the_makers_own_service_says_of_one()
    {
        using var claims = JsonDocument.Parse(File.ReadAllText(SharedData.Require("samples/nvtrust-detached_claims_remote.json")));

        var (gpu, fault) = GpuAttestation.Verify(Report(), Chain(), Nonce, Then);

        Assert.Null(fault);
        // The claims are of another device of the same kind, asked with the same nonce.
        Assert.Equal(Nonce, claims.RootElement.GetProperty("eat_nonce").GetString());
        Assert.Equal(claims.RootElement.GetProperty("hwmodel").GetString(), gpu!.Chip);
        Assert.Equal(claims.RootElement.GetProperty("x-nvidia-gpu-vbios-version").GetString(), gpu.VbiosVersion);
        Assert.Equal("478176379286082186618948445787393647364802107249", gpu.DeviceSerial);
        Assert.Equal("550.90.07", gpu.DriverVersion);
        Assert.Equal(64, gpu.Measurements.Length);
        Assert.StartsWith("f5c384aebb579217", gpu.FirmwareId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_for_another_nonce_is_a_replay() =>
        Assert.Equal(AttestationFault.NonceDiffers, GpuAttestation.Verify(Report(), Chain(), new string('0', 64), Then).Fault);

    [Fact]
    public void No_bit_of_a_report_can_be_changed()
    {
        var report = Report();
        var chain = Chain();
        Gen.Select(Gen.Int[0, report.Length - 1], Gen.Int[0, 7]).Sample(
            (at, bit) =>
            {
                var changed = (byte[])report.Clone();
                changed[at] ^= (byte)(1 << bit);
                return GpuAttestation.Verify(changed, chain, Nonce, Then).Fault is not null;
            },
            iter: 200);
    }

    [Fact]
    public void A_report_cut_anywhere_is_none()
    {
        var report = Report();
        Gen.Int[0, report.Length - 1].Sample(length => SpdmReport.Parse(report.AsSpan(0, length)) is null, iter: 300);
        Assert.Null(SpdmReport.Parse([.. report, 0]));
    }

    [Fact]
    public void A_chain_without_its_root_or_with_a_gap_leads_nowhere()
    {
        var certificates = Chain().Split("-----END CERTIFICATE-----", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(text => text.Length > 0).Select(text => text + "\n-----END CERTIFICATE-----\n").ToArray();

        Assert.Equal(5, certificates.Length);
        Assert.Equal(AttestationFault.ChainBroken, GpuAttestation.Verify(Report(), string.Concat(certificates[..4]), Nonce, Then).Fault);
        Assert.Equal(AttestationFault.ChainBroken, GpuAttestation.Verify(Report(), string.Concat([certificates[0], .. certificates[2..]]), Nonce, Then).Fault);
        Assert.Equal(AttestationFault.ChainMalformed, GpuAttestation.Verify(Report(), "no certificate", Nonce, Then).Fault);
    }

    [Fact]
    public void Certificates_count_only_while_they_are_valid() =>
        Assert.Equal(AttestationFault.ChainBroken, GpuAttestation.Verify(Report(), Chain(), Nonce, Instant.FromUtc(2019, 1, 1, 0, 0)).Fault);

    private static byte[] Report() => Convert.FromHexString(File.ReadAllText(SharedData.Require("samples/nvtrust-hopperAttestationReport.txt")).Trim());

    private static string Chain() => File.ReadAllText(SharedData.Require("samples/nvtrust-hopperCertChain.txt"));
}
