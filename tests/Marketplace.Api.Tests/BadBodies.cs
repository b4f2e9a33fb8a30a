using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Tests;

/// <summary>A body that does not fit.</summary>
/// <param name="What">What is wrong with it.</param>
/// <param name="Json">The body.</param>
/// <param name="Field">The field that must be named, where a single one must.</param>
internal sealed record BadBody(string What, string Json, string? Field);

/// <summary>Makes bad bodies of a good one, by the types of its model.</summary>
internal static class BadBodies
{
    // Stands for a token that no JSON writer would write.
    private const string Mark = "@token@";
    private static readonly string[] OtherThanJson = ["", "{", "{\"a\":", "nonsense", "{\"a\":1,}", "{'a':1}", "\u0000", "{\"\\ud800\":1}", new string('[', 100) + new string(']', 100)];
    private static readonly string[] OtherThanObjects = ["[]", "\"text\"", "42", "null", "true"];

    /// <summary>Bodies that no model can be read from.</summary>
    public static IEnumerable<BadBody> Broken() =>
        OtherThanJson.Concat(OtherThanObjects).Select(json => new BadBody($"'{json}'", json, ""))
            .Append(new BadBody("a member twice", """{"a":1,"a":2}""", "a"))
            .Append(new BadBody("a member twice, deeper and escaped", """{"list":[{},{"a":1,"\u0061":2}]}""", "list[1].a"));

    /// <summary>Bodies with one fault that the reader must name.</summary>
    public static IEnumerable<BadBody> Faulty(object example)
    {
        var good = Node(example);
        foreach (var body in Faulty(example.GetType(), good, good, ""))
        {
            yield return body;
        }
    }

    /// <summary>Bodies that can be read and make no sense: nobody may stumble over them.</summary>
    public static IEnumerable<BadBody> Absurd(object example)
    {
        var good = Node(example);
        return Absurd(example.GetType(), good, good, "");
    }

    /// <summary>The example as a request shows it.</summary>
    public static JsonObject Node(object example)
    {
        var node = (JsonObject)JsonSerializer.SerializeToNode(example, example.GetType(), ApiJson.Options)!;
        Trim(node);
        return node;
    }

    private static IEnumerable<BadBody> Faulty(Type type, JsonObject root, JsonObject here, string path)
    {
        yield return With(root, here, "zzz", JsonValue.Create(1), path, "unknown field");
        foreach (var field in ModelReader.FieldsOf(type))
        {
            var at = Join(path, field.Name);
            if (field.Required)
            {
                yield return With(root, here, field.Name, null, path, "missing field");
            }

            if (field.Item is { } item)
            {
                yield return With(root, here, field.Name, JsonValue.Create("text"), path, "text for a list");
                if (item != typeof(JsonElement))
                {
                    yield return With(root, here, field.Name, new JsonArray(new JsonArray()), path, "list in a list") with { Field = at + "[0]" };
                }

                yield return With(root, here, field.Name, new JsonArray(Enumerable.Range(0, (field.Items?.Most ?? 1_000) + 1).Select(_ => (JsonNode?)JsonValue.Create(1)).ToArray()), path, "too many items");
                if (here[field.Name] is JsonArray { Count: > 0 } items && items[0] is JsonObject first && !ScalarReader.Reads(item))
                {
                    foreach (var body in Faulty(item, root, first, at + "[0]"))
                    {
                        yield return body;
                    }
                }
            }
            else if (field.Type == typeof(JsonElement))
            {
                continue;
            }
            else if (ScalarReader.Reads(field.Type))
            {
                foreach (var (what, token) in WrongTokens(field.Type, field.LongestText))
                {
                    yield return With(root, here, field.Name, JsonValue.Create(Mark), path, what, token);
                }
            }
            else
            {
                yield return With(root, here, field.Name, JsonValue.Create("text"), path, "text for an object");
                if (here[field.Name] is JsonObject inner)
                {
                    foreach (var body in Faulty(field.Type, root, inner, at))
                    {
                        yield return body;
                    }
                }
            }
        }
    }

