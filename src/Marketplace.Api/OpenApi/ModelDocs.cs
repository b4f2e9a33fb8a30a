using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.OpenApi;

/// <summary>What the models' XML documentation says, so that it is written once.</summary>
internal static partial class ModelDocs
{
    private static readonly FrozenDictionary<string, XElement> Members = Load();

    /// <summary>A model's summary.</summary>
    public static string? Of(Type type) => Text(Find("T:", type)?.Element("summary"));

    /// <summary>An enumeration's summary, and what each of its values means.</summary>
    public static string OfChoice(Type type) => string.Join('\n', Enum.GetNames(type)
        .Select(name => (Name: name, Meaning: Text(Members.GetValueOrDefault($"F:{type.FullName!.Replace('+', '.')}.{name}")?.Element("summary"))))
        .Select(value => $"- `{JsonNamingPolicy.CamelCase.ConvertName(value.Name)}`{(value.Meaning is null ? "" : ": " + value.Meaning)}")
        .Prepend((Of(type) ?? "") + "\n"));

    /// <summary>What a model's parameter means.</summary>
    public static string? Of(Type type, string parameter) => Text(Find("T:", type)?.Elements("param")
        .FirstOrDefault(element => string.Equals((string?)element.Attribute("name"), parameter, StringComparison.OrdinalIgnoreCase)));

    private static XElement? Find(string kind, Type type) =>
        Members.GetValueOrDefault(kind + (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName?.Replace('+', '.'));

    private static string? Text(XElement? element)
    {
        if (element is null)
        {
            return null;
        }

        // <see cref="P:A.B.C"/> reads as C.
        foreach (var reference in element.Descendants("see").ToList())
        {
            reference.ReplaceWith(((string?)reference.Attribute("cref") ?? (string?)reference.Attribute("langword") ?? "").Split('.', ':')[^1]);
        }

        foreach (var code in element.Descendants("c").ToList())
        {
            code.ReplaceWith("`" + code.Value + "`");
        }

        return Spaces().Replace(element.Value, " ").Trim();
    }

    // Models are the API's own, closed lists are Domain's, and the data of events is described where it is raised.
    private static FrozenDictionary<string, XElement> Load() => new[] { typeof(ModelDocs).Assembly, typeof(Money).Assembly, typeof(Grains.Transparency.EventType).Assembly }
        .Select(assembly => Path.ChangeExtension(assembly.Location, ".xml"))
        .Where(File.Exists)
        .SelectMany(path => XDocument.Load(path).Descendants("member"))
        .DistinctBy(member => (string)member.Attribute("name")!) // What compilers generate has the same name in several assemblies.
        .ToFrozenDictionary(member => (string)member.Attribute("name")!, StringComparer.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
