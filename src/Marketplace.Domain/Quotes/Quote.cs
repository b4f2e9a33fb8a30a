using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Quotes;

/// <summary>Whether a quote can be used.</summary>
public enum QuoteStatus
{
    /// <summary>Firm until it expires.</summary>
    Open,

    /// <summary>One reservation was made from it.</summary>
    Used,

    /// <summary>Its time has passed.</summary>
    Expired,
}

/// <summary>What one line of a quote is about.</summary>
public enum QuoteLineKind
{
    /// <summary>All rent at the price book's base price.</summary>
    BaseRent,

    /// <summary>What the discount for the term takes off.</summary>
    TermDiscount,

    /// <summary>What the discount for the quantity takes off.</summary>
    VolumeDiscount,

    /// <summary>What the discount for taking capacity before it is built takes off.</summary>
    PreBuildDiscount,

    /// <summary>What the yearly escalator adds.</summary>
    Escalation,
}

/// <summary>One line of a quote. The lines add up to the total exactly.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Rate">The discount or the yearly rise; null for the base rent.</param>
/// <param name="UnitPrice">Price per unit in the first year after this line.</param>
/// <param name="Amount">What it adds to the total; negative for a discount.</param>
public sealed record QuoteLine(QuoteLineKind Kind, Percentage? Rate, UnitPrice UnitPrice, Money Amount);

/// <summary>A quantity from an instant on, as a tenant asks for it.</summary>
/// <param name="From">A whole UTC hour.</param>
/// <param name="Quantity">GPUs for a pool of GPUs, kW of critical IT load for a pool of power.</param>
public sealed record QuantityStep(Instant From, int Quantity);

/// <summary>What a quote needs to know of the pool it is for.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="SiteId">Its site.</param>
/// <param name="OperatorId">Who lets it.</param>
/// <param name="Sku">Hardware by its catalogue id; null for a pool of power.</param>
/// <param name="GpusPerUnit">GPUs per node; 0 where the pool's unit is a kW.</param>
/// <param name="KilowattsPerUnit">kW of critical IT load in one unit: a node's draw, or 1 in a pool of power.</param>
/// <param name="Offer">The offer in force.</param>
/// <param name="PreBuild">Whether any of the capacity asked for is not delivered yet.</param>
/// <param name="Greatest">The greatest supply it will ever have, from when; null while none is planned.</param>
public sealed record QuotedPool(
    PoolId PoolId, SiteId SiteId, OrganizationId OperatorId, SkuId? Sku, int GpusPerUnit, decimal KilowattsPerUnit, PoolOffer Offer, bool PreBuild, SupplyStep? Greatest);

/// <summary>
/// A firm price for a quantity over a term: all of its rent, with what is charged beside it named (<see cref="QuoteWords.BesideTotal"/>). It holds no capacity: it promises
/// the price to whoever reserves with it in time, and one reservation uses it at most once.
/// </summary>
public sealed partial record Quote
{
    /// <summary>How long a quote stays firm, at most: never beyond the start of its term.</summary>
    public static readonly Duration Validity = Duration.FromHours(48);

    /// <summary>What every quote says about capacity.</summary>
    public const string CapacityNote = "The price is firm until the quote expires. Capacity is not held until a reservation holds it.";

    /// <summary>The quote's id.</summary>
    public required QuoteId Id { get; init; }

    /// <summary>When it was made.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>Whether it can be used.</summary>
    public required QuoteStatus Status { get; init; }

    /// <summary>Who asked, and alone may use it.</summary>
    public required OrganizationId TenantId { get; init; }

    /// <summary>Who lets the capacity.</summary>
    public required OrganizationId OperatorId { get; init; }

    /// <summary>Where the capacity is.</summary>
    public required SiteId SiteId { get; init; }

    /// <summary>The pool it is for.</summary>
    public required PoolId PoolId { get; init; }

    /// <summary>Hardware by its catalogue id; null for a pool of power.</summary>
    public SkuId? Sku { get; init; }

    /// <summary>kW of critical IT load in one unit: a node's draw, or 1 in a pool of power.</summary>
    public required decimal KilowattsPerUnit { get; init; }

    /// <summary>The terms a contract from this quote pins.</summary>
    public required ContractTerms Terms { get; init; }

    /// <summary>How long the pool will wait for approvals, signatures and the deposit.</summary>
    public required HoldTerms Holds { get; init; }

    /// <summary>What makes up the total.</summary>
    public ImmutableArray<QuoteLine> Lines { get; init; } = [];

    /// <summary>All rent over the term: exactly the sum of the invoices for rent, without tax that is added, if everything is delivered in time and kept to the end.</summary>
    public required Money Total { get; init; }

    /// <summary>GPU-hours committed over the term; null for a pool of power.</summary>
    public GpuHours? CommittedGpuHours { get; init; }

    /// <summary>The total per committed GPU-hour; null for a pool of power.</summary>
    public UnitPrice? PerGpuHour { get; init; }

    /// <summary>The security deposit, returned at the end and no part of the total.</summary>
    public required Money Deposit { get; init; }

    /// <summary>From this instant on it can no longer be used.</summary>
    public required Instant ExpiresAt { get; init; }

    /// <summary>The reservation that used it.</summary>
    public ReservationId? UsedBy { get; init; }
}
