using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodaTime;

namespace Marketplace.Domain.Verification.Attestation;

/// <summary>Why evidence of a GPU's identity does not count, in the order in which it is checked.</summary>
public enum AttestationFault
{
    /// <summary>The report is no SPDM measurement report, or it is cut off.</summary>
    ReportMalformed,

    /// <summary>The chain is no list of certificates in PEM.</summary>
    ChainMalformed,

    /// <summary>The report answers another nonce than the one given out: it is old, or somebody else's.</summary>
    NonceDiffers,

    /// <summary>The chain does not lead from the device to NVIDIA's device identity root.</summary>
    ChainBroken,

    /// <summary>The device's key did not sign this report.</summary>
    SignatureWrong,

    /// <summary>The firmware that the certificate was made for is not the one that made the report.</summary>
    FirmwareDiffers,
}

/// <summary>What a valid report proves: which device answered, and what it had loaded. It says nothing of speed or exclusive use.</summary>
/// <param name="DeviceSerial">Serial number of the device's certificate, decimal: the same for ever, another for every GPU.</param>
/// <param name="Chip">The chip, as the issuer of its certificate names it.</param>
/// <param name="DriverVersion">Driver that asked.</param>
/// <param name="VbiosVersion">Video BIOS, dotted.</param>
/// <param name="FirmwareId">Digest of the firmware that holds the key, hexadecimal.</param>
/// <param name="Measurements">Measured values, hexadecimal. Whether they are the maker's is not checked: his reference manifests are online.</param>
public sealed record AttestedGpu(string DeviceSerial, string Chip, string? DriverVersion, string? VbiosVersion, string? FirmwareId, ImmutableArray<string> Measurements);

/// <summary>Checks NVIDIA's attestation evidence without asking anybody: format, nonce, chain, signature, firmware.</summary>
public static class GpuAttestation
{
    private const int DriverVersionField = 3;
    private const int VbiosVersionField = 6;
    private const int FirmwareIdField = 20;
    private const int LongestChain = 64 << 10;
    private const string DiceTcbInfo = "2.23.133.5.4.1";

    /// <summary>SHA-256 of the public key of "NVIDIA Device Identity CA", the root of all device certificates; taken from the chain of a real H100.</summary>
    private const string RootKeySha256 = "a90c4eb5acfd3e3d03a25db6a26b84f720ad0503196c627c21ddd48dd85b06a4";

    /// <summary>Checks a report against the nonce it should answer.</summary>
    /// <param name="report">The report's bytes.</param>
    /// <param name="chainPem">Certificates in PEM, the device's first, the root last.</param>
    /// <param name="nonce">The nonce that was given out, 64 hexadecimal digits.</param>
    /// <param name="now">When the certificates have to be valid.</param>
    /// <returns>The device, or the first fault.</returns>
    public static (AttestedGpu? Gpu, AttestationFault? Fault) Verify(ReadOnlySpan<byte> report, string chainPem, string nonce, Instant now)
    {
        if (SpdmReport.Parse(report) is not { } parsed)
        {
            return (null, AttestationFault.ReportMalformed);
        }

        if (chainPem.Length > LongestChain)
        {
            return (null, AttestationFault.ChainMalformed);
        }

        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(chainPem);
        }
        catch (CryptographicException)
        {
            return (null, AttestationFault.ChainMalformed);
        }

        try
        {
            return chain.Count < 2 ? (null, AttestationFault.ChainMalformed)
                : !string.Equals(parsed.Nonce, nonce, StringComparison.OrdinalIgnoreCase) ? (null, AttestationFault.NonceDiffers)
                : !LeadsToRoot(chain, now) ? (null, AttestationFault.ChainBroken)
                : !IsSignedBy(chain[0], parsed) ? (null, AttestationFault.SignatureWrong)
                : FirmwareId(parsed) is { } firmware && !NamesFirmware(chain[0], firmware) ? (null, AttestationFault.FirmwareDiffers)
                : (Gpu(chain[0], parsed), null);
        }
        finally
        {
            foreach (var certificate in chain)
            {
                certificate.Dispose();
            }
        }
    }

    private static bool LeadsToRoot(X509Certificate2Collection certificates, Instant now)
    {
        var root = certificates[^1];
        if (Convert.ToHexStringLower(SHA256.HashData(root.PublicKey.ExportSubjectPublicKeyInfo())) != RootKeySha256)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.ExtraStore.AddRange(certificates);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.ToDateTimeUtc();
        return chain.Build(certificates[0]) && chain.ChainElements.Count == certificates.Count;
    }

    private static bool IsSignedBy(X509Certificate2 device, SpdmReport report)
    {
        using var key = device.GetECDsaPublicKey();
        return key is { KeySize: 384 } && key.VerifyData(report.Signed, report.Signature, HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static string? FirmwareId(SpdmReport report) => report.Opaque.TryGetValue(FirmwareIdField, out var id) ? Convert.ToHexStringLower(id.AsSpan()) : null;

    // The digest stands inside the certificate's DICE extension.
    private static bool NamesFirmware(X509Certificate2 device, string firmware) => device.Extensions
        .Where(extension => extension.Oid?.Value == DiceTcbInfo)
        .All(extension => Convert.ToHexStringLower(extension.RawData).Contains(firmware, StringComparison.Ordinal));

    private static AttestedGpu Gpu(X509Certificate2 device, SpdmReport report) => new(
        BigInteger.Parse("0" + device.SerialNumber, NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        device.GetNameInfo(X509NameType.SimpleName, forIssuer: true),
        report.Text(DriverVersionField),
        report.Opaque.TryGetValue(VbiosVersionField, out var vbios) && vbios.Length == 8 ? Vbios(vbios) : null,
        FirmwareId(report),
        report.Blocks);

    // Two little-endian words: the first printed whole, of the second the lowest byte.
    private static string Vbios(ImmutableArray<byte> value) =>
        string.Create(CultureInfo.InvariantCulture, $"{value[3]:X2}.{value[2]:X2}.{value[1]:X2}.{value[0]:X2}.{value[4]:X2}");
}
