using Marketplace.Api.Operations;

namespace Marketplace.Host;

/// <summary>Whether this process may be given work: true once first start and seeding are done.</summary>
internal sealed class Readiness : IReadiness
{
    private volatile string? pending = "starting";

    /// <summary>What is still being done; null when ready.</summary>
    public string? Pending => pending;

    public void Report(string? doing) => pending = doing;
}
