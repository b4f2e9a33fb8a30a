using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Reservations;

/// <summary>A side of the contract.</summary>
public enum ContractParty
{
    /// <summary>Who leases.</summary>
    Tenant,

    /// <summary>Who lets.</summary>
    Operator,
}

/// <summary>A person acting for a party.</summary>
/// <param name="OrganizationId">The party.</param>
/// <param name="Name">The person's name, 1 to 200 characters.</param>
/// <param name="Authority">By what authority, such as an office or a power of attorney, 1 to 200 characters.</param>
/// <param name="Actor">The member or API key that spoke for the person.</param>
public sealed record Signatory(OrganizationId OrganizationId, string Name, string Authority, string Actor);

/// <summary>One party's approval.</summary>
/// <param name="Party">Which side.</param>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
public sealed record Approval(ContractParty Party, Signatory By, Instant At);

/// <summary>One party's signature under one exact document.</summary>
/// <param name="Party">Which side.</param>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
/// <param name="Digest">SHA-256 of the order form signed, in lower-case hex.</param>
public sealed record Signature(ContractParty Party, Signatory By, Instant At, string Digest);

/// <summary>A pool to ask, with the quote that prices it.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="QuoteId">A quote for that pool, this tenant and this demand.</param>
public sealed record ReservationCandidate(PoolId PoolId, QuoteId QuoteId);

/// <summary>One candidate's turn, written before the pool is asked.</summary>
/// <param name="Candidate">Which pool and quote.</param>
/// <param name="At">When the turn began.</param>
/// <param name="RefusedCode">Code of the refusal that ended it; null while it is open or when it succeeded.</param>
public sealed record HoldAttempt(ReservationCandidate Candidate, Instant At, string? RefusedCode);

/// <summary>A pool that the tenant asked for and that gave no quote, so that it was never tried.</summary>
/// <param name="PoolId">The pool, or what was taken for one.</param>
/// <param name="Code">Code of the refusal.</param>
/// <param name="Detail">The refusal for people.</param>
public sealed record PassedOverPool(PoolId PoolId, string Code, string Detail);

/// <summary>What the parties agree on: a used quote, and the document that says so.</summary>
/// <param name="QuoteId">The quote.</param>
/// <param name="PoolId">The pool.</param>
/// <param name="SiteId">The pool's site.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="Sku">Hardware by its catalogue id; null for a pool of power.</param>
/// <param name="KilowattsPerUnit">kW of critical IT load in one unit: a node's draw, or 1 in a pool of power.</param>
/// <param name="Terms">The pinned terms.</param>
/// <param name="Holds">How long the pool waits.</param>
/// <param name="Lines">What makes up the total.</param>
/// <param name="Total">All rent over the term.</param>
/// <param name="Deposit">The security deposit; zero where none is asked for.</param>
/// <param name="DocumentVersion">1 for the first order form, one more with each amendment.</param>
/// <param name="Digest">SHA-256 of the order form, in lower-case hex.</param>
public sealed record Agreement(
    QuoteId QuoteId,
    PoolId PoolId,
    SiteId SiteId,
    OrganizationId OperatorId,
    SkuId? Sku,
    decimal KilowattsPerUnit,
    ContractTerms Terms,
    HoldTerms Holds,
    ImmutableArray<QuoteLine> Lines,
    Money Total,
    Money Deposit,
    int DocumentVersion,
    string Digest)
{
    /// <summary>The layout the order form was rendered in (<see cref="OrderForm.CurrentLayout"/> when it was made); null means the first.</summary>
    public int? Layout { get; init; }

    /// <summary>Parties and capacity by name, as they stood when it was made; null where only ids are known.</summary>
    public ContractNames? Names { get; init; }
}

/// <summary>Where the hold on the pool's calendar stands, as far as the reservation knows.</summary>
public enum HoldState
{
    /// <summary>Never asked for.</summary>
    None,

    /// <summary>About to be asked for; the pool may or may not have it.</summary>
    Placing,

    /// <summary>The pool has it.</summary>
    Placed,

    /// <summary>The pool has confirmed it.</summary>
    Confirmed,

    /// <summary>To be released; the pool may or may not still have it.</summary>
    Releasing,

    /// <summary>The pool has released it.</summary>
    Released,
}

/// <summary>Where the deposit stands, as far as the reservation knows.</summary>
public enum DepositState
{
    /// <summary>To be asked for; the billing account may or may not know of it.</summary>
    Opening,

    /// <summary>Asked for, not paid.</summary>
    Requested,

    /// <summary>To be cancelled at the gateway.</summary>
    Cancelling,

    /// <summary>The gateway would not cancel it: it is paid or being paid.</summary>
    Processing,

    /// <summary>Paid and held for the tenant.</summary>
    Held,

    /// <summary>To be returned to the tenant.</summary>
    Returning,

    /// <summary>Handed to the billing account for return.</summary>
    Returned,

    /// <summary>Cancelled without having been paid.</summary>
    Cancelled,
}

/// <summary>The deposit of one reservation.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Amount">How much.</param>
/// <param name="PaymentId">The payment, once the billing account has opened it.</param>
public sealed record ReservationDeposit(DepositState State, Money Amount, PaymentId? PaymentId);

/// <summary>Why a reservation ends before delivery.</summary>
public enum EndCause
{
    /// <summary>A party cancelled.</summary>
    Cancelled,

    /// <summary>The pool or its site was withdrawn.</summary>
    Withdrawn,

    /// <summary>Something did not come in time.</summary>
    Expired,

    /// <summary>A party declined to approve or sign.</summary>
    Declined,

    /// <summary>No pool would hold it.</summary>
    NoCapacity,

    /// <summary>The term passed without any delivery.</summary>
    NeverDelivered,
}

