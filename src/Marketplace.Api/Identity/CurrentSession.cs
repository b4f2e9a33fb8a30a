using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Identity;

/// <summary>The session that this request is made in, or opens.</summary>
internal sealed class CurrentSession
{
    /// <summary>Its id; null: none.</summary>
    public SessionId? Id { get; set; }

    /// <summary>Whose it is.</summary>
    public UserId? User { get; set; }
}
