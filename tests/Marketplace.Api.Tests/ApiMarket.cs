using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Marketplace.Api.Billing;
using Marketplace.Api.Billing.Sandbox;
using Marketplace.Api.Identity;
using Marketplace.Api.Organizations;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Scheduling;
using Marketplace.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Marketplace.Api.Tests;

/// <summary>The whole API on a loopback port over a <see cref="TestMarket"/>, whose store is what <see cref="TestStore"/> says.</summary>
public sealed class ApiMarket : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Failures _failures;

    private ApiMarket(TestMarket market, WebApplication app, Failures failures, string platformKey)
    {
        _failures = failures;
        Market = market;
        _app = app;
        PlatformKey = platformKey;
        Platform = Client(platformKey);
    }

    /// <summary>The silo, its clock and its store.</summary>
    public TestMarket Market { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>An administrator's key.</summary>
    public string PlatformKey { get; }

    /// <summary>An administrator.</summary>
    public ApiClient Platform { get; }

    /// <summary>Somebody without a key.</summary>
    public ApiClient Nobody => Client(null);

    /// <summary>The last failure the API logged, for the message of a test.</summary>
    public string LastError => _failures.Last;

    public IServiceProvider Services => _app.Services;

    /// <param name="configure">Adds or replaces services of the API.</param>
    /// <param name="configureSilo">Adds or replaces services of the silo.</param>
    public static async Task<ApiMarket> StartAsync(Action<IServiceCollection>? configure = null, Action<ISiloBuilder>? configureSilo = null)
    {
        using var store = TestStore.Use();
        var api = new TaskCompletionSource<IServiceProvider>();
        var market = await TestMarket.StartAsync(silo =>
        {
            var mail = (ILetterSender)silo.Services.Last(service => service.ServiceType == typeof(ILetterSender)).ImplementationInstance!;
            silo.Services.AddSingleton<ILetterSender>(new WritingSender(mail, api.Task));
            configureSilo?.Invoke(silo);
        });
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var failures = new Failures();
        builder.Logging.ClearProviders().AddProvider(failures);
        builder.Services.AddSingleton(market.Grains);
        builder.Services.AddSingleton(market.Rows);
        builder.Services.AddSingleton(market.Services.GetRequiredService<IMarketClock>());
        builder.Services.AddSingleton(market.Services.GetRequiredService<IRecordScan>());
        builder.Services.AddSingleton<MarketTime>(_ => market.Time);
        if (market.Services.GetRequiredService<IPaymentGateway>() is SandboxGateway sandbox)
        {
            builder.Services.AddSingleton(sandbox);
            builder.Services.AddSandboxPayments();
        }
        else
        {
            builder.Services.AddSingleton(market.Services.GetRequiredService<IPaymentGateway>());
        }

        foreach (var invariant in market.Services.GetServices<IInvariant>())
        {
            builder.Services.AddSingleton(invariant);
        }

        builder.Services.AddMarketplaceApi();
        builder.Services.Configure<Api.Http.ApiOptions>(options =>
        {
            (options.RequestsPerMinutePerKey, options.RequestsPerMinutePerAddress, options.AttemptsPerMinutePerAddress, options.AttemptsPerMinutePerAccount) = (1_000_000, 1_000_000, 1_000_000, 1_000_000);
            (options.MailsPerDayPerAddress, options.MailsPerDayPerSender, options.MailsPerDayPerOrganization) = (1_000_000, 1_000_000, 1_000_000);
        });
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseMarketplaceApi();
        app.MapMarketplaceApi();
        await app.StartAsync();
        api.SetResult(app.Services);
        return new ApiMarket(market, app, failures, (await PlatformBootstrap.EnsureAsync(market.Grains))!);
    }

    public ApiClient Client(string? key) => new(Address, key);

    /// <summary>Registers an organization and answers its owner.</summary>
    public async Task<ApiClient> OrganizationAsync(OrganizationKind kind, string name = "Acme")
    {
        var created = await Platform.PostAsync("/v1/organizations", new { name, kind = JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()), country = "NO" });
        return await KeyAsync(created.Text("id"), OrganizationRole.Owner);
    }

    /// <summary>Issues a key of an organization.</summary>
    public async Task<ApiClient> KeyAsync(string organizationId, OrganizationRole role, params string[] scopes)
    {
        var issued = await Platform.PostAsync(
            $"/v1/organizations/{organizationId}/api-keys",
            new { name = "test", role = JsonNamingPolicy.CamelCase.ConvertName(role.ToString()), scopes });
        return Client(issued.Text("secret")).For(organizationId);
    }

    /// <summary>Waits until everything said so far has been delivered: rows, events, notices.</summary>
    public Task SettleAsync() => Market.Time.SettleAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Market.DisposeAsync();
    }

    /// <summary>Mails that were asked for are written where sign-in is, and then handed to the market's mail server.</summary>
    private sealed class WritingSender(ILetterSender mail, Task<IServiceProvider> api) : ILetterSender
    {
        public async Task SendAsync(SealedLetter letter, CancellationToken cancellation) =>
            await ActivatorUtilities.CreateInstance<AskedLetterSender>(await api, mail).SendAsync(letter, cancellation);
    }

    private sealed class Failures : ILoggerProvider, ILogger
    {
        public string Last { get; private set; } = "";

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Last = formatter(state, exception) + " " + exception;
            }
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>Speaks to the API as one key.</summary>
public sealed class ApiClient(Uri address, string? key)
{
    private static readonly HttpClient Http = new(new HttpClientHandler { UseCookies = false });

