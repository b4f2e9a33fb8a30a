using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Marketplace.Testing.FakeStripe;

/// <summary>How one call to the server fails.</summary>
public enum StripeFault
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The connection breaks before anything is done.</summary>
    DropRequest,

    /// <summary>The call is carried out, and the connection breaks before the answer.</summary>
    DropAnswer,

    /// <summary>Nothing is done; 500, which the key then keeps.</summary>
    FailBefore,

    /// <summary>The call is carried out; 500 all the same, which the key then keeps.</summary>
    FailAfter,

    /// <summary>Nothing is done; 429, which no key keeps.</summary>
    RateLimited,

    /// <summary>The call waits until <see cref="StripeServer.Release"/>.</summary>
    Delay,
}

/// <summary>A call as it arrived.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path without host.</param>
/// <param name="Key">Idempotency key; null without one.</param>
/// <param name="Form">The parameters, as nested objects.</param>
public sealed record StripeCall(string Method, string Path, string? Key, JsonObject Form);

/// <summary>
/// A server that speaks as much of Stripe's API as the product uses, on loopback, in memory: form-encoded requests, lists with
/// cursors, idempotency keys with stored errors, signed webhooks. It outlives the product's processes, as Stripe does; a test
/// plays the payer, the bank and the network. What it answers is checked against the types of Stripe.net.
/// </summary>
public sealed partial class StripeServer : IAsyncDisposable
{
    /// <summary>The API version it speaks.</summary>
    public const string ApiVersion = "2026-10-28.endive";

    /// <summary>The secret key it takes.</summary>
    public const string ApiKey = "sk_test_loopback";

    private static readonly TimeSpan KeyLife = TimeSpan.FromHours(24);

    private readonly Lock gate = new();
    private readonly List<(Regex Path, string Method, StripeFault Fault)> faults = [];
    private readonly Dictionary<string, StoredAnswer> keys = [];
    private readonly List<StripeCall> calls = [];
    private readonly WebApplication app;
    private TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int numbers;

