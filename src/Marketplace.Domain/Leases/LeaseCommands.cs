using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>What can be asked of a lease. <c>Actor</c> is the organization that asks.</summary>
public abstract record LeaseCommand;

/// <summary>Takes a delivery; the first one opens the lease. A delivery taken before changes nothing.</summary>
public sealed record TakeDelivery(LeaseOpening Opening, LeaseDelivery Delivery) : LeaseCommand;

/// <summary>The operator delivers under a lease that exists: nodes put right after a rejection, or what follows one taken out.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Delivery">What is delivered.</param>
public sealed record DeliverNodes(OrganizationId Actor, LeaseDelivery Delivery) : LeaseCommand;

/// <summary>The tenant accepts the named nodes: rent starts for them.</summary>
public sealed record AcceptNodes(OrganizationId Actor, ImmutableArray<NodeId> Nodes) : LeaseCommand;

/// <summary>An acceptance test was decided: nodes that passed are accepted, for those that failed the cure period runs.</summary>
/// <param name="Test">The test.</param>
/// <param name="Passed">Nodes that passed.</param>
/// <param name="Failed">Nodes that did not, with the reason.</param>
public sealed record TakeAcceptanceTest(BenchmarkRunId Test, ImmutableArray<NodeId> Passed, ImmutableArray<FailedNode> Failed) : LeaseCommand;

/// <summary>A node that failed its acceptance test.</summary>
/// <param name="Node">The node.</param>
/// <param name="Reason">Why, at most 1,000 characters.</param>
public sealed record FailedNode(NodeId Node, string Reason);

/// <summary>The tenant rejects the named nodes; they go back to the operator for another try.</summary>
/// <param name="Actor">The tenant.</param>
/// <param name="Nodes">Nodes that await acceptance.</param>
/// <param name="Reason">What failed, 1 to 1,000 characters.</param>
public sealed record RejectNodes(OrganizationId Actor, ImmutableArray<NodeId> Nodes, string Reason) : LeaseCommand;

/// <summary>
/// The operator takes a node out of service and may offer another in its place at once. The node is not billed from that
/// instant; its replacement is billed from its own acceptance, so the gap is nobody's rent.
/// </summary>
/// <param name="Actor">The operator.</param>
/// <param name="Out">A node in service.</param>
/// <param name="In">What replaces it; null when that comes later, as a delivery.</param>
/// <param name="Reason">Why, 1 to 1,000 characters.</param>
public sealed record ReplaceNode(OrganizationId Actor, NodeId Out, NodeId? In, string Reason) : LeaseCommand;

/// <summary>
/// The tenant gives nodes up before the end. In arrears they are no longer billed from that instant, in advance from the
/// next period; what take-or-pay leaves due on them is billing's to add.
/// </summary>
/// <param name="Actor">The tenant.</param>
/// <param name="Nodes">Nodes in service.</param>
public sealed record HandBackNodes(OrganizationId Actor, ImmutableArray<NodeId> Nodes) : LeaseCommand;

/// <summary>The operator announced maintenance of a node. Of a node that is not here, or not here any more, it changes nothing.</summary>
/// <param name="Node">The node.</param>
/// <param name="From">When it starts.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Reason">What is done, in the operator's words.</param>
public sealed record TakeMaintenance(NodeId Node, Instant From, Instant Until, string Reason) : LeaseCommand;

/// <summary>The tenant uses the next renewal option: the lease runs on for the option's months on the same terms.</summary>
public sealed record RenewLease(OrganizationId Actor) : LeaseCommand;

/// <summary>The tenant gives up the renewal options that are left.</summary>
public sealed record DeclineRenewal(OrganizationId Actor) : LeaseCommand;

/// <summary>The tenant asks what leaving early costs.</summary>
/// <param name="Actor">The tenant.</param>
/// <param name="Exit">Id of the quote to make.</param>
/// <param name="On">First day without the lease, in the lease's zone; null for the earliest the notice allows.</param>
public sealed record QuoteExit(OrganizationId Actor, ExitQuoteId Exit, LocalDate? On) : LeaseCommand
{
    /// <summary>What the price needs to know of others.</summary>
    public ExitBasis Basis { get; init; } = ExitBasis.None;
}

/// <summary>The tenant gives notice against a valid exit quote.</summary>
public sealed record TerminateLease(OrganizationId Actor, ExitQuoteId Exit) : LeaseCommand;

/// <summary>
/// The operator records what a meter showed for one period of the lease, also after its end. It is billed at once under the
/// terms' power pass-through; a further reading of the same period corrects the bill.
/// </summary>
/// <param name="Actor">The operator.</param>
/// <param name="Id">The reading's id; one recorded before changes nothing.</param>
/// <param name="From">First day of the period.</param>
/// <param name="Energy">kWh drawn in the period.</param>
/// <param name="Cost">What a kWh cost, in the contract's currency.</param>
/// <param name="Meter">Which meter, 1 to 100 characters.</param>
/// <param name="Note">Where the figures can be checked, at most 500 characters.</param>
public sealed record RecordReading(OrganizationId Actor, MeterReadingId Id, LocalDate From, KilowattHours Energy, UnitPrice Cost, string Meter, string Note) : LeaseCommand;

/// <summary>Billing reports that an invoice of this lease is overdue.</summary>
/// <param name="Invoice">The invoice.</param>
/// <param name="Since">First instant after its due day; null for now.</param>
public sealed record MarkOverdue(InvoiceId Invoice, Instant? Since = null) : LeaseCommand;

/// <summary>Billing reports that it reminded the tenant of an overdue invoice.</summary>
/// <param name="Invoice">The invoice.</param>
/// <param name="Number">Which reminder for it, from 1.</param>
/// <param name="Day">The day of the schedule it was sent for.</param>
public sealed record TakeReminder(InvoiceId Invoice, int Number, int Day) : LeaseCommand;

/// <summary>Billing reports that a payment of an invoice is disputed, or that the dispute is decided.</summary>
public sealed record MarkDisputed(InvoiceId Invoice, bool IsOpen) : LeaseCommand;

/// <summary>Takes a step of dunning that is due, now that billing has looked for money.</summary>
public sealed record TakeDunningStep(DunningStep Step, MoneyInSight Money) : LeaseCommand
{
    /// <summary>What the price of a termination needs to know of others.</summary>
    public ExitBasis Basis { get; init; } = ExitBasis.None;
}

/// <summary>Billing reports that an overdue invoice of this lease has been paid, credited or withdrawn.</summary>
public sealed record ClearOverdue(InvoiceId Invoice) : LeaseCommand;

/// <summary>Does what has fallen due: acceptance by silence, periods to close, options that lapse, the end.</summary>
public sealed record MeetDueTimes : LeaseCommand;