/// <summary>An end that was decided; the status follows when its effects allow.</summary>
/// <param name="Cause">Why.</param>
/// <param name="By">The organization that asked for it, or withdrew the capacity; null when time did.</param>
/// <param name="Reason">In words, at most 500 characters; or the code of the last refusal.</param>
/// <param name="At">When it was decided.</param>
public sealed record ReservationEnd(EndCause Cause, OrganizationId? By, string Reason, Instant At);

/// <summary>A change of quantity or term on its way.</summary>
/// <param name="Agreement">What would be agreed.</param>
/// <param name="Signatures">Signatures under its order form so far.</param>
/// <param name="At">When it was proposed.</param>
/// <param name="Applying">Whether the quote and the pool are being asked; until then it waits for signatures.</param>
public sealed record Amendment(Agreement Agreement, ImmutableArray<Signature> Signatures, Instant At, bool Applying);

/// <summary>What the operator handed over in one notice.</summary>
/// <param name="Id">The delivery.</param>
/// <param name="Units">Nodes, or kW of critical IT load.</param>
/// <param name="Nodes">Which nodes; empty for a pool of power.</param>
/// <param name="At">When.</param>
/// <param name="ReadyAt">From when the tenant can test; not before <paramref name="At"/>.</param>
public sealed record Delivery(DeliveryId Id, int Units, ImmutableArray<NodeId> Nodes, Instant At, Instant ReadyAt);

/// <summary>
/// A tenant's right and duty on capacity with a future start, from request to fulfilment. It also remembers every effect it
/// has on others (quote, pool, billing account) before asking for it, so that it can be resumed from its record alone.
/// </summary>
public sealed partial record Reservation
{
    /// <summary>Most order forms one reservation may have, those that came to nothing included.</summary>
    public const int MostOrderForms = 50;

    /// <summary>Most pools one request may try.</summary>
    public const int MostCandidates = 8;

    /// <summary>The reservation's id, which is also the hold's.</summary>
    public required ReservationId Id { get; init; }

    /// <summary>When it was requested.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required Instant ChangedAt { get; init; }

    /// <summary>Where it stands.</summary>
    public required ReservationStatus Status { get; init; }

    /// <summary>Who reserves.</summary>
    public required OrganizationId TenantId { get; init; }

    /// <summary>Pools to ask, in order.</summary>
    public ImmutableArray<ReservationCandidate> Candidates { get; init; } = [];

    /// <summary>True where the tenant must approve because the total is above what the requester may commit to alone; null otherwise.</summary>
    public bool? AboveSpendLimit { get; init; }

    /// <summary>Pools the tenant asked for that gave no quote, in its order; null where every one did.</summary>
    public ImmutableArray<PassedOverPool>? PassedOver { get; init; }

    /// <summary>Turns so far; the last one is the current one.</summary>
    public ImmutableArray<HoldAttempt> Attempts { get; init; } = [];

    /// <summary>What is agreed; null until a pool holds it.</summary>
    public Agreement? Agreement { get; init; }

    /// <summary>Order forms no longer in force, oldest first; null while there are none.</summary>
    public ImmutableArray<PastOrderForm>? PastOrderForms { get; init; }

    /// <summary>Approvals of the agreement in force.</summary>
    public ImmutableArray<Approval> Approvals { get; init; } = [];

    /// <summary>Signatures under the order form in force.</summary>
    public ImmutableArray<Signature> Signatures { get; init; } = [];

    /// <summary>When what is awaited must have come; null while nothing is.</summary>
    public Instant? Deadline { get; init; }

    /// <summary>Where the hold stands.</summary>
    public HoldState Hold { get; init; }

    /// <summary>What supply no longer covers, by the pool's last word; empty when all is covered.</summary>
    public ImmutableArray<RampSegment> Displaced { get; init; } = [];

    /// <summary>The deposit; null while none was asked for.</summary>
    public ReservationDeposit? Deposit { get; init; }

    /// <summary>An amendment on its way.</summary>
    public Amendment? Amendment { get; init; }

    /// <summary>Code of the refusal that ended the last amendment; null when it was applied or none was made.</summary>
    public string? AmendmentRefusedCode { get; init; }

    /// <summary>What was handed over, in order.</summary>
    public ImmutableArray<Delivery> Deliveries { get; init; } = [];

    /// <summary>When it became binding.</summary>
    public Instant? ConfirmedAt { get; init; }

    /// <summary>The end that was decided, before or after the status shows it.</summary>
    public ReservationEnd? End { get; init; }

    /// <summary>Whether the lease that came from it has ended.</summary>
    public bool LeaseEnded { get; init; }

    /// <summary>The same without what may be long: the nodes of its deliveries and its past order forms. For lists.</summary>
    public Reservation WithoutParts() => this with
    {
        Deliveries = [.. Deliveries.Select(delivery => delivery with { Nodes = [] })],
        PastOrderForms = null,
    };

    /// <summary>Every order form there has been, by document version, with the signatures under it.</summary>
    public ImmutableArray<(Agreement Agreement, ImmutableArray<Signature> Signatures, OrderFormStanding Standing)> OrderForms()
    {
        var forms = (PastOrderForms ?? []).Select(past => (past.Agreement, past.Signatures, past.Standing)).ToList();
        if (Agreement is { } agreed)
        {
            forms.Add((agreed, Signatures, OrderFormStanding.InForce));
        }

        if (Amendment is { } amendment)
        {
            forms.Add((amendment.Agreement, amendment.Signatures, OrderFormStanding.Proposed));
        }

        return [.. forms.OrderBy(form => form.Agreement.DocumentVersion)];
    }

    /// <summary>Units handed over so far.</summary>
    public int DeliveredUnits() => Deliveries.Sum(delivery => delivery.Units);
}