    private StripeServer()
    {
        Route();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(ServeAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Base => new(app.Urls.First());

    /// <summary>Its clock, ahead of real time by as much as a test says.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>Every call that arrived, in order.</summary>
    public IReadOnlyList<StripeCall> Calls
    {
        get
        {
            lock (gate)
            {
                return [.. calls];
            }
        }
    }

    /// <summary>Starts a server that knows nothing.</summary>
    public static async Task<StripeServer> StartAsync()
    {
        var server = new StripeServer();
        await server.app.StartAsync();
        return server;
    }

    /// <summary>The next calls of this method to a path that matches fail like this, in order.</summary>
    public void Fail(string path, StripeFault fault, int times = 1, string method = "POST")
    {
        lock (gate)
        {
            for (var i = 0; i < times; i++)
            {
                faults.Add((new Regex(path, RegexOptions.CultureInvariant), method, fault));
            }
        }
    }

    /// <summary>Every call fails like this until <see cref="Heal"/>.</summary>
    public void Break(StripeFault fault)
    {
        Fail(".", fault, 10_000, "POST");
        Fail(".", fault, 10_000, "GET");
    }

    /// <summary>Forgets the faults not met yet.</summary>
    public void Heal()
    {
        lock (gate)
        {
            faults.Clear();
        }
    }

    /// <summary>Lets delayed calls go on.</summary>
    public void Release()
    {
        released.TrySetResult();
        released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        StopWebhooks();
        Release();
        await app.DisposeAsync();
    }

    private long Now => DateTimeOffset.UtcNow.Add(Ahead).ToUnixTimeSeconds();

    private string NewId(string prefix) => $"{prefix}_{++numbers:D6}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";

    private async Task ServeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        var query = http.Request.QueryString.Value?.TrimStart('?') ?? "";
        var key = http.Request.Headers["Idempotency-Key"].FirstOrDefault();
        var call = new StripeCall(http.Request.Method, http.Request.Path, key, FormData.Parse(http.Request.Method == "GET" ? query : body));
        var fault = Take(call);
        if (fault == StripeFault.Delay)
        {
            await released.Task;
            fault = StripeFault.None;
        }

        if (fault == StripeFault.DropRequest)
        {
            http.Abort();
            return;
        }

        var (status, answer) = Answer(http, call, body, fault);
        if (fault == StripeFault.DropAnswer)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers["Request-Id"] = NewId("req");
        await http.Response.WriteAsync(answer);
    }

    private StripeFault Take(StripeCall call)
    {
        lock (gate)
        {
            calls.Add(call);
            var index = faults.FindIndex(planned => planned.Method == call.Method && planned.Path.IsMatch(call.Path));
            if (index < 0)
            {
                return StripeFault.None;
            }

            var fault = faults[index].Fault;
            faults.RemoveAt(index);
            return fault;
        }
    }

    private (int Status, string Json) Answer(HttpContext http, StripeCall call, string body, StripeFault fault)
    {
        lock (gate)
        {
            try
            {
                if (http.Request.Headers.Authorization != "Bearer " + ApiKey)
                {
                    throw new StripeProblem(401, "invalid_request_error", null, "Invalid API Key provided.");
                }

                if (http.Request.Headers["Stripe-Version"] != ApiVersion)
                {
                    throw new StripeProblem(400, "invalid_request_error", null, $"Expected Stripe-Version {ApiVersion}, got {http.Request.Headers["Stripe-Version"]}.");
                }

                return fault == StripeFault.RateLimited
                    ? throw new StripeProblem(429, "invalid_request_error", "rate_limit", "Request rate limit exceeded.")
                    : call is { Method: "POST", Key: { } key } ? Once(key, call, body, fault) : Carry(call, fault);
            }
            catch (StripeProblem problem)
            {
                return (problem.Status, problem.ToJson());
            }
        }
    }

    // The first answer of a key is kept for 24 hours, also a 500; what was refused before it was carried out is not.
    private (int Status, string Json) Once(string key, StripeCall call, string body, StripeFault fault)
    {
        if (keys.TryGetValue(key, out var stored) && stored.At + (long)KeyLife.TotalSeconds > Now)
        {
            return stored.Request == call.Method + call.Path + body
                ? (stored.Status, stored.Json)
                : throw new StripeProblem(400, "idempotency_error", null, "Keys for idempotent requests can only be used with the same parameters they were first used with.");
        }

        if (key.Length > 255)
        {
            throw new StripeProblem(400, "invalid_request_error", null, "Idempotency keys are at most 255 characters.");
        }

        var (status, json) = Carry(call, fault);
        keys[key] = new StoredAnswer(call.Method + call.Path + body, status, json, Now);
        return (status, json);
    }

    private (int Status, string Json) Carry(StripeCall call, StripeFault fault)
    {
        var internalError = new StripeProblem(500, "api_error", null, "An unknown error occurred.").ToJson();
        if (fault == StripeFault.FailBefore)
        {
            return (500, internalError);
        }

        foreach (var (method, path, handle) in routes)
        {
            if (method == call.Method && path.Match(call.Path) is { Success: true } match)
            {
                var (status, answer) = Handle(handle, new StripeRequest(call, [.. match.Groups.Values.Skip(1).Select(group => group.Value)]));
                return fault == StripeFault.FailAfter ? (500, internalError) : (status, answer);
            }
        }

        throw new StripeProblem(404, "invalid_request_error", null, $"Unrecognized request URL ({call.Method}: {call.Path}).");
    }

    // A card that was declined is an answer like any other: something was done, and the key keeps it.
    private static (int Status, string Json) Handle(Func<StripeRequest, JsonObject> handle, StripeRequest request)
    {
        try
        {
            return (200, handle(request).ToJsonString());
        }
        catch (StripeProblem problem) when (problem.Status == 402)
        {
            return (402, problem.ToJson());
        }
    }

    private sealed record StoredAnswer(string Request, int Status, string Json, long At);
}
