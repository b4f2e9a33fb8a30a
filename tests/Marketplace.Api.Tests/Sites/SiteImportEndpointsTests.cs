using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Tests.Sites;

public sealed class SiteImportEndpointsTests : IAsyncLifetime
{
    private const string Import = "/v1/admin/sites/import";

    private static readonly object Source = new { name = "Atlas", licence = "CC BY 4.0", attribution = "Atlas (CC BY 4.0)", country = "US" };

    private ApiMarket _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiMarket.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task The_whole_public_file_is_imported_once_and_changes_nothing_again()
    {
        var records = JsonNode.Parse(await File.ReadAllTextAsync(SharedData.Require("compute-atlas-facilities.json"), TestContext.Current.CancellationToken))!.AsArray();
        var body = new { source = Source, records };

        var first = (await _api.Platform.PostAsync(Import, body)).With(200);
        Assert.Equal((1095, 133, 0, 0, 962), Counts(first));
        Assert.All(
            first.Json.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("outcome").GetString() == "refused"),
            item => Assert.Equal("facility_type_not_imported", item.GetProperty("code").GetString()));
        await _api.SettleAsync();

        var sites = await AllSitesAsync();
        Assert.Equal(133, sites.Count);
        Assert.Equal(17, sites.Count(site => site.GetProperty("status").GetString() == "retired"));
        Assert.All(sites, site =>
        {
            Assert.Equal(JsonValueKind.Null, site.GetProperty("operatorId").ValueKind);
            Assert.Equal(JsonValueKind.Null, site.GetProperty("zone").ValueKind);
            Assert.NotEmpty(site.GetProperty("operatorName").GetString()!);
            Assert.Equal("Atlas (CC BY 4.0)", site.GetProperty("origin").GetProperty("attribution").GetString());
            Assert.NotEmpty(site.GetProperty("origin").GetProperty("links").EnumerateArray());
        });

