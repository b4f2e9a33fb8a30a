using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Timeout;

namespace Marketplace.Client;

/// <summary>Registers the client.</summary>
public static class MarketplaceClientServices
{
    /// <summary>
    /// Adds <see cref="MarketplaceClient"/>. Lost answers, 408, 429, 502, 503 and 504 are retried with back-off and the same
    /// Idempotency-Key, after <c>Retry-After</c> where the API names it; a POST without a key is never repeated.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="configure">Sets address and key.</param>
    /// <returns>To add handlers, such as one that signs for the user at hand.</returns>
    public static IHttpClientBuilder AddMarketplaceClient(this IServiceCollection services, Action<MarketplaceClientOptions> configure)
    {
        services.Configure(configure);
        var builder = services.AddHttpClient<MarketplaceClient>((provider, http) =>
        {
            var options = provider.GetRequiredService<IOptions<MarketplaceClientOptions>>().Value;
            http.BaseAddress = options.BaseAddress ?? throw new InvalidOperationException("MarketplaceClientOptions.BaseAddress is not set.");
            if (options.ApiKey is { } key)
            {
                http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }

            // Attempts are timed one by one; the event stream has no end.
            http.Timeout = Timeout.InfiniteTimeSpan;
        });
        builder.AddResilienceHandler("marketplace", (pipeline, context) =>
        {
            var options = context.ServiceProvider.GetRequiredService<IOptions<MarketplaceClientOptions>>().Value;
            if (options.Retries > 0)
            {
                pipeline.AddRetry(new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = options.Retries,
                    BackoffType = DelayBackoffType.Exponential,
                    Delay = TimeSpan.FromMilliseconds(250),
                    MaxDelay = TimeSpan.FromSeconds(30),
                    UseJitter = true,
                    ShouldRetryAfterHeader = true,
                    ShouldHandle = attempt => ValueTask.FromResult(MayPass(attempt.Outcome) && IsRepeatable(attempt.Context)),
                });
            }

            pipeline.AddTimeout(options.AttemptTimeout);
        });
        return builder;
    }

    private static bool MayPass(Outcome<HttpResponseMessage> outcome) => outcome.Result is { } response
        ? response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        : outcome.Exception is HttpRequestException or TimeoutRejectedException;

    private static bool IsRepeatable(ResilienceContext context) => context.GetRequestMessage() is { } request && MarketplaceClient.IsRepeatable(request);
}