    private static IEnumerable<BadBody> Absurd(Type type, JsonObject root, JsonObject here, string path)
    {
        foreach (var field in ModelReader.FieldsOf(type))
        {
            if (field.Item is not null)
            {
                yield return With(root, here, field.Name, new JsonArray(), path, "nothing in a list");
                if (here[field.Name] is JsonArray { Count: > 0 } items)
                {
                    yield return With(root, here, field.Name, new JsonArray(items[0]!.DeepClone(), items[0]!.DeepClone()), path, "the same twice");
                    if (items[0] is JsonObject first)
                    {
                        foreach (var body in Absurd(field.Item, root, first, Join(path, field.Name) + "[0]"))
                        {
                            yield return body;
                        }
                    }
                }
            }
            else if (field.Type != typeof(JsonElement) && ScalarReader.Reads(field.Type))
            {
                foreach (var token in AbsurdTokens(field.Type))
                {
                    yield return With(root, here, field.Name, JsonValue.Create(Mark), path, "absurd " + token, token) with { Field = null };
                }
            }
            else if (here[field.Name] is JsonObject inner)
            {
                foreach (var body in Absurd(field.Type, root, inner, Join(path, field.Name)))
                {
                    yield return body;
                }
            }
        }
    }

    private static IEnumerable<(string What, string Token)> WrongTokens(Type type, int longest)
    {
        yield return ("an object", "{\"a\":1}");
        yield return ("a list", "[1]");
        switch (ScalarReader.JsonTypeOf(type))
        {
            case "boolean":
                yield return ("text", "\"true\"");
                yield return ("a number", "1");
                break;
            case "integer" or "number":
                yield return ("text", "\"1\"");
                yield return ("a boolean", "true");
                yield return ("no finite number", "1e400");
                if (ScalarReader.JsonTypeOf(type) == "integer")
                {
                    yield return ("half of one", "1.5");
                    yield return ("too large", "1e25");
                }

                break;
            default:
                yield return ("a number", "1");
                yield return ("a boolean", "true");
                yield return ("a control character", "\"a\\u0000b\"");
                yield return ("half a character", "\"\\ud800\"");
                yield return ("a long text", "\"" + new string('x', longest + 1) + "\"");
                if (type != typeof(string))
                {
                    yield return ("nonsense", "\"no such thing\"");
                    yield return ("an empty text", "\"\"");
                }

                break;
        }

        if (type == typeof(Instant))
        {
            yield return ("before time", "\"0001-01-01T00:00:00Z\"");
            yield return ("beyond time", "\"9999-12-31T23:59:59Z\"");
            yield return ("beyond the calendar", "\"-9998-01-01T00:00:00+18:00\"");
            yield return ("no such day", "\"2027-02-30T00:00:00Z\"");
        }

        if (type == typeof(LocalDate))
        {
            yield return ("before time", "\"0001-01-01\"");
            yield return ("beyond time", "\"9999-12-31\"");
            yield return ("no such day", "\"2027-02-30\"");
        }
    }

    private static ImmutableArray<string> AbsurdTokens(Type type)
    {
        if (type == typeof(Instant))
        {
            return ["\"2000-01-01T00:00:00Z\"", "\"2199-12-31T23:59:59.999999999Z\"", "\"2027-03-01T00:00:00.000000001Z\""];
        }

        if (type == typeof(LocalDate))
        {
            return ["\"2000-01-01\"", "\"2199-12-31\""];
        }

        return ScalarReader.JsonTypeOf(type) switch
        {
            "integer" => ["-1", "0", "-0", "2147483647", "-2147483648", "9223372036854775807", "-9223372036854775808"],
            "number" => ["-1", "0", "79228162514264337593543950335", "-79228162514264337593543950335", "0.0000000000000000000000000001", "1000000000000000000"],
            "string" when type == typeof(string) => ["\"\"", "\"   \"", "\"'; drop table pools; --\"", "\"../../etc/passwd\"", "\"🦆\"", "\"a/b\\\\c#d?e\""],
            "string" when type == typeof(Currency) => ["\"JPY\"", "\"KWD\""],
            _ => [],
        };
    }

    private static BadBody With(JsonObject root, JsonObject here, string name, JsonNode? value, string path, string what, string? token = null)
    {
        var had = here.TryGetPropertyValue(name, out var old);
        if (value is null)
        {
            here.Remove(name);
        }
        else
        {
            here[name] = value;
        }

        var json = root.ToJsonString();
        if (!had)
        {
            here.Remove(name);
        }
        else
        {
            here[name] = old;
        }

        return new BadBody($"{Join(path, name)}: {what}", token is null ? json : json.Replace($"\"{Mark}\"", token, StringComparison.Ordinal), Join(path, name));
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : path + "." + name;

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
}