        var again = (await _api.Platform.PostAsync(Import, body)).With(200);
        Assert.Equal((1095, 0, 0, 133, 962), Counts(again));
        await _api.SettleAsync();
        Assert.Equal(sites.Select(site => site.ToString()), (await AllSitesAsync()).Select(site => site.ToString()));
    }

    [Fact]
    public async Task What_cannot_be_used_is_named_and_the_rest_goes_on()
    {
        var reply = (await _api.Platform.PostAsync(Import, new
        {
            source = Source,
            records = new object?[]
            {
                Record("one", 60),
                Record("one", 61),
                Record("two", -5),
                Record("three", "sixty"),
                "not a record",
                null,
                new { id = "four", facilityType = "crypto_mining" },
                new { },
                Record("five", null),
                new { id = "six", facilityType = "crypto_mining", sources = (object?)null },
                new { id = "seven", facilityType = "crypto_mining", statusHistory = (object?)null, name = "x", @operator = "x", status = "operational", confidence = "reported", lastUpdated = "2026", location = new { state = "ND" }, sources = new object?[] { null } },
                new { id = 8, facilityType = "crypto_mining" },
            },
        })).With(200);

        Assert.Equal((12, 2, 0, 0, 10), Counts(reply));
        Assert.Equal(
            [
                "one created ",
                "one refused facility_id_repeated",
                "two refused facility_field_invalid",
                "three refused facility_record_malformed",
                " refused facility_record_malformed",
                " refused facility_record_malformed",
                "four refused facility_field_missing",
                " refused facility_id_missing",
                "five created ",
                "six refused facility_record_malformed",
                "seven refused facility_record_malformed",
                " refused facility_record_malformed",
            ],
            reply.Json.GetProperty("items").EnumerateArray().Select(item => $"{item.GetProperty("recordId")} {item.GetProperty("outcome")} {item.GetProperty("code")}"));
        await _api.SettleAsync();
        Assert.Equal(2, (await AllSitesAsync()).Count);
    }

    [Theory]
    [InlineData("""{"state":"ZZ","lat":999}""", "facility_field_invalid location.state", "'ZZ'")]
    [InlineData("""{"state":"ND","lat":999}""", "facility_field_missing location.lon", "location.lon")]
    [InlineData("""{"state":"ND","lat":999,"lon":-97}""", "facility_field_invalid location.lat", "999")]
    [InlineData("""{"state":"ND","lon":-97}""", "facility_field_missing location.lat", "location.lat")]
    public async Task A_record_that_lies_nowhere_is_reported_and_nothing_of_it_is_kept(string location, string refusal, string told)
    {
        var record = JsonSerializer.SerializeToNode(Record("lost", 60))!;
        record["location"] = JsonNode.Parse(location);

        var item = Assert.Single((await _api.Platform.PostAsync(Import, new { source = Source, records = new[] { record } })).With(200).Json.GetProperty("items").EnumerateArray());

        Assert.Equal(("lost", refusal), (item.GetProperty("recordId").GetString(), $"{item.GetProperty("code").GetString()} {item.GetProperty("field").GetString()}"));
        Assert.Contains(told, item.GetProperty("reason").GetString(), StringComparison.Ordinal);
        await _api.SettleAsync();
        Assert.Empty(await AllSitesAsync());
    }

    [Fact]
    public async Task Only_administrators_import_and_the_source_is_named()
    {
        var owner = await _api.OrganizationAsync(OrganizationKind.Operator);
        Assert.Equal(403, (await owner.PostAsync(Import, new { source = Source, records = new[] { Record("one", 1) } })).Status);
        var blank = new { name = "  ", licence = "CC BY 4.0", attribution = "Atlas", country = "US" };
        Assert.Equal(["source invalid_format"], (await _api.Platform.PostAsync(Import, new { source = blank, records = new[] { Record("one", 1) } })).Faults);
        Assert.Equal(["source missing", "records out_of_range"], (await _api.Platform.PostAsync(Import, new { records = Array.Empty<object>() })).Faults.Order(StringComparer.Ordinal).Reverse());
    }

    [Fact]
    public async Task An_imported_site_comes_to_its_operator_by_claim()
    {
        var imported = (await _api.Platform.PostAsync(Import, new { source = Source, records = new[] { Record("one", 60) } })).With(200);
        var path = "/v1/sites/" + imported.Json.GetProperty("items")[0].GetProperty("siteId").GetString();
        var owner = await _api.OrganizationAsync(OrganizationKind.Operator, "Great Plains Hash, Inc.");
        var other = await _api.OrganizationAsync(OrganizationKind.Operator, "Impostor");
        Assert.Equal("60", (await _api.Nobody.GetAsync(path)).Text("origin.operationalUnstatedMw"));

        var claim = new { statement = "It is ours.", zone = "America/Chicago", grossMw = 60, criticalItMw = 50 };
        (await other.PostAsync(path + "/claim", claim)).With(201);
        Assert.Equal("site_claim_pending", (await owner.PostAsync(path + "/claim", claim)).Code);
        await _api.SettleAsync();
        var waiting = (await _api.Platform.GetAsync("/v1/admin/site-claims")).With(200);
        Assert.Equal("Impostor", Assert.Single(waiting.Json.GetProperty("data").EnumerateArray()).GetProperty("claimantName").GetString());
        Assert.Equal(["reason missing"], (await _api.Platform.PostAsync(path.Replace("/v1/", "/v1/admin/", StringComparison.Ordinal) + "/claim-decision", new { confirm = false })).Faults);
        (await DecideAsync(path, new { confirm = false, reason = "The deed names another company." })).With(200);
        Assert.Equal("rejected", (await other.GetAsync(path + "/claim")).With(200).Text("status"));

        (await owner.PostAsync(path + "/claim", claim)).With(201);
        Assert.Equal(404, (await other.GetAsync(path + "/claim")).Status);
        Assert.Equal("confirmed", (await DecideAsync(path, new { confirm = true })).With(200).Text("status"));
        var site = (await _api.Nobody.GetAsync(path)).With(200);
        Assert.Equal(("Great Plains Hash, Inc.", owner.Organization, "America/Chicago", "50"), (site.Text("operatorName"), site.Text("operatorId"), site.Text("zone"), site.Text("criticalItMw")));
        (await owner.PostAsync(path + "/phases", new { name = "Conversion", criticalItMw = 20, contractRfs = "2027-01-01" })).With(201);
        Assert.Equal("site_already_claimed", (await other.PostAsync(path + "/claim", claim)).Code);
    }

    private static object Record(string id, object? megawatts) => new
    {
        id,
        name = "Mine " + id,
        @operator = "Great Plains Hash",
        facilityType = "crypto_mining",
        status = "operational",
        confidence = "confirmed",
        location = new { state = "ND", city = "Fargo", multiSite = new { states = new[] { "ND" } } },
        capacityMw = new { operational = megawatts },
        sources = new[] { new { url = "https://example.org/" + id, label = "Mine " + id } },
        lastUpdated = "2026-01-04",
        notes = "Passed over.",
    };

    private static (int Records, int Created, int Updated, int Unchanged, int Refused) Counts(ApiReply reply) =>
        (Count(reply, "records"), Count(reply, "created"), Count(reply, "updated"), Count(reply, "unchanged"), Count(reply, "refused"));

    private static int Count(ApiReply reply, string name) => reply.Json.GetProperty(name).GetInt32();

    private Task<ApiReply> DecideAsync(string sitePath, object decision) =>
        _api.Platform.PostAsync(sitePath.Replace("/v1/", "/v1/admin/", StringComparison.Ordinal) + "/claim-decision", decision);

    private async Task<List<JsonElement>> AllSitesAsync()
    {
        var sites = new List<JsonElement>();
        for (string? cursor = null; ;)
        {
            var page = (await _api.Nobody.GetAsync("/v1/sites?limit=50" + (cursor is null ? "" : "&startingAfter=" + cursor))).With(200);
            sites.AddRange(page.Json.GetProperty("data").EnumerateArray());
            if (!page.Json.GetProperty("hasMore").GetBoolean())
            {
                return sites;
            }

            cursor = page.Text("nextCursor");
        }
    }
}
