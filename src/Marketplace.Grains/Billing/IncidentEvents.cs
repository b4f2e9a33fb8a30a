using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;

namespace Marketplace.Grains.Billing;

/// <summary>An incident after the event.</summary>
/// <param name="Id">The incident.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Kind">What the books were compared with.</param>
/// <param name="SubjectId">What differs.</param>
/// <param name="OrganizationId">Whose books, where they are one organization's.</param>
/// <param name="Other">What the other side has.</param>
/// <param name="Books">What the books have.</param>
public sealed record IncidentData(IncidentId Id, IncidentStatus Status, IncidentKind Kind, string SubjectId, OrganizationId? OrganizationId, Money Other, Money Books);

/// <summary>What the marketplace's own feed says of reconciliation.</summary>
internal static class IncidentEvents
{
    public static readonly EventType<IncidentData> Opened = new("incident.opened", "The books and another's record differ, or differ otherwise than before.");
    public static readonly EventType<IncidentData> Explained = new("incident.explained", "A person said why the two sides of an incident differ.");
    public static readonly EventType<IncidentData> Resolved = new("incident.resolved", "The two sides of an incident agree again.");

    /// <summary>Adds the event of an incident that was opened, changed, explained or resolved, for the marketplace.</summary>
    public static void Publish(Incident incident, Effects effects)
    {
        var type = incident.Status switch { IncidentStatus.Open => Opened, IncidentStatus.Explained => Explained, _ => Resolved };
        effects.Publish(
            Organization.Platform,
            type,
            new(incident.Id, incident.Status, incident.Kind, incident.Subject, incident.Organization, incident.Other, incident.Books));
    }
}
