using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Playwright;

namespace Marketplace.Portal.Tests;

/// <summary>How a site out of public records comes to its operator: claimed with evidence, decided by the marketplace.</summary>
public sealed class ClaimJourneyTests(PortalMarket market)
{
    [Fact]
    public async Task ASiteFromPublicRecordsIsClaimedRejectedClaimedAgainAndConfirmed()
    {
        var lessor = await market.OpenAsync("OPERATOR");
        var admin = await market.OpenAsync("ADMIN", isPhone: true, isDark: true);
        var site = await ImportAsync();
        await lessor.GotoAsync($"/sites/{site}");
        await ClaimAsync(lessor, "We bought it in May.");
        await DecideAsync(admin, "We bought it in May.", "Reject", "The deed names somebody else.");

        // The claimant was told, without loading anything again, and may claim it with better evidence.
        await Assertions.Expect(lessor.GetByText("The last claim was rejected: The deed names somebody else.")).ToBeVisibleAsync();
        await ClaimAsync(lessor, "The deed is registered now.");
        await PageTests.LookAsync(lessor, "site-claimed", $"/sites/{site}", ".hint", isPhone: false, isDark: false);
        await DecideAsync(admin, "The deed is registered now.", "Confirm", "");
        await lessor.GotoAsync("/operator");
        await lessor.Locator("tbody tr", new() { HasText = "Example Hall" }).GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(lessor.GetByRole(AriaRole.Button, new() { Name = "Plan the phase" })).ToBeVisibleAsync();
        await lessor.Context.CloseAsync();
        await admin.Context.CloseAsync();
    }

    private static async Task ClaimAsync(IPage page, string statement)
    {
        await page.GetByText("Claim it", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("How you control it").FillAsync(statement);
        await page.GetByLabel("Time zone of the site").FillAsync("America/Chicago");
        await page.GetByLabel("Evidence, an address").FillAsync("https://records.example/deed");
        await page.GetByLabel("What it shows").FillAsync("The deed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the claim" }).DblClickAsync();
        await Assertions.Expect(page.GetByText("The marketplace looks at the evidence and decides.")).ToBeVisibleAsync();
    }

    private static async Task DecideAsync(IPage admin, string statement, string decision, string reason)
    {
        await admin.GotoAsync("/admin");
        await admin.Locator("tbody tr", new() { HasText = "Example Hall" }).GetByRole(AriaRole.Button, new() { Name = "Decide" }).ClickAsync();
        await Assertions.Expect(admin.GetByText(statement)).ToBeVisibleAsync();
        await admin.GetByLabel("Reason, where it is rejected").FillAsync(reason);
        await admin.Keyboard.PressAsync("Tab");
        await admin.GetByRole(AriaRole.Button, new() { Name = decision, Exact = true }).ClickAsync();
        await Assertions.Expect(admin.GetByText("Decided.")).ToBeVisibleAsync();
    }

    /// <summary>A record of a public collection, taken in by an administrator; answers the site's id.</summary>
    private async Task<string> ImportAsync()
    {
        using var http = new HttpClient { BaseAddress = market.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", market.KeyOf("ADMIN"));
        http.DefaultRequestHeaders.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await http.PostAsJsonAsync("/v1/admin/sites/import", new
        {
            source = new { name = "Example Atlas", licence = "CC BY 4.0", attribution = "Example Atlas (c) 2026, CC BY 4.0", country = "US" },
            records = new[]
            {
                new
                {
                    id = "example-hall-jamestown-nd",
                    name = "Example Hall, Jamestown",
                    @operator = "Example Hosting, Inc.",
                    facilityType = "crypto_mining",
                    status = "operational",
                    confidence = "confirmed",
                    location = new { city = "Jamestown", county = "Stutsman", state = "ND", lat = 46.91, lon = -98.71, precision = "approximate" },
                    capacityMw = new { operational = 60 },
                    sources = new[] { new { url = "https://hall.example/press", label = "Opening", publisher = "Example Press", retrievedAt = "2026-08-08" } },
                    lastUpdated = "2026-08-08",
                },
            },
        });
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        using var sites = await http.GetAsync("/v1/sites?claimed=false&limit=200");
        using var read = System.Text.Json.JsonDocument.Parse(await sites.Content.ReadAsStringAsync());
        return read.RootElement.GetProperty("data").EnumerateArray().Single(site => site.GetProperty("name").GetString() == "Example Hall, Jamestown").GetProperty("id").GetString()!;
    }
}
