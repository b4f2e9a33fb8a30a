using System.Net.Http.Json;
using System.Text.Json;

namespace Marketplace.Host.Tests.Demo;

/// <summary>The demo market as a newcomer finds it. One seeding serves all tests of this class.</summary>
public sealed class DemoMarketTests(DemoMarketTests.SeededHost seeded) : IClassFixture<DemoMarketTests.SeededHost>
{
    [Fact]
    public async Task The_people_it_prints_sign_in_and_act_for_their_organizations()
    {
        var keys = HostKeys.Read(seeded.Data);
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = await seeded.AddressAsync() };
        foreach (var (who, organization) in new[] { ("OPERATOR", "org_caprock"), ("TENANT", "org_lumen"), ("OTHER_TENANT", "org_parallax"), ("ADMIN", "org_platform") })
        {
            var body = JsonContent.Create(new { email = keys[who + "_EMAIL"], password = keys[who + "_PASSWORD"] });
            using var reply = await http.PostAsync("/identity/sessions", body, TestContext.Current.CancellationToken);
            var text = await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(reply.IsSuccessStatusCode, text);
            var active = JsonDocument.Parse(text).RootElement.GetProperty("session").GetProperty("activeOrganization");
            Assert.Equal((organization, "owner"), (active.GetProperty("id").GetString(), active.GetProperty("role").GetString()));
        }
    }

    [Fact]
    public async Task ThereAreAboutADozenSitesInEveryStageOfBuild()
    {
        using var api = await seeded.AsAsync("ADMIN_KEY");

        var sites = await api.ListAsync("/v1/sites");

        Assert.Equal(12, sites.Count);
        Assert.True(sites.Select(site => site.GetProperty("location").GetProperty("country").GetString()).Distinct().Count() >= 6);
        Assert.Superset(new HashSet<string?> { "commissioning", "inService" }, sites.Select(site => site.GetProperty("status").GetString()).ToHashSet());
    }

    [Fact]
    public async Task ThereAreThirtyPools()
    {
        using var api = await seeded.AsAsync("TENANT_KEY");

        Assert.Equal(30, (await api.ListAsync("/v1/listings")).Count);
    }

    [Fact]
    public async Task ReservationsAndLeasesStandInManyStates()
    {
        var reservations = await StatusesAsync("/v1/reservations");
        var leases = await StatusesAsync("/v1/leases");

        Assert.Superset(new HashSet<string> { "awaitingApproval", "awaitingDeposit", "confirmed", "delayed", "fulfilled" }, reservations);
        Assert.Superset(new HashSet<string> { "active", "ended", "inArrears" }, leases);
    }

    [Fact]
    public async Task TwoYearsOfInvoicesAreThereAndMostArePaid()
    {
        using var api = await seeded.AsAsync("TENANT_KEY");

        var statuses = (await api.ListAsync("/v1/invoices")).Select(StatusOf).ToList();

        Assert.True(statuses.Count > 20, $"{statuses.Count} invoices");
        Assert.True(statuses.Count(status => status == "paid") > statuses.Count * 3 / 4);
    }

    [Fact]
    public async Task WhatMustAlwaysHoldHolds()
    {
        using var api = await seeded.AsAsync("ADMIN_KEY");

        var invariants = await api.GetAsync("/v1/admin/invariants");

        Assert.True(invariants.GetProperty("holds").GetBoolean(), invariants.ToString());
    }

    [Fact]
    public async Task MarketTimeHasArrivedAtTheTimeOfSeeding()
    {
        using var api = await seeded.AsAsync("TENANT_KEY");

        var now = (await api.GetAsync("/v1/clock")).GetProperty("now").GetDateTimeOffset();

        Assert.InRange(now, seeded.StartedAt, seeded.StartedAt.AddMinutes(30));
    }

    [Fact]
    public async Task AKillWhileSeedingIsMadeGoodByTheNextStart()
    {
        var folder = Directory.CreateTempSubdirectory("marketplace-demo-").FullName;
        var data = Path.Combine(folder, "data");
        try
        {
            await using (var first = HostProcess.Start(data))
            {
                await first.PrintedAsync("  50 %");
                await first.KillAsync();
            }

            await using var second = await HostProcess.StartReadyAsync(data);
            using var tenant = new ApiClient(await second.ReadyAsync(), HostKeys.Read(data)["TENANT_KEY"]);
            using var administrator = new ApiClient(await second.ReadyAsync(), HostKeys.Read(data)["ADMIN_KEY"]);
            using var unbroken = await seeded.AsAsync("TENANT_KEY");

            Assert.Equal(Statuses(await unbroken.ListAsync("/v1/reservations")), Statuses(await tenant.ListAsync("/v1/reservations")));
            Assert.Equal(Statuses(await unbroken.ListAsync("/v1/leases")), Statuses(await tenant.ListAsync("/v1/leases")));
            Assert.True((await administrator.GetAsync("/v1/admin/invariants")).GetProperty("holds").GetBoolean());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<HashSet<string>> StatusesAsync(string path)
    {
        var statuses = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in new[] { "OPERATOR_KEY", "TENANT_KEY", "OTHER_TENANT_KEY" })
        {
            using var api = await seeded.AsAsync(key);
            statuses.UnionWith((await api.ListAsync(path)).Select(StatusOf));
        }

        return statuses;
    }

    private static IEnumerable<string> Statuses(List<JsonElement> items) => items.Select(StatusOf).Order(StringComparer.Ordinal);

    private static string StatusOf(JsonElement item) => item.GetProperty("status").GetString()!;

    /// <summary>A host that seeded the demo market into a fresh folder.</summary>
    public sealed class SeededHost : IAsyncLifetime
    {
        private readonly string folder = Directory.CreateTempSubdirectory("marketplace-demo-").FullName;
        private HostProcess host = null!;

        public DateTimeOffset StartedAt { get; private set; }

        internal string Data => Path.Combine(folder, "data");

        public async ValueTask InitializeAsync()
        {
            StartedAt = TimeProvider.System.GetUtcNow();
            host = await HostProcess.StartReadyAsync(Data);
        }

        internal async Task<Uri> AddressAsync() => await host.ReadyAsync();

        internal async Task<ApiClient> AsAsync(string key) => new(await host.ReadyAsync(), HostKeys.Read(Data)[key]);

        public async ValueTask DisposeAsync()
        {
            await host.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
