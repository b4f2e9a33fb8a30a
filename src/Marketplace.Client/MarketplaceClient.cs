using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Marketplace.Client;

/// <summary>
/// The Marketplace API, one method per operation. Every POST carries an <c>Idempotency-Key</c>: a new one for every call, or the
/// one given to <see cref="Once"/>. What the API refuses is thrown as a <see cref="MarketplaceException"/> with its stable code.
/// Safe for use by several threads.
/// </summary>
public partial class MarketplaceClient
{
    private const string IdempotencyKeyHeader = "Idempotency-Key";

    private string? _idempotencyKey;
    private string? _version;

    /// <summary>
    /// This client with a key for the next change. Choose the key before the first attempt and keep it with what the user asked
    /// for: repeating the call with it, even from another process, never does the thing twice.
    /// </summary>
    /// <param name="idempotencyKey">1 to 255 printable ASCII characters, new for everything new. It is bound to the operation it is first used with.</param>
    public MarketplaceClient Once(string idempotencyKey) => Copy(idempotencyKey, _version);

    /// <summary>This client, whose next change is refused with <c>precondition_failed</c> when the resource is no longer at this version.</summary>
    /// <param name="version">The <see cref="Response.Version"/> the change builds on.</param>
    public MarketplaceClient IfMatch(string version) => Copy(_idempotencyKey, version);

    static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings)
    {
        // A member without a value is left out, which in a change means: as it was.
        settings.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;

        // Generated code names a converter for single words only, not for lists of them.
        settings.Converters.Add(new JsonStringEnumConverter());
    }

    private MarketplaceClient Copy(string? idempotencyKey, string? version) => new(_httpClient) { _idempotencyKey = idempotencyKey, _version = version };

    partial void PrepareRequest(HttpClient client, HttpRequestMessage request, string url)
    {
        if (request.Method == HttpMethod.Post || _idempotencyKey is not null)
        {
            request.Headers.Add(IdempotencyKeyHeader, _idempotencyKey ?? Guid.NewGuid().ToString("N"));
        }

        if (_version is not null)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(_version));
        }
    }

    /// <summary>Whether sending the request again cannot do anything twice.</summary>
    internal static bool IsRepeatable(HttpRequestMessage request) =>
        request.Method != HttpMethod.Post || request.Headers.Contains(IdempotencyKeyHeader);
}
