using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>What a rent statement asks to be billed.</summary>
public enum RentKind
{
    /// <summary>Rent of one period: at its end in arrears, at its start in advance; further revisions carry what changed inside a period already stated.</summary>
    Rent,

    /// <summary>The price of leaving early, as the exit quote stated it.</summary>
    ExitFee,

    /// <summary>The last period's rent, with which the lease ends; its charges may be empty.</summary>
    Final,

    /// <summary>Metered energy of one period, passed through; further revisions correct an earlier reading.</summary>
    Power,

    /// <summary>An instalment of a prepayment; the revision is the tranche's number, from 1.</summary>
    Prepayment,
}

/// <summary>
/// A stretch for which one node is billed (or credited), already cut to the statement's period and to the leased quantity.
/// For monthly units both ends are local midnights: the day a node arrives is not billed, the day it leaves is.
/// </summary>
/// <param name="Node">The node, or the delivered block of a power pool.</param>
/// <param name="Quantity">In the pricing unit: GPUs, nodes or kW of critical IT load. More than 0.</param>
/// <param name="From">First instant billed.</param>
/// <param name="Until">First instant no longer billed.</param>
public sealed record NodeService(NodeId Node, decimal Quantity, Instant From, Instant Until);

/// <summary>
/// Everything that is needed to price one lease's rent for one period, and nothing that has to be looked up. It is written
/// in the same commit that moves the lease's billed-through date, once per <see cref="Key"/>.
/// </summary>
public sealed record RentStatement
{
    /// <summary>The lease.</summary>
    public required LeaseId Lease { get; init; }

    /// <summary>Its reservation, under which the deposit is held.</summary>
    public required ReservationId Reservation { get; init; }

    /// <summary>Who owes.</summary>
    public required OrganizationId Tenant { get; init; }

    /// <summary>Who is owed.</summary>
    public required OrganizationId Operator { get; init; }

    /// <summary>What is billed.</summary>
    public required RentKind Kind { get; init; }

    /// <summary>Days billed, half-open, in the zone of the terms.</summary>
    public required BillingPeriod Period { get; init; }

    /// <summary>1 for the first statement of this kind and period; each later one carries only what changed.</summary>
    public required int Revision { get; init; }

    /// <summary>The date whose day all rent periods keep: the first day of the lease's term.</summary>
    public required LocalDate Anchor { get; init; }

    /// <summary>The first day rent accrued, from which the escalator counts its years.</summary>
    public required LocalDate RentCommencement { get; init; }

    /// <summary>The terms as signed: price, unit, timing, escalator, fees, zone.</summary>
    public required ContractTerms Terms { get; init; }

    /// <summary>Parties and capacity by name, as the order form has them; null in statements made before names were kept.</summary>
    public ContractNames? Names { get; init; }

    /// <summary>What is charged, ordered by node and time.</summary>
    public ImmutableArray<NodeService> Charges { get; init; } = [];

    /// <summary>What an earlier statement of the period charged and no longer applies; mirrors a charge.</summary>
    public ImmutableArray<NodeService> Credits { get; init; } = [];

    /// <summary>
    /// What take-or-pay applies to: the leased quantity that the operator kept available over the period, in the pricing unit,
    /// nodes the tenant handed back included. What the operator did not deliver or took out is not in it. Empty on later revisions.
    /// </summary>
    public ImmutableArray<CommittedQuantity> Committed { get; init; } = [];

    /// <summary>The fee of an exit, exactly as quoted; null on other kinds.</summary>
    public Money? ExitFee { get; init; }

    /// <summary>The meter reading to bill; null on other kinds.</summary>
    public MeterReading? Reading { get; init; }

    /// <summary>The reading billed before, which <see cref="Reading"/> replaces; null when it is the period's first.</summary>
    public MeterReading? Replaces { get; init; }

    /// <summary>The instalment to bill, with its amount; null on other kinds.</summary>
    public PrepaymentInstalment? Instalment { get; init; }

    /// <summary>When the lease stated it.</summary>
    public required Instant StatedAt { get; init; }

    /// <summary>Names the effect: a statement with a key already billed changes nothing.</summary>
    [JsonIgnore]
    public string Key => $"{Lease}.{Kind}.{Period.Start:uuuu-MM-dd}.{Revision}";
}

/// <summary>A committed quantity over a stretch of time.</summary>
/// <param name="Quantity">In the pricing unit.</param>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after.</param>
public sealed record CommittedQuantity(decimal Quantity, Instant From, Instant Until);

/// <summary>One instalment of a prepayment.</summary>
/// <param name="Name">What it is tied to.</param>
/// <param name="Amount">How much, without tax.</param>
/// <param name="Of">How many instalments there are.</param>
public sealed record PrepaymentInstalment(string Name, Money Amount, int Of);
