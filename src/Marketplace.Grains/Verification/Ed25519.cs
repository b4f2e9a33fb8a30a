using NSec.Cryptography;

namespace Marketplace.Grains.Verification;

/// <summary>Ed25519 (RFC 8032), which the framework does not have.</summary>
internal static class Ed25519
{
    /// <summary>Whether a signature fits; false for malformed keys too.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        PublicKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out var key)
        && SignatureAlgorithm.Ed25519.Verify(key!, message, signature);
}
