namespace Marketplace.Domain.Pricing;

/// <summary>What a price is per.</summary>
public enum PricingUnit
{
    /// <summary>One GPU for one hour of UTC time.</summary>
    GpuHour,

    /// <summary>One node for one month of the lease's billing calendar.</summary>
    NodeMonth,

    /// <summary>One kW of critical IT load for one month of the lease's billing calendar.</summary>
    KilowattMonth,
}
