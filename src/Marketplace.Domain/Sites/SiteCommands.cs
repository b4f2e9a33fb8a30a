using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <summary>An operator lists a site of its own.</summary>
/// <param name="Id">Id, derived from the request.</param>
/// <param name="Operator">The operator.</param>
/// <param name="OperatorName">Its name, for lists.</param>
/// <param name="Description">The particulars; the zone is required.</param>
public sealed record ListSite(SiteId Id, OrganizationId Operator, string OperatorName, SiteDescription Description);

/// <summary>An administrator imports a public record as an unclaimed site. Repeating it changes nothing; a changed record updates the site while it is unclaimed.</summary>
/// <param name="Id">Id, derived from source and record.</param>
/// <param name="OperatorName">Operator as the record names it.</param>
/// <param name="Description">What the record states; no zone.</param>
/// <param name="Status">What its status means here.</param>
/// <param name="Origin">The record.</param>
public sealed record ImportSite(SiteId Id, string OperatorName, SiteDescription Description, SiteStatus Status, SiteOrigin Origin);

/// <summary>The operator restates the particulars.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Description">All particulars; what is left out is no longer stated.</param>
public sealed record DescribeSite(OrganizationId Actor, SiteDescription Description);

/// <summary>The operator says that building has begun. Later statuses follow from milestones and withdrawal.</summary>
/// <param name="Actor">Who asks.</param>
public sealed record BeginConstruction(OrganizationId Actor);

/// <summary>The operator takes the site off the market. What is handed over runs to its own end; other reservations leave by their own exits.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Reason">Why, 1 to 500 characters; pools and tenants are told.</param>
public sealed record WithdrawSite(OrganizationId Actor, string Reason);

/// <summary>A milestone's promised day.</summary>
/// <param name="Kind">Which step.</param>
/// <param name="Planned">The day, in the site's zone.</param>
public sealed record PlannedMilestone(MilestoneKind Kind, LocalDate Planned);

/// <summary>The operator plans a build phase.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Id">Id, derived from the request.</param>
/// <param name="Name">Name, 1 to 100 characters.</param>
/// <param name="CriticalIt">MW it adds, above 0.</param>
/// <param name="Milestones">Promised days; ready for service is required and becomes the contract date.</param>
public sealed record PlanPhase(OrganizationId Actor, PhaseId Id, string Name, CriticalItMegawatts CriticalIt, ImmutableArray<PlannedMilestone> Milestones);

/// <summary>The operator corrects a phase's name or megawatts.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Name">Name.</param>
/// <param name="CriticalIt">MW; not below what pools were allocated.</param>
public sealed record RevisePhase(OrganizationId Actor, PhaseId Phase, string Name, CriticalItMegawatts CriticalIt);

/// <summary>The operator drops a phase that no pool was allocated power of.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Phase">The phase.</param>
public sealed record RemovePhase(OrganizationId Actor, PhaseId Phase);

/// <summary>The operator forecasts another day for a milestone not yet reached.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Kind">Which step.</param>
/// <param name="Forecast">The day now expected, today or later in the site's zone.</param>
/// <param name="Reason">Why, at most 500 characters.</param>
public sealed record ReviseForecast(OrganizationId Actor, PhaseId Phase, MilestoneKind Kind, LocalDate Forecast, string? Reason);

/// <summary>The operator says a milestone was reached. The same day again only adds the evidence that is new.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Kind">Which step.</param>
/// <param name="Actual">The day, today or earlier in the site's zone.</param>
/// <param name="Evidence">What shows it.</param>
/// <param name="By">Member or key.</param>
public sealed record ReachMilestone(OrganizationId Actor, PhaseId Phase, MilestoneKind Kind, LocalDate Actual, ImmutableArray<EvidenceLink> Evidence, string By);

/// <summary>The operator corrects a wrong report. What was reported before stays in the milestone's history.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Kind">Which step.</param>
/// <param name="Actual">The day it was really reached, today or earlier in the site's zone; null when it was not reached after all.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
/// <param name="By">Member or key.</param>
public sealed record CorrectMilestone(OrganizationId Actor, PhaseId Phase, MilestoneKind Kind, LocalDate? Actual, string Reason, string By);

/// <summary>Process: days have passed; phases that should be ready and are not fall overdue.</summary>
public sealed record PassDays;

/// <summary>The operator adds evidence to a milestone, planned or reached or neither yet.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Kind">Which step.</param>
/// <param name="Evidence">What shows it; what is already there is passed over.</param>
/// <param name="By">Member or key.</param>
public sealed record AddEvidence(OrganizationId Actor, PhaseId Phase, MilestoneKind Kind, ImmutableArray<EvidenceLink> Evidence, string By);

/// <summary>A pool sets how much of a phase's power it plans on; 0 frees it. Setting the same again changes nothing.</summary>
/// <param name="Actor">The pool's operator.</param>
/// <param name="Pool">The pool.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Kilowatts">kW of critical IT load in all, not in addition; 0 or more, at most 3 places.</param>
public sealed record AllocatePower(OrganizationId Actor, PoolId Pool, PhaseId Phase, decimal Kilowatts);

/// <summary>An organization claims an imported site, or asks for the confirmation of its own.</summary>
/// <param name="Actor">Who claims.</param>
/// <param name="ActorName">Its name.</param>
/// <param name="Statement">Why it is the claimant's, 1 to 2,000 characters.</param>
/// <param name="Evidence">Documents, at most 50.</param>
/// <param name="Zone">The site's IANA time zone.</param>
/// <param name="Gross">MW at the meter, if stated.</param>
/// <param name="CriticalIt">MW of critical IT load, if stated.</param>
/// <param name="By">Member or key.</param>
public sealed record RequestClaim(
    OrganizationId Actor, string ActorName, string Statement, ImmutableArray<EvidenceLink> Evidence, string Zone, GrossMegawatts? Gross, CriticalItMegawatts? CriticalIt, string By);

/// <summary>An administrator decides the waiting claim.</summary>
/// <param name="Confirm">Whether the claim is believed.</param>
/// <param name="Reason">Why, at most 500 characters; required to reject.</param>
public sealed record DecideClaim(bool Confirm, string? Reason);
