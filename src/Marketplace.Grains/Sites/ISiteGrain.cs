using Marketplace.Domain.Sites;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Sites;

/// <summary>One site: its particulars, build phases, claims and the power its pools plan on. Key: the site's id.</summary>
[Alias("Marketplace.ISiteGrain"), GrainInterfaceType("Marketplace.ISiteGrain")]
public interface ISiteGrain : IAggregateGrain
{
    /// <summary>The site, or null when there is none.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<Site>?> GetAsync();

    /// <summary>Lists an operator's own site.</summary>
    [Alias("List")]
    Task<Answer<Snapshot<Site>>> ListAsync(Operation operation, ListSite command);

    /// <summary>Makes or updates an unclaimed site from a public record. The same record again changes nothing, so it needs no operation.</summary>
    [Alias("Import")]
    Task<Answer<SiteImportOutcome>> ImportAsync(ImportSite command);

    /// <summary>Restates the particulars.</summary>
    [Alias("Describe")]
    Task<Answer<Snapshot<Site>>> DescribeAsync(Operation operation, DescribeSite command, long? ifVersion);

    /// <summary>Says that building has begun.</summary>
    [Alias("BeginConstruction")]
    Task<Answer<Snapshot<Site>>> BeginConstructionAsync(Operation operation, BeginConstruction command);

    /// <summary>Takes the site off the market; its pools are told by <see cref="SiteWithdrawn"/>.</summary>
    [Alias("Withdraw")]
    Task<Answer<Snapshot<Site>>> WithdrawAsync(Operation operation, WithdrawSite command);

    /// <summary>Plans a build phase.</summary>
    [Alias("PlanPhase")]
    Task<Answer<Snapshot<Site>>> PlanPhaseAsync(Operation operation, PlanPhase command);

    /// <summary>Corrects a phase's name or megawatts.</summary>
    [Alias("RevisePhase")]
    Task<Answer<Snapshot<Site>>> RevisePhaseAsync(Operation operation, RevisePhase command, long? ifVersion);

    /// <summary>Drops a phase no pool plans on.</summary>
    [Alias("RemovePhase")]
    Task<Answer<Snapshot<Site>>> RemovePhaseAsync(Operation operation, RemovePhase command);

    /// <summary>Forecasts another day for a milestone; pools that plan on the phase are told by <see cref="PhaseRescheduled"/> when its readiness moves.</summary>
    [Alias("ReviseForecast")]
    Task<Answer<Snapshot<Site>>> ReviseForecastAsync(Operation operation, ReviseForecast command);

    /// <summary>Records that a milestone was reached; pools are told as for forecasts.</summary>
    [Alias("ReachMilestone")]
    Task<Answer<Snapshot<Site>>> ReachMilestoneAsync(Operation operation, ReachMilestone command);

    /// <summary>Corrects a wrong report; pools are told as for forecasts.</summary>
    [Alias("CorrectMilestone")]
    Task<Answer<Snapshot<Site>>> CorrectMilestoneAsync(Operation operation, CorrectMilestone command);

    /// <summary>Adds evidence to a milestone.</summary>
    [Alias("AddEvidence")]
    Task<Answer<Snapshot<Site>>> AddEvidenceAsync(Operation operation, AddEvidence command);

    /// <summary>Sets a pool's share of a phase's power. Called by pools; setting the same again changes nothing, so it needs no operation.</summary>
    [Alias("Allocate")]
    Task<Answer<Snapshot<Site>>> AllocateAsync(AllocatePower command);

    /// <summary>Claims an imported site, or asks for the confirmation of an own one.</summary>
    [Alias("RequestClaim")]
    Task<Answer<Snapshot<Site>>> RequestClaimAsync(Operation operation, RequestClaim command);

    /// <summary>Decides the waiting claim. Callers are administrators.</summary>
    [Alias("DecideClaim")]
    Task<Answer<Snapshot<Site>>> DecideClaimAsync(Operation operation, DecideClaim command);
}

/// <summary>What an import came to.</summary>
public enum SiteImportOutcome
{
    /// <summary>The site is new.</summary>
    Created,

    /// <summary>The record had changed, and so has the unclaimed site.</summary>
    Updated,

    /// <summary>The site is as the record has it, or has an operator whose word counts.</summary>
    Unchanged,
}

/// <summary>Read copies of sites in the row store; the data is a <see cref="Site"/> without evidence and given-up forecasts.</summary>
public static class SiteRows
{
    /// <summary>The table; row keys are <see cref="SortKeys"/>.</summary>
    public const string Table = "sites";

    /// <summary>Partition of all sites; an operator's own are also in the partition of its id.</summary>
    public const string Everyone = "everyone";

    /// <summary>Partition of sites whose claim waits for an administrator, here with the claim's evidence.</summary>
    public const string Claimed = "claims";
}
