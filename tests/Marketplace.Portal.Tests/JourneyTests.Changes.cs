using Microsoft.Playwright;

namespace Marketplace.Portal.Tests;

// What is agreed is changed by both, and what was billed is taken back. Here, because other journeys move the market's clock.
public sealed partial class JourneyTests
{
    [Fact]
    public async Task AnAmendmentIsSeenInPlainWordsAndSignedByBothOrDeclined()
    {
        var tenant = await market.OpenAsync("TENANT");
        var lessor = await market.OpenAsync("OPERATOR", isPhone: true, isDark: true);
        var reservation = await ConfirmedAsync(tenant, lessor);

        await ProposeAsync(tenant, "24");
        await Assertions.Expect(tenant.Locator(".changes tr", new() { HasText = "Quantity" })).ToContainTextAsync("24 GPUs");
        await Assertions.Expect(tenant.Locator(".changes tr", new() { HasText = "Deposit to be held" })).ToHaveCountAsync(0);
        await LooksWell(tenant);
        await SignAsync(tenant, "Sign and propose the change", isTwice: true);
        await Assertions.Expect(tenant.GetByRole(AriaRole.Heading, new() { Name = "Your change waits for the operator" })).ToBeVisibleAsync();

        // The other side was told, without loading anything again, and reads the document that it signs.
        await Assertions.Expect(lessor.GetByRole(AriaRole.Heading, new() { Name = "The tenant asks for a change" })).ToBeVisibleAsync();
        await Assertions.Expect(lessor.Locator(".changes tr", new() { HasText = "Quantity" })).ToContainTextAsync("16 GPUs");
        await LooksWell(lessor);
        await SignAsync(lessor, "Sign the change");
        foreach (var page in new[] { tenant, lessor })
        {
            await Assertions.Expect(page.Locator(".head")).ToContainTextAsync("24 GPUs");
            await Assertions.Expect(page.GetByText("Show the document, version 2")).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator("summary", new() { HasText = "Version 1" })).ToBeVisibleAsync();
        }

