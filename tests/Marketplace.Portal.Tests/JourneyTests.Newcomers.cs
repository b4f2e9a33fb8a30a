using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Marketplace.Portal.Tests;

// People whom nobody here knows yet, from their first look to what they came for. Here, because other journeys move the market's clock.
public sealed partial class JourneyTests
{
    [Fact]
    public async Task ATenantChoosesFirstAndRegistersOnTheWayWithoutLosingTheChoice()
    {
        var page = await market.OpenAsync();
        await page.GotoAsync("/?quantity=20000");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Ask for [0-9,]+ GPUs$") }).ClickAsync();
        await page.Locator(".card").First.WaitForAsync();

        await page.GotoAsync("/listings/pool_willistonrtx5090?quantity=16&months=3");
        await page.GetByRole(AriaRole.Button, new() { Name = "Get a firm quote" }).ClickAsync();
        await RegisterAsync(page, "nora@newcomer.example", "Nora New");

        // Signed in, without an organization: the page that was asked for says what is missing, and takes it.
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "One step is left: your organization" })).ToBeVisibleAsync();
        await page.GetByLabel("Registered name").FillAsync("Müller Künstliche Intelligenz GmbH");
        await page.Locator(".trouble button[type=submit]").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your quote" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".head")).ToContainTextAsync("16 GPUs");

        await page.GetByLabel("I have read the terms").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Reserve", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Pay .* by card$") }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Confirmed: the capacity is held for you" })).ToBeVisibleAsync();

        await page.GotoAsync("/billing/details");
        await page.GetByText("Change the invoice details").ClickAsync();
        await page.GetByLabel("Country, two letters").FillAsync("DE");
        await page.GetByLabel("Tax number").FillAsync("DE123456789");
        await page.GetByLabel("Postal address, line by line").FillAsync("Hauptstraße 1\n10115 Berlin");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Hauptstraße 1, 10115 Berlin · DE123456789")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task AnOperatorListsASiteThatIsOnlyPlannedAndPutsItOnTheMarket()
    {
        var page = await market.OpenAsync();
        await page.GotoAsync("/register");
        await RegisterAsync(page, "olga@newcomer.example", "Olga Offers", isOnPage: true);
        await page.GetByLabel("Registered name").FillAsync("Newcomer Power AS");
        await page.GetByLabel("Kind").SelectOptionAsync("Operator");
        await page.Locator("form:has-text('Registered name') button[type=submit]").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Operations" }).ClickAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "List a site" }).First.ClickAsync();
        await page.GetByLabel("Name of the site").FillAsync("Fjellheim");
        await page.GetByLabel("Country, two letters").FillAsync("NO");
        await page.GetByLabel("State or region").FillAsync("Telemark");
        await page.GetByLabel("Time zone of the site").FillAsync("Europe/Oslo");
        await page.GetByLabel("Critical IT load at full build-out, MW").FillAsync("12");
        await page.GetByLabel("Hydro %").FillAsync("100");
        await LooksWell(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "List the site" }).ClickAsync();

        await page.GetByLabel("Name of the phase").FillAsync("Hall A");
        await page.GetByLabel("Critical IT load, MW").FillAsync("6");
        await LooksWell(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Plan the phase" }).ClickAsync();
        await Assertions.Expect(page.Locator(".phase")).ToContainTextAsync("6 MW");

        await page.GetByRole(AriaRole.Link, new() { Name = "Make a pool" }).ClickAsync();
        await page.Locator("select[required]").SelectOptionAsync("nvidia-h100-sxm5-80gb");
        await page.GetByLabel("Inside a node").FillAsync("NVLink 4");
        await page.GetByLabel("Between nodes").FillAsync("InfiniBand NDR 400");
        await page.GetByLabel("Hall A").FillAsync("64");
        await page.GetByLabel("What tenants should know").FillAsync("Run of river.");
        await LooksWell(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the pool" }).ClickAsync();

        await page.GetByLabel("Base price").FillAsync("1.95");
        await page.GetByLabel("Discounts by term").FillAsync("12:5, 24:10");

        // What tenants will read stands beside, as one types.
        await page.Locator(".fold > summary", new() { HasText = "Prepayment" }).ClickAsync();
        await page.GetByLabel("Part of the rent is paid before it is due").CheckAsync();
        await page.GetByLabel("Name of who holds it").Locator("visible=true").FillAsync("First Trust Company");
        await page.GetByLabel("Of the total rent, %").FillAsync("15");
        await Assertions.Expect(page.Locator(".beside aside")).ToContainTextAsync("15% of the rent is paid ahead: 100% 30 days before the start (Signature). It is held by First Trust Company");
        await page.GetByLabel("Share, %").FillAsync("60");
        await Assertions.Expect(page.GetByText("The instalments come to 60%; together they have to be 100%.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Offer on these terms" }).ClickAsync();
        await Assertions.Expect(page.Locator(".fold .fault").Last).ToContainTextAsync("tranches");
        await page.GetByLabel("Share, %").FillAsync("100");
        await LooksWell(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Offer on these terms" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();
        await Assertions.Expect(page.Locator(".head .chip")).ToHaveTextAsync("Published");
        await page.GetByRole(AriaRole.Link, new() { Name = "as tenants see it" }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("from 24 months");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("It is held by First Trust Company");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Newcomer Power AS");
        await page.Context.CloseAsync();
    }

    private static async Task LooksWell(IPage page)
    {
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{page.Url} is wider than the window.");

        // The notices that fade are caught half transparent.
        Assert.Empty((await page.Locator("main").RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {string.Join("; ", violation.Nodes.Select(node => node.Html))}"));
    }

    private static async Task RegisterAsync(IPage page, string email, string name, bool isOnPage = false)
    {
        if (!isOnPage)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Register" }).ClickAsync();
        }

        await page.GetByLabel("Your name").FillAsync(name);
        await page.GetByLabel("E-mail", new() { Exact = true }).FillAsync(email);
        await page.GetByLabel("Password").FillAsync("nine lives of 1 cat");
        await page.Locator("form button[type=submit]").ClickAsync();
        await page.Locator(".who").WaitForAsync();
    }
}
