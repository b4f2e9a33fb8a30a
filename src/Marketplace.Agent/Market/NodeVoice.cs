using System.Globalization;
using System.Text.Json;
using Marketplace.Agent.Keys;
using Marketplace.Domain.Verification;

namespace Marketplace.Agent.Market;

/// <summary>What speaks for the node: its key, and the numbers of its messages.</summary>
/// <param name="folder">Where both are kept.</param>
/// <param name="key">The key that signs.</param>
/// <param name="time">Numbers do not fall behind the clock.</param>
internal sealed class NodeVoice(AgentFolder folder, SigningKey key, TimeProvider time)
{
    private const string SequenceFile = "sequence";

    /// <summary>The key of an enrolled node.</summary>
    public static SigningKey RequireKey(AgentFolder folder) => SigningKey.Load(folder)
        ?? throw new AgentException(ExitCode.NotEnrolled, $"{folder.Path} holds no key: the node has to be enrolled again with a new token.");

    /// <summary>Signs a message.</summary>
    /// <param name="type">One of <see cref="PayloadTypes"/>.</param>
    /// <param name="body">What it says.</param>
    /// <param name="next">Signs as well, when one key hands over to another.</param>
    public SignedMessage Sign<T>(string type, T body, SigningKey? next = null)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(body, AgentJson.Line);
        var toSign = SignedMessage.ToSign(type, payload);
        return new SignedMessage(type, Convert.ToBase64String(payload), [.. new[] { key, next }.OfType<SigningKey>().Select(signer =>
            new MessageSignature(SignedMessage.KeyIdOf(signer.PublicKey), Convert.ToBase64String(signer.Sign(toSign))))]);
    }

    /// <summary>
    /// The number of the next message, on disk before it is used. At least the milliseconds of the clock, so that a folder put
    /// back from a backup does not repeat numbers.
    /// </summary>
    public long NextSequence()
    {
        var last = long.TryParse(folder.ReadText(SequenceFile), NumberStyles.None, CultureInfo.InvariantCulture, out var kept) ? kept : 0;
        var next = Math.Max(last + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
        folder.WriteText(next.ToString(CultureInfo.InvariantCulture), SequenceFile);
        return next;
    }
}
