using System.Text.Json;

namespace Marketplace.Agent.Tests;

/// <summary>An operator's pool on the market, with one registered H100 node and a token for it.</summary>
/// <param name="Key">The operator's API key.</param>
/// <param name="Id">The pool.</param>
/// <param name="Node">The node.</param>
/// <param name="Token">Its enrolment token.</param>
internal sealed record ListedPool(string Key, string Id, string Node, string Token)
{
    /// <summary>Lists it.</summary>
    public static async Task<ListedPool> OnAsync(RunningHost host, int gpusPerNode = 8)
    {
        var administrator = host.AdministratorKey;
        var operatorId = IdOf(await host.CallAsync(administrator, HttpMethod.Post, "organizations", new { name = "Prairie Compute", kind = "operator", country = "US" }));
        var key = (await host.CallAsync(administrator, HttpMethod.Post, $"organizations/{operatorId}/api-keys", new { name = "test", role = "owner" })).GetProperty("secret").GetString()!;
        var today = (await host.CallAsync(key, HttpMethod.Get, "clock")).GetProperty("now").GetString()![..10];
        var site = IdOf(await host.CallAsync(key, HttpMethod.Post, "sites", new { name = "Prairie One", location = new { country = "US", region = "ND" }, zone = "UTC", grossMw = 3, criticalItMw = 2.4 }));
        var phase = IdOf(await host.CallAsync(key, HttpMethod.Post, $"sites/{site}/phases", new { name = "Hall A", criticalItMw = 2.4, contractRfs = today }));
        foreach (var milestone in new[] { "energised", "readyForService" })
        {
            await host.CallAsync(key, HttpMethod.Post, $"sites/{site}/phases/{phase}/milestones", new { milestone, actual = today });
        }

        var pool = IdOf(await host.CallAsync(key, HttpMethod.Post, "gpu-pools", new
        {
            siteId = site,
            name = "Prairie One H100",
            sku = "nvidia-h100-sxm5-80gb",
            gpusPerNode,
            kilowattsPerNode = 10.2,
            interconnect = "NVLink 4",
            fabric = "InfiniBand NDR 400",
            phases = new[] { new { phaseId = phase, units = 4 } },
        }));
        await host.CallAsync(key, HttpMethod.Put, $"gpu-pools/{pool}/offer", Offer);
        await host.CallAsync(key, HttpMethod.Post, $"gpu-pools/{pool}/publish");
        var node = IdOf((await host.CallAsync(key, HttpMethod.Post, $"gpu-pools/{pool}/nodes", new { nodes = new[] { new { serial = "SN-000431" } } })).GetProperty("nodes")[0]);
        var token = (await host.CallAsync(key, HttpMethod.Post, $"gpu-pools/{pool}/nodes/{node}/enrolment-tokens")).GetProperty("token").GetString()!;
        return new ListedPool(key, pool, node, token);
    }

    /// <summary>The level that the listing shows.</summary>
    public async Task<string> LevelAsync(RunningHost host) =>
        (await host.CallAsync(Key, HttpMethod.Get, $"gpu-pools/{Id}")).GetProperty("verification") is { ValueKind: JsonValueKind.Object } verification ? verification.GetProperty("level").GetString()! : "declared";

    /// <summary>Its challenges, newest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> ChallengesAsync(RunningHost host) =>
        [.. (await host.CallAsync(Key, HttpMethod.Get, $"gpu-pools/{Id}/benchmark-runs")).GetProperty("data").EnumerateArray()];

    private static string IdOf(JsonElement created) => created.GetProperty("id").GetString()!;

    private const string Offer = """
        {"prices": {"unit": "gpuHour", "basePrice": {"amount": 2.20, "currency": "USD"}, "preBuildDiscount": 5, "maximumMonths": 36},
         "clauses": {"timing": "inArrears", "takeOrPay": 100, "deposit": {"rule": "monthsOfRent", "amount": 1, "method": "card"},
           "earlyTermination": {"fee": 40, "noticeDays": 30}, "renewal": {"options": 0, "months": 0, "noticeDays": 0},
           "acceptance": {"deemedAfterDays": 7}, "paymentDays": 14, "leaseZone": "UTC",
           "signatures": {"operatorApproves": false, "tenantApproves": false, "operatorSigns": true, "tenantSigns": true}},
         "holds": {"cardMinutes": 30, "transferBankingDays": 5, "paperDays": 14}}
        """;
}
