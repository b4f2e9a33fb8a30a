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
[JsonDerivedType(typeof(AcceptanceTestFailed), "acceptanceTestFailed")]
[JsonDerivedType(typeof(NodesRejected), "nodesRejected")]
[JsonDerivedType(typeof(NodeTakenOut), "nodeTakenOut")]
[JsonDerivedType(typeof(NodesHandedBack), "nodesHandedBack")]
[JsonDerivedType(typeof(MaintenanceAnnounced), "maintenanceAnnounced")]
[JsonDerivedType(typeof(RentStated), "rentStated")]
[JsonDerivedType(typeof(LeaseRenewed), "renewed")]
[JsonDerivedType(typeof(RenewalGivenUp), "renewalGivenUp")]
[JsonDerivedType(typeof(ExitQuoted), "exitQuoted")]
[JsonDerivedType(typeof(LeaseTerminated), "terminated")]
[JsonDerivedType(typeof(FellInArrears), "fellInArrears")]
[JsonDerivedType(typeof(ArrearsCleared), "arrearsCleared")]
[JsonDerivedType(typeof(GraceBegan), "graceBegan")]
[JsonDerivedType(typeof(TenantReminded), "tenantReminded")]
[JsonDerivedType(typeof(SuspensionNoticed), "suspensionNoticed")]
[JsonDerivedType(typeof(SuspensionNoticeWithdrawn), "suspensionNoticeWithdrawn")]
[JsonDerivedType(typeof(LeaseSuspended), "suspended")]
[JsonDerivedType(typeof(SuspensionLifted), "suspensionLifted")]
[JsonDerivedType(typeof(DunningWaits), "dunningWaits")]
[JsonDerivedType(typeof(LeaseTerminatedForCause), "terminatedForCause")]
[JsonDerivedType(typeof(PaymentContested), "paymentContested")]
[JsonDerivedType(typeof(LeaseEnded), "ended")]
[JsonDerivedType(typeof(MeterRead), "meterRead")]
public abstract record LeaseFact(Instant At);

/// <summary>The lease came into being, at its first delivery.</summary>
public sealed record LeaseOpened(Instant At, LeaseOpening Opening) : LeaseFact(At);

/// <summary>The operator announced nodes.</summary>
public sealed record NodesDelivered(Instant At, LeaseDelivery Delivery) : LeaseFact(At);

/// <summary>Announced nodes became ready: the tenant's acceptance period runs until <paramref name="DeemedAt"/>.</summary>
public sealed record NodesOffered(Instant At, DeliveryId Delivery, Instant DeemedAt) : LeaseFact(At);

/// <summary>Nodes were accepted: by the tenant's word, by silence, or by a passed test.</summary>
/// <param name="At">When.</param>
/// <param name="Nodes">The nodes.</param>
/// <param name="BySilence">Whether the acceptance period passed without a word.</param>
/// <param name="Test">The test they passed; null without one.</param>
public sealed record NodesAccepted(Instant At, ImmutableArray<NodeId> Nodes, bool BySilence, BenchmarkRunId? Test = null) : LeaseFact(At);

/// <summary>Nodes failed their acceptance test: no silence accepts them, and the operator has until <paramref name="CureBy"/> to put them right.</summary>
public sealed record AcceptanceTestFailed(Instant At, ImmutableArray<FailedNode> Nodes, BenchmarkRunId Test, Instant CureBy) : LeaseFact(At);

/// <summary>The tenant rejected nodes; they are the operator's again.</summary>
public sealed record NodesRejected(Instant At, ImmutableArray<NodeId> Nodes, string Reason) : LeaseFact(At);

/// <summary>A node in service was taken out; <paramref name="ReplacedBy"/> names its replacement, delivered in the next fact.</summary>
public sealed record NodeTakenOut(Instant At, NodeId Node, NodeId? ReplacedBy, string Reason) : LeaseFact(At);

