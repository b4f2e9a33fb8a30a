using Marketplace.Api.Identity;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Marketplace.Api.Tests.Identity;

public sealed class EmailChangeEndpointsTests(AccountMarket market) : IClassFixture<AccountMarket>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task The_address_changes_once_the_mail_to_the_new_one_is_followed_and_the_old_one_is_told()
    {
        using var here = market.Browser();
        using var there = market.Browser();
        await RegisterAsync(here, "eva@mail.example");
        (await there.SignInAsync("eva@mail.example")).With(200);

        (await here.PostAsync("/identity/email-changes", new { email = "eva@new.example", currentPassword = Password })).With(202);
        var (notice, _, _) = await market.MailAsync("eva@mail.example");
        var (subject, link, _) = await market.MailAsync("eva@new.example");
        Assert.Equal(("Your e-mail address is to be changed", "Confirm your new e-mail address"), (notice, subject));

        // Nothing changed yet.
        var session = (await here.GetAsync("/identity/session")).With(200);
        Assert.Equal(("eva@mail.example", "eva@new.example"), (session.Text("user.email"), session.Text("user.awaitedEmail")));
        Assert.Equal("sign_in_failed", (await market.Browser().SignInAsync("eva@new.example")).With(401).Code);

        (await RedeemAsync(here, link)).With(204);
        var (done, _) = await DoneAsync("eva@mail.example");
        Assert.Equal("Your e-mail address was changed", done);
        session = (await here.GetAsync("/identity/session")).With(200);
        Assert.Equal(("eva@new.example", "True"), (session.Text("user.email"), session.Text("user.emailConfirmed")));
        (await there.GetAsync("/identity/session")).With(401);
        Assert.Equal("sign_in_failed", (await there.SignInAsync("eva@mail.example")).With(401).Code);
        (await there.SignInAsync("eva@new.example")).With(200);

        // The link works once, the old address is free, and both steps stand in the log.
        Assert.Equal("token_invalid", (await RedeemAsync(here, link)).With(400).Code);
        (await market.Browser().RegisterAsync("eva@mail.example")).With(201);
        await market.Api.SettleAsync();
        var acts = (await here.GetAsync("/identity/activity")).With(200).Json.GetProperty("data").EnumerateArray()
            .Select(entry => (entry.GetProperty("act").GetString(), entry.GetProperty("detail").GetString())).ToList();
        Assert.Contains(("emailChangeAsked", "eva@new.example"), acts);
        Assert.Contains(("emailChanged", "eva@mail.example to eva@new.example"), acts);
    }

    [Fact]
    public async Task Without_the_password_or_with_an_older_link_nothing_changes()
    {
        using var browser = market.Browser();
        await RegisterAsync(browser, "fay@mail.example");
        Assert.Equal("password_wrong", (await browser.PostAsync("/identity/email-changes", new { email = "fay@new.example", currentPassword = "guess" })).With(403).Code);
        Assert.Equal("password_wrong", (await browser.PostAsync("/identity/email-changes", new { email = "fay@new.example" })).With(403).Code);

        (await browser.PostAsync("/identity/email-changes", new { email = "fay@first.example", currentPassword = Password })).With(202);
        var (_, first, _) = await market.MailAsync("fay@first.example");
        (await browser.PostAsync("/identity/email-changes", new { email = "fay@second.example", currentPassword = Password })).With(202);
        var (_, second, _) = await market.MailAsync("fay@second.example");

        Assert.Equal("token_invalid", (await RedeemAsync(browser, first)).With(400).Code);
        Assert.Equal("token_invalid", (await RedeemAsync(browser, new(second) { ["email"] = "fay@third.example" })).With(400).Code);

        // A new password makes the open link worthless.
        (await browser.PutAsync("/identity/account/password", new { currentPassword = Password, newPassword = "staple of the week" })).With(204);
        Assert.Equal("token_invalid", (await RedeemAsync(browser, second)).With(400).Code);
        Assert.Equal("fay@mail.example", (await browser.GetAsync("/identity/session")).Text("user.email"));
    }

    [Fact]
    public async Task Whether_the_new_address_has_an_account_is_told_to_its_owner_alone()
    {
        using var owner = market.Browser();
        using var other = market.Browser();
        await RegisterAsync(owner, "gil@mail.example");
        await RegisterAsync(other, "hal@mail.example");

        (await other.PostAsync("/identity/email-changes", new { email = "gil@mail.example", currentPassword = Password })).With(202);
        Assert.Equal("You have an account already", (await market.MailAsync("gil@mail.example")).Subject);

        // Who registers the address between asking and following is first.
        (await other.PostAsync("/identity/email-changes", new { email = "ivy@mail.example", currentPassword = Password })).With(202);
        var (_, link, _) = await market.MailAsync("ivy@mail.example");
        (await market.Browser().RegisterAsync("ivy@mail.example")).With(201);
        Assert.Equal("email_taken", (await RedeemAsync(other, link)).With(409).Code);
        Assert.Equal("hal@mail.example", (await other.GetAsync("/identity/session")).Text("user.email"));
    }

    [Fact]
    public async Task Somebody_without_a_password_signs_in_again_first()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var api = await ApiMarket.StartAsync(services => services.AddSingleton<TimeProvider>(time));
        using var browser = new Browser(api.Address);
        (await browser.RegisterAsync("jan@mail.example")).With(201);
        var grain = api.Market.Grains.Of<IUserGrain>((await browser.GetAsync("/identity/session")).Text("user.id"));
        var known = (await grain.GetAsync())!.State;
        await grain.SaveAccountAsync(new SaveAccount(known.Account with { PasswordHash = null }, known.Revision, known.Sessions[0].Id, known.Sessions[0].OpenedAt));

        (await browser.PostAsync("/identity/email-changes", new { email = "jan@new.example" })).With(202);
        time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("sign_in_again", (await browser.PostAsync("/identity/email-changes", new { email = "jan@new.example" })).With(403).Code);

        // Nor does a password set by whoever finds the session open lead around it.
        Assert.Equal("sign_in_again", (await browser.PutAsync("/identity/account/password", new { newPassword = Password })).With(403).Code);

        // Nor another way to sign in, added by them.
        Assert.Equal("sign_in_again", (await browser.PostAsync("/identity/passkeys/creation-options")).With(403).Code);
        Assert.Equal("sign_in_again", (await browser.PostAsync("/identity/authenticator")).With(403).Code);
    }

    [Fact]
    public async Task A_link_followed_twice_at_once_leaves_the_address_its_owners()
    {
        using var browser = market.Browser();
        await RegisterAsync(browser, "kay@mail.example");
        (await browser.PostAsync("/identity/email-changes", new { email = "kay@new.example", currentPassword = Password })).With(202);
        var (_, link, _) = await market.MailAsync("kay@new.example");
        var id = Domain.Primitives.UserId.From(link["userId"]);

        // The second request read the account before the first changed it, and is refused after that.
        await using var scope = market.Api.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<Accounts>();
        var late = (await accounts.FindByIdAsync(id.Value))!;
        (await RedeemAsync(browser, link)).With(204);
        Assert.Equal("account_changed", Assert.Single((await accounts.ChangeEmailAsync(late, link["email"], link["token"])).Errors).Code);

        (await market.Browser().SignInAsync("kay@new.example")).With(200);
        Assert.Equal("email_taken", (await market.Browser().RegisterAsync("kay@new.example")).With(409).Code);
    }

    [Fact]
    public async Task Guessing_a_password_or_a_code_in_an_open_session_locks_the_account()
    {
        using var owner = market.Browser();
        await RegisterAsync(owner, "lou@mail.example");
        var (key, _) = await AuthenticatorEndpointsTests.EnableAsync(owner);
        for (var guess = 0; guess < 2; guess++)
        {
            (await owner.PutAsync("/identity/account/password", new { currentPassword = "guess " + guess, newPassword = "staple of the week" })).With(403);
            (await owner.PostAsync("/identity/email-changes", new { email = "lou@new.example", currentPassword = "guess " + guess })).With(403);
        }

        (await owner.PostAsync("/identity/authenticator/removals", new { code = "000000" })).With(403);

        Assert.Equal("code_wrong", (await owner.PostAsync("/identity/authenticator/removals", new { code = AuthenticatorApp.CodeOf(key, 1) })).With(403).Code);
        Assert.Equal("password_wrong", (await owner.PutAsync("/identity/account/password", new { currentPassword = Password, newPassword = "staple of the week" })).With(403).Code);
        await market.Api.SettleAsync();
        Assert.Contains((await owner.GetAsync("/identity/activity")).With(200).Json.GetProperty("data").EnumerateArray(), entry => entry.GetProperty("act").GetString() == "lockedOut");
    }

    private static Task<ApiReply> RedeemAsync(Browser browser, Dictionary<string, string> link) =>
        browser.PostAsync("/identity/email-changes/redeem", new { userId = link["userId"], email = link["email"], token = link["token"] });

    private async Task RegisterAsync(Browser browser, string email)
    {
        (await browser.RegisterAsync(email)).With(201);
        await market.MailAsync(email);
    }

    /// <summary>The next mail to an address, which holds no link.</summary>
    private async Task<(string Subject, string Text)> DoneAsync(string to)
    {
        var letter = await market.Api.Market.Mail.NextAsync(to, TestContext.Current.CancellationToken);
        var content = market.Api.Services.GetRequiredService<Letters>().Open(letter);
        return (content.Subject, content.Text);
    }
}
