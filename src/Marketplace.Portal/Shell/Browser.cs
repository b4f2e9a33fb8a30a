using System.Text.Json;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Shell;

/// <summary>What passes between the pages and the browser that shows them.</summary>
internal static class Browser
{
    /// <summary>An address of this origin to go on to; the market where another origin is named. Browsers leave out tabs and line ends, so that <c>/⇥/</c> is <c>//</c> to them.</summary>
    public static string Local(string? address) =>
        address is ['/', ..] && !address.StartsWith("//", StringComparison.Ordinal) && !address.Contains('\\', StringComparison.Ordinal) && !address.Any(char.IsControl) ? address : "/";

    /// <summary>A text in an answer; null where there is none of this name.</summary>
    public static string? TextOf(string body, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What a problem document says, in the viewer's language: its fields at fault, or else the whole.</summary>
    public static string? DetailOf(string body, Texts texts)
    {
        try
        {
            return JsonSerializer.Deserialize<Client.Problem>(body) is { Detail: not null } problem
                ? problem.Errors is { Count: > 0 } errors ? string.Join(' ', errors.Select(fault => texts.Said(fault.Message, problem.Code))) : texts.Said(problem.Detail, problem.Code)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>An answer to a request that the browser itself sent.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Body">The body as it came.</param>
    internal sealed record Answer(int Status, string Body);
}
