using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Marketplace.Host.Tests;

/// <summary>Orleans' page shows every grain, so only administrators see it.</summary>
public sealed class ClusterDashboardTests
{
    private static readonly string[] Paths = ["/orleans/", "/orleans/index.min.js", "/orleans/DashboardCounters", "/orleans/ClusterStats", "/orleans/GrainTypes", "/orleans/Trace"];

    [Fact]
    public async Task OnlyAnAdministratorEnters()
    {
        await using var host = await MeasuredHost.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Address };
        var bearer = new AuthenticationHeaderValue("Bearer", host.AdministratorKey);
        var owner = new AuthenticationHeaderValue("Bearer", await OwnerKeyAsync(client, bearer));

        foreach (var path in Paths)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, path, null));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, path, Basic("mk_platform_wrong")));
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, path, owner));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/orleans/", Basic(host.AdministratorKey)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/orleans/DashboardCounters", bearer));

        // Its live stream of log lines is closed to everybody.
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "/orleans/Trace", bearer));
    }

    [Fact]
    public async Task ItCanBeLeftOut()
    {
        await using var host = await MeasuredHost.StartAsync("--Marketplace:Dashboard", "false");
        using var client = new HttpClient { BaseAddress = host.Address };

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, "/orleans/", new AuthenticationHeaderValue("Bearer", host.AdministratorKey)));
    }

    private static AuthenticationHeaderValue Basic(string key) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("administrator:" + key)));

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path, AuthenticationHeaderValue? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = authorization;
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<string> OwnerKeyAsync(HttpClient client, AuthenticationHeaderValue administrator)
    {
        var id = (await PostAsync("/v1/organizations", new { name = "Acme", kind = "tenant", country = "NO" })).GetProperty("id").GetString();
        return (await PostAsync($"/v1/organizations/{id}/api-keys", new { name = "owner", role = "owner" })).GetProperty("secret").GetString()!;

        async Task<JsonElement> PostAsync(string path, object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body) };
            request.Headers.Authorization = administrator;
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            using var answer = await client.SendAsync(request);
            return JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).RootElement;
        }
    }
}
