using System.Text.Json;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Sites;
using Marketplace.Grains.Transparency;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Grains.Tests.Sites;

public sealed class SiteGrainTests : IAsyncLifetime
{
    private static readonly LocalDate Ready = new(2026, 6, 1);
    private readonly ExamplePool example = new("Abilene");
    private TestMarket market = null!;

    private ISiteGrain Site => market.Grains.GetGrain<ISiteGrain>(example.Site.Value);

    public async ValueTask InitializeAsync() => market = await TestMarket.StartAsync();

    public async ValueTask DisposeAsync() => await market.DisposeAsync();

    [Fact]
    public async Task A_site_survives_a_crash_with_its_phases_evidence_and_allocations()
    {
        await example.PublishAsync(market, 40, Ready);
        var evidence = new EvidenceLink("https://example.org/permit.pdf", "Permit", null);
        await Site.ReachMilestoneAsync(new Operation("permit", "a"), new ReachMilestone(example.Operator, example.Phase, MilestoneKind.Permitted, new LocalDate(2025, 12, 1), [evidence], "key_a"));
        var before = await Site.GetAsync();
        await market.CrashAsync();
        var after = await Site.GetAsync();

        Assert.Equal(before!.Version, after!.Version);
        Assert.Equal(Json(before.State), Json(after.State));
        Assert.Equal(evidence, Assert.Single(after.State.Phase(example.Phase)!.Of(MilestoneKind.Permitted)!.Evidence).Link);
        Assert.Equal(408m, Assert.Single(after.State.Allocations).Kilowatts);
    }

    [Fact]
    public async Task A_stale_version_changes_nothing()
    {
        await example.ListSiteAsync(market, 1, Ready);
        var now = (await Site.GetAsync())!;
        var renamed = now.State.Description with { Name = "Abilene West" };
        var stale = await Site.DescribeAsync(new Operation("1", "a"), new DescribeSite(example.Operator, renamed), now.Version - 1);
        Assert.Equal("precondition_failed", stale.Refusal?.Code);
        var fresh = await Site.DescribeAsync(new Operation("2", "a"), new DescribeSite(example.Operator, renamed), now.Version);
        Assert.Equal("Abilene West", fresh.Value!.State.Description.Name);
    }

    [Fact]
    public async Task Lists_hold_every_site_once_and_its_operators_apart()
    {
        await example.ListSiteAsync(market, 1, Ready);
        await Site.BeginConstructionAsync(new Operation("begin", "a"), new BeginConstruction(example.Operator));
        await market.Time.SettleAsync();

        foreach (var partition in new[] { SiteRows.Everyone, example.Operator.Value })
        {
            var row = Assert.Single((await market.Rows.ScanAsync(SiteRows.Table, partition, null, null, 100, cancellation: TestContext.Current.CancellationToken)).Rows);
            Assert.Equal(SiteStatus.UnderConstruction, JsonSerializer.Deserialize<Site>(row.Data.Span, MarketJson.Options)!.Status);
        }
    }

    [Fact]
    public async Task The_operator_hears_of_every_step_and_the_marketplace_of_claims()
    {
        await example.ListSiteAsync(market, 1, Ready);
        await Site.ReviseForecastAsync(new Operation("slip", "a"), new ReviseForecast(example.Operator, example.Phase, MilestoneKind.ReadyForService, Ready.PlusDays(30), "Rain"));
        await Import().ImportAsync(ImportedSite);
        await Import().RequestClaimAsync(new Operation("claim", "a"), Claim);
        await market.Time.SettleAsync();

        // The claim comes from another site, so it may be numbered before the others.
        var heard = await EventsAsync(example.Operator.Value);
        Assert.Equal(["site.listed", "site.phase_planned", "site.forecast_revised"], heard.Except(["site.claim_requested"]));
        Assert.Contains("site.claim_requested", heard);
        Assert.Equal(["site.claim_requested"], await EventsAsync("org_platform"));
    }

    [Fact]
    public async Task A_waiting_claim_is_listed_until_it_is_decided()
    {
        Assert.Equal(SiteImportOutcome.Created, (await Import().ImportAsync(ImportedSite)).Value);
        await Import().RequestClaimAsync(new Operation("claim", "a"), Claim);
        await market.Time.SettleAsync();
        Assert.Single(await RowsAsync(SiteRows.Claimed));

        var decided = await Import().DecideClaimAsync(new Operation("decide", "a"), new DecideClaim(true, null));
        Assert.Equal(example.Operator, decided.Value!.State.Operator);
        await market.Time.SettleAsync();
        Assert.Empty(await RowsAsync(SiteRows.Claimed));
        Assert.Single(await RowsAsync(example.Operator.Value));
    }

    [Fact]
    public async Task Importing_again_writes_nothing_and_a_changed_record_updates()
    {
        Assert.Equal(SiteImportOutcome.Created, (await Import().ImportAsync(ImportedSite)).Value);
        var version = (await Import().GetAsync())!.Version;
        Assert.Equal(SiteImportOutcome.Unchanged, (await Import().ImportAsync(ImportedSite)).Value);
        Assert.Equal(version, (await Import().GetAsync())!.Version);

        var changed = FacilityImport.Read(Atlas, Record with { Status = "cancelled" }).Command!;
        Assert.Equal(SiteImportOutcome.Updated, (await Import().ImportAsync(changed)).Value);
        Assert.Equal(SiteStatus.Retired, (await Import().GetAsync())!.State.Status);
    }

