using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <content>Listing, importing, describing and withdrawing.</content>
public sealed partial record Site
{
    /// <summary>Lists a site. Refuses: <see cref="SiteRefusal.Exists"/>, description refusals, <see cref="SiteRefusal.Incomplete"/> without a zone.</summary>
    public static Decision<SiteFact> Decide(Site? site, ListSite command, Instant now)
    {
        if (site is not null)
        {
            return Refusal.Of(SiteRefusal.Exists, $"{command.Id} exists.");
        }

        if (!Text.Fits(command.OperatorName, 200))
        {
            return Refusal.Of(SiteRefusal.DescriptionInvalid, "An operator's name has 1 to 200 characters.");
        }

        if (command.Description.Fault() is { } fault)
        {
            return fault;
        }

        return command.Description.Zone is null
            ? Refusal.Of(SiteRefusal.Incomplete, "A site that its operator lists states its time zone.", "zone")
            : new SiteListed(command.Id, command.Operator, command.OperatorName, command.Description, now);
    }

    /// <summary>
    /// Imports a public record. The same record again changes nothing, a changed one updates an unclaimed site; once an
    /// operator answers for the site its word counts and the record is passed over. Refuses: description refusals.
    /// </summary>
    public static Decision<SiteFact> Decide(Site? site, ImportSite command, Instant now)
    {
        if (site is not null && (site.IsClaimed || site.Origin?.Digest == command.Origin.Digest))
        {
            return Decision<SiteFact>.Nothing;
        }

        if (!Text.Fits(command.OperatorName, 200))
        {
            return Refusal.Of(SiteRefusal.DescriptionInvalid, "An operator's name has 1 to 200 characters.");
        }

        return command.Description.Fault() is { } fault
            ? fault
            : new SiteImported(command.Id, command.OperatorName, command.Description, command.Status, command.Origin, now);
    }

    /// <summary>
    /// Restates the particulars. Refuses: not the operator's, retired, description refusals,
    /// <see cref="SiteRefusal.ZoneFixed"/>, <see cref="SiteRefusal.PhasesExceedSite"/>.
    /// </summary>
    public static Decision<SiteFact> Decide(Site? site, DescribeSite command, Instant now)
    {
        if (FaultOf(site, command.Actor) is { } foreign)
        {
            return foreign;
        }

        if (command.Description.Fault() is { } fault)
        {
            return fault;
        }

        if (command.Description.Zone is null)
        {
            return Refusal.Of(SiteRefusal.Incomplete, "A site with an operator states its time zone.", "zone");
        }

        if (!site!.Phases.IsEmpty && command.Description.Zone != site.Description.Zone)
        {
            return Refusal.Of(SiteRefusal.ZoneFixed, $"The dates of {site.Phases.Length} phases are meant in {site.Description.Zone}.", "zone");
        }

        return !site.Phases.IsEmpty && !Carries(command.Description, site.Phases.Sum(phase => phase.CriticalIt.Value), out var refusal)
            ? refusal!
            : new SiteDescribed(command.Description, now);
    }

    /// <summary>Says that building has begun. Refuses: not the operator's, retired, withdrawn, <see cref="SiteRefusal.StatusStepIllegal"/>.</summary>
    public static Decision<SiteFact> Decide(Site? site, BeginConstruction command, Instant now)
    {
        if (FaultOf(site, command.Actor) is { } foreign)
        {
            return foreign;
        }

        if (site!.Status == SiteStatus.UnderConstruction)
        {
            return Decision<SiteFact>.Nothing;
        }

        return SiteStatuses.Allows(site.Status, SiteStatus.UnderConstruction)
            ? new SiteStatusChanged(SiteStatus.UnderConstruction, now)
            : Refusal.Of(SiteRefusal.StatusStepIllegal, $"A site that is {site.Status.Spelled()} does not go back to {SiteStatus.UnderConstruction.Spelled()}.");
    }

    /// <summary>
    /// Takes the site off the market. With pools on it the site is decommissioning until the last of them has freed its
    /// power, which each does when its commitments have ended; without, it is retired at once. Refuses: not the operator's, retired.
    /// </summary>
    public static Decision<SiteFact> Decide(Site? site, WithdrawSite command, Instant now)
    {
        if (FaultOf(site, command.Actor) is { } foreign)
        {
            return foreign;
        }

        if (site!.WithdrawnAt is not null)
        {
            return Decision<SiteFact>.Nothing;
        }

        return Text.Fits(command.Reason, 500)
            ? Decision<SiteFact>.Of(
                new WithdrawalBegun(command.Reason, now),
                new SiteStatusChanged(site.Allocations.IsEmpty ? SiteStatus.Retired : SiteStatus.Decommissioning, now))
            : Refusal.Of(SiteRefusal.DescriptionInvalid, "A withdrawal gives a reason of 1 to 500 characters.", "reason");
    }

    private static Refusal? FaultOf(Site? site, OrganizationId actor)
    {
        if (site is null || site.Operator != actor)
        {
            return Refusal.Of(SiteRefusal.NotFound, "There is no such site, or it is not the caller's.");
        }

        return site.Status == SiteStatus.Retired ? Refusal.Of(SiteRefusal.Retired, $"{site.Id} is retired.") : null;
    }

    private static Refusal? FaultOfNewBusiness(Site? site, OrganizationId actor) =>
        FaultOf(site, actor)
        ?? (site!.WithdrawnAt is null ? null : Refusal.Of(SiteRefusal.Withdrawn, $"{site.Id} was withdrawn on {site.WithdrawnAt}: {site.WithdrawalReason}"));
}
