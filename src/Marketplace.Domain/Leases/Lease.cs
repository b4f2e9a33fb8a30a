using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>
/// A lease: exactly one per reservation, opened at the first delivery. Rent accrues per accepted node, never for more than
/// the leased quantity, from acceptance to the node's removal or the lease's end.
/// </summary>
public sealed partial record Lease
{
    /// <summary>The lease.</summary>
    public required LeaseId Id { get; init; }

    /// <summary>When the first delivery was announced.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>What was taken over from the reservation.</summary>
    public required LeaseOpening Opening { get; init; }

    /// <summary>Where it stands.</summary>
    public required LeaseStatus Status { get; init; }

    /// <summary>The leased units over time, renewals included.</summary>
    public required ImmutableArray<RampSegment> Steps { get; init; }

    /// <summary>Deliveries taken, so that a repeated one changes nothing.</summary>
    public ImmutableArray<DeliveryId> Deliveries { get; init; } = [];

    /// <summary>Every piece ever delivered, in order; a node rejected and delivered again stands twice.</summary>
    public ImmutableArray<LeaseNode> Nodes { get; init; } = [];

    /// <summary>The first day rent accrued; null until a node is accepted.</summary>
    public LocalDate? RentCommencement { get; init; }

    /// <summary>First day for which no rent has been stated yet; null until a first statement.</summary>
    public LocalDate? BilledThrough { get; init; }

    /// <summary>The newest statement of rent; null before the first.</summary>
    public StatedPeriod? LastStated { get; init; }

    /// <summary>The newest meter reading of each period that has one, in order of recording; null before the first.</summary>
    public ImmutableArray<MeterReading>? Readings { get; init; }

    /// <summary>Renewal options used.</summary>
    public int RenewalsUsed { get; init; }

    /// <summary>Whether the options left were declined or lapsed.</summary>
    public bool OptionsGivenUp { get; init; }

    /// <summary>The newest exit quote; an older one is replaced by it.</summary>
    public ExitQuote? ExitQuote { get; init; }

    /// <summary>When the notice given takes effect; null without notice.</summary>
    public Instant? ExitsAt { get; init; }

    /// <summary>Invoices of this lease that are overdue.</summary>
    public ImmutableArray<InvoiceId> Overdue { get; init; } = [];

    /// <summary>Where dunning stands; null while nothing is overdue.</summary>
    public LeaseDunning? Dunning { get; init; }

    /// <summary>Times of suspension, oldest first; null before the first.</summary>
    public ImmutableArray<Suspension>? Suspensions { get; init; }

