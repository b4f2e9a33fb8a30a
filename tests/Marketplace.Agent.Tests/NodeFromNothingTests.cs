using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace Marketplace.Agent.Tests;

/// <summary>
/// The whole system: a real host process, and the real agent as an operator runs it, from a node that nobody knows to a listing
/// that is benchmarked, with two commands. The tools on the node's path are stubs that print this project's own fixtures: the
/// test shows that the way is open and that each step is checked, and nothing of any real GPU.
/// </summary>
public sealed class NodeFromNothingTests : IClassFixture<RunningHost>, IDisposable
{
    private static readonly string Program = Path.GetFullPath(typeof(NodeFromNothingTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "AgentPath").Value!);

    private readonly FakeNode _node = new();
    private readonly RunningHost _host;

    public NodeFromNothingTests(RunningHost host)
    {
        Assert.SkipWhen(Directory.Exists("/proc/driver/nvidia"), "This machine has GPUs of its own, whose driver contradicts the stubs.");
        _host = host;
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Two_commands_take_a_node_from_nothing_to_a_benchmarked_listing()
    {
        var (key, pool, node, token) = await ListAsync();
        Assert.Equal("declared", await LevelAsync(key, pool));
        WriteTools("01");

        var enrolled = await AgentAsync("enroll", "--market", _host.Address.ToString(), "--token", token);
        var answered = await AgentAsync("benchmark");

        Assert.True(enrolled.Code == 0, enrolled.Text);
        Assert.True(answered.Code == 0, answered.Text);
        Assert.Contains("Verdict on this node: Passed", answered.Text, StringComparison.Ordinal);
        Assert.Contains("The listing is Benchmarked.", answered.Text, StringComparison.Ordinal);
        Assert.Equal("benchmarked", await LevelAsync(key, pool));

        // What was sent can be looked at and checked again, and the node goes on living.
        Assert.Equal(0, (await AgentAsync("report", "verify")).Code);
        var beat = await AgentAsync("heartbeat", "--json");
        Assert.Equal((0, 1), (beat.Code, JsonDocument.Parse(beat.Output).RootElement.GetProperty("sequence").GetInt64()));
        Assert.Equal(0, (await AgentAsync("enroll", "--rotate")).Code);
        Assert.Equal(0, (await AgentAsync("heartbeat")).Code);

        // The key is revoked: the node is told so in words its operator understands.
        await _host.CallAsync(key, HttpMethod.Post, $"nodes/{node}/key-revocations", new { reason = "The server was sold." });
        var refused = await AgentAsync("heartbeat");
        Assert.Equal(4, refused.Code);
        Assert.Contains("node_key_revoked", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_of_a_faster_model_are_caught_although_everything_is_signed()
    {
        var (key, pool, _, token) = await ListAsync();
        WriteTools("02");

        // 1,200 BF16 TFLOPS is more than an H100's dense peak.
        _node.WriteTool("gemm-sweep", ToolTexts.GemmSweep(1_200.3m));
        await AgentAsync("enroll", "--market", _host.Address.ToString(), "--token", token);
        var answered = await AgentAsync("benchmark");

        Assert.Equal(7, answered.Code);
        Assert.Contains("BF16 TFLOPS is more than", answered.Text.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal("declared", await LevelAsync(key, pool));
    }

    [Fact]
    public async Task A_token_counts_once()
    {
        var (_, _, _, token) = await ListAsync();
        using var other = new FakeNode();
        Assert.Equal(0, (await AgentAsync("enroll", "--market", _host.Address.ToString(), "--token", token)).Code);

        var second = await AgentAsync(other, "enroll", "--market", _host.Address.ToString(), "--token", token);

        Assert.Equal(4, second.Code);
        Assert.Contains("enrolment_token_unknown", second.Text, StringComparison.Ordinal);
    }

    /// <summary>Tools of a node whose GPUs are nobody else's.</summary>
    private void WriteTools(string node) => _node
        .WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(node: node))
        .WriteTool("lspci", ToolTexts.Lspci())
        .WriteTool("gemm-sweep", ToolTexts.GemmSweep(781.4m))
        .WriteTool("gpu_stream", ToolTexts.GpuStream())
        .WriteTool("all_reduce_perf", ToolTexts.NcclTests());

    /// <summary>An operator with a pool of one H100 node, on the market, and a token for the node.</summary>
    private async Task<(string Key, string Pool, string Node, string Token)> ListAsync()
    {
        var administrator = _host.AdministratorKey;
        var operatorId = Id(await _host.CallAsync(administrator, HttpMethod.Post, "organizations", new { name = "Prairie Compute", kind = "operator", country = "US" }));
        var key = (await _host.CallAsync(administrator, HttpMethod.Post, $"organizations/{operatorId}/api-keys", new { name = "test", role = "owner" })).GetProperty("secret").GetString()!;
        var today = (await _host.CallAsync(key, HttpMethod.Get, "clock")).GetProperty("now").GetString()![..10];
        var site = Id(await _host.CallAsync(key, HttpMethod.Post, "sites", new { name = "Prairie One", location = new { country = "US", region = "ND" }, zone = "UTC", grossMw = 3, criticalItMw = 2.4 }));
        var phase = Id(await _host.CallAsync(key, HttpMethod.Post, $"sites/{site}/phases", new { name = "Hall A", criticalItMw = 2.4, contractRfs = today }));
        foreach (var milestone in new[] { "energised", "readyForService" })
        {
            await _host.CallAsync(key, HttpMethod.Post, $"sites/{site}/phases/{phase}/milestones", new { milestone, actual = today });
        }

        var pool = Id(await _host.CallAsync(key, HttpMethod.Post, "gpu-pools", new
        {
            siteId = site,
            name = "Prairie One H100",
            sku = "nvidia-h100-sxm5-80gb",
            gpusPerNode = 8,
            kilowattsPerNode = 10.2,
            interconnect = "NVLink 4",
            fabric = "InfiniBand NDR 400",
            phases = new[] { new { phaseId = phase, units = 4 } },
        }));
        await _host.CallAsync(key, HttpMethod.Put, $"gpu-pools/{pool}/offer", Offer);
        await _host.CallAsync(key, HttpMethod.Post, $"gpu-pools/{pool}/publish");
        var node = Id((await _host.CallAsync(key, HttpMethod.Post, $"gpu-pools/{pool}/nodes", new { nodes = new[] { new { serial = "SN-000431" } } })).GetProperty("nodes")[0]);
        var token = (await _host.CallAsync(key, HttpMethod.Post, $"gpu-pools/{pool}/nodes/{node}/enrolment-tokens")).GetProperty("token").GetString()!;
        return (key, pool, node, token);
    }

    /// <summary>The level that the listing shows.</summary>
    private async Task<string> LevelAsync(string key, string pool) =>
        (await _host.CallAsync(key, HttpMethod.Get, $"gpu-pools/{pool}")).GetProperty("verification") is { ValueKind: JsonValueKind.Object } verification ? verification.GetProperty("level").GetString()! : "declared";

    private Task<(int Code, string Output, string Text)> AgentAsync(params string[] arguments) => AgentAsync(_node, arguments);

    /// <summary>The agent as a process, with the stubs before everything else on its path.</summary>
    private static async Task<(int Code, string Output, string Text)> AgentAsync(FakeNode node, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PATH"] = $"{node.Tools}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment[AgentFolder.Variable] = node.AgentFolder.Path;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, output + await errors);
    }

    private static string Id(JsonElement created) => created.GetProperty("id").GetString()!;

    private const string Offer = """
        {"prices": {"unit": "gpuHour", "basePrice": {"amount": 2.20, "currency": "USD"}, "preBuildDiscount": 5, "maximumMonths": 36},
         "clauses": {"timing": "inArrears", "takeOrPay": 100, "deposit": {"rule": "monthsOfRent", "amount": 1, "method": "card"},
           "earlyTermination": {"fee": 40, "noticeDays": 30}, "renewal": {"options": 0, "months": 0, "noticeDays": 0},
           "acceptance": {"deemedAfterDays": 7}, "paymentDays": 14, "leaseZone": "UTC",
           "signatures": {"operatorApproves": false, "tenantApproves": false, "operatorSigns": true, "tenantSigns": true}},
         "holds": {"cardMinutes": 30, "transferBankingDays": 5, "paperDays": 14}}
        """;
}
