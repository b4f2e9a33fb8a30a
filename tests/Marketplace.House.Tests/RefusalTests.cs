using System.Text;
using System.Text.RegularExpressions;
using Marketplace.Domain.Primitives;

namespace Marketplace.House.Tests;

/// <summary>Every refusal is documented, has one stable code, and one HTTP status.</summary>
public sealed partial class RefusalTests
{
    private static readonly Type ProblemCode = System.Reflection.Assembly.Load("Marketplace.Api").GetType("Marketplace.Api.Http.ProblemCode", throwOnError: true)!;

    [Fact]
    public void EveryValueHasItsMeaning() => House.Holds(
        "A refusal has a code in snake_case, and a meaning that is a sentence: what is wrong and what would be right.",
        from refusal in All()
        where !SnakeCase().IsMatch(refusal.Meaning.Code) || refusal.Meaning.Meaning.Length < 20 || !refusal.Meaning.Meaning.EndsWith('.')
        select $"{refusal.Value.GetType().Name}.{refusal.Value}: {refusal.Meaning.Code}: {refusal.Meaning.Meaning}");

    [Fact]
    public void CodesAreUnique() => House.Holds(
        "A code names one refusal, whatever room it is in; the API's own and a room's may be the same with the same status.",
        from refusal in All().Select(refusal => (refusal.Meaning.Code, Name: $"{refusal.Value.GetType().Name}.{refusal.Value}"))
            .Concat(OfTheApi().Where(problem => !All().Any(same => same.Meaning.Code == problem.Code && StatusOf(same.Meaning.Kind) == problem.Status)).Select(problem => (problem.Code, Name: "the API's own")))
        group refusal.Name by refusal.Code into same
        where same.Count() > 1
        select $"{same.Key}: {string.Join(", ", same)}");

    [Fact]
    public void ValuesStandInOrderOfPrecedence() => House.Holds(
        "A value's number is its place in the list, so that the list is the precedence.",
        from type in Lists()
        from pair in Enum.GetValues(type).Cast<Enum>().Zip(Enum.GetNames(type)).Select((pair, index) => (pair.First, index))
        where Convert.ToInt64(pair.First, null) != pair.index
        select $"{type.Name}.{pair.First} has the number {Convert.ToInt64(pair.First, null)} at place {pair.index}");

    [Fact]
    public void ABusyRefusalIsRetryable() => House.Holds(
        "Busy means: ask again.",
        from refusal in All()
        where refusal.Meaning.Kind == RefusalKind.Busy && refusal.Meaning.RefusalClass != RefusalClass.Retryable
        select refusal.Meaning.Code);

    [Fact]
    public void TheDocumentationIsThisList() => Snapshot.Matches("docs/refusals.md", Page());

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append("""
            # Refusals

            Generated from the closed lists in code; `MARKETPLACE_ACCEPT=1 bash tests/run` writes it anew.

            A refusal is a problem document (RFC 9457) with a stable `code`. Within a list the order is the precedence: when several
            apply, the first one is given. *Final*: the same request will be refused again. *Retryable*: it may succeed later, with the
            same idempotency key.

            """);
        page.Append("\n## Of the API itself\n\n| code | status | class | meaning |\n|---|---|---|---|\n");
        foreach (var (code, status, title, retryable) in OfTheApi())
        {
            page.Append($"| `{code}` | {status} | {(retryable ? "retryable" : "final")} | {title} |\n");
        }

        foreach (var list in All().GroupBy(refusal => refusal.Value.GetType()))
        {
            page.Append($"\n## {list.Key.Name}\n\n| code | status | class | meaning |\n|---|---|---|---|\n");
            foreach (var (_, meaning) in list)
            {
                page.Append($"| `{meaning.Code}` | {StatusOf(meaning.Kind)} | {meaning.RefusalClass.ToString().ToLowerInvariant()} | {meaning.Meaning.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            }
        }

        return page.ToString();
    }

    /// <summary>The API's own mapping.</summary>
    private static int StatusOf(RefusalKind kind) => (int)ProblemCode.GetMethod("StatusOf")!.Invoke(null, [kind])!;

    /// <summary>Problems that are no room's refusal: bad input, keys, limits.</summary>
    private static IEnumerable<(string Code, int Status, string Title, bool Retryable)> OfTheApi() =>
        from object code in (System.Collections.IEnumerable)ProblemCode.GetProperty("Own")!.GetValue(null)!
        select ((string)Of(code, "Code"), (int)Of(code, "Status"), (string)Of(code, "Title"), (bool)Of(code, "Retryable"));

    private static object Of(object code, string property) => ProblemCode.GetProperty(property)!.GetValue(code)!;

    private static IEnumerable<(Enum Value, RefusalMeaningAttribute Meaning)> All() =>
        House.Modules.SelectMany(module => Refusal.All(System.Reflection.Assembly.Load(module.Assembly.Name.Name)));

    private static IEnumerable<Type> Lists() => All().Select(refusal => refusal.Value.GetType()).Distinct();

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();
}
