using System.Xml.Linq;
using Mono.Cecil;

namespace Marketplace.House.Tests;

/// <summary>What others rely on says what it means: every public type and method of Domain, and every grain contract.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void DomainIsDocumented() => House.Holds(
        "<summary> on every public type and method: meaning, units, ranges, refusals.",
        Undocumented(House.Domain, type => true));

    [Fact]
    public void GrainContractsAndPortsAreDocumented() => House.Holds(
        "<summary> on every public type and method: meaning, units, ranges, refusals.",
        Undocumented(House.Grains, type => type.IsInterface || type.Attribute("GenerateSerializerAttribute") is not null));

    [Fact]
    public void PagesLinkToWhatIsThere() => House.Holds(
        "A relative link in a page leads to a file of the repository.",
        from file in House.Files("", "*.md")
        from System.Text.RegularExpressions.Match match in System.Text.RegularExpressions.Regex.Matches(House.Text(file), @"\]\((?!https?:|#|mailto:)([^)#\s]+)")
        let target = Path.GetFullPath(Path.Combine(House.Root, Path.GetDirectoryName(file)!, match.Groups[1].Value))
        where !File.Exists(target) && !Directory.Exists(target)
        select $"{file}: {match.Groups[1].Value}");

    [Fact]
    public void TheReadmeLeadsToEveryPage()
    {
        var readme = House.Text("README.md");
        House.Holds(
            "A page that the README does not lead to is not found.",
            House.Files("docs", "*.md").Where(page => page.Split('/').Length == 2 && !readme.Contains($"]({page})", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Undocumented(ModuleDefinition module, Func<TypeDefinition, bool> concerned)
    {
        var documented = XDocument.Load(Path.Combine(AppContext.BaseDirectory, module.Assembly.Name.Name + ".xml")).Descendants("member")
            .Where(member => member.Elements().Any(element => element.Name.LocalName is "summary" or "inheritdoc"))
            .Select(member => member.Attribute("name")!.Value.Split('(', 2)[0])
            .Select(name => name.Contains("``", StringComparison.Ordinal) ? name[..name.IndexOf("``", StringComparison.Ordinal)] : name)
            .GroupBy(name => name).ToDictionary(same => same.Key, same => same.Count(), StringComparer.Ordinal);

        foreach (var type in module.AllTypes().Where(type => IsVisible(type) && !type.IsGenerated() && Uses.NamespaceOf(type).StartsWith("Marketplace.", StringComparison.Ordinal) && concerned(type)))
        {
            var name = type.FullName.Replace('/', '.');
            if (!documented.ContainsKey("T:" + name))
            {
                yield return name;
            }

            foreach (var methods in type.Methods.Where(IsOwnPublicMethod).GroupBy(method => method.Name))
            {
                if (documented.GetValueOrDefault($"M:{name}.{methods.Key}") < methods.Count())
                {
                    yield return $"{name}.{methods.Key}";
                }
            }

            foreach (var value in type.IsEnum ? type.Fields.Where(field => field.IsStatic) : [])
            {
                if (!documented.ContainsKey($"F:{name}.{value.Name}") && value.Attribute("RefusalMeaningAttribute") is null)
                {
                    yield return $"{name}.{value.Name}";
                }
            }
        }
    }

    private static bool IsVisible(TypeDefinition type) => type.IsNested ? type.IsNestedPublic && IsVisible(type.DeclaringType) : type.IsPublic;

    private static bool IsOwnPublicMethod(MethodDefinition method) =>
        method.IsPublic && !method.IsConstructor && !method.IsGenerated() && !method.IsGetter && !method.IsSetter
        && !(method.IsVirtual && !method.IsNewSlot) && !method.Name.Contains('<', StringComparison.Ordinal);
}
