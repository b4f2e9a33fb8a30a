using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using NodaTime;

namespace Marketplace.Api.Sites;

/// <summary>The site that examples show: made by the same decisions as any other, so it can only show what can be.</summary>
internal static class SiteExamples
{
    private static readonly Instant Listed = Instant.FromUtc(2027, 1, 4, 9, 0);
    private static readonly Instant Energised = Instant.FromUtc(2027, 6, 3, 20, 0);
    private static readonly OrganizationId Operator = OrganizationId.From("org_4k2m7qz3v5xw6a2bc4d5e6f7ga");
    private static readonly PhaseId HallA = PhaseId.From("phase_2b4d6f7h3j5k7m2n4p6q7r3s5t");

    public static Site Site { get; } = Make();

    private static Site Make()
    {
        var faults = new Faults();
        var id = SiteId.From("site_7c5e3g2j4m6p7r5t3v2x4z6b7d");
        var site = After(null, Site.Decide(null, new ListSite(id, Operator, "Northern Compute AS", SiteInput.Example.ToDescription(faults)), Listed));
        site = After(site, Site.Decide(site, NewPhase.Example.ToCommand(Operator, HallA, faults), Listed));
        site = After(site, Site.Decide(site, new AllocatePower(Operator, PoolId.From("pool_3d5f7h2k4m6p7r3t5v2x4z6b7d"), HallA, 10_400), Listed));
        var milestone = NewMilestone.Example;
        return After(site, Site.Decide(site, new ReachMilestone(Operator, HallA, milestone.Milestone, milestone.Actual, EvidenceInput.ToLinks(milestone.Evidence), "key_6f7h2k4m6p7r3t5v2x4z6b7d3f"), Energised));
    }

    private static Site After(Site? site, Decision<SiteFact> decision) =>
        decision.Facts.Aggregate(site, Site.Evolve) ?? throw new InvalidOperationException(decision.Refusal?.Detail);
}
