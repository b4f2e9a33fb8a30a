using Marketplace.Api.Http;
using Marketplace.Api.Tests.OpenApi;
using Marketplace.Domain.Organizations;
using Microsoft.AspNetCore.Routing;

namespace Marketplace.Api.Tests.Capacity;

public sealed class PoolEndpointsTests : IAsyncLifetime
{
    private ApiMarket _api = null!;
    private ApiClient _operator = null!;
    private string _site = "";
    private string _phase = "";

    private static object Offer(string unit = "gpuHour", decimal price = 2.4m) => new
    {
        prices = new { unit, basePrice = new { amount = price, currency = "USD" }, maximumMonths = 60 },
        clauses = new
        {
            timing = "inAdvance",
            takeOrPay = 100,
            deposit = new { rule = "monthsOfRent", amount = 1, method = "card" },
            earlyTermination = new { fee = 50, noticeDays = 90 },
            renewal = new { options = 0, months = 0, noticeDays = 0 },
            acceptance = new { deemedAfterDays = 5 },
            paymentDays = 30,
            leaseZone = "America/Chicago",
            signatures = new { operatorApproves = false, tenantApproves = false, operatorSigns = false, tenantSigns = false },
        },
        holds = new { cardMinutes = 30, transferBankingDays = 5, paperDays = 14 },
    };

