using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Marketplace.Testing;
using Marketplace.Testing.Azurite;

namespace Marketplace.Host.Tests;

/// <summary>
/// A market with two years of history goes from its file into a folder, from there into Azure Storage, works on there, and comes
/// back into a file. Everybody's data is the same at each end, down to the last event and ledger entry.
/// </summary>
public sealed class BackupCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Data => folder.File("data");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task AMarketMovesToAzureWorksOnThereAndComesBack()
    {
        await using var azurite = new AzuriteProcess();
        Assert.SkipWhen(azurite.WhyNot() is not null, azurite.WhyNot() ?? "");
        string[] azure =
        [
            "--Marketplace:Store", "azure", "--Marketplace:Azure:ConnectionString", await azurite.ConnectionAsync(),
            "--Marketplace:Cluster:SiloPort", $"{FreePort()}", "--Marketplace:DrainPeriod", "0",
        ];
        string[] back = ["--Marketplace:DataFolder", folder.File("back"), "--Marketplace:Demo", "false"];
        Dictionary<string, string> keys;
        Dictionary<string, string> told;

        // The host goes on working while its market is copied.
        await using (var host = await HostProcess.StartReadyAsync(Data))
        {
            keys = HostKeys.Read(Data);
            var address = await host.ReadyAsync();
            await AdvanceAsync(address, keys, days: 1, "03:17:00");
            told = await ExportsAsync(address, keys);
            await SucceedAsync("backup", "--to", folder.File("one"), "--Marketplace:DataFolder", Data);
            await host.StopAsync();
        }

        await SucceedAsync(["restore", "--from", folder.File("one"), .. azure]);
        await RefuseAsync("is not empty", ["restore", "--from", folder.File("one"), .. azure]);
        await using (var host = await HostProcess.StartReadyAsync(folder.File("azure"), azure))
        {
            var address = await host.ReadyAsync();
            Same(told, await ExportsAsync(address, keys));
            Assert.Empty(await ViolationsAsync(address, keys));

            // Its leases go on billing.
            var before = await InvoicesAsync(address, keys);
            await AdvanceAsync(address, keys, days: 62, "03:17:00");
            Assert.True(await InvoicesAsync(address, keys) > before, "Two months after the restore no lease has billed.");
            Assert.Empty(await ViolationsAsync(address, keys));
            told = await ExportsAsync(address, keys);

            await RefuseAsync("hosts are working", ["backup", "--to", folder.File("early"), .. azure]);
            await host.StopAsync();
        }

        await SucceedAsync(["backup", "--to", folder.File("two"), .. azure]);
        await SucceedAsync(["restore", "--from", folder.File("two"), .. back]);
        await using (var host = await HostProcess.StartReadyAsync(folder.File("back"), "--Marketplace:Demo", "false"))
        {
            var address = await host.ReadyAsync();
            Same(told, await ExportsAsync(address, keys));
            Assert.Empty(await ViolationsAsync(address, keys));
        }
    }

    [Fact]
    public async Task WhatCannotBeDoneIsSaidInOneLine()
    {
        await RefuseAsync("say where to", "backup");
        await RefuseAsync("say where from", "restore");
        await RefuseAsync("holds no complete copy", "restore", "--from", folder.File("nothing"), "--Marketplace:DataFolder", Data);
        await RefuseAsync("cannot be opened", "backup", "--to", folder.File("copy"), "--Marketplace:DataFolder", folder.File("nowhere"));
        await RefuseAsync("no such setting", "backup", "--to", folder.File("copy"), "--Marketplace:DataFolderr", Data);
    }

    private static void Same(Dictionary<string, string> told, Dictionary<string, string> found) => Assert.All(told, one =>
    {
        Assert.NotEmpty(one.Value);
        Assert.Equal(one.Value, found[one.Key]);
    });

    private static async Task<Dictionary<string, string>> ExportsAsync(Uri address, Dictionary<string, string> keys)
    {
        var exports = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, key) in keys.Where(key => key.Key.EndsWith("_KEY", StringComparison.Ordinal)))
        {
            using var client = Client(address, key);
            exports[name] = await client.GetStringAsync(new Uri("/v1/export", UriKind.Relative));
        }

        return exports;
    }

    private static async Task<List<string>> ViolationsAsync(Uri address, Dictionary<string, string> keys)
    {
        using var client = new ApiClient(address, keys["ADMIN_KEY"]);
        return [.. (await client.GetAsync("/v1/admin/invariants")).GetProperty("invariants").EnumerateArray()
            .SelectMany(law => law.GetProperty("violations").EnumerateArray()).Select(violation => violation.GetString()!)];
    }

    private static async Task<int> InvoicesAsync(Uri address, Dictionary<string, string> keys)
    {
        using var client = new ApiClient(address, keys["TENANT_KEY"]);
        return (await client.ListAsync("/v1/invoices")).Count;
    }

    private static async Task AdvanceAsync(Uri address, Dictionary<string, string> keys, int days, string time)
    {
        using var client = Client(address, keys["ADMIN_KEY"]);
        var now = (await client.GetFromJsonAsync<JsonElement>(new Uri("/v1/clock", UriKind.Relative))).GetProperty("now").GetDateTimeOffset();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/clock/advance", UriKind.Relative))
        {
            Content = JsonContent.Create(new { to = $"{now.AddDays(days):yyyy-MM-dd}T{time}Z" }),
        };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static HttpClient Client(Uri address, string key)
    {
        var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private static async Task SucceedAsync(params string[] arguments)
    {
        var (code, said) = await RunAsync(arguments);
        Assert.True(code == 0, said);
    }

    private static async Task RefuseAsync(string why, params string[] arguments)
    {
        var (code, said) = await RunAsync(arguments);
        Assert.Equal(1, code);
        Assert.Contains(why, said, StringComparison.Ordinal);
        Assert.StartsWith($"Marketplace cannot {arguments[0]}: ", said, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Said)> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Marketplace.Host.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await errors + output);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
