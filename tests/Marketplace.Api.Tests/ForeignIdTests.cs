using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Marketplace.Api.Http;
using Marketplace.Api.OpenApi;
using Marketplace.Api.Organizations;
using Marketplace.Api.Tests.OpenApi;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Api.Tests;

/// <summary>
/// Calls every operation that takes an id with ids that exist and belong to others. What is not the caller's does not exist:
/// 404, and nothing is written.
/// </summary>
public sealed partial class ForeignIdTests(ForeignIdTests.Market market) : IClassFixture<ForeignIdTests.Market>
{
    private static readonly Dictionary<string, (string Method, string Pattern, ApiOperation Contract)> Operations =
        ((IEndpointRouteBuilder)ApiDocumentTests.Application()).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToDictionary(
            endpoint => endpoint.Metadata.GetMetadata<ApiOperation>()!.Id,
            endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0], endpoint.RoutePattern.RawText!, endpoint.Metadata.GetMetadata<ApiOperation>()!));

    /// <summary>Whose id may be anybody's, and what then happens: a market's listings are there for others.</summary>
    private static readonly Dictionary<string, (int Status, string? Code)> OpenToOthers = new()
    {
        ["createQuote"] = (201, null),
        ["claimSite"] = (409, "site_already_claimed"),
    };

    public static TheoryData<string> Taking =>
    [
        .. Operations.Where(it => it.Value.Contract.Permission is { IsPublic: false, OfPerson: false } && it.Value.Contract.Permission.Area != "admin" && !OpenToOthers.ContainsKey(it.Key) && Ids(it.Value.Pattern, it.Value.Contract).Any())
            .Select(it => it.Key).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Taking))]
    public async Task What_belongs_to_others_does_not_exist(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];
        var before = await market.WritesAsync();

        var reply = await market.Stranger.SendTextAsync(new HttpMethod(method), market.Filled(pattern), market.Body(contract), Guid.NewGuid().ToString());

        if (operationId is "createGpuPools" or "createPowerPools")
        {
            Assert.All(reply.With(200).Json.GetProperty("outcomes").EnumerateArray(), outcome => Assert.Equal("site_not_found", outcome.GetProperty("code").GetString()));
            return;
        }

        Assert.True(reply.Status == 404, $"{method} {pattern}: {reply.Status} {reply.Body}");
        Assert.Empty((await market.WritesAsync()).Except(before));
    }

    [Theory]
    [InlineData("createQuote")]
    [InlineData("claimSite")]
    public async Task What_is_on_the_market_is_there_for_others(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];

        var reply = await market.Stranger.SendTextAsync(new HttpMethod(method), market.Filled(pattern), market.Body(contract), Guid.NewGuid().ToString());

        Assert.Equal(OpenToOthers[operationId], (reply.Status, reply.Code));
    }

    /// <summary>One's own noun does not open the way to another's.</summary>
    [Fact]
    public async Task An_own_noun_with_a_part_of_anothers_has_no_such_part()
    {
        var (site, phase, pool) = await market.OwnOfStrangerAsync();
        var before = await market.WritesAsync();

        Assert.Equal(404, (await market.Stranger.PutAsync($"/v1/gpu-pools/{pool}/phases/{market.Ids["phaseId"]}", new { units = 1 })).Status);
        Assert.Equal(404, (await market.Stranger.PostAsync($"/v1/gpu-pools/{pool}/node-replacements", new { nodeId = market.Ids["nodeId"], serial = "SN-1", reason = "Mine now." })).Status);
        Assert.Equal(404, (await market.Stranger.PostAsync($"/v1/sites/{site}/phases/{market.Ids["phaseId"]}/milestones", new { milestone = "permitted", actual = "2026-01-02" })).Status);
        Assert.Equal(404, (await market.Stranger.PostAsync($"/v1/sites/{market.Ids["siteId"]}/phases/{phase}/milestones", new { milestone = "permitted", actual = "2026-01-02" })).Status);
        Assert.Equal(404, (await market.Stranger.DeleteAsync($"/v1/organizations/{market.Stranger.Organization}/api-keys/{market.Ids["apiKeyId"]}")).Status);

        Assert.Empty((await market.WritesAsync()).Except(before));
    }

    /// <summary>Whether an operation names nouns by their ids, in its address or body.</summary>
    internal static bool TakesIds(string operationId) => Operations.TryGetValue(operationId, out var it) && Ids(it.Pattern, it.Contract).Any();

    private static IEnumerable<string> Ids(string pattern, ApiOperation contract) =>
        Parameter().Matches(pattern).Select(match => match.Groups[1].Value).Where(name => OperationDescriber.PrefixOf(name) is not null)
            .Concat(contract.Takes is { } body and not (string or byte[]) ? IdsIn(BadBodies.Node(body)).Select(it => it.Name) : []);

    private static IEnumerable<(JsonObject Owner, string Name)> IdsIn(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member.Value is JsonValue && OperationDescriber.PrefixOf(member.Key) is not null || member.Key == "replacementId"
            ? [(members, member.Key)]
            : IdsIn(member.Value)),
        JsonArray items => items.SelectMany(IdsIn),
        _ => [],
    };

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter();

    /// <summary>A market with a running lease, and an organization that has no part in it.</summary>
    public sealed class Market : IAsyncLifetime
    {
        private static readonly Term Summer = new(Instant.FromUtc(2026, 6, 1, 5, 0), Instant.FromUtc(2026, 9, 1, 5, 0));
        private readonly TestGateway gateway = new();
        private ApiMarket api = null!;
        private string powerPool = "";

        internal ApiClient Stranger { get; private set; } = null!;

        internal Dictionary<string, string> Ids { get; } = [];

        internal ApiMarket Api => api;

        /// <summary>The organizations whose the ids are.</summary>
        internal (string Operator, string Tenant) Owners { get; private set; }

        /// <summary>What was written so far, by place. That the caller's own key was used, that the marketplace was there and what follows a pool for searches is no change of anything.</summary>
        internal async Task<IReadOnlyList<string>> WritesAsync()
        {
            await api.SettleAsync();
            return [.. api.Market.Faults.Writes.Where(write => write.Table is not ("cursors" or "service-minutes" or PoolRows.Availability or RequestKeys.Table or KeyUses.Table)).Select(write => $"{write.Table} {write.Key}").Distinct()];
        }

        internal string Filled(string pattern) => Parameter().Replace(pattern, match => IdOf(match.Groups[1].Value, pattern));

        /// <summary>The address with ids of this market, and a word where it takes no such id.</summary>
        internal string FilledOrWord(string pattern) =>
            Parameter().Replace(pattern, match => match.Groups[1].Value == "poolId" || Ids.ContainsKey(match.Groups[1].Value) ? IdOf(match.Groups[1].Value, pattern) : "none");

        internal string? Body(string operationId) => Body(Operations[operationId].Contract);

        internal string? Body(ApiOperation contract)
        {
            if (contract.Takes is not { } example)
            {
                return null;
            }

            var body = BadBodies.Node(example);
            foreach (var (owner, name) in IdsIn(body).ToList())
            {
                owner[name] = IdOf(name, contract.Id);
            }

            // A term that can be quoted now.
            return body.ToJsonString().Replace("2027-03-01", "2026-10-01", StringComparison.Ordinal).Replace("2028-03-01", "2026-11-01", StringComparison.Ordinal).Replace("\"quantity\":64", "\"quantity\":16", StringComparison.Ordinal);
        }

        internal async Task<(string Site, string Phase, string Pool)> OwnOfStrangerAsync()
        {
            var site = (await Stranger.PostAsync("/v1/sites", new { name = "Own", location = new { country = "US", region = "ND" }, zone = "America/Chicago", grossMw = 60, criticalItMw = 48 })).With(201).Text("id");
            var phase = (await Stranger.PostAsync($"/v1/sites/{site}/phases", new { name = "Hall", criticalItMw = 1, contractRfs = "2026-12-01" })).With(201).Text("id");
            var pool = (await Stranger.PostAsync("/v1/gpu-pools", new
            {
                siteId = site,
                name = "H100",
                sku = "nvidia-h100-sxm5-80gb",
                gpusPerNode = 8,
                kilowattsPerNode = 10.2,
                interconnect = "NVLink 4",
                fabric = "InfiniBand NDR 400",
                phases = new[] { new { phaseId = phase, units = 4 } },
            })).With(201).Text("id");
            return (site, phase, pool);
        }

        public async ValueTask InitializeAsync()
        {
            api = await ApiMarket.StartAsync(configureSilo: silo => silo.Services.AddSingleton<IPaymentGateway>(gateway));
            var clauses = ExamplePool.Offer.Clauses with { EarlyTermination = new EarlyTermination(Percentage.From(50), 0) };
            var world = await MarketplaceWorld.InAsync(api.Market, gateway, 6, new LocalDate(2026, 6, 1), ExamplePool.Offer with { Clauses = clauses });
            var owner = await RegisterAsync(world.Example.Operator, OrganizationKind.Operator);
            var tenant = await RegisterAsync(world.Example.Tenant, OrganizationKind.Tenant);
            Owners = (world.Example.Operator.Value, world.Example.Tenant.Value);
            Stranger = await api.OrganizationAsync(OrganizationKind.OperatorAndTenant);
            await world.ReserveAsync(Summer, 16);
            await world.PayDepositAsync();
            await world.AdvanceAsync(Summer.Start);
            await world.DeliverAsync(1, 2);
            await world.AcceptAsync(1, 2);
            powerPool = (await owner.PostAsync("/v1/power-pools", new { siteId = world.Example.Site.Value, name = "Hall", phases = new[] { new { phaseId = world.Example.Phase.Value, units = 100 } } })).With(201).Text("id");
            Ids["organizationId"] = world.Example.Tenant.Value;
            Ids["memberId"] = (await tenant.PostAsync($"/v1/organizations/{world.Example.Tenant}/members", new { name = "Ada", email = "a@x.example", role = "owner" })).With(201).Text("id");
            Ids["apiKeyId"] = (await tenant.GetAsync($"/v1/organizations/{world.Example.Tenant}/api-keys")).With(200).Json.GetProperty("data")[0].GetProperty("id").GetString()!;
            Ids["invitationId"] = (await tenant.PostAsync($"/v1/organizations/{world.Example.Tenant}/invitations", new { email = "b@x.example", role = "viewer" })).With(201).Text("id");
            Ids["siteId"] = world.Example.Site.Value;
            Ids["phaseId"] = world.Example.Phase.Value;
            Ids["poolId"] = world.Example.Pool.Value;
            Ids["nodeId"] = "node_1";
            (await owner.PostAsync($"/v1/gpu-pools/{world.Example.Pool}/nodes/node_1/enrolment-tokens")).With(201);
            Ids["number"] = "1";
            Ids["replacementId"] = "node_3";
            Ids["reservationId"] = world.ReservationId.Value;
            Ids["leaseId"] = world.LeaseId.Value;
            Ids["quoteId"] = PublicId.Derive<QuoteId>(world.Example.Name).Value;
            Ids["paymentId"] = Deposit.PaymentOf(world.ReservationId).Value;
            await api.SettleAsync();
            Ids["invoiceId"] = Assert.Single(await world.InvoicesAsync()).Id.Value;
            Ids["exitQuoteId"] = (await tenant.PostAsync($"/v1/leases/{world.LeaseId}/exit-quotes", new { })).With(201).Text("id");
            Ids["webhookEndpointId"] = (await tenant.PostAsync("/v1/webhook-endpoints", new { url = "https://billing.example.com/webhooks" })).With(201).Text("endpoint.id");
            (await tenant.PostAsync($"/v1/webhook-endpoints/{Ids["webhookEndpointId"]}/pause")).With(200);
            await PayByBankAsync((await world.InvoicesAsync()).Single());
            Ids["creditNoteId"] = (await owner.PostAsync($"/v1/invoices/{Ids["invoiceId"]}/credit-notes", new { net = new { amountMinor = 100, currency = "USD" }, reason = "A cent too many." })).With(201).Text("id");
            await api.SettleAsync();
            Ids["refundId"] = (await owner.PostAsync($"/v1/invoices/{Ids["invoiceId"]}/refunds", new { amount = new { amountMinor = 100, currency = "USD" }, reason = "At the tenant's wish." })).With(201).Text("id");
            Ids["methodSetupId"] = (await tenant.PostAsync("/v1/payment-methods/setups", new { operatorId = world.Example.Operator.Value, currency = "USD" })).With(201).Text("id");
            gateway.GiveCard(MethodSetupId.From(Ids["methodSetupId"]), world.Example.Tenant);
            Ids["paymentMethodId"] = (await tenant.GetAsync($"/v1/payment-methods/setups/{Ids["methodSetupId"]}")).With(200).Text("paymentMethodId");
            Ids["payoutId"] = "payout_others";
            var order = new PayoutOrder(PayoutId.From(Ids["payoutId"]), world.Example.Operator, world.Example.Tenant, null, null, new Money(Currency.Usd, 100), "group");
            await api.Market.Grains.GetGrain<IPayoutGrain>(Ids["payoutId"]).ReceiveAsync(new Envelope($"payout-account:{world.Example.Operator}", 1, new SendPayout(order, "acct_1")));
            await api.SettleAsync();
        }

        public ValueTask DisposeAsync() => api.DisposeAsync();

        private string IdOf(string name, string of) => name == "poolId" && of.Contains("ower", StringComparison.Ordinal)
            ? powerPool
            : Ids.TryGetValue(name, out var id) ? id : throw new InvalidOperationException($"{of} takes a {name}: let this market have one that belongs to others.");

        private async Task PayByBankAsync(Invoice invoice)
        {
            var content = FormattableString.Invariant($"date,amount,currency,reference,payer,payerAccount,text\n2026-06-20,{invoice.Total.Major:F2},USD,c1,Tenant,NO83,{invoice.PaymentReference}\n");
            (await api.Platform.PostAsync("/v1/admin/bank-statements", new { format = "csv", content, account = "NO9386011117947", statement = "s1" })).With(201);
            await api.SettleAsync();
        }

        private async Task<ApiClient> RegisterAsync(OrganizationId id, OrganizationKind kind)
        {
            var command = new RegisterOrganization(id, id.Value, kind, "US", Currency.Usd);
            Assert.True((await api.Market.Grains.GetGrain<IOrganizationGrain>(id.Value).RegisterAsync(new Operation(id.Value, id.Value), command)).IsGranted);
            return await api.KeyAsync(id.Value, OrganizationRole.Owner);
        }
    }
}
