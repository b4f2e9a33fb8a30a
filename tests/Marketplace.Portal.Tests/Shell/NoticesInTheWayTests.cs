using Microsoft.Playwright;

namespace Marketplace.Portal.Tests.Shell;

/// <summary>What is said after a change is never in the way of the next one.</summary>
public sealed class NoticesInTheWayTests(PortalMarket market)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ANoticeCoversNothingAndKeepsNothingFromBeingClicked(bool isPhone)
    {
        var page = await market.OpenAsync("TENANT", isPhone);
        await page.GotoAsync("/billing/details");
        await page.GetByText("Change the invoice details").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Saved.")).ToBeVisibleAsync();

        // Wherever the page was scrolled to: what can be clicked is hit, not the notice.
        Assert.Empty(await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll('main :is(a, button, input, select, summary)')].filter(control => {
              const box = control.getBoundingClientRect();
              const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
              return box.width > 0 && y > 0 && y < innerHeight && document.elementFromPoint(x, y)?.closest('#mud-snackbar-container');
            }).map(control => control.outerHTML)
            """));
        await page.EvaluateAsync("scrollTo(0, 0)");
        var (notice, heading) = (await page.Locator(".mud-snackbar").BoundingBoxAsync(), await page.Locator("main .head").BoundingBoxAsync());
        Assert.True(notice!.Y + notice.Height <= heading!.Y, "The notice reaches into the page.");
        await page.Context.CloseAsync();
    }
}
