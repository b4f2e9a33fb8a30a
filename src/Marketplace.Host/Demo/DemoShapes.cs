using Marketplace.Domain.Energy;
using Marketplace.Domain.Sites;

namespace Marketplace.Host.Demo;

/// <summary>A part of a demo site. Months count from the demo's beginning, two years before it was seeded.</summary>
/// <param name="Name">Name.</param>
/// <param name="Megawatts">Critical IT MW.</param>
/// <param name="ReadyMonth">Month of the promised day of readiness.</param>
/// <param name="SlipMonth">Month in which a later day is forecast, if any.</param>
/// <param name="SlipsTo">Month then forecast.</param>
internal sealed record DemoPhase(string Name, decimal Megawatts, int ReadyMonth, int? SlipMonth = null, int? SlipsTo = null)
{
    public int ReachedMonth => SlipsTo ?? ReadyMonth;
}

/// <summary>A fictional operator with one site.</summary>
internal sealed record DemoSite(
    string Key,
    string Operator,
    string Name,
    SiteLocation Location,
    string Zone,
    decimal GrossMegawatts,
    decimal CriticalItMegawatts,
    CoolingKind Cooling,
    decimal Pue,
    decimal RenewableShare,
    EnergyShare[] Energy,
    DemoPhase[] Phases,
    DemoPool[] Pools);

/// <summary>What a pool's nodes are; null hardware makes a power pool.</summary>
internal sealed record DemoHardware(string Sku, string Name, int GpusPerNode, decimal KilowattsPerNode, string Interconnect, string Fabric);

/// <summary>Which standing terms a pool offers.</summary>
internal enum DemoOffer
{
    /// <summary>Short terms, card deposit, nothing to sign.</summary>
    OnDemand,

    /// <summary>Months to years of GPU service: approval, signatures, deposit by transfer.</summary>
    Contract,

    /// <summary>Colocation for ten years with renewals.</summary>
    Colocation,
}

/// <summary>A pool of a demo site.</summary>
/// <param name="Key">Key within the site.</param>
/// <param name="Hardware">Its nodes; null for a power pool.</param>
/// <param name="Price">USD per GPU-hour, or per kW-month.</param>
/// <param name="Offer">Its standing terms.</param>
/// <param name="Units">Units by phase: nodes, or kW.</param>
internal sealed record DemoPool(string Key, DemoHardware? Hardware, decimal Price, DemoOffer Offer, params int[] Units);

/// <summary>How a demo booking goes on after its request.</summary>
internal enum DemoFate
{
    /// <summary>Delivered at its start, accepted, invoiced and paid.</summary>
    Runs,

    /// <summary>As <see cref="Runs"/>, and the tenant extends it.</summary>
    Renews,

    /// <summary>As <see cref="Runs"/>, until the tenant pays its way out half way.</summary>
    LeavesEarly,

    /// <summary>As <see cref="Runs"/>, but the latest invoice stays unpaid.</summary>
    FallsBehind,

    /// <summary>As <see cref="Runs"/>, with one node replaced on the way.</summary>
    LosesANode,

    /// <summary>Delivered and not yet accepted.</summary>
    AwaitsAcceptance,

    /// <summary>Half of it is delivered.</summary>
    HalfDelivered,

    /// <summary>Confirmed for capacity still to be built.</summary>
    Waits,

    /// <summary>Left as it was requested.</summary>
    Pending,

    /// <summary>Approved and left unsigned.</summary>
    AwaitsSignature,

    /// <summary>Signed, and the deposit is on its way.</summary>
    AwaitsDeposit,

    /// <summary>Cancelled by the tenant before delivery.</summary>
    Cancels,

    /// <summary>Declined by the operator.</summary>
    Declined,
}

/// <summary>One reservation of the demo's history.</summary>
/// <param name="Month">When it is requested, in months; fractions are days.</param>
/// <param name="Tenant">Who.</param>
/// <param name="Pool">Site and pool key.</param>
/// <param name="Units">Nodes, or kW.</param>
/// <param name="StartMonth">First month of the term.</param>
/// <param name="Months">Length of the term.</param>
/// <param name="Fate">How it goes on.</param>
internal sealed record DemoBooking(double Month, string Tenant, string Pool, int Units, int StartMonth, int Months, DemoFate Fate);
