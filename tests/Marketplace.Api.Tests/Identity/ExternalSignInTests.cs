using System.Web;
using Marketplace.Api.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Identity;

/// <summary>Sign-in with a certified OpenID provider that knows nothing of us, and with one that misbehaves.</summary>
public sealed class ExternalSignInTests : IAsyncLifetime
{
    private CertifiedProvider _provider = null!;
    private ApiMarket _api = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(CertifiedProvider.Lack is not null, CertifiedProvider.Lack ?? "");
        _provider = await CertifiedProvider.StartAsync();
        _api = await StartAsync();
        await _provider.SetAsync(new { redirectUri = new Uri(_api.Address, ExternalSignIn.CallbackOf("sso")) });
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
            await _provider.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("ann", "True")]
    [InlineData("unverified", "False")]
    public async Task Somebody_who_comes_for_the_first_time_is_registered_with_what_the_provider_shows_of_the_address(string person, string confirmed)
    {
        using var browser = new Browser(_api.Address);
        using var again = new Browser(_api.Address);

        Assert.Equal("/market", await EnterAsync(browser, person, "/market"));

        var first = (await browser.GetAsync("/identity/session")).With(200);
        Assert.Equal(($"{person}@oidc.example", $"{person} of the provider", confirmed), (first.Text("user.email"), first.Text("user.name"), first.Text("user.emailConfirmed")));
        Assert.Equal("/", await EnterAsync(again, person));
        Assert.Equal(first.Text("user.id"), (await again.GetAsync("/identity/session")).Text("user.id"));
    }

    [Fact]
    public async Task Who_has_no_address_there_is_told_so()
    {
        using var browser = new Browser(_api.Address);

        Assert.Equal("/?problem=external_email_missing", await EnterAsync(browser, "nameless"));
        (await browser.GetAsync("/identity/session")).With(401);
    }

    [Fact]
    public async Task An_account_of_the_same_address_is_linked_by_its_owner_alone()
    {
        using var owner = new Browser(_api.Address);
        using var thief = new Browser(_api.Address);
        (await owner.RegisterAsync("ben@oidc.example")).With(201);

        Assert.Equal("/?problem=email_taken", await EnterAsync(thief, "ben"));
        (await thief.GetAsync("/identity/session")).With(401);
        Assert.Equal("/account", await EnterAsync(owner, "ben", "/account", link: true));
        Assert.Equal("/", await EnterAsync(thief, "ben"));

        Assert.Equal((await owner.GetAsync("/identity/session")).Text("user.id"), (await thief.GetAsync("/identity/session")).With(200).Text("user.id"));
    }

    [Theory]
    [InlineData("issuer")]
    [InlineData("audience")]
    [InlineData("nonce")]
    [InlineData("expired")]
    [InlineData("signature")]
    [InlineData("unsigned")]
    [InlineData("subject")]
    public async Task A_token_with_one_fault_lets_nobody_in(string fault)
    {
        using var browser = new Browser(_api.Address);
        await _provider.SetAsync(new { fault });

        Assert.Equal("/?problem=external_failed", await EnterAsync(browser, "cat"));
        (await browser.GetAsync("/identity/session")).With(401);

        await _provider.SetAsync(new { fault = (string?)null });
        Assert.Equal("/", await EnterAsync(browser, "cat"));
    }

    [Fact]
    public async Task A_code_is_of_use_to_the_browser_alone_that_asked_for_it_and_once()
    {
        using var browser = new Browser(_api.Address);
        using var thief = new Browser(_api.Address);
        var back = await _provider.SignInAsync(await BeginAsync(browser, "/", false), "dan");

        Assert.Equal("/?problem=external_failed", Back(await thief.GetAsync(back.PathAndQuery)));
        Assert.Equal("/", Back(await browser.GetAsync(back.PathAndQuery)));
        Assert.Equal("/?problem=external_failed", Back(await thief.GetAsync(back.PathAndQuery)));
        (await thief.GetAsync("/identity/session")).With(401);
    }

    [Fact]
    public async Task A_new_key_of_the_provider_is_taken_up()
    {
        using var browser = new Browser(_api.Address);
        Assert.Equal("/", await EnterAsync(browser, "eve"));
        await _provider.SetAsync(new { rotate = true });

        // The first token of a key never seen makes the keys be read anew.
        await EnterAsync(browser, "eve");
        using var other = new Browser(_api.Address);
        Assert.Equal("/", await EnterAsync(other, "eve"));
        Assert.Equal("eve@oidc.example", (await other.GetAsync("/identity/session")).With(200).Text("user.email"));
    }

    [Fact]
    public async Task A_provider_that_is_away_is_said_to_be_away_and_another_way_in_stays()
    {
        using var browser = new Browser(_api.Address);
        await _provider.StopAsync();

        var refused = (await browser.PostAsync("/identity/external/sso/challenges", new { returnTo = "/" })).With(503);

        Assert.Equal("provider_away", refused.Code);
        Assert.True(refused.Headers.ContainsKey("Retry-After"));
        (await browser.RegisterAsync("fay@oidc.example")).With(201);
    }

    [Fact]
    public async Task A_provider_that_goes_away_in_between_lets_nobody_in()
    {
        using var browser = new Browser(_api.Address);
        var back = await _provider.SignInAsync(await BeginAsync(browser, "/", false), "gil");
        await _provider.StopAsync();

        Assert.Equal("/?problem=external_failed", Back(await browser.GetAsync(back.PathAndQuery)));
        (await browser.GetAsync("/identity/session")).With(401);
    }

    [Fact]
    public async Task A_provider_of_many_tenants_lets_in_those_of_the_settings_and_vouches_for_no_address()
    {
        await _provider.SetAsync(new { tenants = true, fault = "tenant:ours" });
        await using var api = await StartAsync("ours");
        await _provider.SetAsync(new { redirectUri = new Uri(api.Address, ExternalSignIn.CallbackOf("sso")) });
        using var browser = new Browser(api.Address);
        using var stranger = new Browser(api.Address);

        Assert.Equal("/", await EnterAsync(browser, "hob"));
        Assert.Equal("False", (await browser.GetAsync("/identity/session")).With(200).Text("user.emailConfirmed"));
        await _provider.SetAsync(new { fault = "tenant:theirs" });
        Assert.Equal("/?problem=external_failed", await EnterAsync(stranger, "hob"));
        await _provider.SetAsync(new { fault = (string?)null });
        Assert.Equal("/?problem=external_failed", await EnterAsync(stranger, "hob"));
        (await stranger.GetAsync("/identity/session")).With(401);
    }

    private Task<ApiMarket> StartAsync(params string[] tenants) => ApiMarket.StartAsync(services => services.Configure<AccessOptions>(access => access.Providers["sso"] = new ProviderOptions
    {
        DisplayName = "SSO",
        Authority = _provider.Issuer,
        ClientId = CertifiedProvider.ClientId,
        ClientSecret = CertifiedProvider.ClientSecret,
        Tenants = tenants,
    }));

    /// <summary>Goes the whole way of a browser; where it ends.</summary>
    private async Task<string> EnterAsync(Browser browser, string person, string returnTo = "/", bool link = false) =>
        Back(await browser.GetAsync((await _provider.SignInAsync(await BeginAsync(browser, returnTo, link), person)).PathAndQuery));

    private static string Back(ApiReply reply) => reply.With(302).Headers["Location"];

    private static async Task<string> BeginAsync(Browser browser, string returnTo, bool link)
    {
        var url = (await browser.PostAsync("/identity/external/sso/challenges", new { returnTo, link })).With(200).Text("url");
        Assert.NotEmpty(HttpUtility.ParseQueryString(new Uri(url).Query)["client_id"]!);
        return url;
    }
}
