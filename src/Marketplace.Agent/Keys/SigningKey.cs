using System.Text;
using Marketplace.Domain.Verification;
using NSec.Cryptography;

namespace Marketplace.Agent.Keys;

/// <summary>The node's Ed25519 key. It is made on the node and never leaves it; its file is readable by its user alone.</summary>
internal sealed class SigningKey : IDisposable
{
    private const string Current = "node.key";
    private const string Next = "node.key.next";
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly SignatureAlgorithm Algorithm = SignatureAlgorithm.Ed25519;

    private readonly Key _key;

    private SigningKey(Key key)
    {
        _key = key;
    }

    /// <summary>The public half, 32 bytes.</summary>
    public byte[] PublicKey => _key.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    /// <summary>Signs with Ed25519; 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) => Algorithm.Sign(_key, data);

    /// <summary>Checks signatures of nodes.</summary>
    public static ISignatureCheck Check { get; } = new Checker();

    /// <summary>Whether a signature is this public key's over these bytes.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        PublicKeyOf(publicKey) is { } key && signature.Length == Algorithm.SignatureSize && Algorithm.Verify(key, data, signature);

    /// <summary>The key of this folder; null when it has none.</summary>
    public static SigningKey? Load(AgentFolder folder) => Load(folder, Current);

    /// <summary>The key of this folder; made now when it has none, so that an enrolment tried again is the same node's.</summary>
    public static SigningKey LoadOrMake(AgentFolder folder) => Load(folder) ?? Make(folder, Current);

    /// <summary>The key that shall follow. A rotation that was cut short goes on with the one it began with.</summary>
    public static SigningKey LoadOrMakeNext(AgentFolder folder) => Load(folder, Next) ?? Make(folder, Next);

    /// <summary>Whether a rotation was begun and not ended.</summary>
    public static bool HasNext(AgentFolder folder) => File.Exists(folder.FileOf(Next));

    /// <summary>Puts the next key in the place of the current one, which is gone then.</summary>
    public static void Advance(AgentFolder folder) => File.Move(folder.FileOf(Next), folder.FileOf(Current), overwrite: true);

    /// <summary>Forgets a key whose enrolment the marketplace refused for good, so that the next attempt makes another.</summary>
    public static void Forget(AgentFolder folder) => File.Delete(folder.FileOf(Current));

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static SigningKey? Load(AgentFolder folder, string name)
    {
        var file = folder.FileOf(name);
        if (!File.Exists(file))
        {
            return null;
        }

        if ((File.GetUnixFileMode(file) & Others) != 0)
        {
            throw new AgentException(ExitCode.Folder, $"Others than its owner may read or write {file}. If nobody did: chmod 600 {file}. Otherwise revoke the node's key and enrol it again.");
        }

        return Key.TryImport(Algorithm, Encoding.UTF8.GetBytes(folder.ReadText(name)!), KeyBlobFormat.PkixPrivateKeyText, out var key, Exportable)
            ? new SigningKey(key!)
            : throw new AgentException(ExitCode.Folder, $"{file} holds no Ed25519 key in PEM.");
    }

    private static SigningKey Make(AgentFolder folder, string name)
    {
        var key = Key.Create(Algorithm, Exportable);
        folder.WriteText(Encoding.UTF8.GetString(key.Export(KeyBlobFormat.PkixPrivateKeyText)), name);
        return new SigningKey(key);
    }

    private static PublicKey? PublicKeyOf(ReadOnlySpan<byte> raw) => NSec.Cryptography.PublicKey.TryImport(Algorithm, raw, KeyBlobFormat.RawPublicKey, out var key) ? key : null;

    private static KeyCreationParameters Exportable => new() { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving };

    private sealed class Checker : ISignatureCheck
    {
        public bool Fits(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Verify(publicKey, message, signature);
    }
}
