using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <content>Claims on imported sites, and requests to have an own one confirmed.</content>
public sealed partial record Site
{
    /// <summary>
    /// Claims an imported site, or asks for the confirmation of an own one, as it is listed. One claim waits at a time. Refuses:
    /// <see cref="SiteRefusal.NotFound"/>, retired, another operator's, <see cref="SiteRefusal.AlreadyConfirmed"/>, another claim
    /// waiting, and whatever is wrong with the statement, its evidence, zone or megawatts.
    /// </summary>
    public static Decision<SiteFact> Decide(Site? site, RequestClaim command, Instant now)
    {
        if (site is null)
        {
            return Refusal.Of(SiteRefusal.NotFound, "There is no such site.");
        }

        if (site.Status == SiteStatus.Retired)
        {
            return Refusal.Of(SiteRefusal.Retired, $"{site.Id} is retired.");
        }

        if (site.IsClaimed && site.Operator != command.Actor)
        {
            return Refusal.Of(SiteRefusal.AlreadyClaimed, $"{site.Id} is operated by {site.OperatorName}.");
        }

        if (site.IsConfirmed)
        {
            return Refusal.Of(SiteRefusal.AlreadyConfirmed, $"{site.Id} was confirmed on {site.Claim!.DecidedAt!.Value.InUtc().Date:uuuu-MM-dd}.");
        }

        if (site.Claim is { Status: SiteClaimStatus.Requested })
        {
            return Refusal.Of(SiteRefusal.ClaimPending, $"A claim of {site.Claim.RequestedAt} waits for an administrator.");
        }

        if (!Text.Fits(command.ActorName, 200) || !Text.Fits(command.Statement, 2000))
        {
            return Refusal.Of(SiteRefusal.DescriptionInvalid, "A claim gives a statement of 1 to 2,000 characters.", "statement");
        }

        if (site.IsClaimed && FaultOfOwn(site.Description, command) is { } other)
        {
            return other;
        }

        var described = site.Description with { Zone = command.Zone, Gross = command.Gross, CriticalIt = command.CriticalIt };
        if ((described.Fault() ?? FaultOf(command.Evidence)) is { } fault)
        {
            return fault;
        }

        return new ClaimRequested(
            new SiteClaim
            {
                Claimant = command.Actor,
                ClaimantName = command.ActorName,
                Statement = command.Statement,
                Evidence = command.Evidence,
                Zone = command.Zone,
                Gross = command.Gross,
                CriticalIt = command.CriticalIt,
                Location = site.Description.Location,
                RequestedBy = command.By,
                RequestedAt = now,
                Status = SiteClaimStatus.Requested,
            },
            now);
    }

    /// <summary>Decides the waiting claim. Refuses: <see cref="SiteRefusal.NotFound"/>, <see cref="SiteRefusal.NoClaimPending"/>, a rejection without a reason.</summary>
    public static Decision<SiteFact> Decide(Site? site, DecideClaim command, Instant now)
    {
        if (site is null)
        {
            return Refusal.Of(SiteRefusal.NotFound, "There is no such site.");
        }

        if (site.Claim is not { Status: SiteClaimStatus.Requested })
        {
            return Refusal.Of(SiteRefusal.NoClaimPending, $"No claim on {site.Id} waits for a decision.");
        }

        var reasonIsFine = command.Reason is null ? command.Confirm : Text.Fits(command.Reason, 500);
        return reasonIsFine
            ? new ClaimDecided(command.Confirm, command.Reason, now)
            : Refusal.Of(SiteRefusal.DescriptionInvalid, "A reason has 1 to 500 characters, and a rejection always gives one.", "reason");
    }

    // What is confirmed is what tenants read, so an operator's own site is asked about as it is listed.
    private static Refusal? FaultOfOwn(SiteDescription listed, RequestClaim command)
    {
        var field = command.Zone != listed.Zone ? "zone" : command.Gross != listed.Gross ? "grossMw" : command.CriticalIt != listed.CriticalIt ? "criticalItMw" : null;
        return field is null ? null : Refusal.Of(SiteRefusal.DescriptionInvalid, "An own site is confirmed as it is listed: state the same here, or restate the site first.", field);
    }

    private static Refusal? FaultOf(ImmutableArray<EvidenceLink> evidence)
    {
        if (evidence.Length > MostEvidence)
        {
            return Refusal.Of(SiteRefusal.EvidenceInvalid, $"At most {MostEvidence} pieces of evidence.", "evidence");
        }

        return evidence.Select(link => link.Fault()).FirstOrDefault(fault => fault is not null) is { } fault
            ? Refusal.Of(SiteRefusal.EvidenceInvalid, fault, "evidence")
            : null;
    }
}
