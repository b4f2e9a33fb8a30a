using System.Text.Json.Nodes;
using Marketplace.Api.Events;
using Marketplace.Api.Webhooks;
using Marketplace.Grains.Transparency;
using Marketplace.Grains.Webhooks;
using Microsoft.OpenApi;

namespace Marketplace.Api.OpenApi;

/// <summary>Describes each type of event as the webhook that would carry it; the feed holds the same document.</summary>
internal static class EventDescriber
{
    /// <summary>One entry for each type of the catalogue.</summary>
    public static IDictionary<string, IOpenApiPathItem> Webhooks(ModelSchemas schemas, OpenApiDocument document) =>
        EventCatalogue.All.ToDictionary(type => type.Name, type => (IOpenApiPathItem)Webhook(type, schemas, document), StringComparer.Ordinal);

    /// <summary>What every webhook carries in its headers, by the names of the document's shared parameters.</summary>
    public static IDictionary<string, IOpenApiParameter> Headers { get; } = new[]
    {
        Header(StandardSignature.IdHeader, "The event's id, the same on every attempt: drop repetitions by it.", "evt_7t5p7qz3v5xw6a2bc4d5e6f7ga"),
        Header(StandardSignature.TimestampHeader, "Unix seconds of this attempt.", "1798761600"),
        Header(StandardSignature.SignatureHeader, "`v1,` and base64 of HMAC-SHA256 of `id.timestamp.body`; several, with spaces between, while secrets are rotated.", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
    }.ToDictionary(header => header.Name!, header => (IOpenApiParameter)header, StringComparer.Ordinal);

    private static OpenApiPathItem Webhook(EventType type, ModelSchemas schemas, OpenApiDocument document) => new()
    {
        Operations = new Dictionary<HttpMethod, OpenApiOperation>
        {
            [HttpMethod.Post] = new OpenApiOperation
            {
                OperationId = "on" + string.Concat(type.Name.Split('.', '_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
                Summary = type.Meaning,
                Description = "Sent to webhook endpoints that want it, signed by the Standard Webhooks scheme.",
                Parameters = [.. Headers.Keys.Select(name => new OpenApiParameterReference(name, document))],
                Security = [],
                RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, IOpenApiMediaType>
                    {
                        ["application/json"] = new OpenApiMediaType { Schema = Envelope(type, schemas) },
                    },
                },
                Responses = new OpenApiResponses
                {
                    ["2XX"] = new OpenApiResponse { Description = "Taken. Anything else, or silence for 15 s, and it is sent again." },
                    ["410"] = new OpenApiResponse { Description = "This address is gone: the endpoint is disabled." },
                },
            },
        },
    };

    private static OpenApiParameter Header(string name, string description, string example) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Required = true,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = JsonValue.Create(example),
    };

    private static OpenApiSchema Envelope(EventType type, ModelSchemas schemas) => new()
    {
        AllOf =
        [
            schemas.Of(typeof(WebhookPayload)),
            new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = new Dictionary<string, IOpenApiSchema>
                {
                    ["type"] = new OpenApiSchema { Const = type.Name },
                    ["data"] = schemas.Of(type.Data),
                },
            },
        ],
    };
}
