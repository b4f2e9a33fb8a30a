using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Microsoft.OpenApi;
using NodaTime;
using Swashbuckle.AspNetCore.SwaggerGen;
using Scope = Marketplace.Domain.Organizations.Scope;

namespace Marketplace.Api.OpenApi;

/// <summary>Schemas of the API's models by the same rules by which <see cref="ModelReader"/> reads and <see cref="ApiJson"/> writes them.</summary>
internal sealed class ModelSchemas(SchemaRepository schemas, OpenApiDocument document, bool isRequest)
{
    /// <summary>A reference to a model's schema, or the schema itself for single values and lists.</summary>
    public IOpenApiSchema Of(Type type)
    {
        if (System.Nullable.GetUnderlyingType(type) is { } bare)
        {
            return OrNull(Of(bare));
        }

        if (type == typeof(JsonElement) || type == typeof(object))
        {
            return new OpenApiSchema();
        }

        // The data of events holds Domain's own money, which is written as every answer writes it.
        if (type == typeof(Money))
        {
            return Of(typeof(MoneyModel));
        }

        if (ChoicesOf(type) is { } choices)
        {
            return Choice(type, choices);
        }

        if (ScalarReader.Reads(type))
        {
            return Scalar(type);
        }

        if (ItemOf(type) is { } item)
        {
            return type.GetInterfaces().Append(type).FirstOrDefault(IsDictionary) is { } map
                ? new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Of(map.GetGenericArguments()[1]) }
                : new OpenApiSchema { Type = JsonSchemaType.Array, Items = Of(item) };
        }

