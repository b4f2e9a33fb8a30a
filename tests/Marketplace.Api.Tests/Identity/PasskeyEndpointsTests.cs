namespace Marketplace.Api.Tests.Identity;

public sealed class PasskeyEndpointsTests(AccountMarket market) : IClassFixture<AccountMarket>
{
    [Fact]
    public async Task A_passkey_opens_its_owners_account_without_address_or_password()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("ann@key.example")).With(201);
        using var passkey = await RegisterAsync(browser, "laptop");
        Assert.Equal("laptop", (await browser.GetAsync("/identity/passkeys")).With(200).Json.GetProperty("data")[0].GetProperty("name").GetString());
        using var other = market.Browser();

        var done = await SignInAsync(other, passkey);

        Assert.Equal(("signedIn", "ann@key.example"), (done.With(200).Text("status"), done.Text("session.user.email")));
        Assert.Equal("passkey", (await other.GetAsync("/identity/sessions")).Json.GetProperty("data")[0].GetProperty("method").GetString());
        Assert.Equal("signedIn", (await SignInAsync(other, passkey)).With(200).Text("status"));
    }

    [Fact]
    public async Task A_passkey_removed_or_never_registered_opens_nothing()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("ben@key.example")).With(201);
        using var passkey = await RegisterAsync(browser, "phone");
        using var other = market.Browser();
        using var stranger = new SoftwareAuthenticator(market.Api.Address);

        Assert.Equal("passkey_failed", (await SignInAsync(other, stranger)).With(401).Code);
        (await browser.DeleteAsync("/identity/passkeys/" + passkey.Id)).With(204);
        (await browser.DeleteAsync("/identity/passkeys/" + passkey.Id)).With(404);
        Assert.Equal("passkey_failed", (await SignInAsync(other, passkey)).With(401).Code);
    }

    [Fact]
    public async Task An_answer_for_another_origin_another_challenge_or_none_begun_is_refused()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("cat@key.example")).With(201);
        using var passkey = await RegisterAsync(browser, "key");
        using var other = market.Browser();

        Assert.Equal("passkey_failed", (await other.PostAsync("/identity/sessions/passkey", new { credential = "{}" })).With(401).Code);
        var options = (await other.PostAsync("/identity/passkeys/request-options")).With(200).Text("options");
        (await other.PostAsync("/identity/passkeys/request-options")).With(200);
        Assert.Equal("passkey_failed", (await other.PostAsync("/identity/sessions/passkey", new { credential = passkey.Get(options) })).With(401).Code);
        passkey.Origin = "https://phishing.example";
        Assert.Equal("passkey_failed", (await SignInAsync(other, passkey)).With(401).Code);
    }

    [Fact]
    public async Task A_copy_of_a_passkey_is_betrayed_by_its_counter()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("dan@key.example")).With(201);
        using var passkey = await RegisterAsync(browser, "key");
        using var other = market.Browser();
        passkey.Count = 10;
        (await SignInAsync(other, passkey)).With(200);

        passkey.Count = 5;

        Assert.Equal("passkey_failed", (await SignInAsync(other, passkey)).With(401).Code);
    }

    [Fact]
    public async Task A_passkey_is_one_persons_and_what_was_begun_for_one_is_of_no_use_to_another()
    {
        using var browser = market.Browser();
        (await browser.RegisterAsync("eli@key.example")).With(201);
        using var passkey = await RegisterAsync(browser, "key");
        using var other = market.Browser();
        (await other.RegisterAsync("fay@key.example")).With(201);
        using var second = new SoftwareAuthenticator(market.Api.Address);

        var options = (await other.PostAsync("/identity/passkeys/creation-options")).With(200).Text("options");
        Assert.Equal("passkey_failed", (await other.PostAsync("/identity/passkeys", new { credential = passkey.Create(options), name = "theirs" })).With(401).Code);
        var own = (await browser.PostAsync("/identity/passkeys/creation-options")).With(200).Text("options");
        Assert.Equal("passkey_failed", (await other.PostAsync("/identity/passkeys", new { credential = second.Create(own), name = "theirs" })).With(401).Code);

        Assert.Empty((await other.GetAsync("/identity/passkeys")).Json.GetProperty("data").EnumerateArray());
    }

    private async Task<SoftwareAuthenticator> RegisterAsync(Browser browser, string name)
    {
        var passkey = new SoftwareAuthenticator(market.Api.Address);
        var options = (await browser.PostAsync("/identity/passkeys/creation-options")).With(200).Text("options");
        Assert.Equal(passkey.Id, (await browser.PostAsync("/identity/passkeys", new { credential = passkey.Create(options), name })).With(201).Text("id"));
        return passkey;
    }

    private static async Task<ApiReply> SignInAsync(Browser browser, SoftwareAuthenticator passkey)
    {
        var options = (await browser.PostAsync("/identity/passkeys/request-options")).With(200).Text("options");
        var reply = await browser.PostAsync("/identity/sessions/passkey", new { credential = passkey.Get(options) });
        browser.Take(reply);
        return reply;
    }
}
