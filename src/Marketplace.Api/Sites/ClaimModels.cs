using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using NodaTime;

namespace Marketplace.Api.Sites;

/// <summary>A claim on an unclaimed site, or a request to confirm an own one.</summary>
/// <param name="Statement">Why it is the caller's.</param>
/// <param name="Zone">The site's IANA time zone.</param>
/// <param name="GrossMw">MW at the meter at full build-out.</param>
/// <param name="CriticalItMw">MW for servers, storage and network at full build-out.</param>
/// <param name="Evidence">Documents that support it, such as a deed or a utility bill.</param>
internal sealed record NewClaim(
    [Length(1, 2000)] string Statement,
    string Zone,
    GrossMegawatts? GrossMw,
    CriticalItMegawatts? CriticalItMw,
    [Items(0, 50)] ImmutableArray<EvidenceInput>? Evidence)
{
    public static NewClaim Example { get; } = new(
        "We have operated this site since 2021; the interconnection agreement names us.",
        "America/Chicago",
        GrossMegawatts.From(60),
        CriticalItMegawatts.From(48),
        [EvidenceInput.Example with { Description = "Interconnection agreement, first page" }]);

    public RequestClaim ToCommand(Caller caller, Faults faults)
    {
        faults.Require(SiteDescription.IsZone(Zone), "zone", Faults.InvalidFormat, "Expected a time zone of the tz database such as America/Chicago.");
        faults.Require(GrossMw is null || CriticalItMw is null || CriticalItMw.Value.Value <= GrossMw.Value.Value, "criticalItMw", Faults.Inconsistent, "Critical IT MW are part of gross MW and cannot exceed them.");
        return new RequestClaim(caller.Organization, caller.Name, Statement, EvidenceInput.ToLinks(Evidence), Zone, GrossMw, CriticalItMw, caller.Actor);
    }
}

/// <summary>An administrator's decision on the waiting claim.</summary>
/// <param name="Confirm">Whether the claim is believed.</param>
/// <param name="Reason">Why; required to reject.</param>
internal sealed record ClaimDecision(bool Confirm, [Length(1, 500)] string? Reason)
{
    public static ClaimDecision Example { get; } = new(true, "Deed and utility bill checked");

    public DecideClaim ToCommand(Faults faults)
    {
        faults.Require(Confirm || Reason is not null, "reason", Faults.Missing, "A rejection gives its reason.");
        return new DecideClaim(Confirm, Reason);
    }
}

/// <summary>A claim on a site.</summary>
/// <param name="SiteId">The site.</param>
/// <param name="SiteName">Its name.</param>
/// <param name="ClaimantId">Who claims.</param>
/// <param name="ClaimantName">The claimant's name.</param>
/// <param name="Status">Where the claim stands.</param>
/// <param name="Statement">Why the site is the claimant's.</param>
/// <param name="Zone">Time zone as claimed.</param>
/// <param name="GrossMw">MW at the meter as claimed.</param>
/// <param name="CriticalItMw">Critical IT MW as claimed.</param>
/// <param name="Evidence">Documents.</param>
/// <param name="RequestedBy">Key or member that made it.</param>
/// <param name="RequestedAt">Market time.</param>
/// <param name="DecidedAt">When an administrator decided.</param>
/// <param name="DecisionReason">The administrator's words.</param>
internal sealed record ClaimModel(
    SiteId SiteId,
    string SiteName,
    OrganizationId ClaimantId,
    string ClaimantName,
    SiteClaimStatus Status,
    string Statement,
    string Zone,
    GrossMegawatts? GrossMw,
    CriticalItMegawatts? CriticalItMw,
    ImmutableArray<ClaimEvidence> Evidence,
    string RequestedBy,
    Instant RequestedAt,
    Instant? DecidedAt,
    string? DecisionReason)
{
    public static ClaimModel Example { get; } = new(
        SiteExamples.Site.Id, "Prairie One", SiteExamples.Site.Operator!.Value, SiteExamples.Site.OperatorName, SiteClaimStatus.Requested, NewClaim.Example.Statement, NewClaim.Example.Zone,
        NewClaim.Example.GrossMw, NewClaim.Example.CriticalItMw,
        [.. EvidenceInput.ToLinks(NewClaim.Example.Evidence).Select(ClaimEvidence.Of)],
        "key_6f7h2k4m6p7r3t5v2x4z6b7d3f", SiteExamples.Site.CreatedAt, null, null);

    public static ClaimModel Of(Site site)
    {
        var claim = site.Claim!;
        return new ClaimModel(
            site.Id, site.Description.Name, claim.Claimant, claim.ClaimantName, claim.Status, claim.Statement, claim.Zone, claim.Gross, claim.CriticalIt,
            [.. claim.Evidence.Select(ClaimEvidence.Of)], claim.RequestedBy, claim.RequestedAt, claim.DecidedAt, claim.DecisionReason);
    }
}

/// <summary>A document that supports a claim.</summary>
/// <param name="Url">Address.</param>
/// <param name="Description">What it shows.</param>
/// <param name="Sha256">SHA-256 of the document, when given.</param>
internal sealed record ClaimEvidence(string Url, string Description, string? Sha256)
{
    public static ClaimEvidence Of(EvidenceLink link) => new(link.Url, link.Description, link.Sha256);
}
