using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Api.Quotes;
using Marketplace.Api.Terms;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Leases;

/// <summary>Which leases to list.</summary>
/// <param name="Status">Only leases that stand here.</param>
/// <param name="PoolId">Only leases of this pool.</param>
internal sealed record LeaseFilter(LeaseStatus? Status, PoolId? PoolId)
{
    public static LeaseFilter Example { get; } = new(LeaseStatus.Active, null);

    public bool Takes(Lease lease) => (Status is null || lease.Status == Status) && (PoolId is null || lease.Opening.Pool == PoolId);
}

/// <summary>A number of leased units over a stretch of the term.</summary>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after.</param>
/// <param name="Units">Nodes, or kW of critical IT load in a power pool.</param>
internal sealed record LeasedStepModel(Instant From, Instant Until, int Units)
{
    public static LeasedStepModel Of(RampSegment segment) => new(segment.Term.Start, segment.Term.End, segment.Units);
}

/// <summary>The renewal option that can be used next.</summary>
/// <param name="OptionsLeft">How many are left, this one included.</param>
/// <param name="Months">Months it adds.</param>
/// <param name="UseBefore">First instant it can no longer be used.</param>
internal sealed record RenewalOptionModel(int OptionsLeft, int Months, Instant UseBefore)
{
    public static RenewalOptionModel? Of(Lease lease) => LeaseDue.RenewalDeadline(lease) is { } deadline
        ? new(lease.Opening.Terms.Clauses.Renewal.Options - lease.RenewalsUsed, lease.Opening.Terms.Clauses.Renewal.Months, deadline)
        : null;
}

/// <summary>What leaving a lease early costs, firm until it expires.</summary>
/// <param name="Id">Public id; name it to terminate.</param>
/// <param name="QuotedAt">When it was made.</param>
/// <param name="ValidUntil">First instant it no longer binds.</param>
/// <param name="ExitsOn">First day without the lease, in the lease's zone.</param>
/// <param name="EndsOn">First day after the term as it stands.</param>
/// <param name="RentLeft">Rent from the exit to the end of the term, at the escalated prices.</param>
/// <param name="FeePercent">The share of it that the terms charge.</param>
/// <param name="Fee">The price of leaving, beside the rent up to the exit.</param>
internal sealed record ExitQuoteModel(
    ExitQuoteId Id,
    Instant QuotedAt,
    Instant ValidUntil,
    LocalDate ExitsOn,
    LocalDate EndsOn,
    MoneyModel RentLeft,
    Percentage FeePercent,
    MoneyModel Fee)
{
    public static ExitQuoteModel Example { get; } = Of(new ExitQuote(
        ExitQuoteId.From("exit_5s4n7qz3v5xw6a2bc4d5e6f7ga"),
        Instant.FromUtc(2027, 4, 10, 9, 0),
        Instant.FromUtc(2027, 4, 11, 9, 0),
        new LocalDate(2027, 5, 11),
        new LocalDate(2028, 1, 1),
        new Money(Currency.Usd, 9_020_160),
        Percentage.From(40),
        new Money(Currency.Usd, 3_608_064)));

    public static ExitQuoteModel Of(ExitQuote quote) => new(
        quote.Id,
        quote.QuotedAt,
        quote.ValidUntil,
        quote.ExitsOn,
        quote.EndsOn,
        MoneyModel.Of(quote.Left),
        quote.FeePercentage,
        MoneyModel.Of(quote.Fee));
}

/// <summary>How many units of a lease stand where.</summary>
/// <param name="AwaitingAcceptance">Delivered units that await the tenant's word.</param>
/// <param name="InService">Accepted units, for which rent runs up to those leased.</param>
/// <param name="Excess">Units in service beyond those leased now; reported, never billed.</param>
/// <param name="DeemedAcceptedAt">When silence accepts the next units that wait; null when none do.</param>
internal sealed record LeaseUnitsModel(int AwaitingAcceptance, int InService, int Excess, Instant? DeemedAcceptedAt)
{
    public static LeaseUnitsModel Of(Lease lease, Instant now) => new(
        lease.Nodes.Where(node => node.Standing == NodeStanding.Offered).Sum(node => node.Units),
        lease.InService.Sum(node => node.Units),
        lease.ExcessUnitsAt(now),
        lease.Nodes.Where(node => node.Standing == NodeStanding.Offered).Min(node => node.DeemedAt));
}

/// <summary>The commercial terms of a lease, as the order form pinned them; the leased units over time stand beside them, as renewals change them.</summary>
/// <param name="Version">Version of this record.</param>
/// <param name="PricingUnit">What the rent is per.</param>
/// <param name="UnitPrice">Rent per unit in the first year, after every discount.</param>
/// <param name="Clauses">The conditions.</param>
internal sealed record LeaseTermsModel(int Version, PricingUnit PricingUnit, UnitPriceModel UnitPrice, ClausesModel Clauses)
{
    public static LeaseTermsModel Of(ContractTerms terms) => new(terms.Version, terms.Rent.Unit, UnitPriceModel.Of(terms.Rent.Price), ClausesModel.Of(terms.Clauses));
}

