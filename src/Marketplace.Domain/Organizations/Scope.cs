using System.Collections.Immutable;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Organizations;

/// <summary>
/// A narrowing of an API key to one area, written <c>area:read</c> or <c>area:write</c>; <c>write</c> includes <c>read</c>.
/// A key without scopes may do all that its role may.
/// </summary>
public readonly record struct Scope : IScalar<Scope, string>
{
    /// <summary>The areas of the API, in alphabetical order.</summary>
    public static readonly ImmutableArray<string> Areas =
        ["admin", "billing", "events", "leases", "market", "messages", "organizations", "pools", "quotes", "reservations", "sites"];

    private Scope(string value) => Value = value;

    /// <summary>Every scope there is, in alphabetical order.</summary>
    public static IEnumerable<string> All => Areas.SelectMany(area => new[] { area + ":read", area + ":write" });

    /// <summary>As written, such as <c>pools:write</c>.</summary>
    public string Value { get; }

    /// <summary>The scope written so.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such scope exists.</exception>
    public static Scope From(string value) => IsKnown(value)
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Not a scope.");

    /// <summary>Whether <see cref="From"/> accepts it.</summary>
    public static bool IsKnown(string? value) => All.Contains(value, StringComparer.Ordinal);

    /// <summary>Whether this scope lets the key into <paramref name="area"/>, for writing when <paramref name="write"/>.</summary>
    public bool Covers(string area, bool write) =>
        Value.Length > area.Length && Value[area.Length] == ':' && Value.StartsWith(area, StringComparison.Ordinal) &&
        (!write || Value.EndsWith(":write", StringComparison.Ordinal));

    /// <summary>As written.</summary>
    public override string ToString() => Value;
}
