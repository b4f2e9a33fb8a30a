using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Marketplace.Host.Tests;

/// <summary>A host that is told to stop under load: nobody's request is cut, and everything acknowledged is there afterwards.</summary>
public sealed class DrainTests : IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private static readonly string[] Arguments = ["--Marketplace:Demo", "false", "--Marketplace:DrainPeriod", "00:00:02", "--Api:RequestsPerMinutePerKey", "1000000", "--Api:RequestsPerMinutePerAddress", "1000000"];
    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-drain-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task AStopUnderLoadCutsNoRequestAndLosesNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Asking a process to stop takes a Unix signal.");
        var acknowledged = new ConcurrentDictionary<string, string>();
        await using (var host = await HostProcess.StartReadyAsync(folder, Arguments))
        {
            var address = await host.ReadyAsync();
            using var http = Client(address, HostKeys.Read(folder)["ADMIN_KEY"]);
            using var balancer = new CancellationTokenSource();
            var clerks = Enumerable.Range(0, 8).Select(clerk => RegisterAsync(http, clerk, acknowledged, balancer.Token)).ToList();
            await UntilAsync(() => Task.FromResult(acknowledged.Count >= 200));

            // The load balancer sends nothing more once it has seen that the host is not ready; until then it is served.
            var stopping = host.StopAsync();
            await UntilAsync(async () => await ReadyAsync(http) == HttpStatusCode.ServiceUnavailable);
            var whenSeen = acknowledged.Count;
            await UntilAsync(() => Task.FromResult(acknowledged.Count > whenSeen));
            await balancer.CancelAsync();

            await Task.WhenAll(clerks);
            Assert.Equal(0, await stopping);
        }

        await using var next = await HostProcess.StartReadyAsync(folder, Arguments);
        var key = HostKeys.Read(folder)["ADMIN_KEY"];
        using var again = Client(await next.ReadyAsync(), key);
        foreach (var (id, name) in acknowledged)
        {
            Assert.Equal(name, (await again.GetFromJsonAsync<JsonElement>(new Uri($"v1/organizations/{id}", UriKind.Relative))).GetProperty("name").GetString());
        }

        // Rows are written by outboxes, which were empty when it ended.
        using var api = new ApiClient(await next.ReadyAsync(), key);
        Assert.Equal(acknowledged.Keys.Order(StringComparer.Ordinal), (await api.ListAsync("/v1/organizations")).Select(found => found.GetProperty("id").GetString()!).Where(id => id != "org_platform").Order(StringComparer.Ordinal));
    }

    /// <summary>Registers organizations until told to stop; a request that is cut ends the test.</summary>
    private static async Task RegisterAsync(HttpClient http, int clerk, ConcurrentDictionary<string, string> acknowledged, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var name = $"Tenant {clerk}-{number}";
            using var request = new HttpRequestMessage(HttpMethod.Post, "v1/organizations") { Content = JsonContent.Create(new { name, kind = "tenant", country = "NO" }) };
            request.Headers.Add("Idempotency-Key", name);
            using var answer = await http.SendAsync(request, CancellationToken.None);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            acknowledged[body.GetProperty("id").GetString()!] = name;
        }
    }

    private static async Task<HttpStatusCode> ReadyAsync(HttpClient http)
    {
        using var answer = await http.GetAsync(new Uri("health/ready", UriKind.Relative));
        return answer.StatusCode;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await holds())
        {
            Assert.False(patience.IsCancellationRequested, "It never came to that.");
            await Task.Delay(BetweenLooks, CancellationToken.None);
        }
    }

    private static HttpClient Client(Uri address, string key) => new() { BaseAddress = new Uri(address.GetLeftPart(UriPartial.Authority)), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
}
