using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Marketplace.Domain.Verification;

/// <summary>Ed25519 (RFC 8032), which the framework does not have.</summary>
public interface ISignatureCheck
{
    /// <summary>Whether a signature fits. False for keys and signatures of the wrong length too.</summary>
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="message">What was signed.</param>
    /// <param name="signature">64 bytes.</param>
    bool Fits(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}

/// <summary>One signature over a message.</summary>
/// <param name="KeyId">Which key made it: <see cref="SignedMessage.KeyIdOf"/>.</param>
/// <param name="Signature">64 bytes of Ed25519, base64.</param>
public sealed record MessageSignature(string KeyId, string Signature);

/// <summary>
/// What a node sends: bytes, their type, and signatures over both, as a DSSE 1.0 envelope. The bytes travel as they were
/// signed, so that nobody has to agree on how JSON is written.
/// </summary>
/// <param name="PayloadType">One of <see cref="PayloadTypes"/>.</param>
/// <param name="Payload">The signed bytes, base64.</param>
/// <param name="Signatures">One signature; two when a key hands over to the next.</param>
public sealed record SignedMessage(string PayloadType, string Payload, ImmutableArray<MessageSignature> Signatures)
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeyLength = 32;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureLength = 64;

    /// <summary>Id of a public key: SHA-256 of its 32 bytes, lower-case hexadecimal.</summary>
    public static string KeyIdOf(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey));

    /// <summary>What is signed: <c>DSSEv1 {length of type} {type} {length of payload} {payload}</c>, lengths in bytes, decimal.</summary>
    public static byte[] ToSign(string payloadType, ReadOnlySpan<byte> payload) =>
        [.. Encoding.UTF8.GetBytes($"DSSEv1 {Encoding.UTF8.GetByteCount(payloadType)} {payloadType} {payload.Length} "), .. payload];

    /// <summary>The signed bytes, or null when <see cref="Payload"/> is no base64.</summary>
    public byte[]? Bytes() => Decode(Payload);

    /// <summary>SHA-256 of the signed bytes, lower-case hexadecimal: the name under which a message is kept and told from others.</summary>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(Bytes() ?? []));

    /// <summary>Whether this key signed it.</summary>
    /// <param name="publicKey">The key, base64.</param>
    /// <param name="check">Checks a signature.</param>
    public bool IsSignedBy(string publicKey, ISignatureCheck check)
    {
        if (Bytes() is not { } payload || Decode(publicKey) is not { Length: PublicKeyLength } key)
        {
            return false;
        }

        var id = KeyIdOf(key);
        var toSign = ToSign(PayloadType, payload);
        return Signatures.Any(signature => signature.KeyId == id && Decode(signature.Signature) is { Length: SignatureLength } bytes && check.Fits(key, toSign, bytes));
    }

    /// <summary>The bytes of a base64 text, or null.</summary>
    internal static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}

/// <summary>What a node can say, each under a type of its own, so that a message of one kind never passes for one of another.</summary>
public static class PayloadTypes
{
    /// <summary><see cref="NodeEnrolment"/>, signed by the key it brings.</summary>
    public const string Enrolment = "application/vnd.marketplace.node-enrolment.v1+json";

    /// <summary><see cref="KeyRotation"/>, signed by the key in use and by the next.</summary>
    public const string KeyRotation = "application/vnd.marketplace.node-key-rotation.v1+json";

    /// <summary><see cref="ChallengeRequest"/>.</summary>
    public const string ChallengeRequest = "application/vnd.marketplace.challenge-request.v1+json";

    /// <summary><see cref="WorkCommitments"/>.</summary>
    public const string WorkCommitments = "application/vnd.marketplace.work-commitments.v1+json";

    /// <summary><see cref="MemoryFills"/>.</summary>
    public const string MemoryFills = "application/vnd.marketplace.memory-fills.v1+json";

    /// <summary><see cref="MemoryReads"/>.</summary>
    public const string MemoryReads = "application/vnd.marketplace.memory-reads.v1+json";

    /// <summary><see cref="BenchmarkReport"/>.</summary>
    public const string BenchmarkReport = "application/vnd.marketplace.benchmark-report.v1+json";

    /// <summary><see cref="Heartbeats"/>.</summary>
    public const string Heartbeats = "application/vnd.marketplace.heartbeats.v1+json";
}
