using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Marketplace.Api.Http;

/// <summary>
/// Reads JSON (or a query string) into a model record, strictly, and names every fault instead of stopping at the first.
/// A constructor parameter that is neither nullable nor defaulted is required; unknown members are faults; ranges and
/// lengths are the parameter's DataAnnotations; list lengths its <see cref="ItemsAttribute"/>.
/// </summary>
internal static class ModelReader
{
    private const int MostItems = 1_000;
    private static readonly ConcurrentDictionary<Type, Plan> Plans = new();

    /// <summary>The model, or null when there are faults.</summary>
    public static T? Read<T>(JsonElement json, Faults faults)
        where T : class => (T?)ReadObject(typeof(T), json, "", faults);

    /// <summary>A model from a query string: each member once, lists repeated.</summary>
    public static T? Read<T>(IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> query, IReadOnlySet<string> others, Faults faults)
        where T : class => (T?)ReadQuery(typeof(T), query, others, faults);

    /// <summary>The members of a model in order.</summary>
    public static ImmutableArray<Field> FieldsOf(Type type) => Plans.GetOrAdd(type, PlanOf).Fields;

    private static object? ReadObject(Type type, JsonElement json, string path, Faults faults)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            faults.Add(path, Faults.WrongType, $"Expected an object, found {Kind(json)}.");
            return null;
        }

        var plan = Plans.GetOrAdd(type, PlanOf);
        var before = faults.Count;
        var arguments = new object?[plan.Fields.Length];
        var given = new bool[plan.Fields.Length];
        foreach (var member in json.EnumerateObject())
        {
            if (!plan.Index.TryGetValue(member.Name, out var i))
            {
                faults.Add(Join(path, Shown(member.Name)), Faults.UnknownField, plan.Index.Count == 0
                    ? "There is no such field here: this takes none."
                    : $"There is no such field here. Expected: {string.Join(", ", plan.Index.Keys.Order(StringComparer.Ordinal))}.");
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                given[i] = true;
                arguments[i] = ReadValue(plan.Fields[i], plan.Fields[i].Type, member.Value, Join(path, member.Name), faults);
            }
        }

        return Make(plan, arguments, given, path, before, faults);
    }

    private static object? ReadQuery(Type type, IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> query, IReadOnlySet<string> others, Faults faults)
    {
        var plan = Plans.GetOrAdd(type, PlanOf);
        var before = faults.Count;
        var arguments = new object?[plan.Fields.Length];
        var given = new bool[plan.Fields.Length];
        foreach (var (name, values) in query)
        {
            if (others.Contains(name))
            {
                continue;
            }

            if (!plan.Index.TryGetValue(name, out var i))
            {
                var known = plan.Index.Keys.Concat(others).Order(StringComparer.Ordinal).ToList();
                faults.Add(Shown(name), Faults.UnknownField, known.Count == 0
                    ? "There is no such query parameter here: this takes none."
                    : $"There is no such query parameter here. Expected: {string.Join(", ", known)}.");
                continue;
            }

            var field = plan.Fields[i];
            given[i] = true;
            if (field.Item is { } item)
            {
                arguments[i] = ListOf(field, item, [.. values.Select((value, n) => ScalarReader.ReadText(item, value, $"{name}[{n}]", faults))], name, faults);
            }
            else if (values.Count != 1)
            {
                faults.Add(name, Faults.WrongType, "Expected one value.");
            }
            else
            {
                arguments[i] = Checked(field, ScalarReader.ReadText(field.Type, values[0], name, faults), name, faults);
            }
        }

        return Make(plan, arguments, given, "", before, faults);
    }

    private static object? Make(Plan plan, object?[] arguments, bool[] given, string path, int before, Faults faults)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (given[i])
            {
                continue;
            }

            var field = plan.Fields[i];
            if (field.Required)
            {
                faults.Add(Join(path, field.Name), Faults.Missing, "This field is required.");
            }
            else
            {
                arguments[i] = field.Default;
            }
        }

        return faults.Count > before ? null : plan.Constructor.Invoke(arguments);
    }

    private static object? ReadValue(Field field, Type type, JsonElement json, string path, Faults faults)
    {
        if (field.Item is { } item && type == field.Type)
        {
            if (json.ValueKind != JsonValueKind.Array)
            {
                faults.Add(path, Faults.WrongType, $"Expected a list, found {Kind(json)}.");
                return null;
            }

            if (json.GetArrayLength() > (field.Items?.Most ?? MostItems))
            {
                faults.Add(path, Faults.OutOfRange, $"Expected at most {field.Items?.Most ?? MostItems:N0} items, found {json.GetArrayLength():N0}.");
                return null;
            }

            var n = 0;
            return ListOf(field, item, [.. json.EnumerateArray().Select(element => ReadItem(item, element, $"{path}[{n++}]", faults))], path, faults);
        }

        return Checked(field, ReadItem(type, json, path, faults, field.LongestText), path, faults);
    }

    private static object? ReadItem(Type type, JsonElement json, string path, Faults faults, int longest = ScalarReader.LongestText) => ScalarReader.Reads(type)
        ? ScalarReader.Read(type, json, path, faults, longest)
        : ReadObject(type, json, path, faults);

    private static object? ListOf(Field field, Type item, object?[] values, string path, Faults faults)
    {
        if (field.Items is { } bounds && (values.Length < bounds.Least || values.Length > bounds.Most))
        {
            faults.Add(path, Faults.OutOfRange, $"Expected {bounds.Least:N0} to {bounds.Most:N0} items, found {values.Length:N0}.");
            return null;
        }

        if (Array.IndexOf(values, null) >= 0)
        {
            return null;
        }

        var array = Array.CreateInstance(item, values.Length);
        values.CopyTo(array, 0);
        return AsImmutable.MakeGenericMethod(item).Invoke(null, [array]);
    }

    private static object? Checked(Field field, object? value, string path, Faults faults)
    {
        if (value is null)
        {
            return null;
        }

        foreach (var rule in field.Rules)
        {
            if (!rule.IsValid(value))
            {
                faults.Add(path, rule is RegularExpressionAttribute ? Faults.InvalidFormat : Faults.OutOfRange, Expectation(rule));
                return null;
            }
        }

        return value;
    }

    private static string Expectation(ValidationAttribute rule) => rule switch
    {
        LengthAttribute length => Characters(length.MinimumLength, length.MaximumLength),
        StringLengthAttribute length => Characters(length.MinimumLength, length.MaximumLength),
        RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"Expected {range.Minimum:#,0.###} to {range.Maximum:#,0.###}."),
        RegularExpressionAttribute pattern => $"Expected text that matches {pattern.Pattern}.",
        _ => rule.FormatErrorMessage("value"),
    };

    private static string Characters(int least, int most) => string.Create(CultureInfo.InvariantCulture, $"Expected {least:N0} to {most:N0} characters.");

    private static string Join(string path, string name) => path.Length == 0 ? name : path + "." + name;

    private static string Shown(string name) => name.Length <= 60 ? name : name[..60] + "…";

    private static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Null => "null",
        JsonValueKind.String => "a string",
        _ => "a number",
    };

    private static readonly MethodInfo AsImmutable = typeof(ModelReader).GetMethod(nameof(ToImmutable), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static ImmutableArray<T> ToImmutable<T>(T[] items) => ImmutableCollectionsMarshal.AsImmutableArray(items);

    private static Plan PlanOf(Type type)
    {
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .Where(candidate => candidate.GetParameters() is not [{ } only] || only.ParameterType != type)
            .OrderByDescending(candidate => candidate.GetParameters().Length)
            .First();
        var nullability = new NullabilityInfoContext();
        var fields = constructor.GetParameters().Select(parameter => FieldOf(type, parameter, nullability)).ToImmutableArray();
        return new Plan(constructor, fields, fields.Select((field, i) => (field.Name, i)).ToDictionary(pair => pair.Name, pair => pair.i, StringComparer.Ordinal));
    }

    private static Field FieldOf(Type owner, ParameterInfo parameter, NullabilityInfoContext nullability)
    {
        var bare = Nullable.GetUnderlyingType(parameter.ParameterType);
        var property = owner.GetProperty(parameter.Name!);
        var optional = bare is not null || parameter.HasDefaultValue || nullability.Create(parameter).WriteState == NullabilityState.Nullable;
        var type = bare ?? parameter.ParameterType;
        return new Field(
            JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!),
            type,
            type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) ? type.GetGenericArguments()[0] : null,
            !optional,
            bare is not null || nullability.Create(parameter).WriteState == NullabilityState.Nullable,
            parameter.HasDefaultValue ? parameter.DefaultValue ?? (bare is null && type.IsValueType ? Activator.CreateInstance(type) : null) : null,
            [.. parameter.GetCustomAttributes<ValidationAttribute>().Concat(property?.GetCustomAttributes<ValidationAttribute>() ?? [])],
            parameter.GetCustomAttribute<ItemsAttribute>() ?? property?.GetCustomAttribute<ItemsAttribute>());
    }

    /// <summary>One member of a model.</summary>
    public sealed record Field(string Name, Type Type, Type? Item, bool Required, bool IsNullable, object? Default, ImmutableArray<ValidationAttribute> Rules, ItemsAttribute? Items)
    {
        /// <summary>Most characters of a text: a field may allow more than is usual.</summary>
        public int LongestText { get; } = Math.Max(ScalarReader.LongestText, Rules.OfType<LengthAttribute>().Select(rule => rule.MaximumLength).DefaultIfEmpty().Max());
    }

    private sealed record Plan(ConstructorInfo Constructor, ImmutableArray<Field> Fields, Dictionary<string, int> Index);
}
