using System.Collections.Immutable;

namespace Marketplace.Grains.Ports;

/// <summary>
/// Something that must always hold, checked by code: in tests, and in operation through <c>GET /v1/admin/invariants</c>.
/// Each room registers its own as a service of this type.
/// </summary>
public interface IInvariant
{
    /// <summary>Stable name in lower snake case, such as <c>pool_within_supply</c>.</summary>
    string Name { get; }

    /// <summary>What must hold, in a sentence.</summary>
    string Meaning { get; }

    /// <summary>
    /// Everything that violates it now, each in a sentence that names the ids; empty when it holds. What is merely under way
    /// (a notice not yet delivered) is no violation.
    /// </summary>
    Task<ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation);
}
