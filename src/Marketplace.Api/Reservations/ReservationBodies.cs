using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Api.Quotes;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;

namespace Marketplace.Api.Reservations;

/// <summary>What to reserve: by a quote, or by pools to try in order.</summary>
/// <param name="QuoteId">A firm quote of the caller; alone.</param>
/// <param name="PoolIds">Pools to try in order, each quoted at its present offer; together with a demand.</param>
/// <param name="Demand">How much and when; together with pools.</param>
/// <param name="MaximumTotal">With pools: those whose total is higher, or in another currency, are passed over.</param>
/// <param name="PurchaseOrder">The tenant's purchase order, which invoices bear; absent: that of the billing profile.</param>
/// <param name="CostCentre">The tenant's cost centre, which invoices bear; absent: that of the billing profile.</param>
internal sealed record NewReservation(
    QuoteId? QuoteId, [Items(1, Reservation.MostCandidates)] ImmutableArray<PoolId>? PoolIds, DemandModel? Demand, MoneyInput? MaximumTotal,
    [Length(1, 60)] string? PurchaseOrder = null, [Length(1, 60)] string? CostCentre = null)
{
    public static NewReservation Example { get; } = new(QuoteExample.Quote.Id, null, null, null, "PO-4500012345", "ML-TRAINING");

    public bool NamesReferences() => PurchaseOrder is not null || CostCentre is not null;

    public void Check(Faults faults)
    {
        faults.Require(QuoteId is null != PoolIds is null, "quoteId", Faults.Inconsistent, "Name a quote, or pools with a demand: one of the two.");
        faults.Require(PoolIds is null == Demand is null, "demand", Faults.Inconsistent, "A demand goes together with pools.");
        faults.Require(MaximumTotal is null || PoolIds is not null, "maximumTotal", Faults.Inconsistent, "A quote has its total; a limit goes together with pools.");
        faults.Require(PoolIds is not { } pools || pools.Distinct().Count() == pools.Length, "poolIds", Faults.Inconsistent, "Each pool once.");
    }
}

/// <summary>The person who acts, and by what authority.</summary>
/// <param name="Name">The person's name.</param>
/// <param name="Authority">By what authority, such as an office or a power of attorney.</param>
internal sealed record NewApproval([Length(1, 200)] string Name, [Length(1, 200)] string Authority)
{
    public static NewApproval Example { get; } = new("Edmund Cartwright", "Managing Director");
}

/// <summary>A refusal to approve or to sign.</summary>
/// <param name="Name">The person's name.</param>
/// <param name="Authority">By what authority.</param>
/// <param name="Reason">Why.</param>
internal sealed record NewDecline([Length(1, 200)] string Name, [Length(1, 200)] string Authority, [Length(1, 500)] string Reason)
{
    public static NewDecline Example { get; } = new("Edmund Cartwright", "Managing Director", "The block is kept for an expansion option.");
}

/// <summary>A signature under one exact document.</summary>
/// <param name="Name">The person's name.</param>
/// <param name="Authority">By what authority.</param>
/// <param name="Digest">SHA-256 of the order form that was shown, in lower-case hex.</param>
internal sealed record NewSignature([Length(1, 200)] string Name, [Length(1, 200)] string Authority, [RegularExpression("^[0-9a-f]{64}$")] string Digest)
{
    public static NewSignature Example { get; } = new("Ada Lovelace", "Chief Technology Officer", OrderFormModel.Example.Digest);
}

/// <summary>A wish to end a reservation before delivery.</summary>
/// <param name="Reason">Why.</param>
internal sealed record NewCancellation([Length(1, 500)] string Reason)
{
    public static NewCancellation Example { get; } = new("The training run moved to another region.");
}

/// <summary>A change of quantity or term before delivery, at the price of a new quote for the same pool.</summary>
/// <param name="QuoteId">The new quote.</param>
/// <param name="Name">The person who signs the amended order form for the tenant.</param>
/// <param name="Authority">By what authority.</param>
internal sealed record NewAmendment(QuoteId QuoteId, [Length(1, 200)] string Name, [Length(1, 200)] string Authority)
{
    public static NewAmendment Example { get; } = new(Domain.Primitives.QuoteId.From("qt_5k2m7qz3v5xw6a2bc4d5e6f7ga"), "Ada Lovelace", "Chief Technology Officer");
}
