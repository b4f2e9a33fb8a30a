using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Marketplace.Host.Tests;

/// <summary>What a server acknowledged.</summary>
internal sealed record Acknowledged(string Key, HttpMethod Method, string Path, string? IdempotencyKey, object? Body, JsonElement Answer);

/// <summary>
/// A client as it should be: it knows only what it was told, and repeats a request whose answer it did not get, with the same
/// idempotency key, until it gets one.
/// </summary>
internal sealed class PatientClient(Func<Task<Uri>> address, Action sent) : IDisposable
{
    /// <summary>Between two looks at a condition that is waited for.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private int requests;

    /// <summary>Every change that was acknowledged, in that order.</summary>
    public ConcurrentQueue<Acknowledged> Acknowledgements { get; } = new();

    /// <summary>Changes something.</summary>
    public async Task<JsonElement> PostAsync(string key, string path, object? body = null)
    {
        var idempotencyKey = $"job-{Interlocked.Increment(ref requests)}";
        var (answer, _) = await SendAsync(key, HttpMethod.Post, path, idempotencyKey, body);
        Acknowledgements.Enqueue(new Acknowledged(key, HttpMethod.Post, path, idempotencyKey, body, answer));
        return answer;
    }

    /// <summary>Sets something to what it shall be.</summary>
    public async Task PutAsync(string key, string path, object body) => await SendAsync(key, HttpMethod.Put, path, null, body);

    /// <summary>Reads.</summary>
    public async Task<JsonElement> GetAsync(string key, string path) => (await SendAsync(key, HttpMethod.Get, path, null, null)).Answer;

    /// <summary>Reads all pages of a list.</summary>
    public async Task<List<JsonElement>> ListAsync(string key, string path)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await GetAsync(key, $"{path}?limit=100{(cursor is null ? "" : "&startingAfter=" + Uri.EscapeDataString(cursor))}");
            items.AddRange(page.GetProperty("data").EnumerateArray());
            cursor = page.GetProperty("hasMore").GetBoolean() ? page.GetProperty("nextCursor").GetString() : null;
        }
        while (cursor is not null);
        return items;
    }

    /// <summary>Reads until it is there and as expected: what others have to hear of first takes a moment.</summary>
    public async Task<JsonElement> AwaitAsync(string key, string path, Func<JsonElement, bool> expected)
    {
        var until = DateTime.UtcNow + Patience;
        while (true)
        {
            var (found, _) = await SendAsync(key, HttpMethod.Get, path, null, null, mayBeMissing: true);
            if (found.ValueKind != JsonValueKind.Undefined && expected(found))
            {
                return found;
            }

            Assert.True(DateTime.UtcNow < until, $"{path} stays {found}.");
            await Task.Delay(LookAgain);
        }
    }

    /// <summary>Sends until there is an answer.</summary>
    public async Task<(JsonElement Answer, bool Replayed)> SendAsync(string key, HttpMethod method, string path, string? idempotencyKey, object? body, bool mayBeMissing = false)
    {
        var until = DateTime.UtcNow + Patience;
        var attempts = new List<string>();
        while (true)
        {
            Assert.True(DateTime.UtcNow < until, $"{method} {path} gets no answer:\n{string.Join('\n', attempts)}");
            try
            {
                using var request = new HttpRequestMessage(method, new Uri(await address(), "/v1/" + path));
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
                request.Content = body is null ? null : JsonContent.Create(body);
                if (idempotencyKey is not null)
                {
                    request.Headers.Add("Idempotency-Key", idempotencyKey);
                }

                sent();
                using var answer = await http.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                // Refused for now, too: after a kill, what one part has to tell another is still on its way.
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable || (answer.StatusCode == HttpStatusCode.Conflict && text.Contains("\"retryable\":true", StringComparison.Ordinal)))
                {
                    attempts.Add($"{DateTime.UtcNow:O} {text}");
                    await Task.Delay(LookAgain);
                    continue;
                }

                if (mayBeMissing && answer.StatusCode == HttpStatusCode.NotFound)
                {
                    return default;
                }

                Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
                var replayed = answer.Headers.TryGetValues("Idempotent-Replay", out var values) && values.Contains("true");
                return (text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, replayed);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
            {
                // No answer: whether it happened is unknown, so the same again.
                attempts.Add($"{DateTime.UtcNow:O} {error.Message}");
                await Task.Delay(LookAgain);
            }
        }
    }

    public void Dispose() => http.Dispose();
}
