using Marketplace.Api.Tests.Identity;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Api.Tests;

/// <summary>A market with one reservation between two organizations, keys of both, and people who sign in for the tenant.</summary>
internal sealed class ContractMarket : IAsyncDisposable
{
    /// <summary>The reservation's term.</summary>
    public static readonly Term Summer = new(Instant.FromUtc(2026, 6, 1, 5, 0), Instant.FromUtc(2026, 9, 1, 5, 0));

    private ContractMarket(ApiMarket api, MarketplaceWorld world, ApiClient tenant, ApiClient lessor)
    {
        (Api, World, Tenant, Operator) = (api, world, tenant, lessor);
    }

    public ApiMarket Api { get; }

    public MarketplaceWorld World { get; }

    public ApiClient Tenant { get; }

    public ApiClient Operator { get; }

    public string Reservation => World.ReservationId.Value;

    public static async Task<ContractMarket> StartAsync()
    {
        var gateway = new TestGateway();
        var api = await ApiMarket.StartAsync(configureSilo: silo => silo.Services.AddSingleton<IPaymentGateway>(gateway));
        var world = await MarketplaceWorld.InAsync(api.Market, gateway, 6, new LocalDate(2026, 6, 1), ExamplePool.Offer);
        var lessor = await RegisterAsync(api, world.Example.Operator, OrganizationKind.Operator);
        var tenant = await RegisterAsync(api, world.Example.Tenant, OrganizationKind.Tenant);
        await world.ReserveAsync(Summer, 16);
        await api.SettleAsync();
        return new ContractMarket(api, world, tenant, lessor);
    }

    /// <summary>Somebody who signed in and acts for the tenant.</summary>
    public async Task<Browser> PersonAsync(string email, string name, OrganizationRole role)
    {
        var browser = new Browser(Api.Address);
        var person = (await browser.RegisterAsync(email, name: name)).With(201).Text("session.user.id");
        var member = new AddMember(PublicId.Derive<MemberId>(person), name, email, role, UserId.From(person));
        var organization = World.Example.Tenant.Value;
        var added = await Api.Market.Grains.GetGrain<IOrganizationGrain>(organization).AddMemberAsync(new Operation(person, person), member);
        Assert.True(added.IsGranted);
        await Api.SettleAsync();
        (await browser.PutAsync("/identity/session/organization", new { organizationId = organization })).With(200);
        return browser;
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    private static async Task<ApiClient> RegisterAsync(ApiMarket api, OrganizationId id, OrganizationKind kind)
    {
        var command = new RegisterOrganization(id, $"{kind} Ltd", kind, "US", Currency.Usd);
        Assert.True((await api.Market.Grains.GetGrain<IOrganizationGrain>(id.Value).RegisterAsync(new Operation(id.Value, id.Value), command)).IsGranted);
        return await api.KeyAsync(id.Value, OrganizationRole.Owner);
    }
}
