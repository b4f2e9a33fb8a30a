using System.Net;

namespace Marketplace.Host.Tests;

/// <summary>What every kind of answer says to browsers, from the market itself and through pages that forward to it: once, and nothing of the server.</summary>
public sealed class HeadersTests : IDisposable
{
    private static readonly string[] OncePerAnswer =
        ["X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy", "Content-Security-Policy"];

    private static readonly string[] Tattling = ["Server", "X-Powered-By", "X-AspNet-Version", "Via"];

    /// <summary>Pages, their files, one that is not there, data, problems, the API's own page and its files, a sender's message, and whether it lives.</summary>
    private static readonly (string Method, string Path)[] Asked =
    [
        ("GET", "/"), ("GET", "/sign-in"), ("GET", "/nowhere"), ("GET", "/_content/Marketplace.Portal/mark.svg"), ("GET", "/_framework/blazor.web.js"), ("POST", "/_blazor/negotiate?negotiateVersion=1"), ("POST", "/session"),
        ("GET", "/v1/clock"), ("HEAD", "/v1/clock"), ("GET", "/v1/me"), ("GET", "/v1/nowhere"), ("DELETE", "/v1/clock"), ("POST", "/v1/quotes"),
        ("GET", "/identity/session"), ("GET", "/identity/providers"), ("POST", "/identity/sessions"),
        ("GET", "/swagger/index.html"), ("GET", "/swagger/swagger-ui-bundle.js"), ("GET", "/swagger/nowhere"),
        ("POST", "/v1/webhooks/payments"), ("GET", "/v1/calendar/cal_x-y.ics"), ("GET", "/health/live"), ("GET", "/health/ready"), ("OPTIONS", "/v1/clock"),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-headers-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task EveryAnswerKeepsBrowsersFromMisusingItAndTellsNothingOfTheServer()
    {
        await using var market = await HostProcess.StartReadyAsync(Path.Combine(folder, "market"), "--Marketplace:Demo", "false");
        var root = await market.ReadyAsync();
        await using var portal = HostProcess.Start(Path.Combine(folder, "portal"), "--role", "portal", "--Portal:ApiBaseUrl", root.ToString());
        await portal.PrintedAsync("Pages for people");
        var pages = new Uri(portal.Output.Split("Pages for people")[1].Trim().Split('\n')[0].Trim());

        var faults = new List<string>();
        foreach (var address in new[] { root, pages })
        {
            using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = address };
            foreach (var (method, path) in Asked)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using var answer = await client.SendAsync(request);
                var who = $"{(address == root ? "all" : "portal")}: {method} {path} {(int)answer.StatusCode}";
                var headers = answer.Headers.Concat(answer.Content.Headers).ToDictionary(header => header.Key, header => header.Value.ToList(), StringComparer.OrdinalIgnoreCase);
                faults.AddRange(OncePerAnswer.Where(name => !headers.TryGetValue(name, out var values) || values.Count != 1).Select(name => $"{who}: {name} is there {headers.GetValueOrDefault(name)?.Count ?? 0} times"));
                faults.AddRange(Tattling.Where(headers.ContainsKey).Select(name => $"{who}: {name}: {headers[name][0]}"));
                faults.AddRange(PolicyFaults(path, headers.GetValueOrDefault("Content-Security-Policy")?[0] ?? "").Select(fault => $"{who}: {fault}"));
                if (answer.StatusCode == HttpStatusCode.InternalServerError)
                {
                    faults.Add($"{who}: {await answer.Content.ReadAsStringAsync()}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static IEnumerable<string> PolicyFaults(string path, string policy)
    {
        var rules = policy.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(rule => rule.Split(' ')[0], rule => rule[(rule.IndexOf(' ', StringComparison.Ordinal) + 1)..], StringComparer.Ordinal);
        if (rules.GetValueOrDefault("frame-ancestors") != "'none'")
        {
            yield return "it may be framed";
        }

        var scripts = rules.GetValueOrDefault("script-src") ?? rules.GetValueOrDefault("default-src");
        var allowed = path.StartsWith("/v1", StringComparison.Ordinal) || path.StartsWith("/identity", StringComparison.Ordinal) ? "'none'"
            : path.StartsWith("/swagger", StringComparison.Ordinal) ? "'self' 'unsafe-eval'"
            : "'self'";
        if (scripts != allowed)
        {
            yield return $"scripts of {scripts}";
        }
    }
}
