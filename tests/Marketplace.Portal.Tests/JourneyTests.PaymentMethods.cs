using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Marketplace.Portal.Tests;

/// <content>Kept cards: given on the provider's page, paying an invoice, and paying the next ones by themselves.</content>
public sealed partial class JourneyTests
{
    private const string Supplier = "Maple Ridge Data";

    [Fact]
    public async Task ACardIsKeptPaysAnInvoiceAndThenTheNextOneByItself()
    {
        var tenant = await market.OpenAsync("TENANT");
        var admin = await market.OpenAsync("ADMIN");

        // The page of billing leads to the provider's page and back; leaving that page keeps nothing.
        await tenant.GotoAsync("/billing");
        await Group(tenant).GetByRole(AriaRole.Button, new() { Name = $"Add a card for {Supplier}" }).DblClickAsync();
        await tenant.GetByRole(AriaRole.Link, new() { Name = "Leave without a card" }).ClickAsync();
        await Heading(tenant, "No card was given");
        await tenant.GetByRole(AriaRole.Link, new() { Name = "Go on without" }).ClickAsync();
        await Group(tenant).GetByRole(AriaRole.Button, new() { Name = $"Add a card for {Supplier}" }).ClickAsync();
        await KeepAsync(tenant, "4000 0000 0000 0341");
        await Assertions.Expect(Group(tenant).GetByText("Visa •••• 0341")).ToBeVisibleAsync();

        // An invoice: the kept card is declined, a new one is kept on the way and pays; clicked twice, it pays once.
        await tenant.Locator("tr", new() { HasText = "Open" }).Filter(new() { HasText = await OpenInvoiceAsync(tenant) }).Locator("a[href^='billing/invoices/']").ClickAsync();
        var invoice = tenant.Url;
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Pay by card" }).ClickAsync();
        await tenant.GetByRole(AriaRole.Button, new() { NameRegex = PayWithCard() }).ClickAsync();
        await Assertions.Expect(tenant.GetByText("Your card was declined.")).ToBeVisibleAsync();
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Use a new card" }).ClickAsync();
        await KeepAsync(tenant, "4000 0027 6000 3184");
        await tenant.WaitForURLAsync(new Regex(Regex.Escape(new Uri(invoice).AbsolutePath)));
        await Assertions.Expect(tenant.GetByRole(AriaRole.Radio, new() { NameRegex = NewCard() })).ToBeCheckedAsync();
        await tenant.GetByRole(AriaRole.Button, new() { NameRegex = PayWithCard() }).DblClickAsync();
        await tenant.GetByRole(AriaRole.Button, new() { Name = "Yes, confirm" }).ClickAsync();
        await Assertions.Expect(tenant.Locator(".head .chip")).ToHaveTextAsync("Paid");
        await tenant.GoBackAsync();
        await tenant.GotoAsync(invoice);
        await Assertions.Expect(tenant.Locator(".head .chip")).ToHaveTextAsync("Paid");

        // A card that pays becomes the default; the next invoice is paid by itself.
        await tenant.GotoAsync("/billing");
        await Group(tenant).GetByRole(AriaRole.Button, new() { Name = $"Add a card for {Supplier}" }).ClickAsync();
        await KeepAsync(tenant, "4242 4242 4242 4242");
        await Card(tenant, "4242").GetByRole(AriaRole.Button, new() { Name = "Make default" }).ClickAsync();
        await Assertions.Expect(Card(tenant, "4242").GetByText("Default")).ToBeVisibleAsync();
        await Group(tenant).GetByRole(AriaRole.Combobox).SelectOptionAsync("OnIssue");
        await Assertions.Expect(Group(tenant).GetByText("As soon as an invoice is issued")).ToBeVisibleAsync();
        await RemoveAsync(tenant, "4242");
        await Assertions.Expect(tenant.GetByText("Automatic payment uses this method")).ToBeVisibleAsync();
        await AdvanceAsync(admin, "+ One month", 1);
        await tenant.GotoAsync("/billing");
        await Assertions.Expect(Group(tenant).GetByRole(AriaRole.Combobox)).ToHaveValueAsync("OnIssue");
        Assert.Equal(0, await OpenOfAsync(tenant));

        // Switched off, the cards can go.
        await Group(tenant).GetByRole(AriaRole.Combobox).SelectOptionAsync("Never");
        await Assertions.Expect(Group(tenant).GetByText("Nothing is charged unless you start a payment.")).ToBeVisibleAsync();
        foreach (var digits in new[] { "4242", "3184", "0341" })
        {
            await RemoveAsync(tenant, digits);
            await Assertions.Expect(Card(tenant, digits)).ToHaveCountAsync(0);
        }

        await Assertions.Expect(Group(tenant).GetByText($"No card is kept for {Supplier}")).ToBeVisibleAsync();
        await tenant.Context.CloseAsync();
        await admin.Context.CloseAsync();
    }

    private static ILocator Group(IPage page) => page.Locator(".method-group", new() { HasText = Supplier });

    private static async Task RemoveAsync(IPage page, string digits)
    {
        await Card(page, digits).GetByRole(AriaRole.Button, new() { Name = $"Remove Visa •••• {digits}" }).ClickAsync();
        await Card(page, digits).GetByRole(AriaRole.Button, new() { Name = "Remove for good" }).ClickAsync();
    }

    private static ILocator Card(IPage page, string digits) => Group(page).Locator("li", new() { HasText = digits });

    private static async Task KeepAsync(IPage page, string number)
    {
        await page.GetByText(number).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep this card" }).DblClickAsync();
    }

    /// <summary>The number of an open invoice of the supplier.</summary>
    private static async Task<string> OpenInvoiceAsync(IPage page) => await page.EvaluateAsync<string>(
        "async supplier => { const list = await (await fetch('/v1/invoices?status=open&limit=200')).json(); return list.data.find(invoice => invoice.supplier?.legalName === supplier).number; }", Supplier);

    private static Task<int> OpenOfAsync(IPage page) => page.EvaluateAsync<int>(
        "async supplier => { const list = await (await fetch('/v1/invoices?status=open&limit=200')).json(); return list.data.filter(invoice => invoice.supplier?.legalName === supplier).length; }", Supplier);

    [GeneratedRegex("^Visa •••• 3184")]
    private static partial Regex NewCard();

    [GeneratedRegex(@"^Pay \D{0,4}[\d.,]+$")]
    private static partial Regex PayWithCard();
}
