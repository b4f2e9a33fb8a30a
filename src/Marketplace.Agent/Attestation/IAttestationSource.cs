namespace Marketplace.Agent.Attestation;

/// <summary>A GPU whose maker's evidence is asked for.</summary>
/// <param name="Device">How reports call it: its index.</param>
/// <param name="Uuid">The driver's lasting id of it; null where no tool tells one.</param>
/// <param name="Gpus">GPUs of the node.</param>
internal sealed record AttestedDevice(int Device, string? Uuid, int Gpus);

/// <summary>What a source gave: evidence, or why there is none.</summary>
/// <param name="Report">SPDM report, bytes; null when there is none.</param>
/// <param name="Chain">Certificates in PEM, the device's first; null when there are none.</param>
/// <param name="Missing">Why there is none, in words for the operator; null when there is.</param>
internal sealed record Evidence(byte[]? Report, string? Chain, string? Missing)
{
    /// <summary>No evidence, and why.</summary>
    public static Evidence None(string why) => new(null, null, why);
}

/// <summary>Something that lets a GPU sign a nonce with the key its maker gave it.</summary>
internal interface IAttestationSource
{
    /// <summary>Its name, for people.</summary>
    string Name { get; }

    /// <summary>Asks one GPU.</summary>
    /// <param name="device">The GPU.</param>
    /// <param name="nonce">32 bytes.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Evidence> CollectAsync(AttestedDevice device, byte[] nonce, CancellationToken cancellation);
}
