namespace Marketplace.Portal.Shell;

/// <summary>What passes between the pages and the browser that shows them.</summary>
internal static class Browser
{
    /// <summary>An address of this origin to go on to; the market where another origin is named.</summary>
    public static string Local(string? address) =>
        address is ['/', ..] && !address.StartsWith("//", StringComparison.Ordinal) && !address.Contains('\\', StringComparison.Ordinal) ? address : "/";

    /// <summary>An answer to a request that the browser itself sent.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Body">The body as it came.</param>
    internal sealed record Answer(int Status, string Body);
}
