using System.Text;
using Marketplace.Api.Identity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Identity;

public sealed class AccountEndpointsTests(AccountMarket market) : IClassFixture<AccountMarket>
{
    private const string Password = "correct horse battery";
    private const string Other = "staple of the week";

    [Fact]
    public async Task The_mail_after_registering_confirms_the_address_once()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("ann@mail.example")).With(201);
        var (subject, link, letter) = await market.MailAsync("ann@mail.example");
        Assert.Equal("Confirm your e-mail address", subject);
        Assert.DoesNotContain(link["token"], letter.Content, StringComparison.Ordinal);
        Assert.Equal("False", (await browser.GetAsync("/identity/session")).Text("user.emailConfirmed"));

        Assert.Equal("token_invalid", (await browser.PostAsync("/identity/email-confirmations/redeem", new { userId = link["userId"], token = "CfDJ8x" })).With(400).Code);
        Assert.Equal("token_invalid", (await browser.PostAsync("/identity/email-confirmations/redeem", new { userId = "usr_nobody", token = link["token"] })).With(400).Code);
        (await browser.PostAsync("/identity/email-confirmations/redeem", new { userId = link["userId"], token = link["token"] })).With(204);

        Assert.Equal("True", (await browser.GetAsync("/identity/session")).Text("user.emailConfirmed"));
    }

    [Fact]
    public async Task A_person_is_written_to_in_the_language_asked_for_and_can_choose_another()
    {
        using var browser = market.Browser();
        browser.Headers["Accept-Language"] = "de-DE,de;q=0.9,en;q=0.5";
        Assert.Equal("de", (await browser.RegisterAsync("uta@mail.example")).With(201).Text("session.user.language"));
        Assert.Equal("Bestätigen Sie Ihre E-Mail-Adresse", (await market.MailAsync("uta@mail.example")).Subject);

        var changed = (await browser.PatchAsync("/identity/account", new { language = "en" })).With(200);
        Assert.Equal(("en", "Someone"), (changed.Text("language"), changed.Text("name")));
        (await browser.PostAsync("/identity/password-resets", new { email = "uta@mail.example" })).With(202);
        Assert.Equal("Reset your password", (await market.MailAsync("uta@mail.example")).Subject);
        Assert.Equal("invalid_request", (await browser.PatchAsync("/identity/account", new { language = "fr" })).With(400).Code);

        using var other = market.Browser();
        (await other.PostAsync("/identity/registrations", new { email = "udo@mail.example", password = Password, name = "Udo", language = "de" })).With(201);
        Assert.Equal("Bestätigen Sie Ihre E-Mail-Adresse", (await market.MailAsync("udo@mail.example")).Subject);
    }

    [Fact]
    public async Task A_reset_password_opens_the_account_the_old_one_does_not_and_all_sessions_end()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("ben@mail.example")).With(201);
        await market.MailAsync("ben@mail.example");
        (await browser.PostAsync("/identity/password-resets", new { email = "nobody@mail.example" })).With(202);
        (await browser.PostAsync("/identity/password-resets", new { email = "BEN@mail.example" })).With(202);
        var (_, link, _) = await market.MailAsync("ben@mail.example");

        Assert.Equal("password_too_weak", (await browser.PostAsync("/identity/password-resets/redeem", new { userId = link["userId"], token = link["token"], password = "short" })).With(400).Code);
        (await browser.PostAsync("/identity/password-resets/redeem", new { userId = link["userId"], token = link["token"], password = Other })).With(204);

        (await browser.GetAsync("/identity/session")).With(401);
        Assert.Equal("sign_in_failed", (await browser.SignInAsync("ben@mail.example", Password)).With(401).Code);
        Assert.Equal("True", (await browser.SignInAsync("ben@mail.example", Other)).With(200).Text("session.user.emailConfirmed"));
        Assert.Equal("token_invalid", (await browser.PostAsync("/identity/password-resets/redeem", new { userId = link["userId"], token = link["token"], password = Password })).With(400).Code);
    }

    [Fact]
    public async Task Whoever_registered_anothers_address_first_loses_every_way_in_when_its_owner_resets_the_password()
    {
        using var thief = market.Browser();
        using var owner = market.Browser();
        (await thief.RegisterAsync("cat@mail.example")).With(201);
        await market.MailAsync("cat@mail.example");
        await AuthenticatorEndpointsTests.EnableAsync(thief);
        Assert.Equal("Your account has another way to sign in", (await market.MailAsync("cat@mail.example")).Subject);

        (await owner.PostAsync("/identity/password-resets", new { email = "cat@mail.example" })).With(202);
        var (_, link, _) = await market.MailAsync("cat@mail.example");
        (await owner.PostAsync("/identity/password-resets/redeem", new { userId = link["userId"], token = link["token"], password = Other })).With(204);

        (await thief.GetAsync("/identity/session")).With(401);
        Assert.Equal("signedIn", (await owner.SignInAsync("cat@mail.example", Other)).With(200).Text("status"));
    }

    [Fact]
    public async Task Changing_the_password_needs_the_present_one_and_ends_the_other_sessions()
    {
        using var here = market.Browser();
        using var there = market.Browser();
        (await here.RegisterAsync("dan@mail.example")).With(201);
        (await there.SignInAsync("dan@mail.example")).With(200);

        Assert.Equal("password_wrong", (await here.PutAsync("/identity/account/password", new { currentPassword = Other, newPassword = Other })).With(403).Code);
        Assert.Equal("password_too_weak", (await here.PutAsync("/identity/account/password", new { currentPassword = Password, newPassword = "dan.mail.2026" })).With(400).Code);
        (await here.PutAsync("/identity/account/password", new { currentPassword = Password, newPassword = Other })).With(204);

        (await here.GetAsync("/identity/session")).With(200);
        (await there.GetAsync("/identity/session")).With(401);
    }

    [Fact]
    public async Task What_happens_to_an_account_is_in_its_log_without_secrets()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("eve@mail.example")).With(201);
        (await browser.SignInAsync("eve@mail.example", "a wrong password")).With(401);
        (await browser.PutAsync("/identity/account/password", new { currentPassword = Password, newPassword = Other })).With(204);
        (await browser.PatchAsync("/identity/account", new { name = "Eve" })).With(200);
        await market.Api.SettleAsync();

        var log = (await browser.GetAsync("/identity/activity")).With(200);
        Assert.Equal(
            ["passwordChanged", "registered", "signInFailed", "signedIn"],
            log.Json.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("act").GetString()).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Other, log.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_is_written_holds_a_password_a_token_or_an_apps_key()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("fox@mail.example", "very secret words")).With(201);
        var (_, link, _) = await market.MailAsync("fox@mail.example");
        var (key, codes) = await AuthenticatorEndpointsTests.EnableAsync(browser);
        var record = System.Text.Json.JsonSerializer.Serialize((await market.Api.Market.Grains.Of<IUserGrain>(link["userId"]).GetAsync())!.State);
        var rows = await market.Api.Market.Rows.ScanAsync(AccessRows.Table, link["userId"], null, null, RowLimits.MostRowsInPage, cancellation: TestContext.Current.CancellationToken);
        var written = record + string.Concat(rows.Rows.Select(row => Encoding.UTF8.GetString(row.Data.Span)));

        Assert.All(new[] { "very secret words", link["token"], key, codes[0] }, secret => Assert.DoesNotContain(secret, written, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_addresses_must_be_confirmed_nobody_learns_who_has_an_account_and_nobody_enters_before()
    {
        await using var api = await ApiMarket.StartAsync(services => services.Configure<AccessOptions>(access => access.ConfirmedEmailOnly = true));
        using var browser = new Browser(api.Address);

        var first = (await browser.RegisterAsync("gil@mail.example")).With(201);
        var (_, link, _) = await AccountMarket.MailAsync(api, "gil@mail.example");
        var second = (await browser.RegisterAsync("gil@mail.example", Other)).With(201);
        Assert.Equal((first.Body, "confirmationSent"), (second.Body, second.Text("status")));
        Assert.Equal("You have an account already", (await AccountMarket.MailAsync(api, "gil@mail.example")).Subject);
        Assert.Equal("email_not_confirmed", (await browser.SignInAsync("gil@mail.example")).With(403).Code);
        Assert.Equal("sign_in_failed", (await browser.SignInAsync("gil@mail.example", Other)).With(401).Code);

        (await browser.PostAsync("/identity/email-confirmations/redeem", new { userId = link["userId"], token = link["token"] })).With(204);
        (await browser.SignInAsync("gil@mail.example")).With(200);

        // Guesses at an account that cannot enter yet count all the same.
        (await browser.RegisterAsync("ham@mail.example")).With(201);
        await AccountMarket.MailAsync(api, "ham@mail.example");
        for (var guess = 0; guess < 5; guess++)
        {
            (await browser.SignInAsync("ham@mail.example", Other)).With(401);
        }

        (await browser.SignInAsync("ham@mail.example")).With(401);
    }

    [Fact]
    public async Task A_name_puts_no_text_and_no_link_of_its_own_into_a_mail_to_somebody_else()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("lil@mail.example", name: "you won\n\nVisit https://prize.example/now or www.prize.example" + new string('!', 100))).With(201);

        var letter = await market.Api.Market.Mail.NextAsync("lil@mail.example", TestContext.Current.CancellationToken);
        var text = market.Api.Services.GetRequiredService<Letters>().Open(letter).Text;

        Assert.DoesNotContain("://prize", text, StringComparison.Ordinal);
        Assert.DoesNotContain("prize.example", text, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('!', 60), text, StringComparison.Ordinal);
        Assert.StartsWith("Hello you won Visit https:", text, StringComparison.Ordinal);
        Assert.Equal("Jane A. Doe", LetterContent.Named("Jane A. Doe"));
    }

    [Fact]
    public async Task A_mail_that_the_server_refuses_is_sent_later()
    {
        await using var api = await ApiMarket.StartAsync();
        api.Market.Mail.Fault = "away";
        using var browser = new Browser(api.Address);
        (await browser.RegisterAsync("hal@mail.example")).With(201);

        api.Market.Mail.Fault = null;
        await api.Market.Time.AdvanceAsync(api.Market.Clock.Now + NodaTime.Duration.FromHours(1), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal("Confirm your e-mail address", (await AccountMarket.MailAsync(api, "hal@mail.example")).Subject);
    }

    [Fact]
    public async Task Attempts_at_one_account_are_few_a_minute_wherever_they_come_from()
    {
        await using var api = await ApiMarket.StartAsync(services => services.Configure<Api.Http.ApiOptions>(options => options.AttemptsPerMinutePerAccount = 3));
        using var browser = new Browser(api.Address);

        for (var attempt = 0; attempt < 3; attempt++)
        {
            (await browser.SignInAsync("ivy@mail.example")).With(401);
        }

        var refused = (await browser.SignInAsync("IVY@mail.example")).With(429);
        Assert.Equal("rate_limited", refused.Code);
        Assert.InRange(int.Parse(refused.Headers["Retry-After"]), 1, 60);
        (await browser.SignInAsync("jon@mail.example")).With(401);
    }

    [Fact]
    public async Task A_client_address_is_believed_from_the_portal_alone()
    {
        await using var api = await ApiMarket.StartAsync(services => services.Configure<Api.Http.ApiOptions>(options => options.AttemptsPerMinutePerAddress = 2));
        using var browser = new Browser(api.Address);

        browser.Headers["Marketplace-Client-Address"] = "192.0.2.1";
        browser.Headers["Marketplace-Portal"] = "not the credential";
        (await browser.SignInAsync("kim@mail.example")).With(401);
        browser.Headers["Marketplace-Client-Address"] = "192.0.2.2";
        (await browser.SignInAsync("kim@mail.example")).With(401);
        (await browser.SignInAsync("kim@mail.example")).With(429);
        browser.Headers["Marketplace-Portal"] = api.Services.GetRequiredService<PortalCredential>().Value;
        (await browser.SignInAsync("kim@mail.example")).With(401);
        (await browser.SignInAsync("kim@mail.example")).With(401);
        (await browser.SignInAsync("kim@mail.example")).With(429);
        browser.Headers["Marketplace-Client-Address"] = "192.0.2.3";
        (await browser.SignInAsync("kim@mail.example")).With(401);
    }
}
