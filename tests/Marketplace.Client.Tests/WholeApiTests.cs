using Marketplace.Api.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Client.Tests;

/// <summary>The client against the API it was generated for.</summary>
public sealed class WholeApiTests : IAsyncLifetime
{
    private ApiMarket _api = null!;
    private string _organization = "";
    private string _key = "";

    public async ValueTask InitializeAsync()
    {
        _api = await ApiMarket.StartAsync();
        var platform = Client(_api.PlatformKey);
        _organization = (await platform.CreateOrganizationAsync(new() { Name = "Acme", Kind = OrganizationKind.Tenant, Country = "NO" })).Result.Id;
        _key = (await platform.CreateApiKeyAsync(_organization, new() { Name = "test", Role = OrganizationRole.Owner })).Result.Secret!;
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_repeated_call_finds_the_first_ones_effect()
    {
        var client = Client(_key).Once("a key for the reader");
        var order = new NewApiKey { Name = "reader", Role = OrganizationRole.Viewer, Scopes = [Scope.ReservationsRead, Scope.MarketRead] };

        var first = await client.CreateApiKeyAsync(_organization, order);
        var again = await client.CreateApiKeyAsync(_organization, order);

        Assert.False(first.IsReplay);
        Assert.True(again.IsReplay);
        Assert.Equal(first.Result.ApiKey.Id, again.Result.ApiKey.Id);
        Assert.Equal([Scope.MarketRead, Scope.ReservationsRead], first.Result.ApiKey.Scopes.Order());
    }

    [Fact]
    public async Task A_change_on_an_old_version_is_refused()
    {
        var client = Client(_key);
        var seen = await client.GetOrganizationAsync(_organization);
        await client.IfMatch(seen.Version!).UpdateOrganizationAsync(_organization, new() { Name = "Acme AI" });

        var refused = await Assert.ThrowsAnyAsync<MarketplaceException>(() => client.IfMatch(seen.Version!).UpdateOrganizationAsync(_organization, new() { Name = "Other" }));

        Assert.Equal("precondition_failed", refused.Code);
        Assert.Equal("Acme AI", (await client.GetOrganizationAsync(_organization)).Result.Name);
    }

    [Fact]
    public async Task A_bad_request_names_its_fields()
    {
        var refused = await Assert.ThrowsAnyAsync<MarketplaceException>(() => Client(_key).UpdateOrganizationAsync(_organization, new() { Name = "" }));

        Assert.Equal("name", Assert.Single(refused.Problem!.Errors).Field);
    }

    [Fact]
    public async Task Instants_with_an_offset_are_understood()
    {
        var start = new DateTimeOffset(2027, 7, 1, 2, 0, 0, TimeSpan.FromHours(2));

        var found = await Client(_key).SearchAsync(quantity: 64, start: start, end: start.AddDays(90), kind: PoolKind.Gpu);

        Assert.Empty(found.Result.Offers);
    }

    [Fact]
    public async Task Events_are_followed_from_a_cursor()
    {
        var client = Client(_key);
        await client.CreateApiKeyAsync(_organization, new() { Name = "one", Role = OrganizationRole.Viewer });
        await client.CreateApiKeyAsync(_organization, new() { Name = "two", Role = OrganizationRole.Viewer });
        await _api.SettleAsync();
        var seen = (await client.ListEventsAsync(limit: 1)).Result;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        var numbers = new List<long>();
        await foreach (var (it, _) in client.FollowEventsAsync(seen.NextCursor, patience.Token))
        {
            numbers.Add(it.Number);
            if (numbers.Count == 2)
            {
                break;
            }
        }

        Assert.Equal([seen.Data[0].Number + 1, seen.Data[0].Number + 2], numbers);
    }

    private MarketplaceClient Client(string key)
    {
        var services = new ServiceCollection();
        services.AddMarketplaceClient(options => (options.BaseAddress, options.ApiKey) = (_api.Address, key));
        return services.BuildServiceProvider().GetRequiredService<MarketplaceClient>();
    }
}
