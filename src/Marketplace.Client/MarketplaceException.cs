using System.Text.Json;

namespace Marketplace.Client;

/// <summary>The API refused a request, or answered what its description does not know.</summary>
public class MarketplaceException : Exception
{
    private readonly Lazy<Problem?> _problem;

    /// <summary>An answer that is no success.</summary>
    /// <param name="message">What the description says of it.</param>
    /// <param name="statusCode">HTTP status.</param>
    /// <param name="response">The body, if one came.</param>
    /// <param name="headers">Headers of the answer.</param>
    /// <param name="innerException">What went wrong while it was read.</param>
    public MarketplaceException(string message, int statusCode, string? response, IReadOnlyDictionary<string, IEnumerable<string>> headers, Exception? innerException)
        : base(message, innerException)
    {
        StatusCode = statusCode;
        Response = response;
        Headers = headers;
        _problem = new(() => Parse(response));
    }

    /// <summary>HTTP status.</summary>
    public int StatusCode { get; }

    /// <summary>The body as it came; null when none did.</summary>
    public string? Response { get; }

    /// <summary>Headers of the answer, content headers included.</summary>
    public IReadOnlyDictionary<string, IEnumerable<string>> Headers { get; }

    /// <summary>The problem document; null when something between here and the API answered in its place.</summary>
    public virtual Problem? Problem => _problem.Value;

    /// <summary>The stable code to program against, such as <c>units_not_free</c>; null without a problem document.</summary>
    public string? Code => Problem?.Code;

    /// <summary>Whether the same call with the same key may succeed later.</summary>
    public bool IsRetryable => Problem?.Retryable ?? StatusCode is 408 or 429 or >= 500;

    /// <inheritdoc/>
    public override string Message => Problem is { } problem
        ? string.Join(' ', problem.Errors.Select(fault => $"{fault.Field}: {fault.Message}").Prepend($"{problem.Detail} ({problem.Code})"))
        : $"HTTP {StatusCode}: {base.Message}";

    private static Problem? Parse(string? response)
    {
        try
        {
            return string.IsNullOrWhiteSpace(response) ? null : JsonSerializer.Deserialize<Problem>(response) is { Code: not null } problem ? problem : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The API refused a request with a document.</summary>
/// <typeparam name="TResult">What the document is; always <see cref="Client.Problem"/>.</typeparam>
public class MarketplaceException<TResult> : MarketplaceException
{
    /// <summary>An answer that is no success, with its document.</summary>
    /// <param name="message">What the description says of it.</param>
    /// <param name="statusCode">HTTP status.</param>
    /// <param name="response">The body, if it was kept.</param>
    /// <param name="headers">Headers of the answer.</param>
    /// <param name="result">The document.</param>
    /// <param name="innerException">What went wrong while it was read.</param>
    public MarketplaceException(
        string message, int statusCode, string? response, IReadOnlyDictionary<string, IEnumerable<string>> headers, TResult result, Exception? innerException)
        : base(message, statusCode, response, headers, innerException)
    {
        Result = result;
    }

    /// <summary>The document.</summary>
    public TResult Result { get; }

    /// <inheritdoc/>
    public override Problem? Problem => Result as Problem;
}
