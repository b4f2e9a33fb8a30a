using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Marketplace.Host.Tests;

/// <summary>However much is logged, and by whomever, it holds nothing that opens anything.</summary>
public sealed class SecretLogsTests : IDisposable
{
    private const string Password = "quill-harbour-93-lantern";
    private const string Wrong = "wrong-quill-harbour-94";
    private const string Told = "sekret-in-a-link-7731";
    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-secret-logs-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task LogsOfEveryLevelHoldNoPasswordTokenKeyCookieOrCode()
    {
        await using var market = await HostProcess.StartReadyAsync(
            Path.Combine(folder, "market"), "--Marketplace:Demo", "false", "--Logging:LogLevel:Default", "Trace", "--Logging:LogLevel:Microsoft", "Trace", "--Logging:LogLevel:Microsoft.AspNetCore", "Trace", "--Logging:LogLevel:Orleans", "Trace", "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Information", "--Logging:Console:LogLevel:Default", "Trace");
        var root = await market.ReadyAsync();
        await using var portal = HostProcess.Start(
            Path.Combine(folder, "portal"), "--role", "portal", "--Portal:ApiBaseUrl", root.ToString(), "--Logging:LogLevel:Default", "Trace", "--Logging:LogLevel:Microsoft.AspNetCore", "Trace");
        await portal.PrintedAsync("Pages for people");
        var pages = new Uri(portal.Output.Split("Pages for people")[1].Trim().Split('\n')[0].Trim());
        var secrets = new List<string> { Password, Wrong, Told };

        foreach (var (address, email) in new[] { (root, "ada@logs.example"), (pages, "bo@logs.example") })
        {
            var cookies = new CookieContainer();
            using var client = new HttpClient(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = address };
            using var registered = await client.PostAsJsonAsync("/identity/registrations", new { email, password = Password, name = "Ada" });
            Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
            var csrf = (await registered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("session").GetProperty("csrfToken").GetString()!;
            var cookie = cookies.GetCookies(address)["marketplace-session"]!.Value;
            client.DefaultRequestHeaders.Add("X-Csrf-Token", csrf);
            secrets.AddRange([csrf, cookie]);

            await PostAsync(client, "/identity/sessions", new { email, password = Wrong });
            var organization = (await PostAsync(client, "/identity/organizations", new { name = "Logs AS", kind = "tenant", country = "NO" })).GetProperty("id").GetString();
            var issued = (await PostAsync(client, $"/v1/organizations/{organization}/api-keys", new { name = "ci", role = "owner" })).GetProperty("secret").GetString()!;
            var app = (await PostAsync(client, "/identity/authenticator", null)).GetProperty("key").GetString()!;
            var calendar = (await PostAsync(client, "/identity/calendar", null)).GetProperty("path").GetString()!;
            secrets.AddRange([issued[(issued.LastIndexOf('_') + 1)..], app, app.Replace(" ", "", StringComparison.Ordinal), calendar.Split('-', 2)[1].Split('.')[0]]);
            await PostAsync(client, "/identity/password-resets/redeem", new { userId = "usr_x", token = Told, password = Password });
            await PostAsync(client, "/identity/invitations/read", new { token = Told });
            foreach (var path in new[]
            {
                $"/reset-password?userId=usr_x&token={Told}", $"/confirm-email?userId=usr_x&token={Told}", $"/confirm-new-email?userId=usr_x&email=a@b.example&token={Told}",
                $"/accept-invitation?token={Told}", $"/identity/external/entra/callback?code={Told}&state={Told}", calendar, $"/nowhere?token={Told}",
            })
            {
                using var page = await client.GetAsync(path);
            }

            using var asKey = new HttpClient { BaseAddress = address };
            asKey.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", issued);
            using var me = await asKey.GetAsync("/v1/me");
            Assert.Equal(HttpStatusCode.OK, me.StatusCode);
            using var offered = await client.PostAsJsonAsync("/session", new { key = issued });
        }

        await market.StopAsync();
        await portal.StopAsync();
        Assert.Contains("trce:", market.Output, StringComparison.Ordinal);
        var lines = (market.Output + "\n" + portal.Output).Split('\n');
        var telling = lines.Where(line => secrets.Any(secret => line.Contains(secret, StringComparison.OrdinalIgnoreCase) || line.Contains(Uri.EscapeDataString(secret), StringComparison.OrdinalIgnoreCase))).ToList();
        Assert.True(telling.Count == 0, string.Join('\n', telling));
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await client.SendAsync(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
