namespace Marketplace.Api.Operations;

/// <summary>Whether this process may be given work.</summary>
public interface IReadiness
{
    /// <summary>What is still being done; null when ready.</summary>
    string? Pending { get; }
}
