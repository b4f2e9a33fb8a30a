using Marketplace.Api.Operations;
using Microsoft.OpenApi;

namespace Marketplace.Api.OpenApi;

/// <summary>Describes the lines of an export, which no media type of the document can.</summary>
internal static class ExportDescriber
{
    /// <summary>One of the kinds, each with its data.</summary>
    public static OpenApiSchema Line(ModelSchemas schemas) => new()
    {
        Description = ModelDocs.Of(typeof(ExportLine)),
        OneOf = [.. ExportLines.Kinds.Select(kind => Line(kind.Kind, schemas.Of(kind.Data)))],
    };

    private static OpenApiSchema Line(string kind, IOpenApiSchema data) => new()
    {
        Type = JsonSchemaType.Object,
        Title = kind,
        Required = new HashSet<string> { "kind", "parentId", "data" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["kind"] = new OpenApiSchema { Const = kind },
            ["parentId"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = ModelDocs.Of(typeof(ExportLine), nameof(ExportLine.ParentId)) },
            ["data"] = data,
        },
    };
}
