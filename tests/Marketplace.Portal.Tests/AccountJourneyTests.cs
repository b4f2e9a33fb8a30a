using Deque.AxeCore.Playwright;
using Marketplace.Testing;
using Microsoft.Playwright;

namespace Marketplace.Portal.Tests;

/// <summary>What people do about their accounts and organizations, in a real browser with mails read from the console.</summary>
public sealed class AccountJourneyTests(PortalMarket market)
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task APasskeyIsAddedSignsInAndIsRemoved()
    {
        var page = await RegisterAsync("Pia Keys", "pia@accounts.example", atLocalhost: true);
        var cdp = await page.Context.NewCDPSessionAsync(page);
        await cdp.SendAsync("WebAuthn.enable");
        await cdp.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });

        await page.GotoAsync("/account/security");
        await page.GetByLabel("Name of the new passkey").FillAsync("Test device");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await Assertions.Expect(page.Locator(".choices li")).ToContainTextAsync("Test device");
        await LookAsync(page, "security-passkey");

        // A second one on the same device is refused by the device itself.
        await page.GetByLabel("Name of the new passkey").FillAsync("Twice");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await Assertions.Expect(page.Locator(".hint")).ToContainTextAsync("has a passkey of your account already");

        await SignOutAsync(page);
        await page.GotoAsync("/sign-in?then=/account/security");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr", new() { HasText = "This one" })).ToContainTextAsync("Passkey");

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove Test device" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove for good" }).ClickAsync();
        await Assertions.Expect(page.Locator(".choices li")).ToHaveCountAsync(0);
        await SignOutAsync(page);
        await page.GotoAsync("/sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await Assertions.Expect(page.Locator(".hint")).ToContainTextAsync("The passkey was not accepted");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task AnAuthenticatorAppIsSetUpAskedForAndTurnedOffWithARecoveryCode()
    {
        var page = await RegisterAsync("Otto Codes", "otto@accounts.example");
        await page.GotoAsync("/account/security");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set up an app" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = "QR code for the authenticator app" })).ToBeVisibleAsync();
        await LookAsync(page, "security-authenticator");
        var key = await page.Locator(".enrol code").InnerTextAsync();

        await page.GetByLabel("Code", new() { Exact = true }).FillAsync("000000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Turn it on" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The code is wrong or no longer valid.")).ToBeVisibleAsync();
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync(AuthenticatorApp.CodeOf(key));
        await page.GetByRole(AriaRole.Button, new() { Name = "Turn it on" }).ClickAsync();
        await Assertions.Expect(page.Locator(".codes li")).ToHaveCountAsync(10);
        var recovery = await page.Locator(".codes code").First.InnerTextAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "I have kept them" }).ClickAsync();
        await Assertions.Expect(page.GetByText("10 recovery codes are left")).ToBeVisibleAsync();

        await SignOutAsync(page);
        await SignInAsync(page, "otto@accounts.example");
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync(AuthenticatorApp.CodeOf(key, 1));
        await page.Locator("form button[type=submit]").ClickAsync();
        await page.WaitForURLAsync("**/");

        await page.GotoAsync("/account/security");
        await page.GetByLabel("Code of the app, or a recovery code to turn it off").FillAsync(recovery);
        await page.GetByRole(AriaRole.Button, new() { Name = "Turn the app off" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Set up an app" })).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task AnAddressIsConfirmedThenChangedAndOnlyTheNewOneSignsIn()
    {
        var page = await RegisterAsync("Eva Moves", "eva@accounts.example");
        await page.GotoAsync("/account");
        await Assertions.Expect(page.GetByText("Not confirmed")).ToBeVisibleAsync();
        await page.GotoAsync("/" + await market.LinkAsync("eva@accounts.example", "Confirm your e-mail address"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("Your address is confirmed.")).ToBeVisibleAsync();

        await page.GotoAsync("/account");
        await Assertions.Expect(page.GetByText("Confirmed", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByText("Change the address").ClickAsync();
        await page.GetByLabel("New address").FillAsync("eva@moved.example");
        await page.GetByLabel("Your present password").FillAsync("a wrong one");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the mail" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The present password is another.")).ToBeVisibleAsync();
        await page.GetByLabel("Your present password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the mail" }).ClickAsync();
        await Assertions.Expect(page.Locator(".hint")).ToContainTextAsync("eva@moved.example");
        await LookAsync(page, "account-address");
        await market.LinkAsync("eva@accounts.example", "Your e-mail address is to be changed");

        await page.GotoAsync("/" + await market.LinkAsync("eva@moved.example", "Confirm your new e-mail address"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".good-box")).ToContainTextAsync("eva@moved.example");
        await page.GotoAsync("/account/activity");
        await Assertions.Expect(page.Locator("tbody")).ToContainTextAsync("eva@accounts.example to eva@moved.example");

        await SignOutAsync(page);
        await SignInAsync(page, "eva@accounts.example");
        await Assertions.Expect(page.Locator(".hint")).ToContainTextAsync("The address or the password is wrong");
        await SignInAsync(page, "eva@moved.example");
        await page.WaitForURLAsync("**/");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task AForgottenPasswordIsReplacedAndEndsEverySession()
    {
        var page = await RegisterAsync("Rita Forgets", "rita@accounts.example");
        var other = await market.OpenAsync();
        await other.GotoAsync("/sign-in");
        await other.GetByRole(AriaRole.Link, new() { Name = "Forgot the password?" }).ClickAsync();
        await other.GetByLabel("E-mail").FillAsync("rita@accounts.example");
        await other.GetByRole(AriaRole.Button, new() { Name = "Send the mail" }).ClickAsync();
        await other.GotoAsync("/" + await market.LinkAsync("rita@accounts.example", "Reset your password"));
        await other.GetByLabel("New password").FillAsync("rita.accounts");
        await other.GetByRole(AriaRole.Button, new() { Name = "Set the password" }).ClickAsync();
        await Assertions.Expect(other.Locator(".hint")).ToContainTextAsync("holds neither your name nor your address");
        await other.GetByLabel("New password").FillAsync("staple of the week");
        await other.GetByRole(AriaRole.Button, new() { Name = "Set the password" }).ClickAsync();
        await Assertions.Expect(other.Locator(".good-box")).ToBeVisibleAsync();
        await SignInAsync(other, "rita@accounts.example", "staple of the week");
        await other.WaitForURLAsync("**/");

        await page.GotoAsync("/account/security");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to see this" })).ToBeVisibleAsync();
        await page.Context.CloseAsync();
        await other.Context.CloseAsync();
    }

    [Fact]
    public async Task TwoSessionsAreListedAndOneEndsTheOther()
    {
        var here = await RegisterAsync("Sam Twice", "sam@accounts.example");
        var there = await market.OpenAsync(isPhone: true);
        await SignInAsync(there, "sam@accounts.example");
        await there.WaitForURLAsync("**/");
        await here.GotoAsync("/account/security");
        await Assertions.Expect(here.Locator("tbody tr")).ToHaveCountAsync(2);
        await here.GetByRole(AriaRole.Button, new() { Name = "End", Exact = true }).ClickAsync();
        await Assertions.Expect(here.Locator("tbody tr")).ToHaveCountAsync(1);
        await there.GotoAsync("/account");
        await Assertions.Expect(there.GetByRole(AriaRole.Heading, new() { Name = "Sign in to see this" })).ToBeVisibleAsync();

        // Changing the password keeps this session.
        await here.GetByLabel("Your present password").FillAsync(Password);
        await here.GetByLabel("New password").FillAsync("staple of the week");
        await here.GetByRole(AriaRole.Button, new() { Name = "Change it" }).ClickAsync();
        await Assertions.Expect(here.GetByText("The password is changed")).ToBeVisibleAsync();
        await here.ReloadAsync();
        await Assertions.Expect(here.Locator("tbody tr")).ToHaveCountAsync(1);
        await here.Context.CloseAsync();
        await there.Context.CloseAsync();
    }

    [Fact]
    public async Task SomebodyWithoutAnAccountIsInvitedJoinsGetsAnotherRoleAndLeaves()
    {
        var owner = await RegisterAsync("Olga Owner", "olga@accounts.example");
        await owner.GotoAsync("/account");
        await owner.GetByLabel("Registered name").FillAsync("Invite Works");
        await owner.GetByRole(AriaRole.Button, new() { Name = "Register", Exact = true }).ClickAsync();
        await Assertions.Expect(owner.Locator(".who")).ToContainTextAsync("Invite Works");

        await owner.GotoAsync("/members");
        await Assertions.Expect(owner.GetByText("Last owner")).ToBeVisibleAsync();
        await Assertions.Expect(owner.GetByLabel("Role of Olga Owner")).ToBeDisabledAsync();
        foreach (var email in new[] { "wrong@accounts.example", "nina@accounts.example" })
        {
            await owner.GetByLabel("E-mail address").FillAsync(email);
            await owner.Locator("form").GetByLabel("Role").SelectOptionAsync("Viewer");
            await owner.GetByRole(AriaRole.Button, new() { Name = "Invite", Exact = true }).ClickAsync();
            await Assertions.Expect(owner.Locator("tbody tr", new() { HasText = email })).ToBeVisibleAsync();
        }

        await LookAsync(owner, "members-invitations");
        var first = await market.LinkAsync("nina@accounts.example", "Invite Works invites you to the marketplace");
        await owner.GetByRole(AriaRole.Button, new() { Name = "Send the invitation of nina@accounts.example again" }).ClickAsync();
        await owner.GetByRole(AriaRole.Button, new() { Name = "Take the invitation of wrong@accounts.example back" }).ClickAsync();
        await Assertions.Expect(owner.Locator("tbody tr", new() { HasText = "wrong@accounts.example" })).ToHaveCountAsync(0);

        // Sent again, the link before no longer works.
        var guest = await market.OpenAsync();
        var link = await market.LinkAsync("nina@accounts.example", "Invite Works invites you to the marketplace", after: first);
        await guest.GotoAsync("/" + first);
        await Assertions.Expect(guest.Locator(".hint")).ToContainTextAsync("There is no such invitation");
        await guest.GotoAsync("/" + link);
        await LookAsync(guest, "invitation");
        await guest.GetByRole(AriaRole.Link, new() { Name = "Make an account and join" }).ClickAsync();
        await Assertions.Expect(guest.GetByLabel("E-mail", new() { Exact = true })).ToHaveValueAsync("nina@accounts.example");
        await guest.GetByLabel("Your name").FillAsync("Nina New");
        await guest.GetByLabel("Password").FillAsync(Password);
        await guest.Locator("form button[type=submit]").ClickAsync();
        await guest.GetByRole(AriaRole.Button, new() { Name = "Join", Exact = true }).ClickAsync();
        await Assertions.Expect(guest.Locator(".who")).ToContainTextAsync("Invite Works");

        // The owner's page heard of it without being loaded again.
        await owner.GetByLabel("Role of Nina New").SelectOptionAsync("Billing");
        await guest.GotoAsync("/members");
        await Assertions.Expect(guest.Locator("tbody tr", new() { HasText = "Nina New" })).ToContainTextAsync("Billing");
        await owner.GetByRole(AriaRole.Button, new() { Name = "Remove Nina New" }).ClickAsync();
        await owner.GetByRole(AriaRole.Button, new() { Name = "Remove for good" }).ClickAsync();
        await Assertions.Expect(owner.Locator("tbody tr", new() { HasText = "Nina New" })).ToHaveCountAsync(0);
        await owner.GotoAsync("/members/access");
        await Assertions.Expect(owner.Locator("tbody")).ToContainTextAsync("Member removed");
        await guest.ReloadAsync();
        await Assertions.Expect(guest.Locator(".who")).ToContainTextAsync("Nina New");
        await owner.Context.CloseAsync();
        await guest.Context.CloseAsync();
    }

    [Fact]
    public async Task APageShowsNothingMoreOnceItsSessionWasEndedElsewhere()
    {
        var page = await RegisterAsync("Ray Leaves", "ray@accounts.example");
        await page.EvaluateAsync("""
            async () => {
                const { csrfToken } = await (await fetch('/identity/session')).json();
                await fetch('/identity/organizations', {
                    method: 'POST',
                    headers: { 'Content-Type': 'application/json', 'X-Csrf-Token': csrfToken, 'Idempotency-Key': 'ray' },
                    body: JSON.stringify({ name: 'Ray Ltd', kind: 'tenant', country: 'NO' }),
                });
            }
            """);
        await page.GotoAsync("/account");
        await Assertions.Expect(page.Locator(".who")).ToContainTextAsync("Ray Ltd");

        var other = await market.OpenAsync();
        await SignInAsync(other, "ray@accounts.example");
        await other.WaitForURLAsync("**/");
        await other.EvaluateAsync("""
            async () => {
                const { csrfToken } = await (await fetch('/identity/session')).json();
                await fetch('/identity/sessions', { method: 'DELETE', headers: { 'X-Csrf-Token': csrfToken } });
            }
            """);

        // Without anybody touching it: its stream of events ends, and it is loaded anew.
        await Assertions.Expect(page.Locator(".who")).ToHaveCountAsync(0, new() { Timeout = 30_000 });
        await Assertions.Expect(page.GetByText("ray@accounts.example")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
        await other.Context.CloseAsync();
    }

    private async Task<IPage> RegisterAsync(string name, string email, bool atLocalhost = false)
    {
        var page = await market.OpenAsync();
        if (atLocalhost)
        {
            // Passkeys belong to a host name; an address has none.
            await page.Context.CloseAsync();
            page = await market.OpenAsync(at: new UriBuilder(market.Address) { Host = "localhost" }.Uri);
        }

        await page.GotoAsync("/register");
        await page.GetByLabel("Your name").FillAsync(name);
        await page.GetByLabel("E-mail", new() { Exact = true }).FillAsync(email);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.Locator("form button[type=submit]").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
        return page;
    }

    private static async Task SignInAsync(IPage page, string email, string password = Password)
    {
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("E-mail", new() { Exact = true }).FillAsync(email);
        await page.GetByLabel("Password").FillAsync(password);
        await page.Locator("form button[type=submit]").ClickAsync();
    }

    private static async Task SignOutAsync(IPage page)
    {
        await page.GotoAsync("/account");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Sign in" })).ToBeVisibleAsync();
    }

    private static async Task LookAsync(IPage page, string name)
    {
        await page.ScreenshotAsync(new() { Path = Path.Combine(PortalFiles.Screenshots, $"{name}-desktop-light.png"), FullPage = true });

        // Notices that fade in or out have any contrast.
        var violations = (await page.Locator("main").RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").ToList();
        Assert.True(violations.Count == 0, string.Join("\n", violations.Select(it => $"{name}: {it.Id}: {it.Help}: {string.Join("; ", it.Nodes.Take(3).Select(node => node.Html))}")));
    }
}
