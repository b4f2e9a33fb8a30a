using Marketplace.Domain.Organizations;
using NodaTime;

namespace Marketplace.Api.Tests.Sites;

public sealed class SiteEndpointsTests : IAsyncLifetime
{
    private static readonly object Site = new
    {
        name = "Prairie One",
        location = new { country = "US", region = "ND", locality = "Jamestown", coordinates = new { latitude = 46.91, longitude = -98.71 } },
        zone = "America/Chicago",
        grossMw = 60,
        criticalItMw = 48,
        cooling = "directLiquid",
        pue = 1.2,
        energyMix = new { shares = new[] { new { source = "wind", percent = 70 }, new { source = "grid", percent = 30 } } },
    };

    private ApiMarket _api = null!;
    private ApiClient _operator = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiMarket.StartAsync();
        _operator = await _api.OrganizationAsync(OrganizationKind.Operator, "Northern Compute AS");
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task An_operator_has_its_own_site_confirmed_for_as_long_as_it_stays_so()
    {
        var site = (await _operator.PostAsync("/v1/sites", Site)).With(201).Headers["Location"];
        var asked = new { statement = "We lease the ground.", zone = "America/Chicago", grossMw = 60, criticalItMw = 48 };
        Assert.Equal("site_description_invalid", (await _operator.PostAsync(site + "/claim", new { asked.statement, asked.zone, asked.grossMw, criticalItMw = 50 })).Code);
        (await _operator.PostAsync(site + "/claim", asked)).With(201);
        var decision = site!.Replace("/v1/", "/v1/admin/", StringComparison.Ordinal) + "/claim-decision";
        (await _api.Platform.PostAsync(decision, new { confirm = true })).With(200);
        Assert.True((await _api.Nobody.GetAsync(site)).With(200).Json.GetProperty("confirmed").GetBoolean());
        Assert.Equal("site_already_confirmed", (await _operator.PostAsync(site + "/claim", asked)).Code);

        (await _operator.PutAsync(site, new { name = "Prairie One", location = new { country = "US", region = "ND", locality = "Jamestown" }, asked.zone, grossMw = 600, criticalItMw = 480 })).With(200);
        var grown = (await _api.Nobody.GetAsync(site)).With(200);
        Assert.False(grown.Json.GetProperty("confirmed").GetBoolean());
        Assert.Equal("confirmed", grown.Text("claimStatus"));
        (await _operator.PostAsync(site + "/claim", new { asked.statement, asked.zone, grossMw = 600, criticalItMw = 480 })).With(201);
    }

    [Fact]
    public async Task A_day_that_passes_in_silence_shows_and_a_wrong_report_is_corrected()
    {
        var site = (await _operator.PostAsync("/v1/sites", Site)).With(201).Headers["Location"];
        var phase = (await _operator.PostAsync(site + "/phases", new { name = "Hall A", criticalItMw = 24, contractRfs = "2026-09-01" })).With(201).Headers["Location"];

        await _api.Market.Time.AdvanceAsync(Instant.FromUtc(2026, 9, 4, 12, 0));
        var overdue = (await _api.Nobody.GetAsync(phase)).With(200);
        Assert.Equal(("2026-09-01", "2026-09-07", "2026-09-02"), (overdue.Text("forecastRfs"), overdue.Text("assumedRfs"), overdue.Text("lateSince")));
        Assert.Equal("2026-09-07T05:00:00Z", overdue.Text("readyFrom"));

        foreach (var milestone in new[] { "energised", "readyForService" })
        {
            (await _operator.PostAsync(phase + "/milestones", new { milestone, actual = "2026-09-03" })).With(200);
        }

        var corrections = phase + "/milestone-corrections";
        Assert.Equal((409, "milestone_not_reached"), Outcome(await _operator.PostAsync(corrections, new { milestone = "permitted", actual = "2026-09-01", reason = "Slip." })));
        Assert.Equal((409, "milestone_out_of_order"), Outcome(await _operator.PostAsync(corrections, new { milestone = "readyForService", actual = "2026-09-02", reason = "Slip." })));
        Assert.Equal(["reason missing"], (await _operator.PostAsync(corrections, new { milestone = "readyForService", actual = "2026-09-04" })).With(400).Faults);
        var corrected = (await _operator.PostAsync(corrections, new { milestone = "readyForService", actual = "2026-09-04", reason = "The protocol is of the fourth." })).With(200);
        Assert.Equal(("2026-09-04", ""), (corrected.Text("actualRfs"), corrected.Text("assumedRfs")));
        var ready = corrected.Json.GetProperty("milestones").EnumerateArray().Single(milestone => milestone.GetProperty("milestone").GetString() == "readyForService");
        Assert.Equal("2026-09-03", ready.GetProperty("corrections")[0].GetProperty("from").GetString());

        await _api.SettleAsync();
        var events = (await _operator.GetAsync("/v1/events?limit=200")).With(200).Json.GetProperty("data").EnumerateArray().ToList();
        Assert.All(events, Events.EventCatalogueTests.IsDescribed);
        Assert.Equal(
            ["site.phase_late", "site.phase_overdue", "site.phase_overdue", "site.milestone_reached", "site.milestone_reached", "site.milestone_corrected"],
            events.Select(it => it.GetProperty("type").GetString()).Where(type => type!.Contains(".phase_late", StringComparison.Ordinal) || type.Contains("overdue", StringComparison.Ordinal) || type.Contains("milestone", StringComparison.Ordinal)));

        static (int, string?) Outcome(ApiReply reply) => (reply.Status, reply.Code);
    }

