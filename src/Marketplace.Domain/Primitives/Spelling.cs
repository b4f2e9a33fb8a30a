namespace Marketplace.Domain.Primitives;

/// <summary>How sentences for callers spell what the code names.</summary>
public static class Spelling
{
    /// <summary>The value as requests and answers write it, such as <c>awaitingApproval</c>.</summary>
    public static string Spelled<T>(this T value)
        where T : struct, Enum => value.ToString() is { Length: > 0 } name ? char.ToLowerInvariant(name[0]) + name[1..] : "";
}
