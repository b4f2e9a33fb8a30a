using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <summary>Where a claim stands.</summary>
public enum SiteClaimStatus
{
    /// <summary>Waiting for an administrator.</summary>
    Requested,

    /// <summary>The site is the claimant's, and is as the claim states it.</summary>
    Confirmed,

    /// <summary>It was not believed; who asked may ask again, and an imported site is open to others.</summary>
    Rejected,
}

/// <summary>An organization's word that a site is its own: an imported one, or one it listed itself and wants confirmed.</summary>
public sealed record SiteClaim
{
    /// <summary>Who claims.</summary>
    public required OrganizationId Claimant { get; init; }

    /// <summary>The claimant's name, which becomes the site's operator name.</summary>
    public required string ClaimantName { get; init; }

    /// <summary>Why the site is the claimant's, 1 to 2,000 characters.</summary>
    public required string Statement { get; init; }

    /// <summary>Documents that support it.</summary>
    public ImmutableArray<EvidenceLink> Evidence { get; init; } = [];

    /// <summary>IANA time zone of the site as the claimant states it.</summary>
    public required string Zone { get; init; }

    /// <summary>MW at the meter as the claimant states them; null when not stated.</summary>
    public GrossMegawatts? Gross { get; init; }

    /// <summary>MW of critical IT load as the claimant states them; null when not stated.</summary>
    public CriticalItMegawatts? CriticalIt { get; init; }

    /// <summary>Where the site was said to be when it was claimed; null in claims from before that was kept.</summary>
    public SiteLocation? Location { get; init; }

    /// <summary>Member or key that made it.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>When it was made.</summary>
    public required Instant RequestedAt { get; init; }

    /// <summary>Where it stands.</summary>
    public required SiteClaimStatus Status { get; init; }

    /// <summary>When an administrator decided; null until then.</summary>
    public Instant? DecidedAt { get; init; }

    /// <summary>The administrator's words; always there for a rejection.</summary>
    public string? DecisionReason { get; init; }
}
