using System.Collections.Immutable;
using Marketplace.Api.Verification;

namespace Marketplace.Api.Http;

/// <summary>
/// Names a refused field as the request names it. Rooms know their commands, not the bodies these come from: a field may lie
/// deeper in a body, under another name (<see cref="ApiOperation.Names"/>), or in no part of the request, and then it is not named.
/// </summary>
internal static class FieldNames
{
    /// <summary>The problem as it stands to a request of this operation.</summary>
    public static Problem In(ApiOperation operation, RouteEndpoint endpoint, Problem problem) => problem.IsRefusal
        ? problem with { Errors = [.. problem.Errors.Select(fault => InRequest(operation, endpoint, fault.Field) is { } field ? fault with { Field = field } : null).OfType<Fault>()] }
        : problem;

    /// <summary>The name of a field in a request; null when the request has no such part.</summary>
    public static string? InRequest(ApiOperation operation, RouteEndpoint endpoint, string field)
    {
        if (operation.Takes is SignedMessageModel)
        {
            return field; // The body is an envelope: what is meant is the message in it.
        }

        var first = field.Split('.', '[')[0];
        var named = operation.Names.TryGetValue(first, out var other) ? other + field[first.Length..] : field;
        return InModel(operation.Takes?.GetType(), named)
            ?? InModel(operation.Query?.GetType(), named)
            ?? (endpoint.RoutePattern.Parameters.Any(parameter => parameter.Name == named) ? named : null);
    }

    // Of a path that leads deeper than the model does, what the model has of it.
    private static string? InModel(Type? model, string path)
    {
        if (model is null || ScalarReader.Reads(model))
        {
            return null;
        }

        var fields = ModelReader.FieldsOf(model);
        if (Step(fields, path) is { } found)
        {
            return found;
        }

        foreach (var inner in fields.Where(field => field.Item is null && !ScalarReader.Reads(field.Type)))
        {
            if (Step(ModelReader.FieldsOf(inner.Type), path) is { } deeper)
            {
                return inner.Name + "." + deeper;
            }
        }

        return null;
    }

    private static string? Step(ImmutableArray<ModelReader.Field> fields, string path)
    {
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        var head = dot < 0 ? path : path[..dot];
        var bracket = head.IndexOf('[', StringComparison.Ordinal);
        var name = bracket < 0 ? head : head[..bracket];
        if (fields.FirstOrDefault(field => field.Name == name) is not { } field || (bracket >= 0 && field.Item is null))
        {
            return null;
        }

        var type = field.Item ?? field.Type;
        return dot < 0 || ScalarReader.Reads(type) || Step(ModelReader.FieldsOf(type), path[(dot + 1)..]) is not { } rest ? head : head + "." + rest;
    }
}
