using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Marketplace.Testing.FakeStripe;

/// <content>Events, and their signed delivery.</content>
public sealed partial class StripeServer
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly List<JsonObject> undelivered = [];
    private Task delivering = Task.CompletedTask;

    /// <summary>Where events go by themselves; null while webhooks are lost.</summary>
    public Uri? WebhookUrl { get; set; }

    /// <summary>Secrets that sign events: several while one replaces another.</summary>
    public IReadOnlyList<string> WebhookSecrets { get; set; } = ["whsec_loopback"];

    /// <summary>The events made, oldest first.</summary>
    public IReadOnlyList<JsonObject> Events => All("event");

    /// <summary>Delivers an event once more, or one that was lost, and answers the status.</summary>
    public async Task<int> SendAsync(Uri url, JsonObject made, DateTimeOffset? signedAt = null, string? secret = null)
    {
        var body = made.ToJsonString();
        var seconds = (signedAt ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signatures = (secret is null ? WebhookSecrets : [secret]).Select(key =>
            "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(seconds + "." + body))));
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Stripe-Signature", $"t={seconds},{string.Join(',', signatures)}");
        using var response = await http.SendAsync(request, stopping.Token);
        return (int)response.StatusCode;
    }

    /// <summary>Waits until every event made so far was taken.</summary>
    public async Task DeliveredAsync()
    {
        Task current;
        lock (gate)
        {
            current = delivering;
        }

        await current;
    }

    private void Raise(string type, JsonObject about)
    {
        var made = New("event", "evt");
        made["api_version"] = ApiVersion;
        made["data"] = new JsonObject { ["object"] = about.DeepClone() };
        made["pending_webhooks"] = 1;
        made["request"] = new JsonObject { ["id"] = null, ["idempotency_key"] = null };
        made["type"] = type;
        Add(made);
        if (WebhookUrl is not null)
        {
            undelivered.Add((JsonObject)made.DeepClone());
            delivering = delivering.IsCompleted ? Task.Run(DeliverAsync) : delivering;
        }
    }

    private async Task DeliverAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            JsonObject next;
            Uri url;
            lock (gate)
            {
                if (undelivered.Count == 0 || WebhookUrl is null)
                {
                    delivering = Task.CompletedTask;
                    return;
                }

                (next, url) = (undelivered[0], WebhookUrl);
            }

            var taken = false;
            try
            {
                taken = await SendAsync(url, next) is >= 200 and < 300;
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
            {
                // Nobody there: again, as Stripe would.
            }

            if (taken)
            {
                lock (gate)
                {
                    undelivered.RemoveAt(0);
                }
            }
            else
            {
                await Task.Delay(Pause);
            }
        }
    }

    private void StopWebhooks() => stopping.Cancel();
}
