using System.Web;
using Marketplace.Api.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Identity;

public sealed class ExternalEndpointsTests(ExternalEndpointsTests.Market market) : IClassFixture<ExternalEndpointsTests.Market>
{
    [Fact]
    public async Task A_person_whom_a_service_vouches_for_is_registered_and_the_next_time_the_same()
    {
        using var browser = new Browser(market.Api.Address);
        using var again = new Browser(market.Api.Address);
        Assert.Equal("Fake", (await browser.GetAsync("/identity/providers")).With(200).Json.GetProperty("data")[0].GetProperty("displayName").GetString());

        Assert.Equal("/market?a=b", await EnterAsync(browser, "s1", "ann@sso.example", verified: true, "/market?a=b"));
        var first = (await browser.GetAsync("/identity/session")).With(200);
        Assert.Equal(("ann@sso.example", "True", "False"), (first.Text("user.email"), first.Text("user.emailConfirmed"), first.Text("user.hasPassword")));
        Assert.True(market.Provider.Asked.ContainsKey("code_verifier"));
        Assert.Equal("/", await EnterAsync(again, "s1", "new-address@sso.example", verified: true, "/"));
        Assert.Equal(first.Text("user.id"), (await again.GetAsync("/identity/session")).Text("user.id"));
    }

    [Fact]
    public async Task An_address_that_a_service_tells_opens_no_account_that_is_here_already()
    {
        using var owner = new Browser(market.Api.Address);
        (await owner.RegisterAsync("ben@sso.example")).With(201);
        using var thief = new Browser(market.Api.Address);

        Assert.Equal("/x?problem=email_taken", await EnterAsync(thief, "s2", "ben@sso.example", verified: true, "/x"));
        (await thief.GetAsync("/identity/session")).With(401);
    }

    [Fact]
    public async Task Its_owner_links_a_service_and_it_opens_the_account_until_unlinked()
    {
        using var owner = new Browser(market.Api.Address);
        (await owner.RegisterAsync("cat@sso.example")).With(201);

        Assert.Equal("/settings", await EnterAsync(owner, "s3", "other@sso.example", verified: false, "/settings", link: true));
        Assert.Equal("fake", (await owner.GetAsync("/identity/logins")).With(200).Json.GetProperty("data")[0].GetProperty("provider").GetString());
        using var other = new Browser(market.Api.Address);
        Assert.Equal("/", await EnterAsync(other, "s3", "other@sso.example", verified: false, "/"));
        Assert.Equal("cat@sso.example", (await other.GetAsync("/identity/session")).Text("user.email"));
        using var second = new Browser(market.Api.Address);
        (await second.RegisterAsync("dan@sso.example")).With(201);
        Assert.Equal("/?problem=identifier_taken", await EnterAsync(second, "s3", "other@sso.example", verified: false, "/", link: true));
        (await owner.DeleteAsync("/identity/logins/fake")).With(204);
        (await owner.DeleteAsync("/identity/logins/fake")).With(404);
    }

    [Fact]
    public async Task The_last_way_in_stays()
    {
        using var browser = new Browser(market.Api.Address);
        await EnterAsync(browser, "s4", "eve@sso.example", verified: true, "/");
        browser.Token = (await browser.GetAsync("/identity/session")).With(200).Text("csrfToken");

        Assert.Equal("last_way_in", (await browser.DeleteAsync("/identity/logins/fake")).With(409).Code);
        (await browser.PutAsync("/identity/account/password", new { newPassword = "correct horse battery" })).With(204);
        (await browser.DeleteAsync("/identity/logins/fake")).With(204);
    }

    [Fact]
    public async Task A_return_that_nobody_began_here_or_with_another_nonce_lets_nobody_in()
    {
        using var browser = new Browser(market.Api.Address);
        using var other = new Browser(market.Api.Address);
        var (callback, _) = await BeginAsync(browser, "/", false);
        market.Provider.Claims = new() { ["sub"] = "s5", ["email"] = "fay@sso.example" };
        market.Provider.Nonce = "another";

        Assert.Contains("problem=external_failed", (await other.GetAsync(callback)).With(302).Headers["Location"], StringComparison.Ordinal);
        Assert.Contains("problem=external_failed", (await browser.GetAsync(callback)).With(302).Headers["Location"], StringComparison.Ordinal);
        (await browser.GetAsync("/identity/session")).With(401);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    public async Task The_way_back_leads_to_this_origin_alone(string returnTo)
    {
        using var browser = new Browser(market.Api.Address);

        Assert.Equal("invalid_request", (await browser.PostAsync("/identity/external/fake/challenges", new { returnTo })).With(400).Code);
        (await browser.PostAsync("/identity/external/unknown/challenges", new { returnTo = "/" })).With(404);
    }

    /// <summary>Goes the whole way of a browser; where it ends.</summary>
    private async Task<string> EnterAsync(Browser browser, string subject, string email, bool verified, string returnTo, bool link = false)
    {
        var (callback, nonce) = await BeginAsync(browser, returnTo, link);
        market.Provider.Claims = new() { ["sub"] = subject, ["email"] = email, ["email_verified"] = verified, ["name"] = "Somebody" };
        market.Provider.Nonce = nonce;
        return (await browser.GetAsync(callback)).With(302).Headers["Location"];
    }

    private static async Task<(string Callback, string Nonce)> BeginAsync(Browser browser, string returnTo, bool link)
    {
        var url = new Uri((await browser.PostAsync("/identity/external/fake/challenges", new { returnTo, link })).With(200).Text("url"));
        var query = HttpUtility.ParseQueryString(url.Query);
        Assert.Equal(("code", "S256"), (query["response_type"], query["code_challenge_method"]));
        return ($"{new Uri(query["redirect_uri"]!).AbsolutePath}?code=c&state={Uri.EscapeDataString(query["state"]!)}", query["nonce"]!);
    }

    public sealed class Market : IAsyncLifetime
    {
        internal ApiMarket Api { get; private set; } = null!;

        internal FakeProvider Provider { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Provider = await FakeProvider.StartAsync();
            Api = await ApiMarket.StartAsync(services => services.Configure<AccessOptions>(access =>
                access.Providers["fake"] = new ProviderOptions { DisplayName = "Fake", Authority = new Uri(Provider.Issuer), ClientId = "market", ClientSecret = "secret" }));
        }

        public async ValueTask DisposeAsync()
        {
            await Api.DisposeAsync();
            await Provider.DisposeAsync();
        }
    }
}
