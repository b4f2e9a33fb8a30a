using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Attestation;
using Marketplace.Domain.Verification.Tools;
using NodaTime;

namespace Marketplace.Agent.Attestation;

/// <summary>
/// Collects the maker's evidence of every GPU, each made for its own nonce. The first source that has any is taken; evidence that
/// would not hold at the marketplace is left out and named, because it would fail the whole node. Nothing stands in its place.
/// </summary>
/// <param name="sources">Whom to ask, the best first.</param>
/// <param name="folder">Where evidence is kept.</param>
internal sealed class AttestationCollector(IReadOnlyList<IAttestationSource> sources, AgentFolder folder)
{
    /// <summary>Asks for every GPU.</summary>
    /// <param name="gpus">The node's GPUs in the order of their indices.</param>
    /// <param name="nonceOf">The nonce of a device, hexadecimal.</param>
    /// <param name="now">When certificates have to be valid.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Outputs for the report, and what to tell the operator.</returns>
    public async Task<(ImmutableArray<ReportedOutput> Outputs, ImmutableArray<string> Remarks)> CollectAsync(
        IReadOnlyList<GpuReading> gpus, Func<string, string> nonceOf, Instant now, CancellationToken cancellation)
    {
        var outputs = ImmutableArray.CreateBuilder<ReportedOutput>();
        var missing = new List<(int Gpu, string Why)>();
        foreach (var (index, gpu) in gpus.Index())
        {
            var device = index.ToString(CultureInfo.InvariantCulture);
            var (found, why) = await CollectAsync(new AttestedDevice(index, gpu.Uuid, gpus.Count), nonceOf(device), now, cancellation).ConfigureAwait(false);
            if (found is null)
            {
                missing.Add((index, why));
                continue;
            }

            outputs.Add(Keep(OutputKind.AttestationReport, found.Report!, device));
            outputs.Add(Keep(OutputKind.AttestationChain, Encoding.ASCII.GetBytes(found.Chain!), device));
        }

        return (outputs.ToImmutable(),
        [
            .. missing.GroupBy(entry => entry.Why, entry => entry.Gpu)
                .Select(group => $"No evidence of the maker for GPU {string.Join(", ", group)}: {group.Key}."),
        ]);
    }

    private async Task<(Evidence? Found, string Why)> CollectAsync(AttestedDevice device, string nonce, Instant now, CancellationToken cancellation)
    {
        var whys = new List<string>();
        foreach (var source in sources)
        {
            var evidence = await source.CollectAsync(device, Convert.FromHexString(nonce), cancellation).ConfigureAwait(false);
            if (evidence is not { Report: { } report, Chain: { } chain })
            {
                whys.Add($"{source.Name}: {evidence.Missing}");
            }
            else if (GpuAttestation.Verify(report, chain, nonce, now).Fault is { } fault)
            {
                whys.Add($"{source.Name}: {InWords(fault)}");
            }
            else
            {
                return (evidence, "");
            }
        }

        return (null, whys.Count == 0 ? "no source is known" : string.Join("; ", whys));
    }

    private static string InWords(AttestationFault fault) => fault switch
    {
        AttestationFault.ReportMalformed => "what came is no SPDM report",
        AttestationFault.ChainMalformed => "what came is no certificate chain",
        AttestationFault.NonceDiffers => "the evidence answers another nonce than the challenge's",
        AttestationFault.ChainBroken => "the certificates do not lead to NVIDIA's device identity root",
        AttestationFault.SignatureWrong => "the GPU's key did not sign this evidence",
        _ => "the firmware is not the one the certificate was made for",
    };

    private ReportedOutput Keep(OutputKind kind, byte[] bytes, string device) => new(kind, folder.Keep(bytes), bytes.LongLength, Device: device);
}