/// <summary>The tenant gave nodes up; they are billed until <paramref name="BilledUntil"/>.</summary>
public sealed record NodesHandedBack(Instant At, ImmutableArray<NodeId> Nodes, Instant BilledUntil) : LeaseFact(At);

/// <summary>The operator announced maintenance of a node that is here.</summary>
public sealed record MaintenanceAnnounced(Instant At, NodeId Node, Instant From, Instant Until, string Reason) : LeaseFact(At);

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
/// <param name="At">When the lease learnt of it.</param>
/// <param name="Invoice">The invoice.</param>
/// <param name="Since">First instant after its due day.</param>
public sealed record FellInArrears(Instant At, InvoiceId Invoice, Instant Since) : LeaseFact(At);

/// <summary>The first invoice fell overdue: until <paramref name="EndsAt"/> nothing but reminders follows.</summary>
public sealed record GraceBegan(Instant At, Instant EndsAt) : LeaseFact(At);

/// <summary>The tenant was reminded of an overdue invoice.</summary>
public sealed record TenantReminded(Instant At, InvoiceId Invoice, int Number, int Day) : LeaseFact(At)
{
    /// <summary>The invoice with this reminder counted, if it is the one.</summary>
    internal OverdueInvoice Count(OverdueInvoice overdue) => overdue.Id == Invoice ? overdue with { Reminders = Number } : overdue;
}

/// <summary>Grace is over: the lease will be suspended at <paramref name="SuspendsAt"/> unless money comes first.</summary>
public sealed record SuspensionNoticed(Instant At, Instant SuspendsAt) : LeaseFact(At);

/// <summary>Money came before the suspension.</summary>
public sealed record SuspensionNoticeWithdrawn(Instant At) : LeaseFact(At);

/// <summary>The lease is suspended, and will be terminated for cause at <paramref name="TerminatesAt"/> unless money comes first; null where it never is.</summary>
public sealed record LeaseSuspended(Instant At, Instant? TerminatesAt) : LeaseFact(At);

/// <summary>Money came, and the suspension ended.</summary>
public sealed record SuspensionLifted(Instant At) : LeaseFact(At);

/// <summary>A step that was due waits, because money is on its way or the gateway cannot say.</summary>
/// <param name="At">When.</param>
/// <param name="Step">The step.</param>
/// <param name="Money">Why.</param>
/// <param name="Until">When it is looked at again.</param>
/// <param name="Again">Whether it had waited before.</param>
public sealed record DunningWaits(Instant At, DunningStep Step, MoneyInSight Money, Instant Until, bool Again) : LeaseFact(At);

/// <summary>The lease was terminated for cause, at the price of an early exit without its notice.</summary>
/// <param name="At">When.</param>
/// <param name="Quote">The price.</param>
/// <param name="Invoices">The overdue invoices that were the cause.</param>
public sealed record LeaseTerminatedForCause(Instant At, ExitQuote Quote, ImmutableArray<InvoiceId> Invoices) : LeaseFact(At);

/// <summary>A payment of an invoice is disputed by the payer's bank, or no longer is.</summary>
public sealed record PaymentContested(Instant At, InvoiceId Invoice, bool IsOpen) : LeaseFact(At);

/// <summary>An overdue invoice was settled.</summary>
public sealed record ArrearsCleared(Instant At, InvoiceId Invoice) : LeaseFact(At);

/// <summary>The lease ended.</summary>
/// <param name="At">The contractual end.</param>
/// <param name="Nodes">Nodes that go back to the pool.</param>
public sealed record LeaseEnded(Instant At, ImmutableArray<NodeId> Nodes) : LeaseFact(At);

/// <summary>The operator read a meter; <paramref name="Replaces"/> is what it showed before, null for the period's first reading.</summary>
public sealed record MeterRead(Instant At, MeterReading Reading, MeterReading? Replaces) : LeaseFact(At);