    [Fact]
    public async Task Pools_follow_their_phase_and_hear_of_withdrawal()
    {
        await example.PublishAsync(market, 40, Ready);
        await Site.ReviseForecastAsync(new Operation("slip", "a"), new ReviseForecast(example.Operator, example.Phase, MilestoneKind.ReadyForService, Ready.PlusDays(30), null));
        await market.Time.SettleAsync();
        var pool = market.Grains.GetGrain<Marketplace.Grains.Capacity.IGpuPoolGrain>(example.Pool.Value);
        var site = (await Site.GetAsync())!.State;
        Assert.Equal(site.ReadyFrom(site.Phases[0]), Assert.Single((await pool.GetAsync())!.State.Supply).From);

        await Site.WithdrawAsync(new Operation("withdraw", "a"), new WithdrawSite(example.Operator, "Sold"));
        await market.Time.SettleAsync();
        Assert.Equal(ListingStatus.Withdrawn, (await pool.GetAsync())!.State.Status);
        Assert.Equal(SiteStatus.Retired, (await Site.GetAsync())!.State.Status);
    }

    [Fact]
    public async Task No_pool_plans_on_more_than_its_site_granted_and_the_invariant_would_say_so()
    {
        var invariant = market.Services.GetServices<IInvariant>().Single(invariant => invariant.Name == "site_power_within_envelope");
        await example.PublishAsync(market, 40, Ready);
        await market.Time.SettleAsync();
        Assert.Empty(await invariant.ViolationsAsync(TestContext.Current.CancellationToken));

        await Site.AllocateAsync(new AllocatePower(example.Operator, example.Pool, example.Phase, 100));
        await market.Time.SettleAsync();
        var violation = Assert.Single(await invariant.ViolationsAsync(TestContext.Current.CancellationToken));
        Assert.Contains(example.Pool.Value, violation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_with_commitments_is_retired_only_after_they_have_ended()
    {
        var pool = await example.PublishAsync(market, 40, Ready);
        var reservation = PublicId.Derive<ReservationId>("committed");
        var term = new Term(Instant.FromUtc(2026, 7, 1, 0, 0), Instant.FromUtc(2027, 7, 1, 0, 0));
        Assert.True((await pool.PlaceHoldAsync(example.Hold(reservation, term, 8))).IsGranted);
        Assert.True((await pool.ConfirmHoldAsync(new ConfirmHold(reservation, TestMarket.Begin))).IsGranted);

        await Site.WithdrawAsync(new Operation("withdraw", "a"), new WithdrawSite(example.Operator, "Sold"));
        await market.Time.SettleAsync();
        Assert.Equal(SiteStatus.Decommissioning, (await Site.GetAsync())!.State.Status);
        Assert.Equal(HoldStatus.Confirmed, (await pool.GetHoldAsync(reservation))!.Status);
        var late = await pool.PlaceHoldAsync(example.Hold(PublicId.Derive<ReservationId>("late"), term, 8));
        Assert.False(late.IsGranted);

        Assert.True((await pool.ReleaseHoldAsync(new ReleaseHold(reservation, HoldStatus.Released))).IsGranted);
        await market.Time.SettleAsync();
        Assert.Equal(SiteStatus.Retired, (await Site.GetAsync())!.State.Status);
    }

    [Theory]
    [InlineData(2000, 1, 1)]
    [InlineData(2100, 12, 31)]
    public async Task A_pool_takes_the_earliest_and_the_latest_day_a_phase_can_have(int year, int month, int day)
    {
        var pool = await example.PublishAsync(market, 40, new LocalDate(year, month, day));
        await market.Time.SettleAsync();
        var soon = Term.CeilingHour(TestMarket.Begin);
        var availability = await pool.GetAvailabilityAsync(new Term(soon, soon + Duration.FromHours(1)));

        // A day that passed without a report supplies as little as one still to come.
        Assert.Equal(0, Assert.Single(availability!.Value).Supply);
    }

    private static readonly FacilityCollection Atlas = new("Atlas", "CC BY 4.0", "Atlas (CC BY 4.0)", "US");

    private static readonly FacilityRecord Record = new()
    {
        Id = "fargo-north-nd",
        Name = "Fargo North",
        Operator = "Great Plains Hash, Inc.",
        FacilityType = "crypto_mining",
        Status = "operational",
        Confidence = "confirmed",
        Location = new FacilityLocation(46.88m, -96.79m, "Fargo", "Cass", "ND", "exact"),
        LastUpdated = "2026-01-04",
        Sources = [new FacilitySourceLink("https://example.org/fargo", "Fargo North opens", null, null)],
    };

    private static ImportSite ImportedSite => FacilityImport.Read(Atlas, Record).Command!;

    private RequestClaim Claim => new(example.Operator, "Example Operator", "It is ours.", [], "America/Chicago", null, CriticalItMegawatts.From(10), "key_a");

    private ISiteGrain Import() => market.Grains.GetGrain<ISiteGrain>(ImportedSite.Id.Value);

    private async Task<IReadOnlyList<Row>> RowsAsync(string partition) =>
        (await market.Rows.ScanAsync(SiteRows.Table, partition, null, null, 100, cancellation: TestContext.Current.CancellationToken)).Rows;

    private async Task<string[]> EventsAsync(string organization)
    {
        var page = await market.Rows.ScanAsync(EventRows.Table, organization, null, null, 100, cancellation: TestContext.Current.CancellationToken);
        return [.. page.Rows.Select(row => JsonSerializer.Deserialize<FeedEvent>(row.Data.Span, MarketJson.Options)!.Type).Where(type => type.StartsWith("site.", StringComparison.Ordinal))];
    }

    private static string Json(Site site) => JsonSerializer.Serialize(site, MarketJson.Options);
}
