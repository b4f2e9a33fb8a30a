using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>What happened to a lease, and when in market time.</summary>
/// <param name="At">When it took effect under the contract; never before the fact in front of it.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(LeaseOpened), "opened")]
[JsonDerivedType(typeof(NodesDelivered), "nodesDelivered")]
[JsonDerivedType(typeof(NodesOffered), "nodesOffered")]
[JsonDerivedType(typeof(NodesAccepted), "nodesAccepted")]
[JsonDerivedType(typeof(NodesRejected), "nodesRejected")]
[JsonDerivedType(typeof(NodeTakenOut), "nodeTakenOut")]
[JsonDerivedType(typeof(NodesHandedBack), "nodesHandedBack")]
[JsonDerivedType(typeof(RentStated), "rentStated")]
[JsonDerivedType(typeof(LeaseRenewed), "renewed")]
[JsonDerivedType(typeof(RenewalGivenUp), "renewalGivenUp")]
[JsonDerivedType(typeof(ExitQuoted), "exitQuoted")]
[JsonDerivedType(typeof(LeaseTerminated), "terminated")]
[JsonDerivedType(typeof(FellInArrears), "fellInArrears")]
[JsonDerivedType(typeof(ArrearsCleared), "arrearsCleared")]
[JsonDerivedType(typeof(LeaseEnded), "ended")]
public abstract record LeaseFact(Instant At);

/// <summary>The lease came into being, at its first delivery.</summary>
public sealed record LeaseOpened(Instant At, LeaseOpening Opening) : LeaseFact(At);

/// <summary>The operator announced nodes.</summary>
public sealed record NodesDelivered(Instant At, LeaseDelivery Delivery) : LeaseFact(At);

/// <summary>Announced nodes became ready: the tenant's acceptance period runs until <paramref name="DeemedAt"/>.</summary>
public sealed record NodesOffered(Instant At, DeliveryId Delivery, Instant DeemedAt) : LeaseFact(At);

/// <summary>Nodes were accepted, by the tenant's word or by silence.</summary>
public sealed record NodesAccepted(Instant At, ImmutableArray<NodeId> Nodes, bool BySilence) : LeaseFact(At);

/// <summary>The tenant rejected nodes; they are the operator's again.</summary>
public sealed record NodesRejected(Instant At, ImmutableArray<NodeId> Nodes, string Reason) : LeaseFact(At);

/// <summary>A node in service was taken out; <paramref name="ReplacedBy"/> names its replacement, delivered in the next fact.</summary>
public sealed record NodeTakenOut(Instant At, NodeId Node, NodeId? ReplacedBy, string Reason) : LeaseFact(At);

/// <summary>The tenant gave nodes up; they are billed until <paramref name="BilledUntil"/>.</summary>
public sealed record NodesHandedBack(Instant At, ImmutableArray<NodeId> Nodes, Instant BilledUntil) : LeaseFact(At);

/// <summary>Rent was stated for a period, or for what changed inside it.</summary>
/// <param name="At">When.</param>
/// <param name="Statement">What billing gets.</param>
/// <param name="Stated">Everything stated for the period so far, this statement included.</param>
public sealed record RentStated(Instant At, RentStatement Statement, ImmutableArray<NodeService> Stated) : LeaseFact(At);

/// <summary>A renewal option was used; the lease now ends at <paramref name="EndsAt"/>.</summary>
public sealed record LeaseRenewed(Instant At, Instant EndsAt) : LeaseFact(At);

/// <summary>The renewal options left are gone: declined by the tenant, or lapsed because the notice came too late.</summary>
public sealed record RenewalGivenUp(Instant At, bool Lapsed) : LeaseFact(At);

/// <summary>The tenant was quoted a price for leaving.</summary>
public sealed record ExitQuoted(Instant At, ExitQuote Quote) : LeaseFact(At);

/// <summary>The tenant gave notice.</summary>
public sealed record LeaseTerminated(Instant At, ExitQuote Quote) : LeaseFact(At);

/// <summary>An invoice of this lease is overdue.</summary>
public sealed record FellInArrears(Instant At, InvoiceId Invoice) : LeaseFact(At);

/// <summary>An overdue invoice was settled.</summary>
public sealed record ArrearsCleared(Instant At, InvoiceId Invoice) : LeaseFact(At);

/// <summary>The lease ended.</summary>
/// <param name="At">The contractual end.</param>
/// <param name="Nodes">Nodes that go back to the pool.</param>
public sealed record LeaseEnded(Instant At, ImmutableArray<NodeId> Nodes) : LeaseFact(At);