    /// <summary>Invoices with a payment that is disputed now; null before the first.</summary>
    public ImmutableArray<InvoiceId>? Disputed { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public Instant? EndedAt { get; init; }

    /// <summary>When the newest fact took effect; facts never go back in time.</summary>
    public required Instant ChangedAt { get; init; }

    /// <summary>First instant of the term as leased.</summary>
    [JsonIgnore]
    public Instant StartsAt => Steps[0].Term.Start;

    /// <summary>First instant after the lease as it stands: the exit if notice was given, else the end of the term.</summary>
    [JsonIgnore]
    public Instant EndsAt => ExitsAt ?? Steps[^1].Term.End;

    /// <summary>The zone of all contract dates.</summary>
    [JsonIgnore]
    public DateTimeZone Zone => Opening.Terms.Clauses.Zone();

    /// <summary>The day all rent periods keep: the first day of the term.</summary>
    [JsonIgnore]
    public LocalDate Anchor => BillingPeriods.DateAt(Zone, StartsAt);

    /// <summary>First day after the lease as it stands.</summary>
    [JsonIgnore]
    public LocalDate EndsOn => BillingPeriods.FirstFullDay(Zone, EndsAt);

    /// <summary>Whether the operator may withhold access now, because invoices stay unpaid. Rent runs on, and no service level is owed.</summary>
    [JsonIgnore]
    public bool IsSuspended => Suspensions is [.., { Until: null }];

    /// <summary>Nodes accepted and not taken out.</summary>
    [JsonIgnore]
    public IEnumerable<LeaseNode> InService => Nodes.Where(node => node.Standing == NodeStanding.InService);

    /// <summary>Nodes that were delivered and have not gone: announced, offered, in service or handed back.</summary>
    [JsonIgnore]
    public IEnumerable<LeaseNode> NodesHere => Nodes.Where(node => node.Standing is not (NodeStanding.Rejected or NodeStanding.Out));

    /// <summary>
    /// From when the tenant may leave without a fee and with its deposit while nothing has been accepted and nothing awaits its
    /// word: the end of the term's first day in the lease's zone, until which the operator is in time. What was only announced,
    /// or rejected, is not handed over. Null once something was accepted, or notice was given.
    /// </summary>
    [JsonIgnore]
    public Instant? MayLeaveFreeFrom => Status is LeaseStatus.Scheduled or LeaseStatus.InAcceptance
        ? BillingPeriods.Midnight(Zone, Anchor.PlusDays(1))
        : null;

    /// <summary>The one lease of a reservation.</summary>
    public static LeaseId IdOf(ReservationId reservation) => PublicId.Derive<LeaseId>("lease", reservation.Value);

    /// <summary>The lease for lists: without its nodes and the services stated for them, which may be thousands.</summary>
    public Lease WithoutNodes() => this with { Nodes = [], LastStated = LastStated is null ? null : LastStated with { Services = [] } };

    /// <summary>Units in service beyond those leased at an instant: reported, never billed (case BC-21).</summary>
    public int ExcessUnitsAt(Instant instant) => Math.Max(0, InService.Sum(node => node.Units) - LeasedUnitsAt(instant));

    /// <summary>Units leased at an instant; 0 outside the term.</summary>
    public int LeasedUnitsAt(Instant instant) => Steps.FirstOrDefault(step => step.Term.Contains(instant))?.Units ?? 0;
}

/// <summary>The rent stated for one period.</summary>
/// <param name="Period">The days.</param>
/// <param name="Revision">How many statements it has had.</param>
/// <param name="Services">What they come to together.</param>
public sealed record StatedPeriod(BillingPeriod Period, int Revision, ImmutableArray<NodeService> Services);

/// <summary>Where a delivered node stands.</summary>
public enum NodeStanding
{
    /// <summary>Delivered for a later time.</summary>
    Announced,

    /// <summary>Awaits the tenant's word.</summary>
    Offered,

    /// <summary>Accepted: rent runs for it.</summary>
    InService,

    /// <summary>Rejected by the tenant and returned.</summary>
    Rejected,

    /// <summary>Taken out of service by the operator, or returned at the lease's end.</summary>
    Out,

    /// <summary>Given up by the tenant before the end. It counts as committed: take-or-pay applies to it.</summary>
    HandedBack,
}

/// <summary>A delivered piece and what became of it.</summary>
/// <param name="Id">The node, or the block of a power pool.</param>
/// <param name="Units">1, or the kW of a block.</param>
/// <param name="Delivery">The delivery that brought it.</param>
/// <param name="Standing">Where it stands.</param>
/// <param name="ReadyAt">From when it can be tested.</param>
/// <param name="DeemedAt">When silence accepts it; null until it is offered.</param>
/// <param name="AcceptedAt">When it was accepted; null if it was not.</param>
/// <param name="BySilence">Whether silence accepted it.</param>
/// <param name="LeftAt">When it was rejected, taken out or returned; null while it is here.</param>
/// <param name="Reason">Why it was rejected or taken out, or why it failed its acceptance test.</param>
/// <param name="Test">The acceptance test that accepted it, or that it failed last.</param>
/// <param name="CureBy">Until when the operator may put it right after a failed test; null without one.</param>
public sealed record LeaseNode(
    NodeId Id,
    int Units,
    DeliveryId Delivery,
    NodeStanding Standing,
    Instant ReadyAt,
    Instant? DeemedAt = null,
    Instant? AcceptedAt = null,
    bool BySilence = false,
    Instant? LeftAt = null,
    string? Reason = null,
    BenchmarkRunId? Test = null,
    Instant? CureBy = null);
