using System.Text.Json;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>Reads members of a tool's JSON and names the one that is missing or of the wrong type.</summary>
internal static class JsonOutput
{
    public static JsonElement Object(this JsonElement element, string name) => element.Member(name, JsonValueKind.Object, "an object");

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => element.Member(name, JsonValueKind.Array, "a list").EnumerateArray();

    public static IEnumerable<JsonElement> OptionalItems(this JsonElement element, string name) =>
        element.Find(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    public static string Text(this JsonElement element, string name) => element.Member(name, JsonValueKind.String, "a text").GetString()!;

    public static string? OptionalText(this JsonElement element, string name) =>
        element.Find(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static decimal Number(this JsonElement element, string name) =>
        element.Member(name, JsonValueKind.Number, "a number").TryGetDecimal(out var number) && Math.Abs(number) <= Figures.Largest ? number : throw Wrong($"'{name}' is too large or too small.");

    public static int Whole(this JsonElement element, string name) =>
        element.Member(name, JsonValueKind.Number, "a number").TryGetInt32(out var number) ? number : throw Wrong($"'{name}' is no whole number of sensible size.");

    public static JsonElement? Find(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    public static ToolFormatException Wrong(string what) => new(null, what);

    private static JsonElement Member(this JsonElement element, string name, JsonValueKind kind, string expected) =>
        element.Find(name) is not { } member ? throw Wrong($"'{name}' is missing.")
        : member.ValueKind != kind ? throw Wrong($"'{name}' should be {expected}.")
        : member;
}
