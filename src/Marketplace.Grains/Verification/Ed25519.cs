using Marketplace.Domain.Verification;
using NSec.Cryptography;

namespace Marketplace.Grains.Verification;

/// <summary>Ed25519 by libsodium.</summary>
internal sealed class Ed25519 : ISignatureCheck
{
    public static readonly Ed25519 Check = new();

    public bool Fits(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        PublicKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out var key)
        && SignatureAlgorithm.Ed25519.Verify(key!, message, signature);
}
