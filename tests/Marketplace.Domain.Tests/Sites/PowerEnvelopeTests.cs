using CsCheck;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using NodaTime;
using static Marketplace.Domain.Tests.Sites.SiteStory;

namespace Marketplace.Domain.Tests.Sites;

public sealed class PowerEnvelopeTests
{
    [Fact]
    public void Pools_together_get_a_phases_power_and_not_a_watt_more()
    {
        var story = WithPhases().Given(Allocate(PoolA, 30_000));
        story.When((site, now) => Site.Decide(site, Allocate(PoolB, 10_000.001m), now)).IsRefused(SiteRefusal.PowerExceeded);
        story.Given(Allocate(PoolB, 10_000));
        Assert.Equal(0, PowerEnvelope.FreeKilowatts(story.Site!, Phase1));
    }

    [Fact]
    public void A_pool_sets_its_share_and_does_not_add_to_it()
    {
        var story = WithPhases().Given(Allocate(PoolA, 30_000));
        story.When((site, now) => Site.Decide(site, Allocate(PoolA, 30_000), now)).IsNothing();
        story.Given(Allocate(PoolA, 40_000)).Given(Allocate(PoolA, 10_000));
        Assert.Equal([new PowerAllocation(PoolA, Phase1, 10_000)], story.Site!.Allocations);
        story.Given(Allocate(PoolA, 0));
        Assert.Empty(story.Site!.Allocations);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0.0001")]
    public void Power_is_counted_to_the_watt(string kilowatts) => WithPhases()
        .When((site, now) => Site.Decide(site, Allocate(PoolA, decimal.Parse(kilowatts)), now)).IsRefused(SiteRefusal.PowerInvalid);

    [Fact]
    public void A_strangers_pool_and_an_unknown_phase_get_none()
    {
        var story = WithPhases();
        story.When((site, now) => Site.Decide(site, Allocate(PoolA, 1) with { Actor = Stranger }, now)).IsRefused(SiteRefusal.NotFound);
        story.When((site, now) => Site.Decide(site, Allocate(PoolA, 1) with { Phase = PhaseId.From("phase_none") }, now)).IsRefused(SiteRefusal.PhaseNotFound);
    }

    [Fact]
    public void A_phase_that_pools_plan_on_neither_shrinks_below_them_nor_goes()
    {
        var story = WithPhases().Given(Allocate(PoolA, 30_000));
        story.When((site, now) => Site.Decide(site, new RevisePhase(Operator, Phase1, "First", CriticalItMegawatts.From(29)), now)).IsRefused(SiteRefusal.PhasePowerAllocated, "criticalItMw");
        story.When((site, now) => Site.Decide(site, new RemovePhase(Operator, Phase1), now)).IsRefused(SiteRefusal.PhasePowerAllocated);
        story.Given((site, now) => Site.Decide(site, new RevisePhase(Operator, Phase1, "First", CriticalItMegawatts.From(30)), now));
        story.Given((site, now) => Site.Decide(site, new RemovePhase(Operator, Phase2), now));
        Assert.Equal("First", Assert.Single(story.Site!.Phases).Name);
    }

    [Fact]
    public void The_envelope_steps_up_as_phases_become_ready()
    {
        var site = WithPhases().Site!;
        Assert.Equal(
            [(Instant.FromUtc(2027, 3, 1, 6, 0), 40_000m), (Instant.FromUtc(2027, 9, 1, 5, 0), 100_000m)],
            PowerEnvelope.Steps(site));
        Assert.Equal(0, PowerEnvelope.EnergisedKilowatts(site, Instant.FromUtc(2027, 3, 1, 5, 0)));
    }

    [Fact]
    public void Whatever_is_planned_slips_or_is_freed_pools_never_plan_more_than_is_energised()
    {
        var step = Gen.Int[0, 5].SelectMany(kind => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 60_000], (phase, pool, amount) => (kind, phase, pool, amount)));
        step.Array[1, 60].Sample(steps =>
        {
            var site = Site.Evolve(null, Site.Decide(null, Listing, Now).Facts[0]);
            foreach (var (kind, phaseNumber, poolNumber, amount) in steps)
            {
                var phase = PhaseId.From($"phase_{phaseNumber}");
                var pool = PoolId.From($"pool_{poolNumber}");
                var day = Today.PlusDays(amount % 700);
                var decision = kind switch
                {
                    0 => Site.Decide(site, Plan(phase, amount / 1000m, day), Now),
                    1 => Site.Decide(site, new ReviseForecast(Operator, phase, MilestoneKind.ReadyForService, day, null), Now),
                    2 => Site.Decide(site, new RevisePhase(Operator, phase, phase.Value, CriticalItMegawatts.From(amount / 1000m)), Now),
                    3 => Site.Decide(site, new RemovePhase(Operator, phase), Now),
                    4 => Site.Decide(site, new AllocatePower(Operator, pool, phase, 0), Now),
                    _ => Site.Decide(site, new AllocatePower(Operator, pool, phase, amount), Now),
                };
                site = decision.Facts.Aggregate(site, Site.Evolve);

                Assert.True(site.Phases.Sum(each => each.CriticalIt.Value) <= Description.CriticalIt!.Value.Value);
                Assert.All(
                    PowerEnvelope.Steps(site),
                    at => Assert.True(PowerEnvelope.PlannedKilowatts(site, at.From) <= PowerEnvelope.EnergisedKilowatts(site, at.From)));
            }
        });
    }

    private static AllocatePower Allocate(PoolId pool, decimal kilowatts) => new(Operator, pool, Phase1, kilowatts);
}
