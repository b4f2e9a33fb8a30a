using Microsoft.Extensions.Options;

namespace Marketplace.Host;

/// <summary>
/// Keeps parts of the framework from logging what opens something, whatever level the settings ask for: addresses of links in mails, of
/// calendars and of ways back from other sign-in services, and what is typed into pages.
/// </summary>
internal static class DiscreetLogs
{
    /// <summary>Who writes whole addresses, or what was sent over a page's live connection, below a warning.</summary>
    private static readonly string[] Telling =
    [
        "Microsoft.AspNetCore.Hosting.Diagnostics",
        "Microsoft.AspNetCore.Routing",
        "Microsoft.AspNetCore.StaticFiles",
        "Microsoft.AspNetCore.StaticAssets",
        "Microsoft.AspNetCore.Components",
        "Microsoft.AspNetCore.SignalR",
        "Microsoft.AspNetCore.Http.Connections",
        "Microsoft.AspNetCore.Authentication",
        "Microsoft.AspNetCore.HttpLogging",
        "Microsoft.AspNetCore.Server.Kestrel.Connections",
        "Yarp.ReverseProxy",
        "System.Net.Http.HttpClient",
    ];

    /// <summary>Lets them say warnings and worse, or less where the settings want less.</summary>
    public static void AddDiscreetLogs(this IServiceCollection services) => services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>>(
        new PostConfigureOptions<LoggerFilterOptions>(Options.DefaultName, Quieten));

    internal static void Quieten(LoggerFilterOptions options)
    {
        // Rules for one provider count before those for all, so each provider that has any gets its own.
        var providers = options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToList();
        var quiet = (from provider in providers
                     from category in Telling
                     select new LoggerFilterRule(provider, category, LevelOf(options, provider, category), null)).ToList();
        foreach (var loud in options.Rules.Where(rule => Telling.Any(category => IsWithin(rule.CategoryName, category))).ToList())
        {
            options.Rules.Remove(loud);
            if (loud.LogLevel > LogLevel.Warning)
            {
                options.Rules.Add(loud);
            }
        }

        quiet.ForEach(options.Rules.Add);
    }

    private static LogLevel LevelOf(LoggerFilterOptions options, string? provider, string category)
    {
        var asked = options.Rules
            .Where(rule => (rule.ProviderName is null || rule.ProviderName == provider) && (rule.CategoryName is null || IsWithin(category, rule.CategoryName)))
            .OrderBy(rule => rule.ProviderName is null ? 0 : 1).ThenBy(rule => rule.CategoryName?.Length ?? 0)
            .LastOrDefault()?.LogLevel ?? options.MinLevel;
        return asked > LogLevel.Warning ? asked : LogLevel.Warning;
    }

    private static bool IsWithin(string? category, string parent) => category is not null
        && (category.Equals(parent, StringComparison.OrdinalIgnoreCase) || category.StartsWith(parent + ".", StringComparison.OrdinalIgnoreCase));
}
