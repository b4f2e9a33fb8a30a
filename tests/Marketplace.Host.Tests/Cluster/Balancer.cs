using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Marketplace.Host.Tests.Cluster;

/// <summary>What a client knows of something it asked for.</summary>
internal enum Outcome
{
    /// <summary>It was told that it happened.</summary>
    Acknowledged,

    /// <summary>It was told that it does not happen.</summary>
    Refused,

    /// <summary>It was told nothing it can rely on, and has given up asking.</summary>
    Unknown,
}

/// <summary>The end of one request, with all its repetitions.</summary>
/// <param name="Outcome">What the client knows.</param>
/// <param name="Answer">The answer, if there was one.</param>
/// <param name="Code">The problem's code, if it was refused.</param>
internal sealed record Told(Outcome Outcome, JsonElement Answer, string? Code);

/// <summary>
/// Spreads requests over the hosts that say they are ready, as a load balancer does, and repeats what was not answered with
/// the same idempotency key on another.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(100);
    private readonly IReadOnlyList<Uri> addresses;
    private readonly ConcurrentDictionary<Uri, bool> ready = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10) }) { Timeout = TimeSpan.FromSeconds(15) };
    private readonly HttpClient checks = new() { Timeout = TimeSpan.FromSeconds(1) };
    private readonly CancellationTokenSource closing = new();
    private readonly Task checking;
    private int turn;

    public Balancer(IReadOnlyList<Uri> addresses)
    {
        this.addresses = addresses;
        foreach (var address in addresses)
        {
            ready[address] = true;
        }

        checking = Task.WhenAll(addresses.Select(CheckAsync));
    }

    /// <summary>Requests that were cut: sent to a host that was ready, and never answered.</summary>
    public ConcurrentQueue<string> Cut { get; } = new();

    /// <summary>Longest time that one attempt took, answered or not.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Sends until there is an answer or the patience ends. The first attempt is always made.</summary>
    public async Task<Told> SendAsync(string key, HttpMethod method, string path, string? idempotencyKey, object? body, TimeSpan patience)
    {
        var begun = DateTime.UtcNow;
        do
        {
            if (await TryAsync(Next(), key, method, path, idempotencyKey, body) is { } told)
            {
                return told;
            }

            await Task.Delay(BetweenAttempts);
        }
        while (DateTime.UtcNow - begun < patience);
        return new Told(Outcome.Unknown, default, null);
    }

    /// <summary>One attempt at one host; null when it gave no answer to rely on.</summary>
    public async Task<Told?> TryAsync(Uri host, string key, HttpMethod method, string path, string? idempotencyKey, object? body)
    {
        var begun = DateTime.UtcNow;
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(host, "/v1/" + path));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            request.Content = body is null ? null : JsonContent.Create(body);
            if (idempotencyKey is not null)
            {
                request.Headers.Add("Idempotency-Key", idempotencyKey);
            }

            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return null;
            }

            var json = text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
            Assert.True((int)answer.StatusCode < 500, $"{method} {path}: {(int)answer.StatusCode} {text}");
            return answer.IsSuccessStatusCode
                ? new Told(Outcome.Acknowledged, json, null)
                : new Told(Outcome.Refused, json, json.GetProperty("code").GetString());
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            ready[host] = false;
            Cut.Enqueue($"{DateTime.UtcNow:O} {method} {path} at {host}: {error.Message}");
            return null;
        }
        finally
        {
            var took = DateTime.UtcNow - begun;
            Longest = took > Longest ? took : Longest;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await checking;
        closing.Dispose();
        http.Dispose();
        checks.Dispose();
    }

    private Uri Next()
    {
        for (var i = 0; i < addresses.Count; i++)
        {
            var address = addresses[(Interlocked.Increment(ref turn) & int.MaxValue) % addresses.Count];
            if (ready[address])
            {
                return address;
            }
        }

        return addresses[(turn & int.MaxValue) % addresses.Count];
    }

    private async Task CheckAsync(Uri address)
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                using var answer = await checks.GetAsync(new Uri(address, "/health/ready"), closing.Token);
                ready[address] = answer.IsSuccessStatusCode;
            }
            catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
            {
                ready[address] = false;
            }

            await Task.WhenAny(Task.Delay(BetweenChecks, closing.Token));
        }
    }
}
