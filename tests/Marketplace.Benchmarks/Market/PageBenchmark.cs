using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;

namespace Marketplace.Benchmarks.Market;

/// <summary>The market's page in a Chromium started anew for each run: until the first offer can be clicked, and from a key typed to the list that answers it.</summary>
internal static class PageBenchmark
{
    private const int Runs = 10;
    private const string Typed = "hydro ridge";

    /// <summary>Types and waits until the list is the answer to it.</summary>
    private const string Type = """
        (text) => new Promise((done) => {
          const [begin, input, results] = [performance.now(), document.querySelector('.words input'), document.querySelector('.results')];
          new MutationObserver((_, seen) => {
            if (results.ariaBusy === 'false') { seen.disconnect(); done(performance.now() - begin); }
          }).observe(results, { attributeFilter: ['aria-busy'] });
          input.value = text;
          input.dispatchEvent(new Event('input', { bubbles: true }));
        })
        """;

    public static async Task RunAsync(Uri address)
    {
        var chromium = Environment.GetEnvironmentVariable("MARKETPLACE_BROWSER") is { Length: > 0 } named ? named : "/usr/bin/chromium";
        if (!File.Exists(chromium))
        {
            Console.WriteLine("The page is skipped: there is no Chromium here; tests/browser/setup installs one where it may.");
            return;
        }

        using var playwright = await Playwright.CreateAsync();
        var (shown, typed, bytes) = (new List<double>(), new List<double>(), 0L);
        for (var run = 0; run < Runs; run++)
        {
            await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"] });
            var page = await browser.NewPageAsync(new() { BaseURL = address.ToString(), ViewportSize = new() { Width = 1360, Height = 900 } });
            await page.AddInitScriptAsync("localStorage.setItem('marketplace.tour', 'seen')");
            var clock = Stopwatch.StartNew();
            await page.GotoAsync("/?from=2029-01-01", new() { WaitUntil = WaitUntilState.Commit });
            await page.Locator(".card h2 a").First.ClickAsync(new() { Trial = true });
            shown.Add(clock.Elapsed.TotalMilliseconds);
            bytes = await page.EvaluateAsync<long>("performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).reduce((sum, it) => sum + it.transferSize, 0)");

            for (var length = 1; length <= Typed.Length; length++)
            {
                typed.Add(await page.EvaluateAsync<double>(Type, Typed[..length]));
            }
        }

        Report("First offer can be clicked, browser started anew", shown);
        Report("From a key typed to the list that answers, a pause of 120 ms included", typed);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Transferred: {bytes / 1024.0:N0} KiB"));
    }

    private static void Report(string what, List<double> times)
    {
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {times[0]:0} to {times[^1]:0} ms, median {times[times.Count / 2]:0} ms, {times.Count} runs"));
    }
}
