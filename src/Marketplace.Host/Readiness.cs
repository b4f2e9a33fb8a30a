using Marketplace.Api.Operations;

namespace Marketplace.Host;

/// <summary>Whether this process may be given work: from the end of first start and seeding until it is told to stop.</summary>
internal sealed class Readiness : IReadiness
{
    private volatile string? pending = "starting";
    private volatile bool stopping;

    /// <summary>What keeps it from taking work; null when ready.</summary>
    public string? Pending => stopping ? "stopping" : pending;

    /// <summary>Whether it was told to stop.</summary>
    public bool IsStopping => stopping;

    public void Report(string? doing) => pending = doing;

    public void Stop() => stopping = true;
}
