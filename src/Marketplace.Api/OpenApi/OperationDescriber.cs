using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Marketplace.Api.OpenApi;

/// <summary>Writes an operation's whole contract from its <see cref="ApiOperation"/>.</summary>
internal sealed class OperationDescriber : IOperationFilter
{
    private static readonly FrozenDictionary<string, string> PrefixByParameter = typeof(OrganizationId).Assembly.GetTypes()
        .Where(type => ModelSchemas.PrefixOf(type) is not null)
        .ToFrozenDictionary(type => JsonNamingPolicy.CamelCase.ConvertName(type.Name), type => ModelSchemas.PrefixOf(type)!, StringComparer.Ordinal);

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var contract = context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<ApiOperation>().Single();
        var method = context.ApiDescription.HttpMethod!;
        var path = context.ApiDescription.RelativePath!;
        operation.OperationId = contract.Id;
        operation.Summary = contract.Summary;
        operation.Description = contract.Description + "\n\n" + contract.Permission.Describe();
        operation.Parameters = [.. Parameters(contract, method, path, new ModelSchemas(context.SchemaRepository, context.Document, isRequest: true))];
        operation.RequestBody = contract.Takes is { } body ? Body(body, contract, context) : null;
        operation.Responses = Responses(contract, method, path, context);
        operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        operation.Extensions["x-access"] = new JsonNodeExtension(JsonValue.Create(contract.Permission.Summary()));
        operation.Security = contract.Permission switch
        {
            { IsPublic: true } => [new OpenApiSecurityRequirement(), With(ApiDocument.Scheme, context.Document)],
            { OfPerson: true } => [With(ApiDocument.SessionScheme, context.Document)],
            _ => [With(ApiDocument.Scheme, context.Document), With(ApiDocument.SessionScheme, context.Document)],
        };
    }

    /// <summary>The prefix of the ids an address part of this name takes, or null.</summary>
    public static string? PrefixOf(string parameter) => PrefixByParameter.GetValueOrDefault(parameter);

    /// <summary>Every code an operation can answer with, beside success.</summary>
    public static IEnumerable<ProblemCode> CodesOf(ApiOperation contract, string method, string path)
    {
        var writes = !HttpMethods.IsGet(method);
        yield return ProblemCode.InvalidRequest;
        if (Gate.NeedsKey(method, contract))
        {
            yield return ProblemCode.KeyMissing;
            yield return ProblemCode.KeyInvalid;
            yield return ProblemCode.Of(OperationRefusal.KeyReused);
        }

        yield return ProblemCode.Unauthorized;
        if (contract.Permission is { IsPublic: false, OfPerson: false })
        {
            yield return ProblemCode.Forbidden;
            yield return ProblemCode.NoOrganization;
        }

        if (writes && !contract.Permission.IsPublic)
        {
            yield return ProblemCode.CsrfTokenMissing;
        }

        if (path.Contains('{', StringComparison.Ordinal))
        {
            yield return ProblemCode.NotFound;
        }

        if (contract.Versioned)
        {
            yield return ProblemCode.PreconditionFailed;
        }

        if (contract.Takes is not null)
        {
            yield return ProblemCode.TooLarge;
            yield return ProblemCode.UnsupportedMediaType;
        }

        yield return ProblemCode.RateLimited;
        if (writes && !contract.NoIdempotencyKey)
        {
            yield return ProblemCode.Of(OperationRefusal.Busy);
        }

        yield return ProblemCode.OutcomeUnknown;
        foreach (var refusal in contract.Refuses)
        {
            yield return ProblemCode.Of(refusal);
        }
    }

    private static IEnumerable<IOpenApiParameter> Parameters(ApiOperation contract, string method, string path, ModelSchemas schemas)
    {
        foreach (var name in path.Split('{').Skip(1).Select(part => part.Split('}', ':', '?')[0].TrimStart('*')))
        {
            var prefix = PrefixByParameter.GetValueOrDefault(name);
            yield return new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = prefix is null ? null : ModelSchemas.PatternOf(prefix) },
                Example = JsonValue.Create(prefix is null ? name : prefix + "_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
            };
        }

        if (contract.Query is { } query)
        {
            var example = JsonSerializer.SerializeToNode(query, query.GetType(), ApiJson.Options)!;
            foreach (var field in ModelReader.FieldsOf(query.GetType()))
            {
                yield return new OpenApiParameter
                {
                    Name = field.Name,
                    In = ParameterLocation.Query,
                    Required = field.Required,
                    Description = ModelDocs.Of(query.GetType(), field.Name) + (field.Required ? "" : Sample(example[field.Name])),
                    Schema = schemas.Of(field with { IsNullable = false }, null),
                    Example = field.Required ? example[field.Name]?.DeepClone() : null,
                    Explode = field.Item is not null,
                };
            }
        }

        if (contract.Pages)
        {
            yield return new OpenApiParameter
            {
                Name = "limit",
                In = ParameterLocation.Query,
                Description = "Most items to answer.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = Page.MostItems.ToString(CultureInfo.InvariantCulture), Default = JsonValue.Create(Page.DefaultLimit) },
            };
            yield return new OpenApiParameter
            {
                Name = "startingAfter",
                In = ParameterLocation.Query,
                Description = "`nextCursor` of the page before.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }

        if (Gate.NeedsKey(method, contract))
        {
            yield return new OpenApiParameter
            {
                Name = "Idempotency-Key",
                In = ParameterLocation.Header,
                Required = true,
                Description = "A new random text for every new request; the same one when repeating it. A repetition gets the first answer, marked `Idempotent-Replay: true`.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 255 },
                Example = JsonValue.Create(ApiDocument.AnyKey),
            };
        }

        if (contract.Versioned)
        {
            yield return new OpenApiParameter
            {
                Name = "If-Match",
                In = ParameterLocation.Header,
                Description = "The `ETag` this change builds on; another version is refused.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }
    }

    private static OpenApiRequestBody Body(object example, ApiOperation contract, OperationFilterContext context) => new()
    {
        Required = true,
        Description = $"At most {contract.BodyLimit / 1024} KiB.",
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            [contract.Consumes] = example is byte[]? new OpenApiMediaType { Schema = Bytes(), Example = JsonValue.Create("(bytes)") }
                : new OpenApiMediaType
                {
                    Schema = new ModelSchemas(context.SchemaRepository, context.Document, isRequest: true).Of(example.GetType()),
                    Example = Trimmed(example),
                },
        },
    };

    private static OpenApiSchema Bytes() => new() { Type = JsonSchemaType.String, Format = "binary" };

    private static OpenApiResponses Responses(ApiOperation contract, string method, string path, OperationFilterContext context)
    {
        var responses = new OpenApiResponses
        {
            [contract.Status.ToString(CultureInfo.InvariantCulture)] = Success(contract, method, context),
        };
        var schemas = new ModelSchemas(context.SchemaRepository, context.Document, isRequest: false);
        foreach (var status in CodesOf(contract, method, path).DistinctBy(code => code.Code).GroupBy(code => code.Status).OrderBy(group => group.Key))
        {
            ProblemCode[] codes = [.. status];
            responses[status.Key.ToString(CultureInfo.InvariantCulture)] = codes.Length == 1
                ? new OpenApiResponseReference(codes[0].Code, context.Document)
                : Refused(codes, schemas);
        }

        return responses;
    }

    /// <summary>The answer to these codes, which share a status.</summary>
    public static OpenApiResponse Refused(IReadOnlyList<ProblemCode> codes, ModelSchemas schemas) => new()
    {
        Description = string.Join("\n", codes.Select(code => $"- `{code.Code}`: {code.Title}")),
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            ["application/problem+json"] = new OpenApiMediaType { Schema = schemas.Of(typeof(ProblemModel)), Example = ExampleOf(codes[0]) },
        },
        Extensions = new Dictionary<string, IOpenApiExtension>
        {
            ["x-problem-codes"] = new JsonNodeExtension(new JsonArray([.. codes.Select(code => (JsonNode)JsonValue.Create(code.Code)!)])),
        },
    };

    private static OpenApiResponse Success(ApiOperation contract, string method, OperationFilterContext context)
    {
        var response = new OpenApiResponse { Description = contract.Status switch { 201 => "Created.", 202 => "Accepted.", 204 => "Done.", _ => "As asked." } };
        if (Gate.NeedsKey(method, contract))
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>
            {
                [ApiRequest.ReplayHeader] = new OpenApiHeader { Description = "`true` when this is the answer of an earlier request with the same key.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            };
        }

        if (contract.Gives is { } example)
        {
            response.Content = new Dictionary<string, IOpenApiMediaType>
            {
                [contract.Produces] = example is byte[]? new OpenApiMediaType { Schema = Bytes(), Example = JsonValue.Create("(bytes)") }
                    : example is string text
                    ? new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = JsonValue.Create(text) }
                    : new OpenApiMediaType
                    {
                        Schema = new ModelSchemas(context.SchemaRepository, context.Document, isRequest: false).Of(example.GetType()),
                        Example = JsonSerializer.SerializeToNode(example, example.GetType(), ApiJson.Options),
                    },
            };
        }

        return response;
    }

    /// <summary>In words: an example of its own would be filled into Swagger UI's form, and filter a first try down to nothing.</summary>
    private static string Sample(JsonNode? value) => value switch
    {
        null => "",
        JsonArray items => string.Concat(items.Take(1).Select(Sample)),
        _ => $" For example `{value}`.",
    };

    private static JsonNode? ExampleOf(ProblemCode code)
    {
        var problem = new Problem(code, code.Title)
        {
            Errors = code == ProblemCode.InvalidRequest ? [new Fault("name", Faults.Missing, "This field is required.")] : [],
        };
        return JsonSerializer.SerializeToNode(problem.Document(), ApiJson.Options);
    }

    // A request is shown without the members it leaves out.
    private static JsonNode Trimmed(object example)
    {
        var node = JsonSerializer.SerializeToNode(example, example.GetType(), ApiJson.Options)!;
        Trim(node);
        return node;
    }

    private static void Trim(JsonNode? node)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToList())
            {
                if (value is null)
                {
                    members.Remove(name);
                }
                else
                {
                    Trim(value);
                }
            }
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Trim(item);
            }
        }
    }

    private static OpenApiSecurityRequirement With(string scheme, OpenApiDocument document) => new()
    {
        [new OpenApiSecuritySchemeReference(scheme, document)] = [],
    };
}
