using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Testing;

namespace Marketplace.Api.Tests.Billing;

/// <summary>An API with a Norwegian operator and tenant, a published rate, and the marketplace's own key: what a finance department works with.</summary>
internal sealed class FinanceMarket(PaymentMarket market, ApiClient platform) : IAsyncDisposable
{
    public PaymentMarket Market { get; } = market;

    public ApiClient Platform { get; } = platform;

    public ApiClient Tenant => Market.Tenant;

    public ApiClient Operator => Market.Operator;

    public static async Task<FinanceMarket> StartAsync()
    {
        var market = await PaymentMarket.StartAsync();
        var platform = market.Api.Platform;
        (await platform.PostAsync("/v1/admin/tax-rates", new { id = "no-vat", name = "MVA", country = "NO", rate = 25, validFrom = "2020-01-01" })).With(201);
        await SetProfileAsync(market.Operator, "Caprock AS", "NO 111 111 111 MVA", null);
        await SetProfileAsync(market.Tenant, "Lumen Labs AS", "NO 999 999 999 MVA", "PO-4500012345");
        return new FinanceMarket(market, platform);
    }

    /// <summary>The lease states January's rent, USD 11,904.00: with tax USD 14,880.00.</summary>
    public async Task<InvoiceId> BillAsync(int revision = 1)
    {
        var statement = RentStatements.January(OrganizationId.From(Tenant.Organization), OrganizationId.From(Operator.Organization), PaymentMarket.Reservation, revision);
        await Market.Account.ReceiveAsync(new Envelope(GrainKeys.Lease(Lease.IdOf(PaymentMarket.Reservation)).ToString(), revision, new RentDue(statement)));
        var id = Invoice.IdOf(statement);
        await EventuallyAsync(async () => (await Operator.GetAsync($"/v1/invoices/{id}")).Status == 200);
        return id;
    }

    public Task EventuallyAsync(Func<Task<bool>> holds) => Market.EventuallyAsync(async () =>
    {
        await Market.Api.Market.Grains.GetGrain<IBillingAccountGrain>(Organization.Platform.Value).DrainAsync();
        await Market.Api.Market.Grains.GetGrain<IBillingAccountGrain>(Operator.Organization).DrainAsync();
        return await holds();
    });

    public ValueTask DisposeAsync() => Market.DisposeAsync();

    private static async Task SetProfileAsync(ApiClient client, string name, string taxId, string? order) => (await client.PutAsync("/v1/billing/profile", new
    {
        legalName = name,
        address = new[] { "Storgata 1", "0155 Oslo" },
        tax = new { country = "NO", taxId },
        contacts = new[] { new { name = "Accounts <payable>", email = "ap@lumen.example" } },
        purchaseOrder = order,
    })).With(200);
}
