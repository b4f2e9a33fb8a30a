using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Marketplace.Testing;
using Marketplace.Testing.Faults;

namespace Marketplace.Host.Tests;

/// <summary>What the host tells about itself: enough to follow a request, and nothing about a person.</summary>
public sealed class TelemetryTests
{
    private const string Marker = "hush-7f3a";

    [Fact]
    public async Task OneTraceFollowsARequestThroughGrainsToTheStore()
    {
        await using var host = await MeasuredHost.StartAsync();
        using (var client = Client(host))
        {
            await PostAsync(client, "/v1/organizations", new { name = "Acme", kind = "tenant", country = "NO" });
        }

        await host.StopAsync();

        var request = Assert.Single(host.Spans, span => span.Source.Name == "Microsoft.AspNetCore" && span.DisplayName == "POST /v1/organizations");
        var trace = host.Spans.Where(span => span.TraceId == request.TraceId).ToList();
        var write = Assert.Single(trace, span => span.DisplayName == "write organization");
        var path = Ancestors(write, trace).Select(span => span.Source.Name).ToList();
        Assert.Equal("Marketplace.Storage", write.Source.Name);
        Assert.Equal("sqlite", write.GetTagItem("db.system.name"));
        Assert.Contains("Microsoft.Orleans.Application", path);
        Assert.Equal("Microsoft.AspNetCore", path[^1]);

        // What happens by itself, such as the look at the due index, is no trace.
        Assert.All(host.Spans, span => Assert.Contains(host.Spans, root => root.TraceId == span.TraceId && root.Source.Name == "Microsoft.AspNetCore"));
        Assert.DoesNotContain(host.Spans, span => span.DisplayName.Contains("/health", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheMarketsFiguresAreMeasuredAndSentToTheCollector()
    {
        await using var host = await MeasuredHost.StartAsync();
        using (var client = new PatientClient(() => Task.FromResult(host.Address), () => { }))
        {
            await new MainJob(client, host.AdministratorKey).RunAsync(1);
        }

        await host.StopAsync();

        var names = host.Figures.Select(figure => figure.Name).ToHashSet(StringComparer.Ordinal);
        string[] expected =
        [
            "marketplace.reservations", "marketplace.commit.batch", "marketplace.outbox.age", "marketplace.outbox.waiting", "marketplace.due.lag",
            "http.server.request.duration", "orleans-app-requests-latency", "dotnet.gc.collections",
        ];
        Assert.True(expected.All(names.Contains), $"Missing: {string.Join(", ", expected.Except(names))} of {string.Join(", ", names.Order())}.");
        Assert.Superset(new HashSet<string>(["/v1/metrics", "/v1/traces"]), host.Collected.Keys.ToHashSet());
    }

    [Fact]
    public async Task NoLogSpanOrFigureHoldsASecretOrAPersonsData()
    {
        await using var host = await MeasuredHost.StartAsync("--Marketplace:Webhooks:AllowLoopback", "true");
        List<string> secrets = ["Tess Tenant", "Otto Operator", Marker, host.AdministratorKey];
        using (var patient = new PatientClient(() => Task.FromResult(host.Address), () => { }))
        {
            await new MainJob(patient, host.AdministratorKey).RunAsync(1);
            secrets.AddRange(patient.Acknowledgements.Select(change => change.Key));
        }

        using (var client = Client(host))
        {
            var id = (await PostAsync(client, "/v1/organizations", new { name = $"Acme {Marker}", kind = "tenant", country = "NO" })).Headers.Location!.ToString().Split('/')[^1];
            var person = new { name = $"Ada {Marker}", email = $"ada@{Marker}.example", role = "engineer" };
            await PostAsync(client, $"/v1/organizations/{id}/members", person);
            await PostAsync(client, $"/v1/organizations/{id}/api-keys", new { name = Marker, role = "owner" });

            // A receiver at which nobody answers, and the secret that would sign what it gets.
            var receiver = await ReadAsync(await PostAsync(client, "/v1/webhook-endpoints", new { url = $"http://127.0.0.1:1/{Marker}", description = Marker }));
            secrets.Add(receiver.GetProperty("secret").GetString()!);
            var ping = await ReadAsync(await PostAsync(client, $"/v1/webhook-endpoints/{receiver.GetProperty("endpoint").GetProperty("id").GetString()}/ping", new { }));
            Assert.Equal("webhook_endpoint.pinged", ping.GetProperty("eventType").GetString());

            // What is refused, what cannot be read, and what fails within.
            await PostAsync(client, $"/v1/organizations/{id}/members", new { name = 17, email = Marker, role = Marker });
            await PostAsync(client, $"/v1/organizations/{id}/members", person with { role = Marker });
            await PostTextAsync(client, $"/v1/organizations/{id}/members", $$"""{ "name": "{{Marker}}", "email": {{Marker}} """);
            await PostAsync(client, "/v1/quotes", new { poolId = $"pool_{Marker}", demand = new { quantity = Marker, term = new { start = Marker, end = Marker } } });
            await client.GetAsync(new Uri($"/v1/reservations?limit={Marker}&email={Marker}", UriKind.Relative));
            await PostTextAsync(client, "/v1/payment-webhooks/sandbox", Marker);
            host.Faults.At(FaultKind.ErrorBeforeWrite, write => write is { Operation: "WriteState", Table: "organization" });
            await PostAsync(client, $"/v1/organizations/{id}/members", person with { email = $"eve@{Marker}.example" });
            host.Faults.At(FaultKind.ErrorAfterWrite, write => write.Operation == "UpsertIfNewer");
            host.Faults.At(FaultKind.ErrorBeforeWrite, write => write is { Operation: "TryInsert", Table: "request-keys" });
            var failed = await PostAsync(client, "/v1/clock/advance", new { to = "2028-01-01T00:00:00Z" });
            Assert.True(failed.StatusCode == HttpStatusCode.InternalServerError, await failed.Content.ReadAsStringAsync());
        }

        using (var stranger = new HttpClient { BaseAddress = host.Address })
        {
            // Somebody who registers, mistypes and forgets.
            var email = $"max@{Marker}.example";
            secrets.AddRange(["horse-battery-91", "hoarse-battery-91"]);
            await ReadAsync(await PostAsync(stranger, "/identity/registrations", new { email, password = secrets[^2], name = $"Max {Marker}" }));
            Assert.False((await PostAsync(stranger, "/identity/sessions", new { email, password = secrets[^1] })).IsSuccessStatusCode);
            await PostAsync(stranger, "/identity/password-resets", new { email });

            stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "mk_" + Marker);
            await stranger.GetAsync(new Uri("/v1/me", UriKind.Relative));
            stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Marker}:{Marker}")));
            await stranger.GetAsync(new Uri("/orleans/", UriKind.Relative));
        }

        await host.StopAsync();

        // The failure within was logged, with what finds it again: the way and the ids in it.
        Assert.Contains(host.Logged, line => line.Contains("POST /v1/clock/advance failed.", StringComparison.Ordinal));
        Assert.Contains("/v1/logs", host.Collected.Keys);
        Assert.All(host.Logged.Concat(host.Spans.Select(Told)).Concat(host.Figures.SelectMany(Tags)), told =>
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task AzureMonitorIsToldWhatTheAlertsAskFor()
    {
        await using var host = await MeasuredHost.StartForAzureMonitorAsync();
        using (var client = Client(host))
        {
            await PostAsync(client, "/v1/organizations", new { name = "Acme", kind = "tenant", country = "NO" });
            host.Faults.At(FaultKind.ErrorBeforeWrite, write => write is { Operation: "TryInsert", Table: "request-keys" });
            await PostAsync(client, "/v1/clock/advance", new { to = "2028-01-01T00:00:00Z" });
        }

        await host.StopAsync();

        var tracked = host.Tracked;
        Assert.All(tracked, told => Assert.Equal("marketplace", told.From.Service));
        var request = Assert.Single(tracked, told => told is { Kind: "RequestData", Name: "POST /v1/organizations" });
        Assert.Contains(tracked, told => told is { Kind: "RemoteDependencyData", Name: "write organization" } && told.Trace == request.Trace);
        Assert.Contains(tracked, told => told.Kind is "MessageData" or "ExceptionData" && told.Data.ToString().Contains("/v1/clock/advance", StringComparison.Ordinal));

        // Every request is a trace, and nothing else is: the exporter's own sampler would keep five a second of whatever there is.
        var traces = tracked.Where(told => told.Kind == "RequestData").Select(told => told.Trace).ToHashSet(StringComparer.Ordinal);
        Assert.All(tracked.Where(told => told.Kind == "RemoteDependencyData"), told => Assert.Contains(told.Trace, traces));

        // A gauge is told without its largest value, which is what an alert on a histogram reads.
        var age = tracked.Where(told => told.Kind == "MetricData").SelectMany(told => told.Data.GetProperty("metrics").EnumerateArray())
            .First(figure => figure.GetProperty("name").GetString() == "marketplace.outbox.age");
        Assert.False(age.TryGetProperty("max", out _));
        var alerts = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "infra", "signals.json"))).RootElement.EnumerateArray()
            .ToDictionary(alert => alert.GetProperty("name").GetString()!, alert => alert.GetProperty("query").ToString(), StringComparer.Ordinal);
        Assert.All(["outbox-old", "invariant-violated", "ledger-drift"], alert => Assert.Contains("max(coalesce(Max, Sum))", alerts[alert], StringComparison.Ordinal));
    }

