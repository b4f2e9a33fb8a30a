using System.Net;

namespace Marketplace.Host.Tests;

/// <summary>The pages as a process of their own: when it may be given work, and how it leaves.</summary>
public sealed class PortalRoleTests : IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);
    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-portal-role-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task ItTakesWorkOnceItsApiAnswersAndServesOnUntilItLeaves()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Asking a process to stop takes a Unix signal.");
        await using var market = await HostProcess.StartReadyAsync(Path.Combine(folder, "market"), "--Marketplace:Demo", "false");
        await using var portal = HostProcess.Start(
            Path.Combine(folder, "portal"), "--role", "portal", "--Portal:ApiBaseUrl", (await market.ReadyAsync()).ToString(), "--Marketplace:DrainPeriod", "00:00:03");
        using var client = await ClientAsync(portal);
        await UntilAsync(client, "/health/ready", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/"));

        // Told to stop, it says so and serves on, until nobody sends it anything any more.
        var stopping = portal.StopAsync();
        await UntilAsync(client, "/health/ready", HttpStatusCode.ServiceUnavailable);
        using var page = await client.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, true), (page.StatusCode, page.Headers.ConnectionClose));
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task WithoutItsApiItLivesAndIsNotReady()
    {
        await using var portal = HostProcess.Start(Path.Combine(folder, "portal"), "--role", "portal", "--Portal:ApiBaseUrl", "http://127.0.0.1:9/");
        using var client = await ClientAsync(portal);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/live"));
        using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (ready.StatusCode, ready.Content.Headers.ContentType?.MediaType));
        Assert.Contains("waiting for the API at http://127.0.0.1:9/", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<HttpClient> ClientAsync(HostProcess portal)
    {
        await portal.PrintedAsync("Pages for people");
        return new HttpClient { BaseAddress = new Uri(portal.Output.Split("Pages for people")[1].Trim().Split('\n')[0].Trim()) };
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    private static async Task UntilAsync(HttpClient client, string path, HttpStatusCode expected)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await StatusAsync(client, path) != expected)
        {
            Assert.False(patience.IsCancellationRequested, $"{path} never answered {expected}.");
            await Task.Delay(BetweenLooks);
        }
    }
}
