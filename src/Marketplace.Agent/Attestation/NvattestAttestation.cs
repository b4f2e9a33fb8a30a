using System.Globalization;
using System.Text;
using System.Text.Json;
using Marketplace.Agent.Machines;

namespace Marketplace.Agent.Attestation;

/// <summary>NVIDIA's command-line tool <c>nvattest</c>, which prints the evidence of every GPU of the machine for one nonce.</summary>
/// <param name="machine">Where it is.</param>
internal sealed class NvattestAttestation(Machine machine) : IAttestationSource
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public string Name => "nvattest";

    /// <inheritdoc/>
    public async Task<Evidence> CollectAsync(AttestedDevice device, byte[] nonce, CancellationToken cancellation)
    {
        if (machine.Find("nvattest") is not { } executable)
        {
            return Evidence.None("it is not on the path; NVIDIA's Attestation SDK holds it (https://docs.nvidia.com/attestation)");
        }

        var run = await machine.RunAsync(executable, ["collect-evidence", "--device", "gpu", "--nonce", Convert.ToHexStringLower(nonce), "--format", "json"], Patience, cancellation: cancellation).ConfigureAwait(false);
        return run.Succeeded ? Read(device, run.Output) : Evidence.None(run.Complaint);
    }

    // An entry names no GPU: they come in the driver's order, so all of the node's have to be there.
    private static Evidence Read(AttestedDevice device, string output)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var entries = document.RootElement.GetProperty("evidences");
            if (entries.GetArrayLength() != device.Gpus)
            {
                return Evidence.None(string.Create(CultureInfo.InvariantCulture, $"it shows {entries.GetArrayLength()} of {device.Gpus} GPUs, and does not say which"));
            }

            var entry = entries[device.Device];
            return new Evidence(entry.GetProperty("evidence").GetBytesFromBase64(), Encoding.ASCII.GetString(entry.GetProperty("certificate").GetBytesFromBase64()), null);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return Evidence.None("what it printed is not what nvattest prints");
        }
    }
}
