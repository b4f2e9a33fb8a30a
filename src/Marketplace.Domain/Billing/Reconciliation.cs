using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>Something on which the books and another's record differ now: for a moment as long as notices are on their way.</summary>
/// <param name="Kind">What the books are compared with.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Organization">Whose books, where they are one organization's.</param>
/// <param name="Other">What the other side has beyond what agreed before.</param>
/// <param name="Books">What the books have beyond what agreed before.</param>
/// <param name="OtherReferences">The other side's references.</param>
/// <param name="BooksReferences">The books' facts.</param>
/// <param name="Since">Real time since when the two differ.</param>
/// <param name="Incident">The incident it has become; null while it is young.</param>
public sealed record Difference(
    IncidentKind Kind,
    string Subject,
    OrganizationId? Organization,
    Money Other,
    Money Books,
    ImmutableArray<string> OtherReferences,
    ImmutableArray<string> BooksReferences,
    Instant Since,
    Incident? Incident)
{
    /// <summary>Whether the two sides agree again.</summary>
    [JsonIgnore]
    public bool Agrees => Other == Books;

    /// <summary>Names it among the differences.</summary>
    [JsonIgnore]
    public string Key => KeyOf(Kind, Organization, Subject, Books.Currency);

    /// <summary>Names a difference.</summary>
    public static string KeyOf(IncidentKind kind, OrganizationId? organization, string subject, Currency currency) => $"{kind}|{organization}|{subject}|{currency}";
}

/// <summary>What the two sides come to in one currency.</summary>
/// <param name="Books">Everything posted on accounts of the gateway, in all books.</param>
/// <param name="Gateway">Everything that moved at the gateway for something the books should know, before fees.</param>
/// <param name="Fees">What the gateway kept.</param>
/// <param name="PaidOut">What left the gateway for the marketplace's own bank account.</param>
public sealed record ReconciliationTotals(Money Books, Money Gateway, Money Fees, Money PaidOut)
{
    /// <summary>The balance that the gateway should show.</summary>
    [JsonIgnore]
    public Money Balance => Gateway - Fees - PaidOut;

    /// <summary>Nothing yet.</summary>
    public static ReconciliationTotals Nothing(Currency currency) => new(Money.Zero(currency), Money.Zero(currency), Money.Zero(currency), Money.Zero(currency));
}

/// <summary>
/// The comparison of all books with the gateway's. Both sides are told as they come: what the books post, in the commit
/// that posts it, and what the gateway lists. What agrees is forgotten; what stays different becomes an incident.
/// </summary>
public sealed partial record Reconciliation
{
    /// <summary>Where the gateway's list of movements goes on; null before the first.</summary>
    public string? MovementCursor { get; init; }

    /// <summary>Where the gateway's list of notifications goes on; null before the first.</summary>
    public string? NoticeCursor { get; init; }

    /// <summary>Real time of the last backfill that came to the end; null before the first.</summary>
    public Instant? BackfilledAt { get; init; }

    /// <summary>Real time at which invoices, deposits and balances were last compared with the books; null before the first.</summary>
    public Instant? BooksComparedAt { get; init; }

    /// <summary>What differs now, by <see cref="Difference.Key"/>.</summary>
    public ImmutableDictionary<string, Difference> Differences { get; init; } = ImmutableDictionary<string, Difference>.Empty;

    /// <summary>Both sides, by currency.</summary>
    public ImmutableDictionary<string, ReconciliationTotals> Totals { get; init; } = ImmutableDictionary<string, ReconciliationTotals>.Empty;

    /// <summary>Incidents ever opened.</summary>
    public int Opened { get; init; }

    /// <summary>Incidents whose two sides still differ, oldest first.</summary>
    [JsonIgnore]
    public IEnumerable<Incident> Incidents => Differences.Values.Where(difference => difference.Incident is not null).Select(difference => difference.Incident!)
        .OrderBy(incident => incident.OpenedAt).ThenBy(incident => incident.Id.Value, StringComparer.Ordinal);

    /// <summary>Sum of the drifts of open incidents without their signs, by currency; zero where all is explained or agrees.</summary>
    public IEnumerable<Money> Drift() => Totals.Keys.Order(StringComparer.Ordinal).Select(Currency.From).Select(currency => new Money(currency, Incidents
        .Where(incident => incident.Status == IncidentStatus.Open && incident.Books.Currency == currency)
        .Sum(incident => Math.Abs(incident.Drift.Minor))));

