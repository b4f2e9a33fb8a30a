using System.Net;

namespace Marketplace.Client;

/// <summary>An answer without a body.</summary>
/// <param name="statusCode">HTTP status.</param>
/// <param name="headers">Headers of the answer, content headers included.</param>
public class Response(int statusCode, IReadOnlyDictionary<string, IEnumerable<string>> headers)
{
    /// <summary>HTTP status.</summary>
    public HttpStatusCode StatusCode { get; } = (HttpStatusCode)statusCode;

    /// <summary>Headers of the answer, content headers included.</summary>
    public IReadOnlyDictionary<string, IEnumerable<string>> Headers { get; } = headers;

    /// <summary>The resource's version for <see cref="MarketplaceClient.IfMatch"/>; null where the resource has none.</summary>
    public string? Version => Header("ETag");

    /// <summary>Whether this is the answer of an earlier call with the same key.</summary>
    public bool IsReplay => Header("Idempotent-Replay") == "true";

    private string? Header(string name) =>
        Headers.FirstOrDefault(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault();
}

/// <summary>An answer.</summary>
/// <typeparam name="TResult">What it holds.</typeparam>
/// <param name="statusCode">HTTP status.</param>
/// <param name="headers">Headers of the answer, content headers included.</param>
/// <param name="result">What was answered.</param>
public class Response<TResult>(int statusCode, IReadOnlyDictionary<string, IEnumerable<string>> headers, TResult result)
    : Response(statusCode, headers)
{
    /// <summary>What was answered.</summary>
    public TResult Result { get; } = result;
}
