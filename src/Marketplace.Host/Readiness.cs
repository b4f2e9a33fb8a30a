using Marketplace.Api.Operations;
using Marketplace.Host.Cluster;

namespace Marketplace.Host;

/// <summary>Whether this process may be given work: from the end of first start and seeding until it is told to stop.</summary>
/// <param name="freeze">Watches whether this process was frozen; null where no other could have taken over.</param>
internal sealed class Readiness(FreezeWatch? freeze) : IReadiness
{
    private volatile string? pending = "starting";
    private volatile bool stopping;

    /// <summary>What keeps it from taking work; null when ready.</summary>
    public string? Pending => stopping ? "stopping" : pending;

    /// <inheritdoc/>
    public string? Doubt => freeze?.Doubt;

    /// <summary>Whether it was told to stop.</summary>
    public bool IsStopping => stopping;

    public void Report(string? doing) => pending = doing;

    public void Stop() => stopping = true;
}