    [Fact]
    public async Task AzureMonitorIsToldWhatFailsThoughNoTraceIsKept()
    {
        await using var host = await MeasuredHost.StartForAzureMonitorAsync("--Marketplace:Telemetry:TraceRatio", "0");
        using (var client = Client(host))
        {
            host.Faults.At(FaultKind.ErrorBeforeWrite, write => write is { Operation: "TryInsert", Table: "request-keys" });
            await PostAsync(client, "/v1/clock/advance", new { to = "2028-01-01T00:00:00Z" });
        }

        await host.StopAsync();

        var tracked = host.Tracked;
        Assert.DoesNotContain(tracked, told => told.Kind is "RequestData" or "RemoteDependencyData");
        Assert.Contains(tracked, told => told.Kind is "MessageData" or "ExceptionData" && told.Data.ToString().Contains("/v1/clock/advance", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WithNobodyToTakeThemNothingIsTraced()
    {
        await using var host = await MeasuredHost.StartAsync("--OTEL_EXPORTER_OTLP_ENDPOINT", "");
        using (var client = Client(host))
        {
            await PostAsync(client, "/v1/organizations", new { name = "Acme", kind = "tenant", country = "NO" });
        }

        await host.StopAsync();

        Assert.Empty(host.Spans);
        Assert.Empty(host.Collected);
    }

    private static IEnumerable<Activity> Ancestors(Activity span, List<Activity> trace)
    {
        for (var next = trace.Find(other => other.SpanId == span.ParentSpanId); next is not null; next = trace.Find(other => other.SpanId == next!.ParentSpanId))
        {
            yield return next;
        }
    }

    private static string Told(Activity span) =>
        $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Baggage)} {string.Join(' ', span.Events.SelectMany(happened => happened.Tags))}";

    private static IEnumerable<string> Tags(OpenTelemetry.Metrics.Metric figure)
    {
        foreach (var point in figure.GetMetricPoints())
        {
            foreach (var tag in point.Tags)
            {
                yield return $"{figure.Name} {tag}";
            }
        }
    }

    private static HttpClient Client(MeasuredHost host)
    {
        var client = new HttpClient { BaseAddress = host.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.AdministratorKey);
        return client;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object body) => SendAsync(client, path, JsonContent.Create(body));

    private static Task<HttpResponseMessage> PostTextAsync(HttpClient client, string path, string text) => SendAsync(client, path, new StringContent(text, Encoding.UTF8, "application/json"));

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string path, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Add("Idempotency-Key", $"{Marker}-{Guid.NewGuid()}");
        return client.SendAsync(request);
    }
}