        return Model(type);
    }

    /// <summary>The schema of one member, with the bounds its parameter declares.</summary>
    public IOpenApiSchema Of(ModelReader.Field field, string? description)
    {
        var schema = Of(field.Type);
        if (schema is OpenApiSchema inline)
        {
            inline.Description = description;
            foreach (var rule in field.Rules)
            {
                Bound(inline, rule);
            }

            if (field.Item is not null && isRequest)
            {
                inline.MinItems = field.Items?.Least;
                inline.MaxItems = field.Items?.Most ?? 1_000;
            }
        }

        else
        {
            // OpenAPI 3.1 lets a reference say what the thing is for in this place.
            schema.Description = description;
        }

        return field.IsNullable ? OrNull(schema) : schema;
    }

    /// <summary>What a model is called in the document.</summary>
    public static string NameOf(Type type)
    {
        var name = type.IsGenericType
            ? type.GetGenericArguments().Aggregate("", (text, argument) => text + NameOf(argument)) + type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]
            : type.Name;
        return name.EndsWith("Model", StringComparison.Ordinal) ? name[..^"Model".Length] : name;
    }

    /// <summary>A closed list of words has a name of its own, so that generated clients get one type for it.</summary>
    private OpenApiSchemaReference Choice(Type type, IEnumerable<string> choices)
    {
        if (schemas.TryLookupByType(type, out var known))
        {
            return new OpenApiSchemaReference(known.Reference.Id!, document);
        }

        Claim(type.Name, type);
        schemas.AddDefinition(type.Name, new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Description = type.IsEnum ? ModelDocs.OfChoice(type) : ModelDocs.Of(type),
            Enum = Names(choices),
        });
        return new OpenApiSchemaReference(type.Name, document);
    }

    private static IEnumerable<string>? ChoicesOf(Type type) =>
        type.IsEnum ? Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)
        : type == typeof(Currency) ? Currency.Codes
        : type == typeof(Scope) ? Scope.All
        : null;

    private void Claim(string name, Type type)
    {
        if (schemas.Schemas.ContainsKey(name))
        {
            throw new InvalidOperationException($"Two models are called {name}; the second is {type.FullName}.");
        }

        schemas.RegisterType(type, name);
    }

    private OpenApiSchemaReference Model(Type type)
    {
        var name = NameOf(type);
        if (schemas.TryLookupByType(type, out var known))
        {
            // A model that goes both ways is described as it may be sent: what a request may leave out is not promised.
            if (isRequest && schemas.Schemas[name] is OpenApiSchema { AdditionalPropertiesAllowed: true } answered)
            {
                Fill(answered, type);
            }

            return new OpenApiSchemaReference(known.Reference.Id!, document);
        }

        Claim(name, type);
        var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Description = ModelDocs.Of(type) };
        schemas.AddDefinition(name, schema);
        Fill(schema, type);
        return new OpenApiSchemaReference(name, document);
    }

    private void Fill(OpenApiSchema schema, Type type)
    {
        schema.AdditionalPropertiesAllowed = !isRequest;
        schema.Properties = new Dictionary<string, IOpenApiSchema>();
        schema.Required = new HashSet<string>();
        foreach (var field in ModelReader.FieldsOf(type))
        {
            schema.Properties[field.Name] = Of(field, ModelDocs.Of(type, field.Name));
            if (field.Required || !isRequest)
            {
                schema.Required.Add(field.Name);
            }
        }
    }

    private static OpenApiSchema Scalar(Type type)
    {
        var schema = new OpenApiSchema
        {
            Type = ScalarReader.JsonTypeOf(type) switch
            {
                "boolean" => JsonSchemaType.Boolean,
                "integer" => JsonSchemaType.Integer,
                "number" => JsonSchemaType.Number,
                _ => JsonSchemaType.String,
            },
        };
        if (type == typeof(Instant))
        {
            schema.Format = "date-time";
        }
        else if (type == typeof(LocalDate))
        {
            schema.Format = "date";
        }
        else if (type == typeof(Uri))
        {
            schema.Format = "uri";
        }
        else if (type == typeof(int))
        {
            schema.Format = "int32";
        }
        else if (type == typeof(long))
        {
            schema.Format = "int64";
        }
        else if (schema.Type == JsonSchemaType.Number)
        {
            schema.Format = "decimal";
        }
        else if (PrefixOf(type) is { } prefix)
        {
            schema.Pattern = PatternOf(prefix);
        }

        return schema;
    }

    /// <summary>What ids of this prefix look like.</summary>
    public static string PatternOf(string prefix) => $"^{prefix}_[a-z0-9]{{1,{PublicId.LongestSuffix}}}$";

    /// <summary>The prefix of an id type, or null.</summary>
    public static string? PrefixOf(Type type) => type.GetInterfaces().Any(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IPublicId<>))
        ? (string)type.GetProperty("Prefix", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!
        : null;

    private static void Bound(OpenApiSchema schema, ValidationAttribute rule)
    {
        switch (rule)
        {
            case LengthAttribute length:
                (schema.MinLength, schema.MaxLength) = (length.MinimumLength, length.MaximumLength);
                break;
            case StringLengthAttribute length:
                (schema.MinLength, schema.MaxLength) = (length.MinimumLength, length.MaximumLength);
                break;
            case RangeAttribute range:
                (schema.Minimum, schema.Maximum) = (Convert.ToString(range.Minimum, CultureInfo.InvariantCulture), Convert.ToString(range.Maximum, CultureInfo.InvariantCulture));
                break;
            case RegularExpressionAttribute pattern:
                schema.Pattern = pattern.Pattern;
                break;
        }
    }

    private static OpenApiSchema OrNull(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema inline)
        {
            return new OpenApiSchema { OneOf = [schema, new OpenApiSchema { Type = JsonSchemaType.Null }] };
        }

        if (inline.Type is { } type)
        {
            inline.Type = type | JsonSchemaType.Null;
            inline.Enum?.Add(JsonNullSentinel.JsonNull);
        }

        return inline;
    }

    private static Type? ItemOf(Type type) => type.IsArray
        ? type.GetElementType()
        : typeof(IEnumerable).IsAssignableFrom(type) ? type.GetInterfaces().Append(type)
            .First(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IEnumerable<>)).GetGenericArguments()[0] : null;

    private static bool IsDictionary(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>);

    private static List<JsonNode> Names(IEnumerable<string> names) => [.. names.Select(name => (JsonNode)JsonValue.Create(name)!)];
}
