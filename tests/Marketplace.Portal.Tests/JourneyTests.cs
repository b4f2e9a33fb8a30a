using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Marketplace.Portal.Tests;

/// <summary>What tenants, operators and administrators do, in a real browser against the real host.</summary>
[Collection(JourneyTests.MarketTime)]
public sealed partial class JourneyTests(PortalMarket market)
{
    /// <summary>Tests that move the market's time, and those that must find it where they left it.</summary>
    internal const string MarketTime = "market time";

    private const string OnDemand = "/listings/pool_willistonrtx5090?quantity=16&months=3";
    private const string ByContract = "/listings/pool_caprockh200?quantity=16&months=6";

    [Fact]
    public async Task AStrangerFindsCapacitySignsInReservesItAndPaysTheDepositOnce()
    {
        var page = await market.OpenAsync("TENANT");
        await page.GotoAsync("/");
        await page.GetByLabel("Words").FillAsync("5090");
        await page.Locator(".card h2 a").First.ClickAsync();
        await Arrives(page, "/listings/");
        await page.GotoAsync(OnDemand);
        await page.GetByRole(AriaRole.Button, new() { Name = "Get a firm quote" }).ClickAsync();
        await Arrives(page, "/reserve/qt_");
        var quote = page.Url;
        var before = await CountAsync(page);

        // Back and forward, and loading it again, are the same quote.
        await page.GotoAsync(quote);
        await page.GoBackAsync();
        await page.GoForwardAsync();
        await Assertions.Expect(page).ToHaveURLAsync(quote);

        await page.GetByLabel("I have read the terms").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Reserve", Exact = true }).DblClickAsync();
        await Arrives(page, "/reservations/rsv_");
        var pay = page.GetByRole(AriaRole.Button, new() { NameRegex = PayByCard() });
        await pay.WaitForAsync();
        var reservation = page.Url;

        // A second tab that still shows the quote knows that it is used.
        var second = await page.Context.NewPageAsync();
        await second.GotoAsync(quote);
        await second.GetByRole(AriaRole.Link, new() { Name = "To the reservation", Exact = true }).ClickAsync();
        await Assertions.Expect(second).ToHaveURLAsync(reservation);

        await page.ReloadAsync();
        await pay.DblClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Confirmed: the capacity is held for you" })).ToBeVisibleAsync();

        // The other tab was told, without loading anything again.
        await Assertions.Expect(second.GetByRole(AriaRole.Heading, new() { Name = "Confirmed: the capacity is held for you" })).ToBeVisibleAsync();
        Assert.Equal(before + 1, await CountAsync(page));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task FromSignInToAPaidInvoiceWithBothParties()
    {
        var tenant = await market.OpenAsync("TENANT");
        var operatorPage = await market.OpenAsync("OPERATOR");
        var admin = await market.OpenAsync("ADMIN");
        var reservation = await ConfirmedAsync(tenant, operatorPage);

        // Two and a half months on, the term has begun: the operator delivers, the tenant accepts, rent runs.
        await AdvanceAsync(admin, "+ One month", 3);
        await operatorPage.GotoAsync("/operator/pools/pool_caprockh200");
        await operatorPage.GetByText("Register nodes").ClickAsync();
        await operatorPage.GetByLabel("Serial numbers, one a line").FillAsync("JOURNEY-1\nJOURNEY-2\nJOURNEY-3");
        await operatorPage.GetByRole(AriaRole.Button, new() { Name = "Register", Exact = true }).ClickAsync();
        await Assertions.Expect(operatorPage.GetByText("Registered.")).ToBeVisibleAsync();
        await operatorPage.Locator(".choices li", new() { Has = operatorPage.Locator($"a[href='{reservation[reservation.IndexOf("reservations/", StringComparison.Ordinal)..]}']") })
            .GetByRole(AriaRole.Button, new() { Name = "Deliver" }).ClickAsync();
        await Assertions.Expect(operatorPage.GetByText("Delivered. The tenant tests and accepts it next.")).ToBeVisibleAsync();
        await tenant.GotoAsync(reservation);
        await tenant.GetByRole(AriaRole.Link, new() { Name = "To the lease" }).ClickAsync();

        // One node first, then what is left.
        await tenant.Locator("td input[type=checkbox]").First.CheckAsync();
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Accept 1 node" }).ClickAsync();
        await Assertions.Expect(tenant.Locator("td .chip", new() { HasText = "In service" })).ToHaveCountAsync(1);
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Accept all" }).ClickAsync();
        await Assertions.Expect(tenant.Locator(".head .chip")).ToHaveTextAsync("Active");

        await AdvanceAsync(admin, "+ One month", 1);
        await tenant.ReloadAsync();
        await tenant.Locator("td a[href^='billing/invoices/']").First.ClickAsync();
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Pay by card" }).ClickAsync();
        await tenant.GetByRole(AriaRole.Button, new() { NameRegex = PayByCard() }).ClickAsync();
        await Assertions.Expect(tenant.Locator(".good-box").First).ToBeVisibleAsync();
        await Assertions.Expect(tenant.Locator(".head .chip")).ToHaveTextAsync("Paid");
        foreach (var page in new[] { tenant, operatorPage, admin })
        {
            await page.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task AnExpiredQuoteSaysSoAndIsRenewed()
    {
        var tenant = await market.OpenAsync("TENANT");
        var admin = await market.OpenAsync("ADMIN");
        await tenant.GotoAsync(OnDemand);
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Get a firm quote" }).ClickAsync();
        await Arrives(tenant, "/reserve/qt_");
        var expired = tenant.Url;
        await AdvanceAsync(admin, "+ A day", 3);
        await tenant.ReloadAsync();
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Get a new quote" }).ClickAsync();
        await Assertions.Expect(tenant.GetByRole(AriaRole.Button, new() { Name = "Reserve", Exact = true })).ToBeVisibleAsync();
        Assert.NotEqual(expired, tenant.Url);
        await tenant.Context.CloseAsync();
        await admin.Context.CloseAsync();
    }

    [Fact]
    public async Task TheKeyboardAloneLeadsToAQuote()
    {
        var page = await market.OpenAsync();
        await page.GotoAsync("/");
        await page.Locator(".card").First.WaitForAsync();
        await page.Locator(".skip").FocusAsync();
        await Assertions.Expect(page.Locator(".skip")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("main")).ToBeInViewportAsync();
        await page.Locator(".card h2 a").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".plot[data-ready] .handle.start").WaitForAsync();
        var from = await page.GetByLabel("From").InputValueAsync();
        await page.Locator(".handle.start").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(page.GetByLabel("From")).Not.ToHaveValueAsync(from);
        await page.GetByRole(AriaRole.Button, new() { Name = "Get a firm quote" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Arrives(page, "/sign-in?then=");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task DraggingOverTheChartChoosesATerm()
    {
        var page = await market.OpenAsync();
        await page.GotoAsync("/listings/pool_rjukanh100?quantity=8&months=12");
        await page.Locator(".plot[data-ready]").ScrollIntoViewIfNeededAsync();
        var box = (await page.Locator(".plot").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width * 0.4f), box.Y + 60);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width * 0.6f), box.Y + 60, new() { Steps = 5 });
        await page.Mouse.UpAsync();
        await Assertions.Expect(page.GetByLabel("Months")).Not.ToHaveValueAsync("12");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task WhenNothingFitsItSaysWhatStandsInTheWayAndOffersTheNearest()
    {
        var page = await market.OpenAsync();
        await page.GotoAsync("/?sku=nvidia-h100-sxm5-80gb&highest=0.5");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing fits all of it" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Any price" }).ClickAsync();
        await Assertions.Expect(page.Locator(".card").First).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    private static async Task AdvanceAsync(IPage admin, string step, int times)
    {
        await admin.GotoAsync("/admin");
        for (var i = 0; i < times; i++)
        {
            var before = (await admin.Locator(".sandbox-strip").InnerTextAsync()).Split(',')[0];
            await admin.GetByRole(AriaRole.Button, new() { Name = step }).ClickAsync();
            await Assertions.Expect(admin.Locator(".sandbox-strip")).Not.ToContainTextAsync(before, new() { Timeout = 60_000 });
            await Assertions.Expect(admin.GetByRole(AriaRole.Button, new() { Name = step })).ToBeEnabledAsync(new() { Timeout = 60_000 });
        }
    }

    // Asks for the address again and again: Playwright's own wait misses a change within the page that comes while it subscribes.
    private static Task Arrives(IPage page, string part) =>
        Assertions.Expect(page).ToHaveURLAsync(new Regex(Regex.Escape(part)));

    private static async Task<int> CountAsync(IPage page)
    {
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync("/reservations");
        await other.Locator(".list-count").WaitForAsync();
        var count = int.Parse(await other.Locator(".list-count").InnerTextAsync(), System.Globalization.CultureInfo.InvariantCulture);
        await other.CloseAsync();
        return count;
    }

    private static Task Heading(IPage page, string text) => Assertions.Expect(page.Locator(".next-step h2").First).ToContainTextAsync(text);

    [GeneratedRegex("^Pay .* by card$")]
    private static partial Regex PayByCard();

    [GeneratedRegex("^Pay ")]
    private static partial Regex Pay();
}
