using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Client.Tests;

/// <summary>Answers what the test wrote down, in order, and remembers what was asked.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> _answers = new();

    public List<(string Method, string Path, string? Key, string Body)> Requests { get; } = [];

    public static HttpResponseMessage Json(HttpStatusCode status, string json, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            response.Headers.Add(name, value);
        }

        return response;
    }

    public static HttpResponseMessage Problem(HttpStatusCode status, string code, bool retryable, params (string Name, string Value)[] headers) => Json(
        status,
        $$"""{"type":"urn:marketplace:problem:{{code}}","title":"t","status":{{(int)status}},"detail":"What is wrong.","code":"{{code}}","retryable":{{(retryable ? "true" : "false")}},"errors":[{"field":"quantity","code":"out_of_range","message":"At least 1."}]}""",
        headers);

    public ScriptedServer Then(Func<HttpResponseMessage> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    /// <summary>A client of this server, as the service container makes it.</summary>
    public MarketplaceClient Client(int retries = 4)
    {
        var services = new ServiceCollection();
        services.AddMarketplaceClient(options => (options.BaseAddress, options.ApiKey, options.Retries) = (new Uri("https://market.test/"), "mk_secret", retries))
            .ConfigurePrimaryHttpMessageHandler(() => this);
        return services.BuildServiceProvider().GetRequiredService<MarketplaceClient>();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add((
            request.Method.Method,
            request.RequestUri!.PathAndQuery,
            request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null,
            request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
        return _answers.Dequeue()();
    }
}
