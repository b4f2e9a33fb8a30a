using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>Which incidents to list.</summary>
/// <param name="Status">Only incidents that stand here.</param>
/// <param name="Kind">Only comparisons of this kind.</param>
internal sealed record IncidentFilter(IncidentStatus? Status, IncidentKind? Kind)
{
    public static IncidentFilter Example { get; } = new(IncidentStatus.Open, null);

    public bool Takes(Incident incident) => (Status is null || incident.Status == Status) && (Kind is null || incident.Kind == Kind);
}

/// <summary>One side of an incident.</summary>
/// <param name="Amount">What it has, counted from when the two sides last agreed.</param>
/// <param name="References">Its references: movements at the gateway, or facts of the books; at most 20.</param>
internal sealed record IncidentSideModel(MoneyModel Amount, ImmutableArray<string> References);

/// <summary>A person's word on an incident.</summary>
/// <param name="By">The API key used.</param>
/// <param name="Text">Why the two sides differ.</param>
/// <param name="At">When it was given, in market time.</param>
internal sealed record IncidentExplanationModel(string By, string Text, Instant At);

/// <summary>A drift: the books and another's record of the same thing differ for longer than notices are on their way.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Kind">What the books were compared with.</param>
/// <param name="Status">Where it stands; it resolves by itself when the two sides agree again.</param>
/// <param name="SubjectId">What differs: a payment, a payout, a movement at the gateway that names nothing of ours, an account, or a currency.</param>
/// <param name="OrganizationId">Whose books, where they are one organization's.</param>
/// <param name="Drift">What the other side has beyond the books.</param>
/// <param name="Other">The other side: the gateway, the documents, or what was heard of the balances.</param>
/// <param name="Books">The books.</param>
/// <param name="OpenedAt">When it was opened, in market time.</param>
/// <param name="Explanation">The newest explanation; null when nobody has given one.</param>
/// <param name="ResolvedAt">When the two sides agreed again, in market time; null while they differ.</param>
internal sealed record IncidentModel(
    IncidentId Id,
    IncidentKind Kind,
    IncidentStatus Status,
    string SubjectId,
    OrganizationId? OrganizationId,
    MoneyModel Drift,
    IncidentSideModel Other,
    IncidentSideModel Books,
    Instant OpenedAt,
    IncidentExplanationModel? Explanation,
    Instant? ResolvedAt)
{
    public static IncidentModel Example { get; } = Of(new Incident
    {
        Id = IncidentId.From("inc_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        Kind = IncidentKind.Gateway,
        Subject = "pay_4k2m7qz3v5xw6a2bc4d5e6f7ga",
        Other = new Money(Currency.Usd, 1_188_800),
        Books = new Money(Currency.Usd, 0),
        OtherReferences = ["txn_4k2m7qz3v5xw6a2bc4d5e6f7ga Charge"],
        BooksReferences = [],
        Status = IncidentStatus.Open,
        OpenedAt = Instant.FromUtc(2027, 5, 1, 4, 6),
    });

    public static IncidentModel Of(Incident incident) => new(
        incident.Id,
        incident.Kind,
        incident.Status,
        incident.Subject,
        incident.Organization,
        MoneyModel.Of(incident.Drift),
        new IncidentSideModel(MoneyModel.Of(incident.Other), incident.OtherReferences),
        new IncidentSideModel(MoneyModel.Of(incident.Books), incident.BooksReferences),
        incident.OpenedAt,
        incident.Explanation is { } given ? new IncidentExplanationModel(given.By, given.Text, given.At) : null,
        incident.ResolvedAt);
}

/// <summary>Why two sides differ.</summary>
/// <param name="Text">For whoever looks next.</param>
internal sealed record NewIncidentExplanation([Length(1, 2000)] string Text)
{
    public static NewIncidentExplanation Example { get; } = new("A test payment made by hand in the gateway's dashboard; refunded there on the same day.");
}

/// <summary>Both sides in one currency.</summary>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Books">Everything posted on accounts of the gateway, in the books of all organizations.</param>
/// <param name="Gateway">Everything that moved at the gateway for something the books should know, before fees.</param>
/// <param name="Fees">What the gateway kept for itself; the marketplace's cost, not in the books.</param>
/// <param name="PaidOut">What left the gateway for the marketplace's own bank account; the books do not follow it there.</param>
/// <param name="Balance">The balance that the gateway should show: gateway less fees and paid out.</param>
/// <param name="Drift">Sum of the drifts of open incidents, without their signs; zero when all agrees or is explained.</param>
internal sealed record ReconciliationTotalsModel(Currency Currency, MoneyModel Books, MoneyModel Gateway, MoneyModel Fees, MoneyModel PaidOut, MoneyModel Balance, MoneyModel Drift)
{
    public static ReconciliationTotalsModel Of(ReconciliationTotals totals, Money drift) => new(
        drift.Currency,
        MoneyModel.Of(totals.Books),
        MoneyModel.Of(totals.Gateway),
        MoneyModel.Of(totals.Fees),
        MoneyModel.Of(totals.PaidOut),
        MoneyModel.Of(totals.Balance),
        MoneyModel.Of(drift));
}

/// <summary>The comparison of all books with the gateway's, as it stands.</summary>
/// <param name="Green">Whether no incident is open.</param>
/// <param name="Gateway">Who moves the money.</param>
/// <param name="Sandbox">Whether no real money moves.</param>
/// <param name="Totals">Both sides, by currency.</param>
/// <param name="Differences">What differs now, differences too young for an incident included.</param>
/// <param name="Incidents">Incidents whose two sides differ, oldest first.</param>
/// <param name="BackfilledAt">Real time of the last backfill that came to the end of the gateway's notifications; null before the first.</param>
/// <param name="BooksComparedAt">Real time at which documents and balances were last compared with the books; null before the first.</param>
internal sealed record ReconciliationModel(
    bool Green,
    string Gateway,
    bool Sandbox,
    ImmutableArray<ReconciliationTotalsModel> Totals,
    int Differences,
    ImmutableArray<IncidentModel> Incidents,
    Instant? BackfilledAt,
    Instant? BooksComparedAt)
{
    public static ReconciliationModel Example { get; } = new(
        true,
        "sandbox",
        true,
        [ReconciliationTotalsModel.Of(ReconciliationTotals.Nothing(Currency.Usd) with { Books = new Money(Currency.Usd, 1_188_800), Gateway = new Money(Currency.Usd, 1_188_800) }, Money.Zero(Currency.Usd))],
        0,
        [],
        Instant.FromUtc(2027, 5, 1, 2, 0),
        Instant.FromUtc(2027, 5, 1, 2, 0));

    public static ReconciliationModel Of(Reconciliation state, string gateway, bool sandbox) => new(
        state.Incidents.All(incident => incident.Status != IncidentStatus.Open),
        gateway,
        sandbox,
        [.. state.Drift().Select(drift => ReconciliationTotalsModel.Of(state.Totals[drift.Currency.Value], drift))],
        state.Differences.Count,
        [.. state.Incidents.Select(IncidentModel.Of)],
        state.BackfilledAt,
        state.BooksComparedAt);
}

/// <summary>What one run of the comparison came to.</summary>
/// <param name="GatewayAnswered">Whether the gateway's lists could be read to their ends; otherwise nothing new was judged.</param>
/// <param name="Movements">Movements of the balance taken.</param>
/// <param name="Notifications">Notifications looked at.</param>
/// <param name="NotificationsMissed">Those of them that had never come, and were taken now.</param>
/// <param name="Differences">What differs now, differences too young for an incident included.</param>
/// <param name="Incidents">Incidents whose two sides differ now.</param>
internal sealed record ReconciliationRunModel(bool GatewayAnswered, int Movements, int Notifications, int NotificationsMissed, int Differences, int Incidents)
{
    public static ReconciliationRunModel Example { get; } = new(true, 12, 30, 2, 0, 0);

    public static ReconciliationRunModel Of(ReconciliationRun run) =>
        new(run.GatewayAnswered, run.Movements, run.Notices, run.NoticesNew, run.Differences, run.Incidents);
}
