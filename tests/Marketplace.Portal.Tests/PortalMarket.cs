using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Marketplace.Host.Tests;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Marketplace.Portal.Tests.PortalMarket))]

namespace Marketplace.Portal.Tests;

/// <summary>One demo market in a process of its own, and one browser, for all journeys. Neither is started where no browser is.</summary>
public sealed partial class PortalMarket : IAsyncLifetime
{
    private static readonly string[] Quiet =
    [
        "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--no-default-browser-check",
        "--disable-features=OptimizationHints,MediaRouter,DialMediaRouteProvider,Translate,CertificateTransparencyComponentUpdater",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-domain-reliability",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-portal-").FullName;
    private readonly Dictionary<string, string> keys = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim starting = new(1);
    private readonly ConcurrentQueue<IPage> opened = new();
    private IPlaywright? playwright;
    private IBrowser? browser;
    private HostProcess? host;

    /// <summary>Where the market listens.</summary>
    public Uri Address { get; private set; } = null!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await KeepWhatFailedAsync();
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        starting.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A window of somebody.</summary>
    /// <param name="who"><c>TENANT</c>, <c>OPERATOR</c>, <c>ADMIN</c>, or null for a stranger.</param>
    /// <param name="isPhone">Whether it is as narrow as a phone.</param>
    /// <param name="isDark">Whether its owner likes it dark.</param>
    /// <param name="language">Its language.</param>
    /// <param name="at">Another address than the market's.</param>
    public async Task<IPage> OpenAsync(string? who = null, bool isPhone = false, bool isDark = false, string language = "en-US", Uri? at = null)
    {
        await StartAsync(isMarketNeeded: at is null);
        var context = await browser!.NewContextAsync(new()
        {
            BaseURL = (at ?? Address).ToString(),
            ViewportSize = isPhone ? new() { Width = 390, Height = 844 } : new() { Width = 1360, Height = 900 },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            Locale = language,
            TimezoneId = "Europe/Berlin",
        });
        context.SetDefaultTimeout(20_000);
        Assertions.SetDefaultExpectTimeout(20_000);

        // Nothing of the pages comes from elsewhere.
        await context.RouteAsync(url => !url.StartsWith((at ?? Address).GetLeftPart(UriPartial.Authority), StringComparison.Ordinal), route => throw new InvalidOperationException($"A page asked for {route.Request.Url}."));
        await context.AddInitScriptAsync("localStorage.setItem('marketplace.tour', 'seen')");
        var page = await context.NewPageAsync();
        opened.Enqueue(page);
        if (who is not null)
        {
            await page.GotoAsync("/sign-in");
            await page.Locator("form input[type=email]").FillAsync(keys[who + "_EMAIL"]);
            await page.Locator("form input[type=password]").FillAsync(keys[who + "_PASSWORD"]);
            await page.Locator("form button[type=submit]").ClickAsync();
            await page.Locator(".who").WaitForAsync();
        }

        return page;
    }

    /// <summary>The API key of somebody, once a window was opened.</summary>
    /// <param name="who">As for a window.</param>
    public string KeyOf(string who) => keys[who + "_KEY"];

    /// <summary>The address of the link in a mail, which the sandbox writes to the console, below the market's own.</summary>
    /// <param name="to">Whose mail.</param>
    /// <param name="subject">Its subject.</param>
    /// <param name="after">The link of the mail before, where another of the same subject is awaited.</param>
    public async Task<string> LinkAsync(string to, string subject, string? after = null)
    {
        var head = $"Mail to {to}: {subject}";
        await host!.PrintedAsync(head);
        using var looking = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            // The lines of a mail are printed one after the other.
            if (Link().Match(host.Output, host.Output.LastIndexOf(head, StringComparison.Ordinal)) is { Success: true } link && link.Groups[1].Value != after)
            {
                return link.Groups[1].Value;
            }

            await looking.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A test closes its windows when it has passed; what is still open belongs to one that failed, and shows why.</summary>
    private async Task KeepWhatFailedAsync()
    {
        foreach (var (index, page) in opened.Where(page => !page.IsClosed).Index())
        {
            var name = Path.Combine(PortalFiles.Screenshots, $"failed-{index + 1}");
            try
            {
                await page.ScreenshotAsync(new() { Path = name + ".png", Timeout = 5_000 });
                await File.WriteAllTextAsync(name + ".txt", page.Url + "\n\n" + await page.Locator("body").InnerTextAsync(new() { Timeout = 5_000 }));
            }
            catch (PlaywrightException error)
            {
                await File.WriteAllTextAsync(name + ".txt", $"{page.Url}\n\n{error.Message}");
            }
        }
    }

    [GeneratedRegex(@"https?://[^/\s]+/(\S+)\s")]
    private static partial Regex Link();

    private async Task StartAsync(bool isMarketNeeded)
    {
        var chromium = Environment.GetEnvironmentVariable("MARKETPLACE_BROWSER") is { Length: > 0 } named ? named : "/usr/bin/chromium";
        Assert.SkipUnless(File.Exists(chromium), "There is no Chromium here: tests/browser/setup installs one where it may.");
        await starting.WaitAsync();
        try
        {
            if (browser is null)
            {
                playwright = await Playwright.CreateAsync();
                browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = Quiet });
            }

            if (host is null && isMarketNeeded)
            {
                HostProcess.Program = PortalFiles.Host;

                // All visitors of the tests share one address, and a few accounts.
                host = await HostProcess.StartReadyAsync(Path.Combine(folder, "data"), "--Api:AttemptsPerMinutePerAddress", "1000", "--Api:AttemptsPerMinutePerAccount", "1000");
                Address = await host.ReadyAsync();
                foreach (var line in await File.ReadAllLinesAsync(Path.Combine(folder, "data", "keys.env")))
                {
                    var parts = line.Replace("export ", "", StringComparison.Ordinal).Split('=', 2);
                    keys[parts[0]] = parts[1].Split(' ')[0];
                }
            }
        }
        finally
        {
            starting.Release();
        }
    }
}
