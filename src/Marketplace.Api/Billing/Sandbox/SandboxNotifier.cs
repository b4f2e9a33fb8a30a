using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Billing.Sandbox;

/// <summary>
/// Delivers the sandbox's notifications over HTTP, signed, in order per payment, until the marketplace acknowledges each one.
/// What was not acknowledged when the process ended is delivered after the next start.
/// </summary>
internal sealed partial class SandboxNotifier(
    SandboxGateway gateway,
    IServer server,
    IOptions<PaymentOptions> options,
    TimeProvider time,
    ILogger<SandboxNotifier> log) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, bool> takenUp = new(StringComparer.Ordinal);

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Delivers what a payment or an account has to say now.</summary>
    /// <returns>Whether everything was acknowledged.</returns>
    public async Task<bool> DeliverAsync(string gatewayId, CancellationToken cancellation)
    {
        while (await gateway.ReadAsync(gatewayId, cancellation) is { Pending: [var next, ..] })
        {
            if (!await SendAsync(next, cancellation))
            {
                return false;
            }

            await gateway.AcknowledgeAsync(gatewayId, next.Id, cancellation);
        }

        return true;
    }

    public override void Dispose()
    {
        http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var others = FindLeftAsync(stoppingToken);
            await foreach (var changed in gateway.Changed.ReadAllAsync(stoppingToken))
            {
                InsistAsync(changed, stoppingToken).Forget();
            }

            await others;
        }
        catch (OperationCanceledException)
        {
            // Stopping: what is pending stays in its rows.
        }
    }

    /// <summary>Takes up what processes left that ended, at the start and then again and again.</summary>
    private async Task FindLeftAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(BetweenLooks, time);
        do
        {
            try
            {
                foreach (var left in await gateway.PendingAsync(stopping))
                {
                    if (takenUp.TryAdd(left, true))
                    {
                        TakeUpAsync(left, stopping).Forget();
                    }
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogStoreFailed(log, "all", error);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task TakeUpAsync(string gatewayId, CancellationToken stopping)
    {
        try
        {
            await InsistAsync(gatewayId, stopping);
        }
        finally
        {
            takenUp.TryRemove(gatewayId, out _);
        }
    }

    private async Task InsistAsync(string gatewayId, CancellationToken stopping)
    {
        var pause = FirstPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await DeliverAsync(gatewayId, stopping))
                {
                    return;
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogStoreFailed(log, gatewayId, error);
            }

            try
            {
                await Task.Delay(pause, time, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<bool> SendAsync(SandboxEvent notification, CancellationToken cancellation)
    {
        var body = notification.Body();
        var secret = options.Value.WebhookSecrets.Count > 0 ? options.Value.WebhookSecrets[0] : await gateway.SecretAsync(cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, Target()) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.TryAddWithoutValidation(WebhookSignature.Header, WebhookSignature.Sign(secret, body, time.GetUtcNow()));
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                LogRefused(log, notification.Id, (int)response.StatusCode);
            }

            return response.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            LogUndelivered(log, notification.Id, error);
            return false;
        }
    }

    private Uri Target()
    {
        if (options.Value.SandboxNotifyUrl is { } set)
        {
            return set;
        }

        // What the server listens on, seen from the same machine.
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            ?? throw new HttpRequestException("The host does not listen yet.");
        var binding = address.Replace("://+", "://127.0.0.1", StringComparison.Ordinal).Replace("://*", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal).Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal);
        return new Uri(new Uri(binding), PaymentWebhookEndpoint.Path);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sandbox notification {EventId} was answered {Status}; it is sent again.")]
    private static partial void LogRefused(ILogger log, string eventId, int status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sandbox notification {EventId} was not delivered; it is sent again.")]
    private static partial void LogUndelivered(ILogger log, string eventId, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notifications of sandbox payment {GatewayId} could not be read or marked; they are tried again.")]
    private static partial void LogStoreFailed(ILogger log, string gatewayId, Exception error);
}

internal static class Background
{
    /// <summary>Lets a task run that handles its own errors.</summary>
    public static void Forget(this Task task) => task.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