    /// <summary>The organization it acts for.</summary>
    public string Organization { get; private set; } = "";

    /// <summary>Headers of every request.</summary>
    public IReadOnlyList<(string Name, string Value)> Always { get; init; } = [];

    public ApiClient For(string organization)
    {
        Organization = organization;
        return this;
    }

    public Task<ApiReply> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, null, headers);

    /// <summary>Posts with a new idempotency key, or with the one given.</summary>
    public Task<ApiReply> PostAsync(string path, object? body = null, string? idempotencyKey = null) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : JsonContent.Create(body), idempotencyKey ?? Guid.NewGuid().ToString());

    public Task<ApiReply> PatchAsync(string path, object body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Patch, path, JsonContent.Create(body), null, headers);

    public Task<ApiReply> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, JsonContent.Create(body), null);

    public Task<ApiReply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null, null);

    /// <summary>Sends exactly this text.</summary>
    public Task<ApiReply> SendTextAsync(HttpMethod method, string path, string? json, string? idempotencyKey) =>
        SendAsync(method, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), idempotencyKey);

    /// <summary>Opens a stream of server-sent events.</summary>
    public async Task<Stream> StreamAsync(string path, string lastEventId, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellation);
    }

    public async Task<ApiReply> SendAsync(HttpMethod method, string path, HttpContent? content, string? idempotencyKey, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path)) { Content = content };
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        foreach (var (name, value) in Always.Concat(headers))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new ApiReply(
            (int)response.StatusCode,
            text,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase));
    }
}

/// <summary>What the API answered.</summary>
public sealed record ApiReply(int Status, string Body, string? MediaType, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>A problem's code; null for a success.</summary>
    public string? Code => Status >= 400 ? Text("code") : null;

    public bool Replayed => Headers.TryGetValue("Idempotent-Replay", out var replayed) && replayed == "true";

    /// <summary>A problem's faults as <c>field code</c>.</summary>
    public IEnumerable<string> Faults => Json.GetProperty("errors").EnumerateArray().Select(fault => $"{fault.GetProperty("field").GetString()} {fault.GetProperty("code").GetString()}");

    /// <summary>A member of the answer, by dotted path.</summary>
    public string Text(string path)
    {
        var element = Json;
        foreach (var name in path.Split('.'))
        {
            Assert.True(element.TryGetProperty(name, out var member), $"No {path} in {Status} {Body}");
            element = member;
        }

        return element.ToString();
    }

    /// <summary>The same answer, which has this status, or one of these.</summary>
    public ApiReply With(params int[] statuses)
    {
        Assert.True(statuses.Contains(Status), $"Expected {string.Join(" or ", statuses)}, got {Status}: {Body}");
        return this;
    }
}
