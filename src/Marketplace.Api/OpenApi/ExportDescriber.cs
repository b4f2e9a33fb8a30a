using Marketplace.Api.Operations;
using Microsoft.OpenApi;

namespace Marketplace.Api.OpenApi;

/// <summary>Describes the lines of an export: the answer is a text, and each of its lines is JSON of this schema.</summary>
internal static class ExportDescriber
{
    private const string Name = nameof(ExportLine);

    /// <summary>Adds the schema of a line and names it where the export answers.</summary>
    public static void Describe(OpenApiDocument document, ModelSchemas schemas)
    {
        document.Components!.Schemas![Name] = Line(schemas);
        var answers = document.Paths.Values.SelectMany(path => path.Operations!.Values).Single(operation => operation.OperationId == ExportEndpoints.OperationId)
            .Responses!["200"].Content!.Values;
        foreach (var schema in answers.Select(answer => answer.Schema).OfType<OpenApiSchema>())
        {
            schema.ContentMediaType = "application/json";
            schema.ContentSchema = new OpenApiSchemaReference(Name, document);
        }
    }

    // One of the kinds, each with its data.
    private static OpenApiSchema Line(ModelSchemas schemas) => new()
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