        await ProposeAsync(tenant, "32");
        await SignAsync(tenant, "Sign and propose the change");
        await lessor.GetByText("Decline the change").ClickAsync();
        await lessor.GetByLabel("Reason, for the other side").FillAsync("The rest of the hall is promised.");
        await lessor.GetByRole(AriaRole.Button, new() { Name = "Decline it" }).ClickAsync();
        await Assertions.Expect(tenant.GetByText("The last change came to nothing: it was declined or taken back.")).ToBeVisibleAsync();
        await Assertions.Expect(tenant.Locator(".head")).ToContainTextAsync("24 GPUs");
        Assert.Equal(reservation, tenant.Url);
        await tenant.Context.CloseAsync();
        await lessor.Context.CloseAsync();
    }

    [Fact]
    public async Task ACreditNoteIsIssuedWithAReasonSeenByTheTenantAndGivenBackAsMoney()
    {
        var lessor = await market.OpenAsync("OPERATOR");
        await lessor.GotoAsync("/billing");
        await lessor.GetByRole(AriaRole.Searchbox).First.FillAsync("Lumen");
        await lessor.Locator("tbody tr", new() { HasText = "Paid" }).Locator("a").First.ClickAsync();
        await lessor.GetByText("Credit part or all of it").ClickAsync();

        await lessor.GetByLabel("Without tax").FillAsync("100");
        await lessor.GetByLabel("Reason, as the tenant reads it").First.FillAsync("50 GPU-hours reported too many");
        await lessor.GetByRole(AriaRole.Button, new() { Name = "Issue the credit note" }).DblClickAsync();
        await lessor.Locator("#credits a[href^='billing/credits/cn_']").First.WaitForAsync();
        var note = (await lessor.Locator("#credits a[href^='billing/credits/cn_']").First.InnerTextAsync()).Trim();
        await Assertions.Expect(lessor.Locator("#credits a[href^='billing/credits/cn_']")).ToHaveCountAsync(1);
        await LooksWell(lessor);

        var tenant = await market.OpenAsync("TENANT", isPhone: true, isDark: true);
        await tenant.GotoAsync("/billing/credits");
        await Assertions.Expect(tenant.Locator("tbody tr", new() { HasText = note })).ToContainTextAsync("50 GPU-hours reported too many");
        await LooksWell(tenant);
        await tenant.GetByRole(AriaRole.Link, new() { Name = note }).ClickAsync();
        await Assertions.Expect(tenant.Locator(".money")).ToContainTextAsync("$100.00");
        var address = new Uri(tenant.Url).PathAndQuery;
        await PageTests.LookAsync(tenant, "credit-note", address, ".money", isPhone: true, isDark: true);

        // The tenant's page is open while the credit goes back as money.
        await tenant.GotoAsync("/billing/credits");
        await lessor.GetByText("Give credit back as money").ClickAsync();
        await lessor.GetByLabel("Amount, USD").FillAsync("1000000");
        await lessor.GetByLabel("Reason, as the tenant reads it").Last.FillAsync("Payback 4711");
        await lessor.GetByRole(AriaRole.Button, new() { Name = "Give it back" }).ClickAsync();
        await Assertions.Expect(lessor.Locator(".fault").First).ToBeVisibleAsync();
        await lessor.GetByLabel("Amount, USD").FillAsync("60");
        await lessor.GetByRole(AriaRole.Button, new() { Name = "Give it back" }).ClickAsync();
        await Assertions.Expect(tenant.Locator("tbody tr", new() { HasText = "Payback 4711" })).ToContainTextAsync("$60.00");
        await lessor.Context.CloseAsync();
        await tenant.Context.CloseAsync();
    }

    [Fact]
    public async Task ASpendLimitOfSomebodyHoldsWhatIsAboveItForSomebodyWhoMay()
    {
        var page = await market.OpenAsync("TENANT");
        await page.GotoAsync("/billing/details");
        await page.GetByLabel("Who").SelectOptionAsync(new SelectOptionValue { Label = "Tomas Berg" }); // Who is signed in.
        await page.GetByLabel("At most for one reservation").FillAsync("500");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set the limit" }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("$500.00");
        await LooksWell(page);

        await page.GotoAsync(OnDemand);
        await page.GetByRole(AriaRole.Button, new() { Name = "Get a firm quote" }).ClickAsync();
        await Assertions.Expect(page.GetByText("It is above your spend limit of $500.00")).ToBeVisibleAsync();
        await page.GetByLabel("I have read the terms").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Reserve", Exact = true }).ClickAsync();
        await Heading(page, "Your approval is asked for");
        await Assertions.Expect(page.GetByText("above the spend limit of whoever reserved it")).ToBeVisibleAsync();
        var reservation = page.Url;
        await ApproveAsync(page);
        await Assertions.Expect(page.Locator(".fault")).ToContainTextAsync("limit");

        await page.GotoAsync("/billing/details");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the limit of" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No limit is set" })).ToBeVisibleAsync();
        await page.GotoAsync(reservation);
        await ApproveAsync(page);
        await Heading(page, "Pay the deposit of");
        await page.Context.CloseAsync();
    }

    /// <summary>The way of a reservation with all its paper to where it is binding.</summary>
    private async Task<string> ConfirmedAsync(IPage tenant, IPage lessor)
    {
        await tenant.GotoAsync(ByContract);
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Get a firm quote" }).ClickAsync();
        await tenant.GetByLabel("I have read the terms").CheckAsync();
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Reserve", Exact = true }).ClickAsync();
        await Heading(tenant, "The operator approves next");
        await lessor.GotoAsync(tenant.Url);
        await ApproveAsync(lessor);
        foreach (var page in new[] { tenant, lessor })
        {
            await Heading(page, "Sign the order form");
            await SignAsync(page, "Sign");
        }

        await Heading(tenant, "Pay the deposit of");
        await tenant.GetByRole(AriaRole.Button, new() { NameRegex = Pay() }).First.ClickAsync();
        await Heading(tenant, "Confirmed: the capacity is held for you");
        return tenant.Url;
    }

    private static async Task ApproveAsync(IPage page)
    {
        await page.GetByLabel("Your authority").FillAsync("Managing director");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = true }).ClickAsync();
    }

    private static async Task SignAsync(IPage page, string button, bool isTwice = false)
    {
        await page.GetByLabel("Your authority").FillAsync("Managing director");
        await page.GetByLabel("I may sign for").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync(new() { ClickCount = isTwice ? 2 : 1 });
    }

    private static async Task ProposeAsync(IPage tenant, string gpus)
    {
        await tenant.GetByText("Propose a change").ClickAsync();
        await tenant.GetByLabel("GPUs, in nodes of 8").FillAsync(gpus);
        await tenant.GetByRole(AriaRole.Button, new() { Name = "What would it change?" }).ClickAsync();
        await tenant.Locator(".changes").WaitForAsync();
    }
}
