using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Verification;

/// <summary>The text of an enrolment token, <c>enr_{node}_{secret}</c>: it names its node, so that it is checked without any index.</summary>
/// <param name="Node">The node it is for.</param>
/// <param name="Secret">52 base32 characters, 256 bits.</param>
public sealed record EnrolmentTokenText(NodeId Node, string Secret)
{
    private const int SecretLength = 52;

    /// <summary>Makes the text of a token from 32 random bytes.</summary>
    public static EnrolmentTokenText Of(NodeId node, ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, 32);
        return new EnrolmentTokenText(node, PublicId.Encode(random));
    }

    /// <summary>Reads a token, or answers null where the text is none.</summary>
    public static EnrolmentTokenText? Parse(string text)
    {
        var parts = text.Split('_');
        return parts.Length == 3 && parts[0] == "enr" && parts[2].Length == SecretLength && PublicId.TryParse<NodeId>("node_" + parts[1], out var node)
            ? new EnrolmentTokenText(node, parts[2])
            : null;
    }

    /// <summary>What is kept of a token.</summary>
    public static string Hash(string token) => PublicId.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>The whole token, for the operator alone.</summary>
    public string Reveal() => $"enr_{Node.Value[(Node.Value.IndexOf('_', StringComparison.Ordinal) + 1)..]}_{Secret}";

    /// <summary>A token printed by accident tells nothing.</summary>
    public override string ToString() => $"enr_{Node.Value}";
}
