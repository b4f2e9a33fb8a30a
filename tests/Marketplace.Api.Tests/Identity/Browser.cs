using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Marketplace.Api.Tests.Identity;

/// <summary>A browser at the API's origin: it keeps cookies, and sends the session's token with what changes something, as our own pages do.</summary>
internal sealed class Browser(Uri address) : IDisposable
{
    private readonly CookieContainer cookies = new();
    private HttpClient? http;

    /// <summary>The token that is sent; empty for none.</summary>
    public string Token { get; set; } = "";

    /// <summary>Headers sent along.</summary>
    public Dictionary<string, string> Headers { get; } = [];

    public CookieContainer Cookies => cookies;

    private HttpClient Http => http ??= new HttpClient(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false });

    /// <summary>Registers and is signed in.</summary>
    public async Task<ApiReply> RegisterAsync(string email, string password = "correct horse battery", string name = "Someone")
    {
        var reply = await PostAsync("/identity/registrations", new { email, password, name });
        Take(reply);
        return reply;
    }

    public async Task<ApiReply> SignInAsync(string email, string password = "correct horse battery")
    {
        var reply = await PostAsync("/identity/sessions", new { email, password });
        Take(reply);
        return reply;
    }

    /// <summary>Takes the token of an answer that opened a session.</summary>
    public void Take(ApiReply reply)
    {
        if (reply.Status < 300 && reply.Json.TryGetProperty("session", out var session) && session.ValueKind == JsonValueKind.Object)
        {
            Token = session.GetProperty("csrfToken").GetString()!;
        }
    }

    public Task<ApiReply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<ApiReply> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<ApiReply> PutAsync(string path, object? body = null) => SendAsync(HttpMethod.Put, path, body);

    public Task<ApiReply> PatchAsync(string path, object? body = null) => SendAsync(HttpMethod.Patch, path, body);

    public Task<ApiReply> DeleteAsync(string path, object? body = null) => SendAsync(HttpMethod.Delete, path, body);

    public async Task<ApiReply> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path))
        {
            Content = body switch
            {
                null => null,
                string json => new StringContent(json, Encoding.UTF8, "application/json"),
                _ => JsonContent.Create(body),
            },
        };
        if (method == HttpMethod.Post)
        {
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        }

        if (Token.Length > 0)
        {
            request.Headers.Add("X-Csrf-Token", Token);
        }

        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        return new ApiReply(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The same session for whoever speaks to the API without a browser.</summary>
    public ApiClient AsClient() => new(address, null) { Always = [("Cookie", cookies.GetCookieHeader(address)), ("X-Csrf-Token", Token)] };

    public void Dispose() => http?.Dispose();
}
