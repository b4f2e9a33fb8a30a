using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What the books were compared with.</summary>
public enum IncidentKind
{
    /// <summary>Movements of the balance at the gateway, payment by payment.</summary>
    Gateway,

    /// <summary>Invoices and deposits of one organization.</summary>
    Documents,

    /// <summary>The balances of all organizations together.</summary>
    Balances,

    /// <summary>A refund that the gateway declined for good: the books have what is to be given back, the gateway gives nothing.</summary>
    Refund,
}

/// <summary>Where an incident stands.</summary>
public enum IncidentStatus
{
    /// <summary>The two sides differ, and nobody has said why.</summary>
    Open,

    /// <summary>The two sides differ, and a person has said why.</summary>
    Explained,

    /// <summary>The two sides agree again.</summary>
    Resolved,
}

/// <summary>A person's word on an incident.</summary>
/// <param name="By">Who said it: the API key used.</param>
/// <param name="Text">What, 1 to 2,000 characters.</param>
/// <param name="At">When, in market time.</param>
public sealed record IncidentExplanation(string By, string Text, Instant At);

/// <summary>A drift: the books and another's record of the same thing differ, for longer than notices are on their way.</summary>
public sealed record Incident
{
    /// <summary>References kept of each side.</summary>
    public const int MostReferences = 20;

    /// <summary>The incident.</summary>
    public required IncidentId Id { get; init; }

    /// <summary>What the books were compared with.</summary>
    public required IncidentKind Kind { get; init; }

    /// <summary>What differs: a payment, an invoice's or deposit's account, or a currency.</summary>
    public required string Subject { get; init; }

    /// <summary>Whose books, where they are one organization's.</summary>
    public OrganizationId? Organization { get; init; }

    /// <summary>What the other side has.</summary>
    public required Money Other { get; init; }

    /// <summary>What the books have.</summary>
    public required Money Books { get; init; }

    /// <summary>The other side's references, such as movements at the gateway; at most <see cref="MostReferences"/>.</summary>
    public required ImmutableArray<string> OtherReferences { get; init; }

    /// <summary>The books' facts; at most <see cref="MostReferences"/>.</summary>
    public required ImmutableArray<string> BooksReferences { get; init; }

    /// <summary>Where it stands.</summary>
    public required IncidentStatus Status { get; init; }

    /// <summary>When it was opened, in market time.</summary>
    public required Instant OpenedAt { get; init; }

    /// <summary>The newest explanation; null when nobody has given one.</summary>
    public IncidentExplanation? Explanation { get; init; }

    /// <summary>When the two sides agreed again, in market time; null while they differ.</summary>
    public Instant? ResolvedAt { get; init; }

    /// <summary>What the other side has beyond the books.</summary>
    [JsonIgnore]
    public Money Drift => Other - Books;
}

/// <summary>Why an incident does not take what is said of it, in order of precedence.</summary>
public enum IncidentRefusal
{
    /// <summary>There is none.</summary>
    [RefusalMeaning("incident_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such incident.")]
    NotFound,

    /// <summary>It is over.</summary>
    [RefusalMeaning("incident_resolved", RefusalKind.Conflict, RefusalClass.Final, "The two sides agree again; there is nothing left to explain.")]
    Resolved,
}
