namespace Marketplace.Api.Operations;

/// <summary>Whether this process may be given work.</summary>
public interface IReadiness
{
    /// <summary>What is still being done; null when ready.</summary>
    string? Pending { get; }

    /// <summary>Why it can answer nothing just now, because what it knows may be out of date; null when it can.</summary>
    string? Doubt => null;
}