/// <summary>A lease.</summary>
/// <param name="Id">Public id.</param>
/// <param name="ReservationId">The reservation it came from; there is one lease for each.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who delivers.</param>
/// <param name="PoolId">Where the units come from.</param>
/// <param name="SiteId">Where they stand.</param>
/// <param name="Status">Where the lease stands.</param>
/// <param name="CreatedAt">When the first delivery was announced.</param>
/// <param name="TimeZone">IANA zone of all contract dates.</param>
/// <param name="StartsAt">First instant of the term.</param>
/// <param name="EndsAt">First instant after the lease as it stands: the exit if notice was given, else the end of the term.</param>
/// <param name="EndedAt">When it ended; null while it runs.</param>
/// <param name="Steps">The leased units over time, renewals included.</param>
/// <param name="Terms">The commercial terms.</param>
/// <param name="RentCommencement">First day rent accrued; null until a node is accepted.</param>
/// <param name="BilledThrough">First day for which no rent has been stated yet.</param>
/// <param name="Renewal">The renewal option that can be used next; null when none is left.</param>
/// <param name="ExitQuote">The newest exit quote, if any.</param>
/// <param name="FreeExitFrom">From when the tenant may leave without fee and notice, while nothing has been accepted and nothing awaits its word; null once something was.</param>
/// <param name="OverdueInvoices">Invoices of this lease that are overdue.</param>
/// <param name="Dunning">What has followed from them, and what follows next; null while nothing is overdue.</param>
/// <param name="Suspended">Whether the operator may withhold access now, because invoices stay unpaid.</param>
/// <param name="Suspensions">Times of suspension, oldest first.</param>
/// <param name="DisputedInvoices">Invoices with a payment that the payer's bank disputes now.</param>
/// <param name="Deposit">The deposit held under the reservation.</param>
/// <param name="OrderFormDigest">SHA-256 of the signed order form, in hex.</param>
/// <param name="Units">How many units stand where; null in lists.</param>
/// <param name="Names">Parties and capacity by name, as the order form has them; null in older leases.</param>
internal sealed record LeaseModel(
    LeaseId Id,
    ReservationId ReservationId,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    PoolId PoolId,
    SiteId SiteId,
    LeaseStatus Status,
    Instant CreatedAt,
    string TimeZone,
    Instant StartsAt,
    Instant EndsAt,
    Instant? EndedAt,
    ImmutableArray<LeasedStepModel> Steps,
    LeaseTermsModel Terms,
    LocalDate? RentCommencement,
    LocalDate? BilledThrough,
    RenewalOptionModel? Renewal,
    ExitQuoteModel? ExitQuote,
    Instant? FreeExitFrom,
    ImmutableArray<InvoiceId> OverdueInvoices,
    DunningModel? Dunning,
    bool Suspended,
    ImmutableArray<SuspensionModel> Suspensions,
    ImmutableArray<InvoiceId> DisputedInvoices,
    MoneyModel Deposit,
    string OrderFormDigest,
    LeaseUnitsModel? Units,
    ContractNamesModel? Names)
{
    public static LeaseModel Example { get; } = new(
        LeaseId.From("lease_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        ReservationId.From("rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        OrganizationId.From("org_3k2m7qz3v5xw6a2bc4d5e6f7ga"),
        OrganizationId.From("org_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        PoolId.From("pool_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        SiteId.From("site_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        LeaseStatus.Active,
        Instant.FromUtc(2027, 1, 5, 0, 0),
        "UTC",
        Instant.FromUtc(2027, 1, 1, 0, 0),
        Instant.FromUtc(2028, 1, 1, 0, 0),
        null,
        [new LeasedStepModel(Instant.FromUtc(2027, 1, 1, 0, 0), Instant.FromUtc(2028, 1, 1, 0, 0), 8)],
        LeaseTermsModel.Of(QuoteExample.Quote.Terms),
        new LocalDate(2027, 1, 6),
        new LocalDate(2027, 4, 1),
        new RenewalOptionModel(2, 12, Instant.FromUtc(2027, 10, 3, 0, 0)),
        null,
        null,
        [],
        null,
        false,
        [],
        [],
        MoneyModel.Of(new Money(Currency.Usd, 9_523_200)),
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        new LeaseUnitsModel(0, 8, 0, null),
        ContractNamesModel.Example);

    public static LeaseModel Of(Lease lease) => new(
        lease.Id,
        lease.Opening.Reservation,
        lease.Opening.Tenant,
        lease.Opening.Operator,
        lease.Opening.Pool,
        lease.Opening.Site,
        lease.Status,
        lease.CreatedAt,
        lease.Opening.Terms.Clauses.LeaseZone,
        lease.StartsAt,
        lease.EndsAt,
        lease.EndedAt,
        [.. lease.Steps.Select(LeasedStepModel.Of)],
        LeaseTermsModel.Of(lease.Opening.Terms),
        lease.RentCommencement,
        lease.BilledThrough,
        RenewalOptionModel.Of(lease),
        lease.ExitQuote is { } quote ? ExitQuoteModel.Of(quote) : null,
        lease.MayLeaveFreeFrom,
        lease.Overdue,
        DunningModel.Of(lease),
        lease.IsSuspended,
        [.. (lease.Suspensions ?? []).Select(suspension => new SuspensionModel(suspension.From, suspension.Until))],
        lease.Disputed ?? [],
        MoneyModel.Of(lease.Opening.Deposit),
        lease.Opening.OrderFormDigest,
        null,
        ContractNamesModel.Of(lease.Opening.Names));

    public static LeaseModel Of(Lease lease, Instant now) => Of(lease) with { Units = LeaseUnitsModel.Of(lease, now) };
}

/// <summary>A delivered node of a lease, or a block of kW in a power pool.</summary>
/// <param name="Id">The node, or the id of the block.</param>
/// <param name="Units">1 for a node; the kW of a block.</param>
/// <param name="DeliveryId">The delivery that brought it.</param>
/// <param name="Standing">Where it stands.</param>
/// <param name="ReadyAt">From when it can be tested.</param>
/// <param name="DeemedAcceptedAt">When silence accepts it, or would have.</param>
/// <param name="AcceptedAt">When it was accepted.</param>
/// <param name="AcceptedBySilence">Whether silence accepted it.</param>
/// <param name="LeftAt">When it was rejected, taken out, handed back or returned.</param>
/// <param name="Reason">Why it was rejected or taken out.</param>
/// <param name="AcceptanceTestId">The acceptance test that accepted it, or that it failed last; its evidence is at <c>/v1/benchmark-runs/{benchmarkRunId}</c>.</param>
/// <param name="CureBy">Until when the operator may put it right after a failed test.</param>
internal sealed record LeaseNodeModel(
    NodeId Id,
    int Units,
    DeliveryId DeliveryId,
    NodeStanding Standing,
    Instant ReadyAt,
    Instant? DeemedAcceptedAt,
    Instant? AcceptedAt,
    bool AcceptedBySilence,
    Instant? LeftAt,
    string? Reason,
    BenchmarkRunId? AcceptanceTestId,
    Instant? CureBy)
{
    public static LeaseNodeModel Example { get; } = new(
        NodeId.From("node_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        1,
        DeliveryId.From("dlv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        NodeStanding.InService,
        Instant.FromUtc(2027, 1, 5, 0, 0),
        Instant.FromUtc(2027, 1, 15, 0, 0),
        Instant.FromUtc(2027, 1, 6, 12, 0),
        false,
        null,
        null,
        BenchmarkRunId.From("bench_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        null);

    public static LeaseNodeModel Of(LeaseNode node) => new(
        node.Id, node.Units, node.Delivery, node.Standing, node.ReadyAt, node.DeemedAt, node.AcceptedAt, node.BySilence, node.LeftAt, node.Reason, node.Test, node.CureBy);
}

/// <summary>Nodes named in a request.</summary>
/// <param name="Nodes">The nodes, each once.</param>
internal sealed record NamedNodes([Items(1, 1000)] ImmutableArray<NodeId> Nodes)
{
    public static NamedNodes Example { get; } = new([LeaseNodeModel.Example.Id]);
}

/// <summary>Nodes the tenant rejects.</summary>
/// <param name="Nodes">Nodes that await acceptance, each once.</param>
/// <param name="Reason">What failed.</param>
internal sealed record RejectedNodes([Items(1, 1000)] ImmutableArray<NodeId> Nodes, [Length(1, 1000)] string Reason)
{
    public static RejectedNodes Example { get; } = new([LeaseNodeModel.Example.Id], "NVLink errors on GPU 3 during the burn-in.");
}

/// <summary>A node to take out of service.</summary>
/// <param name="NodeId">A node in service.</param>
/// <param name="ReplacementId">A free node of the pool to offer in its place; absent: that comes later, as a delivery.</param>
/// <param name="Reason">Why.</param>
internal sealed record NewReplacement(NodeId NodeId, NodeId? ReplacementId, [Length(1, 1000)] string Reason)
{
    public static NewReplacement Example { get; } = new(LeaseNodeModel.Example.Id, NodeId.From("node_5k2m7qz3v5xw6a2bc4d5e6f7ga"), "Failed baseboard.");
}

/// <summary>An exit to price.</summary>
/// <param name="ExitsOn">First day without the lease, in the lease's zone; absent: the earliest the notice allows.</param>
internal sealed record NewExitQuote(LocalDate? ExitsOn)
{
    public static NewExitQuote Example { get; } = new(new LocalDate(2027, 5, 11));
}

/// <summary>Notice to leave.</summary>
/// <param name="ExitQuoteId">The lease's newest exit quote, still valid.</param>
internal sealed record NewTermination(ExitQuoteId ExitQuoteId)
{
    public static NewTermination Example { get; } = new(ExitQuoteModel.Example.Id);
}