    /// <summary>The comparison after a fact.</summary>
    public static Reconciliation Evolve(Reconciliation state, ReconciliationFact fact) => fact switch
    {
        PostingTaken taken => state.With(taken),
        MovementsTaken taken => taken.Movements.Aggregate(state with { MovementCursor = taken.Cursor }, (sum, movement) => sum.With(movement, taken.RealAt)),
        BooksCompared compared => state.With(compared),
        NoticesTaken taken => state with { NoticeCursor = taken.Cursor ?? state.NoticeCursor, BackfilledAt = taken.Finished ? taken.RealAt : state.BackfilledAt },
        IncidentRecorded recorded => state.With(recorded),
        StuckRefundTaken taken => state.Change(IncidentKind.Refund, taken.Payment.Value, taken.Amount.Currency, taken.RealAt, difference => difference with { Books = taken.Amount }),
        _ => throw new InvalidOperationException($"Reconciliation does not know {fact.GetType().Name}."),
    };

    private Reconciliation With(PostingTaken taken)
    {
        var currency = taken.Amount.Currency;
        var changed = Change(IncidentKind.Gateway, taken.Subject, currency, taken.RealAt, difference => difference with
        {
            Organization = null,
            Books = difference.Books + taken.Amount,
            BooksReferences = Referring(difference.BooksReferences, $"{taken.Organization} {taken.FactId}"),
        });
        return changed.Total(currency, total => total with { Books = total.Books + taken.Amount });
    }

    private Reconciliation With(GatewayMovement movement, Instant realAt)
    {
        var currency = movement.Amount.Currency;
        var counted = Total(currency, total => total with { Fees = total.Fees + movement.Fee });
        switch (movement.Kind)
        {
            case GatewayMovementKind.Payout:
                return counted.Total(currency, total => total with { PaidOut = total.PaidOut - movement.Amount });
            case GatewayMovementKind.Fee:
                return counted.Total(currency, total => total with { Fees = total.Fees - movement.Amount });
        }

        // What names nothing of ours is still money that the books do not know.
        var changed = counted.Change(IncidentKind.Gateway, movement.Subject ?? movement.Id, currency, realAt, difference => difference with
        {
            Other = difference.Other + movement.Amount,
            OtherReferences = Referring(difference.OtherReferences, $"{movement.Id} {movement.Kind}"),
        });
        return changed.Total(currency, total => total with { Gateway = total.Gateway + movement.Amount });
    }

    private Reconciliation With(BooksCompared compared)
    {
        var differences = Differences.Where(pair => IsTold(pair.Value) || pair.Value.Incident is not null).ToImmutableDictionary();
        foreach (var (key, standing) in differences.Where(pair => !IsTold(pair.Value)))
        {
            // Agrees unless it was found again.
            differences = differences.SetItem(key, standing with { Other = standing.Books });
        }

        foreach (var gap in compared.Gaps)
        {
            var found = new Difference(gap.Kind, gap.Subject, gap.Organization, gap.Other, gap.Books, [], [], compared.RealAt, null);
            differences = differences.SetItem(
                found.Key,
                Differences.TryGetValue(found.Key, out var known) ? found with { Since = known.Since, Incident = known.Incident } : found);
        }

        return this with { Differences = differences, BooksComparedAt = compared.RealAt };
    }

    // Kept as it is told; everything else is found anew by each comparison of the books.
    private static bool IsTold(Difference difference) => difference.Kind is IncidentKind.Gateway or IncidentKind.Refund;

    private Reconciliation With(IncidentRecorded recorded)
    {
        var incident = recorded.Incident;
        var opened = Differences[recorded.Key].Incident is null ? Opened + 1 : Opened;
        return this with
        {
            Opened = opened,
            Differences = incident.Status == IncidentStatus.Resolved
                ? Differences.Remove(recorded.Key)
                : Differences.SetItem(recorded.Key, Differences[recorded.Key] with { Incident = incident }),
        };
    }

    private Reconciliation Change(IncidentKind kind, string subject, Currency currency, Instant realAt, Func<Difference, Difference> change)
    {
        var key = Difference.KeyOf(kind, null, subject, currency);
        var nothing = Money.Zero(currency);
        var difference = change(Differences.GetValueOrDefault(key) ?? new Difference(kind, subject, null, nothing, nothing, [], [], realAt, null));
        return this with
        {
            Differences = difference is { Agrees: true, Incident: null } ? Differences.Remove(key) : Differences.SetItem(key, difference),
        };
    }

    private Reconciliation Total(Currency currency, Func<ReconciliationTotals, ReconciliationTotals> change) => this with
    {
        Totals = Totals.SetItem(currency.Value, change(Totals.GetValueOrDefault(currency.Value) ?? ReconciliationTotals.Nothing(currency))),
    };

    private static ImmutableArray<string> Referring(ImmutableArray<string> references, string more) =>
        references.Length < Incident.MostReferences ? references.Add(more) : references;
}
