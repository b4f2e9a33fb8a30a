using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Market;

/// <summary>Why an offer does not fit its pool. The order is the precedence.</summary>
public enum ListingRefusal
{
    /// <summary>The price is per a unit the pool does not have.</summary>
    [RefusalMeaning("offer_unit_mismatch", RefusalKind.Invalid, RefusalClass.Final, "A GPU pool is priced per GPU-hour or node-month, a power pool per kW-month.")]
    UnitMismatch,
}
