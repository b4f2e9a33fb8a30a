using Marketplace.Testing;

namespace Marketplace.Api.Tests.Identity;

public sealed class AuthenticatorEndpointsTests(AccountMarket market) : IClassFixture<AccountMarket>
{
    [Fact]
    public async Task With_an_app_the_password_alone_opens_nothing_and_the_code_does()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("ann@app.example")).With(201);
        var (key, codes) = await EnableAsync(browser);
        Assert.Equal(10, codes.Count);
        using var other = market.Browser();

        Assert.Equal("secondFactorRequired", (await other.SignInAsync("ann@app.example")).With(200).Text("status"));
        (await other.GetAsync("/identity/session")).With(401);
        Assert.Equal("second_factor_failed", (await other.PostAsync("/identity/sessions/second-factor", new { code = "000000" })).With(401).Code);
        var done = (await other.PostAsync("/identity/sessions/second-factor", new { code = AuthenticatorApp.CodeOf(key, 1) })).With(200);

        Assert.Equal(("signedIn", "True"), (done.Text("status"), done.Text("session.user.twoFactorEnabled")));
        (await other.GetAsync("/identity/session")).With(200);
    }

    [Fact]
    public async Task A_recovery_code_opens_once()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("ben@app.example")).With(201);
        var (_, codes) = await EnableAsync(browser);
        using var other = market.Browser();

        (await other.SignInAsync("ben@app.example")).With(200);
        var done = (await other.PostAsync("/identity/sessions/second-factor", new { recoveryCode = codes[3] })).With(200);
        Assert.Equal("9", done.Text("session.user.recoveryCodesLeft"));
        using var again = market.Browser();
        (await again.SignInAsync("ben@app.example")).With(200);
        (await again.PostAsync("/identity/sessions/second-factor", new { recoveryCode = codes[3] })).With(401);
    }

    [Fact]
    public async Task A_recovery_code_opens_once_also_when_many_come_at_once()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("kai@app.example")).With(201);
        var (_, codes) = await EnableAsync(browser);
        var visitors = Enumerable.Range(0, 4).Select(_ => market.Browser()).ToList();
        foreach (var visitor in visitors)
        {
            Assert.Equal("secondFactorRequired", (await visitor.SignInAsync("kai@app.example")).With(200).Text("status"));
        }

        var answers = await Task.WhenAll(visitors.Select(visitor => visitor.PostAsync("/identity/sessions/second-factor", new { recoveryCode = codes[0] })));

        Assert.Equal([200, 401, 401, 401], answers.Select(answer => answer.Status).Order());
        visitors.ForEach(visitor => visitor.Dispose());
    }

    [Fact]
    public async Task Guessing_recovery_codes_at_sign_in_counts_and_locks_like_any_guess()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("lou@app.example")).With(201);
        var (_, codes) = await EnableAsync(browser);
        using var thief = market.Browser();
        (await thief.SignInAsync("lou@app.example")).With(200);
        for (var guess = 0; guess < 5; guess++)
        {
            (await thief.PostAsync("/identity/sessions/second-factor", new { recoveryCode = $"AAAAA-AAAA{guess}" })).With(401);
        }

        (await thief.PostAsync("/identity/sessions/second-factor", new { recoveryCode = codes[0] })).With(401);
        await market.Api.SettleAsync();
        var acts = (await browser.GetAsync("/identity/activity")).Json.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("act").GetString()).ToList();
        Assert.Equal((4, 1), (acts.Count(act => act == "signInFailed"), acts.Count(act => act == "lockedOut")));
    }

    [Fact]
    public async Task A_code_of_the_app_opens_once_also_when_two_come_at_once()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("eli@app.example")).With(201);
        var (key, _) = await EnableAsync(browser);
        var code = AuthenticatorApp.CodeOf(key, 1);
        var visitors = Enumerable.Range(0, 4).Select(_ => market.Browser()).ToList();
        foreach (var visitor in visitors)
        {
            Assert.Equal("secondFactorRequired", (await visitor.SignInAsync("eli@app.example")).With(200).Text("status"));
        }

        var answers = await Task.WhenAll(visitors.Select(visitor => visitor.PostAsync("/identity/sessions/second-factor", new { code })));
        Assert.Equal([200, 401, 401, 401], answers.Select(answer => answer.Status).Order());
        (await browser.PostAsync("/identity/recovery-codes", new { code = $" {code[..3]} {code[3..]}" })).With(403);
        visitors.ForEach(visitor => visitor.Dispose());
    }

    [Fact]
    public async Task A_second_factor_without_a_first_opens_nothing()
    {
        using var browser = market.Browser();

        Assert.Equal("second_factor_failed", (await browser.PostAsync("/identity/sessions/second-factor", new { code = "123456" })).With(401).Code);
        Assert.Equal(["code inconsistent"], (await browser.PostAsync("/identity/sessions/second-factor", new { code = "123456", recoveryCode = "x" })).With(400).Faults);
    }

    [Fact]
    public async Task Guessing_codes_locks_the_account()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("cat@app.example")).With(201);
        var (key, _) = await EnableAsync(browser);
        using var thief = market.Browser();
        (await thief.SignInAsync("cat@app.example")).With(200);

        for (var guess = 0; guess < 5; guess++)
        {
            (await thief.PostAsync("/identity/sessions/second-factor", new { code = "000000" })).With(401);
        }

        (await thief.PostAsync("/identity/sessions/second-factor", new { code = AuthenticatorApp.CodeOf(key, 1) })).With(401);
    }

    [Fact]
    public async Task Without_a_code_the_app_is_neither_put_in_force_nor_away_nor_replaced()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("dan@app.example")).With(201);
        Assert.Equal("code_wrong", (await browser.PutAsync("/identity/authenticator", new { code = "000000" })).With(403).Code);
        var (key, _) = await EnableAsync(browser);

        Assert.Equal("authenticator_on", (await browser.PostAsync("/identity/authenticator")).With(409).Code);
        Assert.Equal("code_wrong", (await browser.PostAsync("/identity/authenticator/removals", new { code = "000000" })).With(403).Code);
        Assert.Equal("code_wrong", (await browser.PostAsync("/identity/recovery-codes", new { code = "000000" })).With(403).Code);
        Assert.Equal(10, (await browser.PostAsync("/identity/recovery-codes", new { code = AuthenticatorApp.CodeOf(key, 1) })).With(200).Json.GetProperty("recoveryCodes").GetArrayLength());
        (await browser.PostAsync("/identity/authenticator/removals", new { code = AuthenticatorApp.CodeOf(key, -1) })).With(204);
        Assert.Equal("signedIn", (await browser.SignInAsync("dan@app.example")).With(200).Text("status"));
    }

    /// <summary>Puts an app in force for whoever is signed in: its key and the recovery codes.</summary>
    internal static async Task<(string Key, IReadOnlyList<string> Codes)> EnableAsync(Browser browser)
    {
        var key = (await browser.PostAsync("/identity/authenticator")).With(200).Text("key").Replace(" ", "", StringComparison.Ordinal);
        var codes = (await browser.PutAsync("/identity/authenticator", new { code = AuthenticatorApp.CodeOf(key) })).With(200);
        return (key, [.. codes.Json.GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!)]);
    }
}
