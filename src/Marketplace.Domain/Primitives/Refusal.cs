using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;

namespace Marketplace.Domain.Primitives;

/// <summary>Whether asking again can help.</summary>
public enum RefusalClass
{
    /// <summary>The same request will be refused again; the caller must change it.</summary>
    Final,

    /// <summary>The same request may succeed later, with the same idempotency key.</summary>
    Retryable,
}

/// <summary>What sort of obstacle a refusal is. The API maps each kind to one HTTP status.</summary>
public enum RefusalKind
{
    /// <summary>The request itself cannot be right (400).</summary>
    Invalid,

    /// <summary>The caller may not do this (403).</summary>
    Forbidden,

    /// <summary>Who is asking was not shown (401).</summary>
    Unauthenticated,

    /// <summary>What is named does not exist, or not for this caller (404).</summary>
    NotFound,

    /// <summary>The request is well formed but does not fit the present state (409).</summary>
    Conflict,

    /// <summary>What is named existed and can no longer be used, such as an expired quote (410).</summary>
    Gone,

    /// <summary>The caller's version is not the current one (412).</summary>
    Precondition,

    /// <summary>Too much work is queued; ask again after a pause (503).</summary>
    Busy,
}

/// <summary>Documents one value of a closed list of refusals.</summary>
/// <param name="code">Stable code in the API, lower snake case.</param>
/// <param name="kind">What sort of obstacle it is.</param>
/// <param name="refusalClass">Whether asking again can help.</param>
/// <param name="meaning">One sentence for the documentation: what is wrong and what would be right.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class RefusalMeaningAttribute(string code, RefusalKind kind, RefusalClass refusalClass, string meaning) : Attribute
{
    /// <summary>Stable code in the API.</summary>
    public string Code { get; } = code;

    /// <summary>What sort of obstacle it is.</summary>
    public RefusalKind Kind { get; } = kind;

    /// <summary>Whether asking again can help.</summary>
    public RefusalClass RefusalClass { get; } = refusalClass;

    /// <summary>What is wrong and what would be right.</summary>
    public string Meaning { get; } = meaning;
}

/// <summary>
/// A business "no" as a value. It is made from a closed list, an enum whose name ends in <c>Refusal</c>, whose order is
/// its precedence: when several values apply, the first one listed is given.
/// </summary>
/// <param name="Code">Stable code in the API.</param>
/// <param name="Kind">What sort of obstacle it is.</param>
/// <param name="Class">Whether asking again can help.</param>
/// <param name="Detail">What is wrong here, where, and what would be right; for people.</param>
/// <param name="Field">The request's field at fault in camelCase, or null when no single field is.</param>
public sealed record Refusal(string Code, RefusalKind Kind, RefusalClass Class, string Detail, string? Field = null)
{
    private static readonly ConcurrentDictionary<Enum, RefusalMeaningAttribute> Meanings = new();

    /// <summary>Makes a refusal from a value of a closed list.</summary>
    public static Refusal Of<TCode>(TCode code, string detail, string? field = null)
        where TCode : struct, Enum
    {
        var meaning = Meanings.GetOrAdd(code, MeaningOf);
        return new Refusal(meaning.Code, meaning.Kind, meaning.RefusalClass, detail, field);
    }

    /// <summary>Every value of every closed list in <paramref name="assembly"/>, with its documentation, in precedence order per list.</summary>
    public static ImmutableArray<(Enum Value, RefusalMeaningAttribute Meaning)> All(Assembly assembly) =>
    [
        .. assembly.GetTypes()
            .Where(type => type.IsEnum && type.Name.EndsWith("Refusal", StringComparison.Ordinal))
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .SelectMany(type => Enum.GetValues(type).Cast<Enum>())
            .Select(value => (value, MeaningOf(value))),
    ];

    private static RefusalMeaningAttribute MeaningOf(Enum value) =>
        value.GetType().GetField(value.ToString())?.GetCustomAttribute<RefusalMeaningAttribute>()
        ?? throw new InvalidOperationException($"{value.GetType().Name}.{value} has no {nameof(RefusalMeaningAttribute)}.");
}
