using Marketplace.Api.Events;
using Marketplace.Grains.Transparency;
using Microsoft.OpenApi;

namespace Marketplace.Api.OpenApi;

/// <summary>Describes each type of event as the webhook that would carry it; the feed holds the same document.</summary>
internal static class EventDescriber
{
    /// <summary>One entry for each type of the catalogue.</summary>
    public static IDictionary<string, IOpenApiPathItem> Webhooks(ModelSchemas schemas) =>
        EventCatalogue.All.ToDictionary(type => type.Name, type => (IOpenApiPathItem)Webhook(type, schemas), StringComparer.Ordinal);

    private static OpenApiPathItem Webhook(EventType type, ModelSchemas schemas) => new()
    {
        Operations = new Dictionary<HttpMethod, OpenApiOperation>
        {
            [HttpMethod.Post] = new OpenApiOperation
            {
                OperationId = "on" + string.Concat(type.Name.Split('.', '_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
                Summary = type.Meaning,
                Description = "The event as `GET /v1/events` lists it.",
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
                    ["2XX"] = new OpenApiResponse { Description = "Taken. Anything else, or silence, and it is sent again." },
                },
            },
        },
    };

    private static OpenApiSchema Envelope(EventType type, ModelSchemas schemas) => new()
    {
        AllOf =
        [
            schemas.Of(typeof(EventModel)),
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
