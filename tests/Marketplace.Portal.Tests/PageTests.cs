using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Marketplace.Host.Tests;
using Marketplace.Portal.Tests.Language;
using Microsoft.Playwright;

namespace Marketplace.Portal.Tests;

/// <summary>Every page: nothing serious for people who see or hear differently, pictures for people to look at, and trouble said plainly.</summary>
public sealed class PageTests(PortalMarket market)
{
    /// <summary>Name, who looks, address, and what shows that it is there.</summary>
    public static TheoryData<string, string?, string, string> Pages => new()
    {
        { "market", null, "/", ".card" },
        { "market-table", null, "/?view=table", "tbody tr" },
        { "market-nothing", null, "/?quantity=20000", ".nothing" },
        { "map", null, "/map", ".spot" },
        { "site", null, "/sites/site_caprock", ".phase" },
        { "listing", null, "/listings/pool_caprockgb300?quantity=144&months=24", ".plot" },
        { "listing-power", null, "/listings/pool_caprockpower", ".plot" },
        { "sign-in", null, "/sign-in", "form" },
        { "register", null, "/register", "form" },
        { "not-found", null, "/nowhere", ".empty" },
        { "reservations", "TENANT", "/reservations", "tbody tr" },
        { "leases", "TENANT", "/leases", "tbody tr" },
        { "billing", "TENANT", "/billing", ".method-group" },
        { "credits", "TENANT", "/billing/credits", ".panel" },
        { "held", "TENANT", "/billing/held", "tbody tr" },
        { "billing-details", "TENANT", "/billing/details", ".empty, tbody tr" },
        { "operator-billing", "OPERATOR", "/billing", "tbody tr" },
        { "notices", "TENANT", "/notices", "tbody tr" },
        { "calendar", "TENANT", "/calendar", ".checks" },
        { "account", "TENANT", "/account", ".choices" },
        { "security", "TENANT", "/account/security", "tbody tr" },
        { "activity", "TENANT", "/account/activity", "tbody tr" },
        { "members", "TENANT", "/members", "tbody tr" },
        { "access-log", "TENANT", "/members/access", "tbody tr" },
        { "forgot-password", null, "/forgot-password", "form" },
        { "reset-password", null, "/reset-password?userId=usr_x&token=x", "form" },
        { "confirm-email", null, "/confirm-email?userId=usr_x&token=x", ".narrow .button" },
        { "confirm-new-email", null, "/confirm-new-email?userId=usr_x&email=a%40b.example&token=x", ".narrow .button" },
        { "invitation-gone", null, "/accept-invitation?token=x", ".hint" },
        { "developers", "TENANT", "/developers", "tbody tr" },
        { "operator", "OPERATOR", "/operator", "tbody tr" },
        { "operator-site", "OPERATOR", "/operator/sites/site_caprock", ".phase" },
        { "operator-pool", "OPERATOR", "/operator/pools/pool_caprockh200", ".plot" },
        { "payouts", "OPERATOR", "/payouts", ".panel" },
        { "admin", "ADMIN", "/admin", "tbody tr" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task APageIsAccessibleLightAndDarkOnDesktopAndPhone(string name, string? who, string address, string shown)
    {
        foreach (var (isPhone, isDark) in new[] { (false, false), (true, true) })
        {
            var page = await market.OpenAsync(who, isPhone, isDark);
            await LookAsync(page, name, address, shown, isPhone, isDark);
            await page.Context.CloseAsync();
        }
    }

    [Theory]
    [InlineData("reservation", "TENANT", "/reservations", "Caprock Ridge", ".story")]
    [InlineData("lease", "TENANT", "/leases", "Caprock Ridge GB200 NVL72", ".side")]
    [InlineData("invoice", "TENANT", "/billing", "INV-", ".money")]
    [InlineData("operator-lease", "OPERATOR", "/leases", "Caprock Ridge colocation", ".side")]
    [InlineData("operator-invoice", "OPERATOR", "/billing", "INV-", "#credits")]
    public async Task APageBehindAListIsAccessibleToo(string name, string who, string list, string link, string shown)
    {
        foreach (var (isPhone, isDark) in new[] { (false, false), (true, true) })
        {
            var page = await market.OpenAsync(who, isPhone, isDark);
            await page.GotoAsync(list);
            await page.Locator("tbody tr").First.WaitForAsync();
            await (list == "/reservations" ? page.Locator("tbody tr", new() { HasText = link }).Locator("a") : page.GetByRole(AriaRole.Link, new() { Name = link })).First.ClickAsync();
            await page.Locator(shown).First.WaitForAsync();
            await LookAsync(page, name, new Uri(page.Url).PathAndQuery, shown, isPhone, isDark);
            await page.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task GermanPagesSpeakGermanAndCountSo()
    {
        var page = await market.OpenAsync(language: "de-DE");
        await page.GotoAsync("/?view=table");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Rechenkapazität reservieren, bevor sie gebaut ist" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync(" $");
        await page.GetByLabel("Sprache").SelectOptionAsync("en");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Reserve compute before it is built" })).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    /// <summary>What is said in a visible text, label or hint, but for what is marked as English, names of code, and what people wrote.</summary>
    private const string Said = """
        () => {
          const said = [];
          const walker = document.createTreeWalker(document.querySelector('.portal'), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const around = walker.currentNode.parentElement;
            if (!around.closest('[lang=en], code, pre, script, style, option') && around.checkVisibility()) said.push(walker.currentNode.data);
          }
          for (const each of document.querySelectorAll('.portal [aria-label], .portal [placeholder], .portal [title]'))
            for (const name of ['aria-label', 'placeholder', 'title']) if (each.hasAttribute(name)) said.push(each.getAttribute(name));
          return said.map(text => text.trim().replace(/\s+/g, ' ')).filter(text => text.length > 2);
        }
        """;

    [Fact]
    public async Task NoPageSaysAnythingInEnglishToWhoeverReadsGerman()
    {
        var left = new List<string>();
        foreach (var byReader in Pages.Select(row => row.Data).GroupBy(row => row.Item2))
        {
            var page = await market.OpenAsync(byReader.Key, language: "de-DE");
            foreach (var (name, _, address, shown) in byReader)
            {
                await page.GotoAsync(address);
                await LeftAsync(page, name, shown);
            }

            if (byReader.Key == "TENANT")
            {
                foreach (var (name, list, shown) in new[] { ("reservation", "/reservations", ".story"), ("lease", "/leases", ".side"), ("invoice", "/billing", ".money") })
                {
                    await page.GotoAsync(list);
                    await page.Locator("tbody a").First.ClickAsync();
                    await LeftAsync(page, name, shown);
                }
            }

            await page.Context.CloseAsync();
        }

        Assert.Empty(left);

        async Task LeftAsync(IPage page, string name, string shown)
        {
            await page.Locator(shown).First.WaitForAsync();
            await page.ScreenshotAsync(new() { Path = Path.Combine(PortalFiles.Screenshots, $"{name}-german.png"), FullPage = true });
            left.AddRange((await page.EvaluateAsync<string[]>(Said)).Where(EnglishTexts.IsEnglish).Distinct().Select(text => $"{name}: {text}"));
        }
    }

    [Fact]
    public async Task GoingBackBeforeAPageIsDrawnShowsThePageOfTheAddress()
    {
        var page = await market.OpenAsync();
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "Map", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/map$"));

        // The connection begins with the address of that moment, and hears of changes only once it stands.
        await page.AddInitScriptAsync("""
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (data) {
              send.call(this, data);
              if (typeof data !== 'string' && new TextDecoder().decode(data).includes('StartCircuit')) {
                WebSocket.prototype.send = send;
                history.back();
              }
            };
            """);
        await page.ReloadAsync();
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("/map$"));
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Reserve compute before it is built" })).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task WithoutAnApiAPageSaysWhatToDoAndTriesByItself()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await (await market.OpenAsync()).Context.CloseAsync(); // Skips without a browser, and says where the host is.
        HostProcess.Program = PortalFiles.Host;
        var folder = Directory.CreateTempSubdirectory("marketplace-portal-alone-");
        await using var alone = HostProcess.Start(folder.FullName, "--role", "portal", "--Portal:ApiBaseUrl", $"http://127.0.0.1:{port}/");
        await alone.PrintedAsync("Pages for people");
        var address = new Uri(alone.Output.Split("Pages for people")[1].Trim().Split('\n')[0].Trim());
        var page = await market.OpenAsync(at: address);
        await page.GotoAsync("/");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Not reachable just now" })).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Try again" })).ToBeVisibleAsync();
        using var api = new TcpListener(IPAddress.Loopback, port);
        api.Start();
        using var asked = await api.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        await page.Context.CloseAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task APortalAloneForwardsToItsApi()
    {
        await (await market.OpenAsync()).Context.CloseAsync();
        var folder = Directory.CreateTempSubdirectory("marketplace-portal-alone-");
        await using var alone = HostProcess.Start(folder.FullName, "--role", "portal", "--Portal:ApiBaseUrl", market.Address.ToString());
        await alone.PrintedAsync("Pages for people");
        var address = new Uri(alone.Output.Split("Pages for people")[1].Trim().Split('\n')[0].Trim());
        var page = await market.OpenAsync(at: address);
        await page.GotoAsync("/");
        await page.Locator(".card").First.WaitForAsync();
        using var http = new HttpClient { BaseAddress = address };
        Assert.Contains("canAdvance", await http.GetStringAsync("/v1/clock"), StringComparison.Ordinal);
        await page.Context.CloseAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task PagesComeWithAStrictPolicyAndForeignPathsWithProblems()
    {
        await (await market.OpenAsync()).Context.CloseAsync();
        using var http = new HttpClient { BaseAddress = market.Address };
        using var page = await http.GetAsync("/");
        Assert.Contains("script-src 'self';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var unknown = await http.GetAsync("/v1/nothing");
        Assert.Equal("application/problem+json", unknown.Content.Headers.ContentType!.MediaType);
        using var lost = await http.GetAsync("/nowhere");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, lost.StatusCode);
        Assert.Equal("text/html", lost.Content.Headers.ContentType!.MediaType);
    }

    internal static async Task LookAsync(IPage page, string name, string address, string shown, bool isPhone, bool isDark)
    {
        await page.GotoAsync(address);
        await page.Locator(shown).First.WaitForAsync();
        await page.EvaluateAsync("document.fonts.ready");
        await page.ScreenshotAsync(new()
        {
            Path = Path.Combine(PortalFiles.Screenshots, $"{name}-{(isPhone ? "phone" : "desktop")}-{(isDark ? "dark" : "light")}.png"),
            FullPage = true,
        });
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{name} is wider than the window.");
        var violations = (await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").ToList();
        Assert.True(violations.Count == 0, string.Join("\n", violations.Select(violation =>
            $"{name}: {violation.Id}: {violation.Help}: {string.Join("; ", violation.Nodes.Take(3).Select(node => $"{node.Target} {node.Html}"))}")));
    }
}
