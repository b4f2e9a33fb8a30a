using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Identity;

/// <summary>
/// What the portal shows so that the API believes it for whom it asks. A portal in another process is given the same one in its
/// settings; within one process nobody has to know it.
/// </summary>
public sealed class PortalCredential
{
    internal PortalCredential(IOptions<AccessOptions> options) =>
        Value = options.Value.PortalCredential is { Length: > 0 } set ? set : RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <summary>The credential, for the header <c>Marketplace-Portal</c>. It is a secret.</summary>
    public string Value { get; }

    /// <summary>Not the credential: one printed by accident tells nothing.</summary>
    public override string ToString() => nameof(PortalCredential);
}