    [Fact]
    public async Task A_site_is_listed_built_and_put_in_service()
    {
        var site = (await _operator.PostAsync("/v1/sites", Site)).With(201);
        var path = "/v1/sites/" + site.Text("id");
        Assert.Equal(path, site.Headers["Location"]);
        Assert.Equal(("planned", _operator.Organization), (site.Text("status"), site.Text("operatorId")));

        var phase = (await _operator.PostAsync(path + "/phases", new { name = "Hall A", criticalItMw = 24, contractRfs = "2026-09-01", milestones = new[] { new { milestone = "energised", planned = "2026-06-01" } } })).With(201);
        var phasePath = phase.Headers["Location"];
        Assert.Equal("2026-09-01T05:00:00Z", phase.Text("readyFrom"));

        (await _operator.PostAsync(path + "/begin-construction")).With(200);
        var slipped = (await _operator.PostAsync(phasePath + "/forecasts", new { milestone = "readyForService", forecast = "2026-10-15", reason = "Switchgear late" })).With(200);
        Assert.Equal(("2026-09-01", "2026-10-15"), (slipped.Text("contractRfs"), slipped.Text("forecastRfs")));

        await _api.Market.Time.AdvanceAsync(Instant.FromUtc(2026, 10, 10, 12, 0));
        var future = await _operator.PostAsync(phasePath + "/milestones", new { milestone = "energised", actual = "2026-10-11" });
        Assert.Contains("2026-10-10 or earlier", future.Text("detail"), StringComparison.Ordinal);
        var early = await _operator.PostAsync(phasePath + "/milestones", new { milestone = "readyForService", actual = "2026-10-10" });
        Assert.Equal((409, "milestone_out_of_order"), (early.Status, early.Code));
        var letter = new { url = "https://northern.example/letter.pdf", description = "Utility letter", sha256 = new string('a', 64) };
        (await _operator.PostAsync(phasePath + "/milestones", new { milestone = "energised", actual = "2026-07-01", evidence = new[] { letter } })).With(200);
        (await _operator.PostAsync(phasePath + "/milestones", new { milestone = "readyForService", actual = "2026-10-10" })).With(200);
        (await _operator.PostAsync(phasePath + "/evidence", new { milestone = "readyForService", evidence = new[] { letter } })).With(200);

        var seen = (await _api.Nobody.GetAsync(path)).With(200);
        Assert.Equal("inService", seen.Text("status"));
        Assert.Equal("2026-10-10", seen.Json.GetProperty("phases")[0].GetProperty("actualRfs").GetString());
        var milestones = (await _api.Nobody.GetAsync(phasePath)).With(200).Json.GetProperty("milestones").EnumerateArray().ToList();
        Assert.Equal(["energised", "readyForService"], milestones.Select(milestone => milestone.GetProperty("milestone").GetString()));
        Assert.All(milestones, milestone => Assert.Equal("Utility letter", milestone.GetProperty("evidence")[0].GetProperty("description").GetString()));
        Assert.Equal("Switchgear late", milestones[1].GetProperty("revisions")[0].GetProperty("reason").GetString());
        var power = (await _api.Nobody.GetAsync(path + "/power")).With(200);
        Assert.Equal(24_000, power.Json.GetProperty("steps")[0].GetProperty("energisedKw").GetDecimal());
    }

    [Fact]
    public async Task All_faults_of_a_site_are_named_at_once()
    {
        var reply = await _operator.PostAsync("/v1/sites", new
        {
            name = "x",
            location = new { country = "US", region = "ND" },
            zone = "Mars/Olympus",
            grossMw = 10,
            criticalItMw = 11,
            energyMix = new { shares = new[] { new { source = "wind", percent = 99 } } },
        });
        Assert.Equal((400, "invalid_request"), (reply.Status, reply.Code));
        Assert.Equal(["zone invalid_format", "criticalItMw inconsistent", "energyMix.shares inconsistent"], reply.Faults);

        var shape = await _operator.PostAsync("/v1/sites", new { name = "", location = new { country = "usa", region = "ND", street = "1" }, zone = 5, pue = 0.5 });
        Assert.Equal(
            ["name out_of_range", "location.country invalid_format", "location.street unknown_field", "zone wrong_type", "pue out_of_range"],
            shape.Faults);
    }

