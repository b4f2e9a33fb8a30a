using System.Net;
using System.Net.Http.Headers;
using Microsoft.Playwright;

namespace Marketplace.Portal.Tests;

/// <summary>What somebody who writes programs does: keys and secrets that are replaced without a gap.</summary>
public sealed class DeveloperJourneyTests(PortalMarket market)
{
    [Fact]
    public async Task AKeyIsRotatedWithoutAGapAndRevoked()
    {
        var page = await market.OpenAsync("OPERATOR");
        await page.GotoAsync("/developers");
        await page.GetByText("Make a key").ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Nightly export");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        var first = await KeptAsync(page);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(first));

        await Row(page, "Nightly export").First.GetByRole(AriaRole.Button, new() { Name = "Rotate" }).ClickAsync();
        var second = await KeptAsync(page);
        Assert.NotEqual(first, second);

        // For a day both open the same doors, so that programs can be given the new one.
        Assert.Equal(HttpStatusCode.OK, await AskAsync(first));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(second));
        await Assertions.Expect(Row(page, "Nightly export")).ToHaveCountAsync(2);

        await Row(page, second[..second.LastIndexOf('_')]).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Assertions.Expect(Row(page, second[..second.LastIndexOf('_')])).ToContainTextAsync("Revoked");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(second));
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "API keys" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText(first)).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task AWebhooksSecretIsShownOnceAndReplaced()
    {
        var page = await market.OpenAsync("OPERATOR", isPhone: true, isDark: true);
        await page.GotoAsync("/developers");
        await page.GetByText("Add an endpoint").ClickAsync();
        await page.GetByLabel("Address", new() { Exact = true }).FillAsync("https://hooks.example.com/in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add it" }).ClickAsync();
        var first = await KeptAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Deliveries" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "New secret" }).ClickAsync();
        var second = await KeptAsync(page);
        Assert.NotEqual(first, second);
        await page.Context.CloseAsync();
    }

    private static ILocator Row(IPage page, string name) => page.GetByRole(AriaRole.Region, new() { Name = "API keys" }).Locator("tbody tr", new() { HasText = name });

    /// <summary>The secret that is shown once, taken down.</summary>
    private static async Task<string> KeptAsync(IPage page)
    {
        var secret = (await page.Locator("section[role=status] pre").InnerTextAsync()).Trim();
        await page.GetByRole(AriaRole.Button, new() { Name = "I have kept it" }).ClickAsync();
        await Assertions.Expect(page.Locator("section[role=status] pre")).ToHaveCountAsync(0);
        return secret;
    }

    private async Task<HttpStatusCode> AskAsync(string key)
    {
        using var http = new HttpClient { BaseAddress = market.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.GetAsync("/v1/me");
        return answer.StatusCode;
    }
}