    public async ValueTask InitializeAsync()
    {
        _api = await ApiMarket.StartAsync();
        _operator = await _api.OrganizationAsync(OrganizationKind.Operator, "Prairie Compute");
        _site = (await _operator.PostAsync("/v1/sites", new
        {
            name = "Prairie One",
            location = new { country = "US", region = "ND" },
            zone = "America/Chicago",
            grossMw = 60,
            criticalItMw = 48,
            energyMix = new { shares = new[] { new { source = "wind", percent = 70 }, new { source = "grid", percent = 30 } } },
        })).With(201).Text("id");
        _phase = (await _operator.PostAsync($"/v1/sites/{_site}/phases", new { name = "Hall A", criticalItMw = 1, contractRfs = "2026-09-01" })).With(201).Text("id");
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_key_registers_the_nodes_it_was_first_used_for_and_they_are_exported()
    {
        var pool = (await _operator.PostAsync("/v1/gpu-pools", Pool(90))).With(201).Text("id");
        var nodes = $"/v1/gpu-pools/{pool}/nodes";

        (await _operator.PostAsync(nodes, new { nodes = new[] { new { serial = "SN-1" } } }, "rack-1")).With(201);
        Assert.Equal("idempotency_key_reused", (await _operator.PostAsync(nodes, new { nodes = new[] { new { serial = "SN-2" } } }, "rack-1")).Code);
        Assert.True((await _operator.PostAsync(nodes, new { nodes = new[] { new { serial = "SN-1" } } }, "rack-1")).With(201).Replayed);

        Assert.Equal(1, (await _operator.GetAsync(nodes)).Json.GetProperty("data").GetArrayLength());
        await _api.SettleAsync();
        Assert.Single((await _operator.GetAsync("/v1/export")).Body.Split('\n'), line => line.StartsWith("{\"kind\":\"node\"", StringComparison.Ordinal) && line.Contains("SN-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_gpu_pool_is_listed_offered_published_paused_and_withdrawn()
    {
        var created = (await _operator.PostAsync("/v1/gpu-pools", Pool(90), "key-1")).With(201);
        var path = created.Headers["Location"];
        Assert.Equal(("draft", "90"), (created.Text("status"), created.Json.GetProperty("supply")[0].GetProperty("units").ToString()));
        Assert.Equal("2026-09-01T05:00:00Z", created.Json.GetProperty("supply")[0].GetProperty("from").GetString());
        Assert.True((await _operator.PostAsync("/v1/gpu-pools", Pool(90), "key-1")).Replayed);
        Assert.Equal("idempotency_key_reused", (await _operator.PostAsync("/v1/gpu-pools", Pool(91), "key-1")).Code);
        (await _api.Nobody.GetAsync(path)).With(404);

        Assert.Equal("offer_missing", (await _operator.PostAsync(path + "/publish")).Code);
        Assert.Equal("offer_unit_mismatch", (await _operator.PutAsync(path + "/offer", Offer("kilowattMonth"))).Code);
        (await _operator.PutAsync(path + "/offer", Offer())).With(200);
        Assert.Equal("published", (await _operator.PostAsync(path + "/publish")).With(200).Text("status"));
        Assert.Equal("2.4", (await _api.Nobody.GetAsync(path)).With(200).Text("offer.prices.basePrice.amount"));
        await _api.SettleAsync();
        Assert.Single((await _api.Nobody.GetAsync("/v1/listings?kind=gpu")).With(200).Json.GetProperty("data").EnumerateArray());
        Assert.Empty((await _api.Nobody.GetAsync("/v1/listings?kind=power")).With(200).Json.GetProperty("data").EnumerateArray());
        Assert.Single((await _operator.GetAsync("/v1/gpu-pools")).With(200).Json.GetProperty("data").EnumerateArray());

        var renamed = (await _operator.PatchAsync(path, new { name = "Row B", spareUnits = 10 })).With(200);
        Assert.Equal(("Row B", "80"), (renamed.Text("name"), renamed.Json.GetProperty("supply")[0].GetProperty("units").ToString()));
        (await _operator.PatchAsync(path, new { name = "Row C" }, ("If-Match", created.Headers["ETag"]))).With(412);
        Assert.Equal("paused", (await _operator.PostAsync(path + "/pause")).With(200).Text("status"));
        Assert.Equal("withdrawn", (await _operator.PostAsync(path + "/withdraw")).With(200).Text("status"));
        Assert.Equal("listing_status_conflict", (await _operator.PostAsync(path + "/publish")).Code);
    }

    [Fact]
    public async Task Only_a_repeated_request_is_called_one_and_a_version_that_moved_refuses_a_change()
    {
        var created = (await _operator.PostAsync("/v1/gpu-pools", Pool(90), "key-1")).With(201);
        var path = created.Headers["Location"];
        (await _operator.PutAsync(path + "/offer", Offer())).With(200);
        Assert.False((await _operator.PutAsync(path + "/offer", Offer())).With(200).Replayed);
        Assert.False((await _operator.PostAsync(path + "/publish", idempotencyKey: "p1")).With(200).Replayed);
        Assert.False((await _operator.PostAsync(path + "/publish", idempotencyKey: "p2")).With(200).Replayed);
        Assert.True((await _operator.PostAsync(path + "/publish", idempotencyKey: "p2")).With(200).Replayed);

        var tag = (await _operator.GetAsync(path)).Headers["ETag"];
        var races = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => _operator.PatchAsync(path, new { name = $"Row {number}" }, ("If-Match", tag))));
        Assert.Single(races, race => race.Status == 200);
        Assert.All(races.Where(race => race.Status != 200), race => Assert.Equal((412, "precondition_failed"), (race.Status, race.Code)));
    }

    [Fact]
    public async Task A_node_without_a_lease_is_replaced_in_its_pool()
    {
        var pool = (await _operator.PostAsync("/v1/gpu-pools", Pool(2))).With(201).Headers["Location"];
        var nodes = (await _operator.PostAsync(pool + "/nodes", new { nodes = new[] { new { serial = "SN-1" }, new { serial = "SN-2" } } })).With(201).Json.GetProperty("nodes");
        var body = new { nodeId = nodes[0].GetProperty("id").GetString(), serial = "SN-3", reason = "Failed burn-in." };

        var replaced = (await _operator.PostAsync(pool + "/node-replacements", body, "r1")).With(201);
        Assert.Equal(("retired", "free", "SN-3"), (replaced.Text("retired.status"), replaced.Text("registered.status"), replaced.Text("registered.serial")));
        Assert.Equal(replaced.Body, (await _operator.PostAsync(pool + "/node-replacements", body, "r1")).With(201).Body);
        var gone = await _operator.PostAsync(pool + "/node-replacements", body with { serial = "SN-4" });
        Assert.Equal((409, "node_not_free", "nodeId"), (gone.Status, gone.Code, gone.Faults.First().Split(' ')[0]));
        Assert.Equal(3, (await _operator.GetAsync(pool + "/nodes")).Json.GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("gpu-pools", 8)]
    [InlineData("power-pools", 490)]
    public async Task The_example_of_an_offer_is_taken_by_the_pool_it_is_of(string noun, int units)
    {
        var pool = noun == "gpu-pools" ? Pool(units) : new { siteId = _site, name = "Hall", phases = new[] { new { phaseId = _phase, units } } };
        var path = (await _operator.PostAsync("/v1/" + noun, pool)).With(201).Headers["Location"];
        var example = ApiDocumentTests.Application() is IEndpointRouteBuilder app
            ? app.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
                .Single(endpoint => endpoint.RoutePattern.RawText == $"/v1/{noun}/{{poolId}}/offer").Metadata.GetMetadata<ApiOperation>()!.Takes!
            : throw new InvalidOperationException("An application maps its endpoints.");

        var offered = (await _operator.SendTextAsync(HttpMethod.Put, path + "/offer", BadBodies.Node(example).ToJsonString(), null)).With(200);

        Assert.Equal(noun == "gpu-pools" ? "gpuHour" : "kilowattMonth", offered.Text("offer.prices.unit"));
    }

    [Fact]
    public async Task A_power_pool_counts_in_kilowatts_and_shares_its_site_with_the_others()
    {
        (await _operator.PostAsync("/v1/gpu-pools", Pool(50))).With(201);
        var tooMuch = await _operator.PostAsync("/v1/power-pools", new { siteId = _site, name = "Hall", phases = new[] { new { phaseId = _phase, units = 500 } } });
        Assert.Equal((409, "phase_power_exceeded"), (tooMuch.Status, tooMuch.Code));

        var created = (await _operator.PostAsync("/v1/power-pools", new { siteId = _site, name = "Hall", phases = new[] { new { phaseId = _phase, units = 490 } } })).With(201);
        Assert.Equal("power", created.Text("kind"));
        (await _operator.GetAsync("/v1/gpu-pools/" + created.Text("id"))).With(404);
        Assert.Equal("phase_power_exceeded", (await _operator.PutAsync($"{created.Headers["Location"]}/phases/{_phase}", new { units = 491 })).Code);
        Assert.Equal("100", (await _operator.PutAsync($"{created.Headers["Location"]}/phases/{_phase}", new { units = 100 })).With(200).Json.GetProperty("supply")[0].GetProperty("units").ToString());
    }

    [Fact]
    public async Task Another_operator_neither_sees_a_draft_nor_changes_a_pool()
    {
        var path = (await _operator.PostAsync("/v1/gpu-pools", Pool(10))).With(201).Headers["Location"];
        var other = await _api.OrganizationAsync(OrganizationKind.Operator, "Other");

        (await other.GetAsync(path)).With(404);
        (await other.PatchAsync(path, new { name = "Mine" })).With(404);
        (await other.PutAsync(path + "/offer", Offer())).With(404);
        (await other.PostAsync(path + "/withdraw")).With(404);
        (await other.PostAsync(path + "/nodes", new { nodes = new[] { new { serial = "SN-1" } } })).With(404);
        Assert.Equal("site_not_found", (await other.PostAsync("/v1/gpu-pools", Pool(10))).Code);
    }

    [Fact]
    public async Task Pools_are_listed_many_at_once_and_one_that_is_refused_keeps_none_back()
    {
        var body = new { pools = new[] { Pool(40), Pool(80), Pool(50) } };
        var outcomes = (await _operator.PostAsync("/v1/gpu-pools/bulk", body, "bulk-1")).With(200).Json.GetProperty("outcomes").EnumerateArray().ToList();
        Assert.Equal([null, "phase_power_exceeded", null], outcomes.Select(outcome => outcome.GetProperty("code").GetString()));

        var again = (await _operator.PostAsync("/v1/gpu-pools/bulk", body, "bulk-1")).With(200).Json.GetProperty("outcomes").EnumerateArray().ToList();
        Assert.Equal(outcomes[0].GetProperty("pool").GetProperty("id").GetString(), again[0].GetProperty("pool").GetProperty("id").GetString());
        await _api.SettleAsync();
        Assert.Equal(2, (await _operator.GetAsync("/v1/gpu-pools")).Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Nodes_are_registered_by_serial_and_paged_in_order()
    {
        var path = (await _operator.PostAsync("/v1/gpu-pools", Pool(5))).With(201).Headers["Location"] + "/nodes";
        object Nodes(int from, int to) => new { nodes = Enumerable.Range(from, to - from + 1).Select(i => new { serial = $"SN-{i}", label = $"rack {i}" }) };

        (await _operator.PostAsync(path, Nodes(1, 4))).With(201);
        (await _operator.PostAsync(path, Nodes(3, 5))).With(201);
        Assert.Equal("nodes_exceed_supply", (await _operator.PostAsync(path, Nodes(6, 6))).Code);
        var first = (await _operator.GetAsync(path + "?limit=3")).With(200);
        var second = (await _operator.GetAsync($"{path}?limit=3&startingAfter={first.Text("nextCursor")}")).With(200);
        Assert.Equal(
            ["SN-1", "SN-2", "SN-3", "SN-4", "SN-5"],
            first.Json.GetProperty("data").EnumerateArray().Concat(second.Json.GetProperty("data").EnumerateArray()).Select(node => node.GetProperty("serial").GetString()));
        Assert.False(second.Json.GetProperty("hasMore").GetBoolean());
    }

    [Fact]
    public async Task Availability_shows_steps_windows_and_the_earliest_start()
    {
        var path = (await _operator.PostAsync("/v1/gpu-pools", Pool(90))).With(201).Headers["Location"] + "/availability";
        var reply = (await _operator.GetAsync(path + "?start=2026-08-01T00:00:00Z&end=2026-10-01T00:00:00Z&units=90&hours=24")).With(200);

        Assert.Equal(["0", "90"], reply.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("free").ToString()));
        Assert.Equal("2026-09-01T05:00:00Z", reply.Json.GetProperty("windows")[0].GetProperty("start").GetString());
        Assert.Equal("2026-09-01T05:00:00Z", reply.Text("earliestStart"));
        var faulty = await _operator.GetAsync(path + "?start=2026-08-01T00:30:00Z&end=2026-07-01T00:00:00Z&hours=24");
        Assert.Equal(["end inconsistent", "start out_of_range", "units missing"], faulty.Faults.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task All_faults_of_a_pool_are_named_at_once()
    {
        var reply = await _operator.PostAsync("/v1/gpu-pools", new
        {
            siteId = "site_?",
            name = "",
            sku = "h100",
            gpusPerNode = 0,
            kilowattsPerNode = 10.2,
            interconnect = "NVLink",
            fabric = "InfiniBand",
            phases = Array.Empty<object>(),
            colour = "red",
        });
        Assert.Equal(
            ["colour unknown_field", "gpusPerNode out_of_range", "name out_of_range", "phases out_of_range", "siteId invalid_format"],
            reply.With(400).Faults.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_search_finds_what_fits_and_says_what_stands_in_the_way_of_the_rest()
    {
        var path = (await _operator.PostAsync("/v1/gpu-pools", Pool(90))).With(201).Headers["Location"];
        (await _operator.PutAsync(path + "/offer", Offer())).With(200);
        (await _operator.PostAsync(path + "/publish")).With(200);
        await _api.SettleAsync();

        const string Wanted = "/v1/search?quantity=64&start=2027-01-01T06:00:00Z&end=2028-01-01T06:00:00Z&sku=nvidia-h100-sxm5-80gb";
        var found = (await _api.Nobody.GetAsync(Wanted + "&country=US&region=nd&highestPrice=2.5&renewablePercent=60")).With(200);
        Assert.Equal(("8", "90", "Prairie One"), (found.Json.GetProperty("offers")[0].GetProperty("units").ToString(), found.Json.GetProperty("offers")[0].GetProperty("freeUnits").ToString(), found.Json.GetProperty("offers")[0].GetProperty("site").GetProperty("name").GetString()));
        Assert.Empty(found.Json.GetProperty("binding").EnumerateArray());

        Assert.Equal("price", await BindingAsync(Wanted + "&highestPrice=2.3"));
        Assert.Equal("energy", await BindingAsync(Wanted + "&renewablePercent=90"));
        Assert.Equal("region", await BindingAsync(Wanted + "&country=NO"));
        Assert.Equal("verification", await BindingAsync(Wanted + "&level=siteConfirmed"));
        Assert.Equal("availability", await BindingAsync("/v1/search?quantity=64&start=2026-08-01T00:00:00Z&end=2027-01-01T06:00:00Z"));
        Assert.Equal("quantity", await BindingAsync("/v1/search?quantity=8000&start=2027-01-01T06:00:00Z&end=2028-01-01T06:00:00Z"));
        Assert.Equal(["sku not_allowed"], (await _api.Nobody.GetAsync(Wanted.Replace("80gb", "81gb", StringComparison.Ordinal))).With(400).Faults);
    }

    private async Task<string?> BindingAsync(string path)
    {
        var reply = (await _api.Nobody.GetAsync(path)).With(200);
        Assert.Empty(reply.Json.GetProperty("offers").EnumerateArray());
        return reply.Json.GetProperty("binding").EnumerateArray().Single().GetProperty("constraint").GetString();
    }

    private object Pool(int nodes) => new
    {
        siteId = _site,
        name = "H100",
        sku = "nvidia-h100-sxm5-80gb",
        gpusPerNode = 8,
        kilowattsPerNode = 10.2,
        interconnect = "NVLink 4",
        fabric = "InfiniBand NDR 400",
        phases = new[] { new { phaseId = _phase, units = nodes } },
    };
}
