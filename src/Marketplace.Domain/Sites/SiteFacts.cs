using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <summary>Something that happened to a site.</summary>
/// <param name="At">Market time.</param>
public abstract record SiteFact(Instant At);

/// <summary>An operator listed the site.</summary>
public sealed record SiteListed(SiteId Id, OrganizationId Operator, string OperatorName, SiteDescription Description, Instant At) : SiteFact(At);

/// <summary>The site was made, or brought up to date, from a public record.</summary>
public sealed record SiteImported(SiteId Id, string OperatorName, SiteDescription Description, SiteStatus Status, SiteOrigin Origin, Instant At) : SiteFact(At);

/// <summary>The particulars were restated.</summary>
public sealed record SiteDescribed(SiteDescription Description, Instant At) : SiteFact(At);

/// <summary>The status changed.</summary>
public sealed record SiteStatusChanged(SiteStatus To, Instant At) : SiteFact(At);

/// <summary>The site was taken off the market.</summary>
public sealed record WithdrawalBegun(string Reason, Instant At) : SiteFact(At);

/// <summary>A build phase was planned.</summary>
public sealed record PhasePlanned(BuildPhase Phase, Instant At) : SiteFact(At);

/// <summary>A phase's name or megawatts changed.</summary>
public sealed record PhaseRevised(PhaseId Phase, string Name, CriticalItMegawatts CriticalIt, Instant At) : SiteFact(At);

/// <summary>A phase was dropped.</summary>
public sealed record PhaseRemoved(PhaseId Phase, Instant At) : SiteFact(At);

/// <summary>A milestone is now expected on another day.</summary>
public sealed record ForecastRevised(PhaseId Phase, MilestoneKind Kind, LocalDate Forecast, string? Reason, Instant At) : SiteFact(At);

/// <summary>A milestone was reached.</summary>
public sealed record MilestoneReached(PhaseId Phase, MilestoneKind Kind, LocalDate Actual, Instant At) : SiteFact(At);

/// <summary>A wrong report of a milestone was corrected; without a day it was not reached after all.</summary>
public sealed record MilestoneCorrected(PhaseId Phase, MilestoneKind Kind, LocalDate? Actual, string Reason, string By, Instant At) : SiteFact(At);

/// <summary>The day a phase was to be ready passed in silence; supply is now counted from <paramref name="Assumed"/>.</summary>
public sealed record PhaseFellOverdue(PhaseId Phase, LocalDate Assumed, Instant At) : SiteFact(At);

/// <summary>A phase was not ready by the end of the day its contracts promise.</summary>
public sealed record ContractRfsMissed(PhaseId Phase, Instant At) : SiteFact(At);

/// <summary>Evidence was added to a milestone.</summary>
public sealed record EvidenceAdded(PhaseId Phase, MilestoneKind Kind, ImmutableArray<Evidence> Evidence, Instant At) : SiteFact(At);

/// <summary>A pool's share of a phase's power was set; 0 kW frees it.</summary>
public sealed record PowerAllocated(PoolId Pool, PhaseId Phase, decimal Kilowatts, Instant At) : SiteFact(At);

/// <summary>The site was claimed.</summary>
public sealed record ClaimRequested(SiteClaim Claim, Instant At) : SiteFact(At);

/// <summary>The waiting claim was decided.</summary>
public sealed record ClaimDecided(bool Confirmed, string? Reason, Instant At) : SiteFact(At);
