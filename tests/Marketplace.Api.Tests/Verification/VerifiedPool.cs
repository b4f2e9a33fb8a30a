using Marketplace.Api.Verification;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Verification;

/// <summary>An operator with a published pool of H100 nodes with two GPUs each, at small work sizes.</summary>
public sealed class VerifiedPool(ApiMarket api, ApiClient owner, string pool, IReadOnlyList<NodeId> nodes) : IAsyncDisposable
{
    public ApiMarket Api => api;

    public ApiClient Operator => owner;

    public string Pool => pool;

    public string Path => "/v1/gpu-pools/" + pool;

    public IReadOnlyList<NodeId> Nodes => nodes;

    public static async Task<VerifiedPool> StartAsync(int nodes = 1, string sku = "nvidia-h100-sxm5-80gb")
    {
        var api = await ApiMarket.StartAsync(services => services.Configure<VerificationOptions>(options => (options.WorkSize, options.MemoryMebibytes) = (256, 1)));
        return await InAsync(api, await api.OrganizationAsync(OrganizationKind.Operator, "Prairie Compute"), nodes, sku);
    }

    public static async Task<VerifiedPool> InAsync(ApiMarket api, ApiClient owner, int nodes, string sku)
    {
        var site = (await owner.PostAsync("/v1/sites", new
        {
            name = "Prairie One",
            location = new { country = "US", region = "ND" },
            zone = "America/Chicago",
            grossMw = 60,
            criticalItMw = 48,
            energyMix = new { shares = new[] { new { source = "wind", percent = 100 } } },
        })).With(201).Text("id");
        var phase = (await owner.PostAsync($"/v1/sites/{site}/phases", new { name = "Hall A", criticalItMw = 1, contractRfs = "2026-09-01" })).With(201).Text("id");
        var pool = (await owner.PostAsync("/v1/gpu-pools", new
        {
            siteId = site,
            name = "Prairie H100",
            sku,
            gpusPerNode = 2,
            interconnect = "NVLink 4",
            fabric = "InfiniBand NDR 400",
            kilowattsPerNode = 3,
            phases = new[] { new { phaseId = phase, units = 20 } },
        })).With(201).Text("id");
        var registered = (await owner.PostAsync($"/v1/gpu-pools/{pool}/nodes", new { nodes = Enumerable.Range(1, nodes).Select(number => new { serial = $"SN-{number}" }) })).With(201);
        return new VerifiedPool(api, owner, pool, [.. registered.Json.GetProperty("nodes").EnumerateArray().Select(node => NodeId.From(node.GetProperty("id").GetString()!))]);
    }

    public async Task<NodeAgentDouble> AgentAsync(int node = 0)
    {
        var agent = await new NodeAgentDouble(api.Nobody, nodes[node]).EnrolAsync(owner, pool);
        agent.Node.Hardware = agent.Node.Hardware with { Seed = node + 1 };
        return agent;
    }

    public ValueTask DisposeAsync() => api.DisposeAsync();
}
