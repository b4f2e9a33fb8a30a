using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Marketplace.Portal.Tests.Reservations;

/// <summary>Both parties' way through a conversation: from its lease and its reservation, each in a window of its own.</summary>
public sealed class MessagePanelTests(PortalMarket market)
{
    [Fact]
    public async Task WhatOneSideWritesAppearsAtTheOtherOnceAndIsReadByLooking()
    {
        var tenant = await market.OpenAsync("TENANT");
        await tenant.GotoAsync("/leases");
        await tenant.GetByRole(AriaRole.Link, new() { Name = "Caprock Ridge GB200 NVL72" }).First.ClickAsync();
        var address = await tenant.Locator("a[href^='reservations/rsv_']").First.GetAttributeAsync("href");
        var lessor = await market.OpenAsync("OPERATOR", isPhone: true, isDark: true);
        await lessor.GotoAsync("/" + address);
        await lessor.Locator(".messages form").WaitForAsync();

        await tenant.Locator(".messages textarea").FillAsync("Could the first eight nodes come earlier?");
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true }).DblClickAsync();
        await Assertions.Expect(lessor.Locator(".said")).ToHaveTextAsync(["Could the first eight nodes come earlier?"]);

        // By keyboard alone.
        await lessor.Locator(".messages textarea").FocusAsync();
        await lessor.Keyboard.TypeAsync("Yes: on 20 February.");
        await lessor.Keyboard.PressAsync("Tab");
        await lessor.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tenant.Locator(".said")).ToHaveTextAsync(["Could the first eight nodes come earlier?", "Yes: on 20 February."]);
        await Assertions.Expect(tenant.Locator(".messages textarea")).ToHaveValueAsync("");

        Assert.True(await lessor.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The reservation is wider than a phone.");
        foreach (var page in new[] { tenant, lessor })
        {
            Assert.DoesNotContain((await page.RunAxe()).Violations, violation => violation.Impact is "serious" or "critical");
        }

        await tenant.GotoAsync("/notices");
        await Assertions.Expect(tenant.Locator("tbody tr").First).ToContainTextAsync("Yes: on 20 February.");
        await Assertions.Expect(tenant.Locator("tbody tr").First).ToContainTextAsync("read");
        await tenant.Locator("a[href$='#messages']").First.ClickAsync();
        await Assertions.Expect(tenant.Locator("#messages")).ToBeInViewportAsync(new() { Ratio = 0.5f });
        await tenant.GotoAsync("/notices");
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Mark all as read" }).ClickAsync();
        await Assertions.Expect(tenant.Locator(".bell span")).ToHaveCountAsync(0);
        await tenant.ReloadAsync();
        await Assertions.Expect(tenant.GetByRole(AriaRole.Link, new() { Name = "Notices", Exact = true })).ToBeVisibleAsync();
        await tenant.Context.CloseAsync();
        await lessor.Context.CloseAsync();
    }

    [Fact]
    public async Task ACalendarsAddressIsShownOnceAndAnswersWithTheDates()
    {
        var page = await market.OpenAsync("TENANT");
        await page.GotoAsync("/calendar");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make an address" }).ClickAsync();
        var address = (await page.Locator("pre").InnerTextAsync()).Trim();
        using var http = new HttpClient();
        Assert.Contains("BEGIN:VEVENT", await http.GetStringAsync(new Uri(address)), StringComparison.Ordinal);

        // Programs ask whether it is there before they subscribe.
        using var asking = new HttpRequestMessage(HttpMethod.Head, address);
        using var there = await http.SendAsync(asking);
        Assert.Equal(System.Net.HttpStatusCode.OK, there.StatusCode);
        Assert.Equal("text/calendar", there.Content.Headers.ContentType!.MediaType);
        Assert.Empty(await there.Content.ReadAsStringAsync());

        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Make an address" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("pre")).ToHaveCountAsync(0);
        using var gone = await http.GetAsync(new Uri(address));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, gone.StatusCode);
        await page.Context.CloseAsync();
    }
}