    [Fact]
    public async Task A_repeated_listing_is_the_same_site()
    {
        var first = (await _operator.PostAsync("/v1/sites", Site, "k1")).With(201);
        var again = (await _operator.PostAsync("/v1/sites", Site, "k1")).With(201);
        Assert.Equal(first.Text("id"), again.Text("id"));
        Assert.True(again.Replayed);
    }

    [Fact]
    public async Task Only_operators_list_and_only_the_owner_changes()
    {
        var tenant = await _api.OrganizationAsync(OrganizationKind.Tenant, "Model Lab");
        Assert.Equal("site_operators_only", (await tenant.PostAsync("/v1/sites", Site)).Code);
        Assert.Equal(401, (await _api.Nobody.PostAsync("/v1/sites", Site)).Status);

        var rival = await _api.OrganizationAsync(OrganizationKind.Operator, "Rival");
        var path = "/v1/sites/" + (await _operator.PostAsync("/v1/sites", Site)).Text("id");
        foreach (var refused in new[]
        {
            await rival.PutAsync(path, Site),
            await rival.PostAsync(path + "/withdraw", new { reason = "mine" }),
            await rival.PostAsync(path + "/phases", new { name = "Hall", criticalItMw = 1, contractRfs = "2026-09-01" }),
        })
        {
            Assert.Equal((404, "site_not_found"), (refused.Status, refused.Code));
        }

        Assert.Equal(200, (await rival.GetAsync(path)).Status);
        Assert.Equal(404, (await rival.GetAsync("/v1/sites/site_none")).Status);
        Assert.Equal(404, (await rival.GetAsync(path + "/claim")).Status);
    }

    [Fact]
    public async Task A_restated_site_is_checked_against_the_version_the_caller_saw()
    {
        var site = (await _operator.PostAsync("/v1/sites", Site)).With(201);
        var path = "/v1/sites/" + site.Text("id");
        (await _operator.PostAsync(path + "/begin-construction")).With(200);
        var body = System.Net.Http.Json.JsonContent.Create(Site);
        var stale = await _operator.SendAsync(HttpMethod.Put, path, body, null, ("If-Match", site.Headers["ETag"]));
        Assert.Equal((412, "precondition_failed"), (stale.Status, stale.Code));
        (await _operator.PutAsync(path, Site)).With(200);
    }

    [Fact]
    public async Task Phases_are_restated_and_dropped()
    {
        var path = "/v1/sites/" + (await _operator.PostAsync("/v1/sites", Site)).Text("id");
        var phase = (await _operator.PostAsync(path + "/phases", new { name = "Hall A", criticalItMw = 24, contractRfs = "2026-09-01" })).Headers["Location"];
        Assert.Equal("phases_exceed_site", (await _operator.PutAsync(phase, new { name = "Hall A", criticalItMw = 49 })).Code);
        Assert.Equal("30", (await _operator.PutAsync(phase, new { name = "Hall One", criticalItMw = 30 })).With(200).Text("criticalItMw"));
        (await _operator.DeleteAsync(phase)).With(204);
        Assert.Equal(404, (await _operator.GetAsync(phase)).Status);
        Assert.Empty((await _operator.GetAsync(path + "/phases")).With(200).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task A_withdrawn_site_is_retired_when_nothing_is_on_it()
    {
        var path = "/v1/sites/" + (await _operator.PostAsync("/v1/sites", Site)).Text("id");
        var withdrawn = (await _operator.PostAsync(path + "/withdraw", new { reason = "Sold" })).With(200);
        Assert.Equal(("retired", "Sold"), (withdrawn.Text("status"), withdrawn.Text("withdrawalReason")));
        Assert.Equal("site_retired", (await _operator.PutAsync(path, Site)).Code);
    }

    [Fact]
    public async Task Sites_are_found_by_operator_place_and_status()
    {
        var rival = await _api.OrganizationAsync(OrganizationKind.OperatorAndTenant, "Rival");
        (await _operator.PostAsync("/v1/sites", Site)).With(201);
        (await rival.PostAsync("/v1/sites", Site)).With(201);
        await _api.SettleAsync();

        Assert.Equal(2, await CountAsync("/v1/sites"));
        Assert.Equal(1, await CountAsync("/v1/sites?operatorId=" + rival.Organization));
        Assert.Equal(2, await CountAsync("/v1/sites?country=US&region=nd&status=planned&claimed=true"));
        Assert.Equal(0, await CountAsync("/v1/sites?claimed=false"));
        Assert.Equal(400, (await _api.Nobody.GetAsync("/v1/sites?status=asleep")).Status);
    }

    private async Task<int> CountAsync(string path) => (await _api.Nobody.GetAsync(path)).With(200).Json.GetProperty("data").GetArrayLength();
}
