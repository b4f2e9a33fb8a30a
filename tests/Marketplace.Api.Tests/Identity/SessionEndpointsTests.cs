using Marketplace.Api.Identity;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Identity;

public sealed class SessionEndpointsTests(SessionEndpointsTests.Market market) : IClassFixture<SessionEndpointsTests.Market>
{
    private ApiMarket Api => market.Api;

    [Fact]
    public async Task A_person_registers_founds_an_organization_and_acts_for_it_with_the_cookie()
    {
        using var browser = new Browser(Api.Address);

        var registered = (await browser.RegisterAsync("Ada@one.example", name: "Ada")).With(201);
        Assert.Equal("signedIn", registered.Text("status"));
        Assert.Equal("no_organization", (await browser.GetAsync("/v1/me")).With(403).Code);
        var founded = (await browser.PostAsync("/identity/organizations", new { name = "Ada's", kind = "tenant", country = "NO" })).With(201);

        var me = (await browser.GetAsync("/v1/me")).With(200);
        Assert.Equal((founded.Text("id"), "owner", registered.Text("session.user.id")), (me.Text("organizationId"), me.Text("role"), me.Text("userId")));
        var session = (await browser.GetAsync("/identity/session")).With(200);
        Assert.Equal(founded.Text("id"), session.Text("activeOrganization.id"));
        Assert.Equal(founded.Text("id"), Assert.Single(session.Json.GetProperty("organizations").EnumerateArray()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_address_has_one_account_whatever_its_case_and_signs_in_with_its_password_alone()
    {
        using var first = new Browser(Api.Address);
        using var second = new Browser(Api.Address);
        (await first.RegisterAsync("bo@two.example")).With(201);

        Assert.Equal("email_taken", (await second.RegisterAsync("BO@two.example")).With(409).Code);
        Assert.Equal("sign_in_failed", (await second.SignInAsync("bo@two.example", "another password")).With(401).Code);
        Assert.Equal("unauthorized", (await second.GetAsync("/identity/session")).With(401).Code);
        Assert.Equal("signedIn", (await second.SignInAsync("Bo@Two.example")).With(200).Text("status"));
    }

    [Fact]
    public async Task Wrong_address_wrong_password_and_locked_account_are_answered_alike_and_the_lock_passes()
    {
        using var browser = new Browser(Api.Address);
        using var thief = new Browser(Api.Address);
        (await browser.RegisterAsync("cy@three.example")).With(201);

        var unknown = (await thief.SignInAsync("nobody@three.example")).With(401);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.Equal(unknown.Body, (await thief.SignInAsync("cy@three.example", "guess number " + attempt)).With(401).Body);
        }

        Assert.Equal(unknown.Body, (await thief.SignInAsync("cy@three.example")).With(401).Body);
        (await browser.GetAsync("/identity/session")).With(200);
    }

    [Theory]
    [InlineData("Ada<ada@nine.example>")]
    [InlineData("<ada@nine.example>")]
    [InlineData("ada(me)@nine.example")]
    [InlineData("ada,bo@nine.example")]
    [InlineData("ada@nine.example;")]
    public async Task Another_spelling_of_an_address_that_mail_would_take_there_is_no_address(string email)
    {
        using var browser = new Browser(Api.Address);

        Assert.Equal("invalid_request", (await browser.RegisterAsync(email)).With(400).Code);
    }

    [Fact]
    public async Task One_person_registers_so_many_organizations_and_no_more()
    {
        using var browser = new Browser(Api.Address);
        (await browser.RegisterAsync("tom@ten.example")).With(201);
        for (var count = 0; count < User.MostOrganizations; count++)
        {
            (await browser.PostAsync("/identity/organizations", new { name = "Shell " + count, kind = "tenant", country = "NO" })).With(201);
        }

        Assert.Equal("organizations_full", (await browser.PostAsync("/identity/organizations", new { name = "One more", kind = "tenant", country = "NO" })).With(409).Code);
    }

    [Fact]
    public async Task Whether_there_is_an_account_is_not_told_by_the_time_an_answer_takes()
    {
        var hasher = new CountingHasher();
        await using var api = await ApiMarket.StartAsync(services => services.AddScoped<IPasswordHasher<MarketUser>>(_ => hasher));
        using var browser = new Browser(api.Address);
        (await browser.RegisterAsync("gus@seven.example")).With(201);
        (await browser.RegisterAsync("hob@seven.example")).With(201);
        var grain = api.Market.Grains.Of<IUserGrain>((await browser.GetAsync("/identity/session")).Text("user.id"));
        var known = (await grain.GetAsync())!.State;
        await grain.SaveAccountAsync(new SaveAccount(known.Account with { PasswordHash = null }, known.Revision, null, known.Sessions[0].OpenedAt));

        // An address that nobody has, a wrong password, a locked account (the sixth attempt), an account without a password.
        foreach (var email in new[] { "nobody@seven.example", "gus@seven.example", "gus@seven.example", "gus@seven.example", "gus@seven.example", "gus@seven.example", "gus@seven.example", "hob@seven.example" })
        {
            hasher.Count = 0;
            (await browser.SignInAsync(email, "a wrong password")).With(401);
            Assert.Equal(1, hasher.Count);
        }
    }

    [Fact]
    public async Task What_a_page_of_another_site_makes_the_browser_send_changes_nothing()
    {
        using var browser = new Browser(Api.Address);
        (await browser.RegisterAsync("di@four.example")).With(201);
        var token = browser.Token;
        using var other = new Browser(Api.Address);
        (await other.RegisterAsync("dora@four.example")).With(201);

        foreach (var forged in new[] { "", "CfDJ8", other.Token })
        {
            browser.Token = forged;
            Assert.Equal("csrf_token_missing", (await browser.PostAsync("/identity/organizations", new { name = "X", kind = "tenant", country = "NO" })).With(403).Code);
            Assert.Equal("csrf_token_missing", (await browser.PostAsync("/v1/webhook-endpoints", new { url = "https://x.example" })).With(403).Code);
        }

        browser.Token = token;
        browser.Headers["Sec-Fetch-Site"] = "cross-site";
        Assert.Equal("csrf_token_missing", (await browser.DeleteAsync("/identity/session")).With(403).Code);
        Assert.Equal("csrf_token_missing", (await browser.SignInAsync("di@four.example")).With(403).Code);
        browser.Headers["Sec-Fetch-Site"] = "same-origin";
        (await browser.DeleteAsync("/identity/session")).With(204);
    }

    [Fact]
    public async Task A_session_ends_at_once_wherever_it_is_ended()
    {
        using var here = new Browser(Api.Address);
        using var there = new Browser(Api.Address);
        (await here.RegisterAsync("ed@five.example")).With(201);
        var session = (await there.SignInAsync("ed@five.example")).With(200).Text("session.sessionId");

        var listed = (await here.GetAsync("/identity/sessions")).With(200).Json.GetProperty("data");
        Assert.Equal(2, listed.GetArrayLength());
        (await here.DeleteAsync("/identity/sessions/" + session)).With(204);

        Assert.Equal("unauthorized", (await there.GetAsync("/identity/session")).With(401).Code);
        Assert.Equal("session_not_found", (await here.DeleteAsync("/identity/sessions/" + session)).With(404).Code);
        (await there.SignInAsync("ed@five.example")).With(200);
        (await there.DeleteAsync("/identity/sessions")).With(204);
        (await here.GetAsync("/identity/session")).With(401);
        (await there.DeleteAsync("/identity/session")).With(204);
        (await there.GetAsync("/identity/session")).With(401);
    }

    [Fact]
    public async Task Nobody_acts_for_an_organization_that_does_not_take_him_in_nor_any_longer()
    {
        using var owner = new Browser(Api.Address);
        (await owner.RegisterAsync("fay@six.example")).With(201);
        var own = (await owner.PostAsync("/identity/organizations", new { name = "Fay's", kind = "tenant", country = "NO" })).With(201).Text("id");
        var foreign = (await Api.OrganizationAsync(OrganizationKind.Operator)).Organization;

        Assert.Equal("organization_not_found", (await owner.PutAsync("/identity/session/organization", new { organizationId = foreign })).With(404).Code);
        Assert.Equal("organization_not_found", (await owner.PutAsync("/identity/session/organization", new { organizationId = "org_platform" })).With(404).Code);
        Assert.Equal(404, (await owner.GetAsync("/v1/organizations/" + foreign)).Status);
        var second = (await owner.PostAsync("/identity/organizations", new { name = "Second", kind = "operator", country = "NO" })).With(201).Text("id");
        Assert.Equal(second, (await owner.GetAsync("/v1/me")).Text("organizationId"));
        Assert.Equal(own, (await owner.PutAsync("/identity/session/organization", new { organizationId = own })).With(200).Text("activeOrganization.id"));

        var key = await Api.KeyAsync(second, OrganizationRole.Owner);
        await OwnerAsync(key, second, "new@six.example");
        var member = (await key.GetAsync($"/v1/organizations/{second}/members")).Json.GetProperty("data")[0].GetProperty("id").GetString();
        (await owner.PutAsync("/identity/session/organization", new { organizationId = second })).With(200);
        (await key.DeleteAsync($"/v1/organizations/{second}/members/{member}")).With(204);
        Assert.Equal("no_organization", (await owner.GetAsync("/v1/me")).With(403).Code);
    }

    [Fact]
    public async Task The_last_owner_who_signs_in_stays_until_another_does_who_counts_while_locked_too()
    {
        using var owner = new Browser(Api.Address);
        (await owner.RegisterAsync("gia@six.example")).With(201);
        var organization = (await owner.PostAsync("/identity/organizations", new { name = "Gia's", kind = "tenant", country = "NO" })).With(201).Text("id");
        var path = $"/v1/organizations/{organization}/members";
        var gia = (await owner.GetAsync(path)).Json.GetProperty("data")[0].GetProperty("id").GetString();
        (await owner.PostAsync(path, new { name = "By name", email = "name@six.example", role = "owner" })).With(201);

        Assert.Equal("last_owner", (await owner.DeleteAsync($"{path}/{gia}")).With(409).Code);
        Assert.Equal("last_owner", (await owner.PatchAsync($"{path}/{gia}", new { role = "viewer" })).With(409).Code);
        var key = await Api.KeyAsync(organization, OrganizationRole.Owner);
        await OwnerAsync(key, organization, "name@six.example");
        for (var attempt = 0; attempt < 5; attempt++)
        {
            (await owner.SignInAsync("name@six.example", "a wrong password")).With(401);
        }

        (await key.DeleteAsync($"{path}/{gia}")).With(204);
        var left = Assert.Single((await key.GetAsync(path)).Json.GetProperty("data").EnumerateArray()).GetProperty("id").GetString();
        Assert.Equal("last_owner", (await key.DeleteAsync($"{path}/{left}")).With(409).Code);
    }

    [Fact]
    public async Task A_page_opened_for_one_organization_does_nothing_for_another_that_the_session_was_switched_to()
    {
        using var browser = new Browser(Api.Address);
        (await browser.RegisterAsync("hal@six.example")).With(201);
        var first = (await browser.PostAsync("/identity/organizations", new { name = "First", kind = "tenant", country = "NO" })).With(201).Text("id");
        browser.Headers["Marketplace-Organization"] = first;
        (await browser.GetAsync("/v1/me")).With(200);
        (await browser.PostAsync("/identity/calendar")).With(201);

        var second = (await browser.PostAsync("/identity/organizations", new { name = "Second", kind = "tenant", country = "NO" })).With(201).Text("id");

        Assert.Equal("organization_switched", (await browser.GetAsync("/v1/me")).With(409).Code);
        Assert.Equal("organization_switched", (await browser.PostAsync("/v1/webhook-endpoints", new { url = "https://x.example" })).With(409).Code);
        Assert.Equal("organization_switched", (await browser.PostAsync("/identity/calendar")).With(409).Code);
        (await browser.GetAsync("/v1/clock")).With(200);
        (await browser.GetAsync("/identity/session")).With(200);
        browser.Headers["Marketplace-Organization"] = second;
        (await browser.GetAsync("/v1/me")).With(200);
    }

    /// <summary>Somebody who is invited as an owner, registers and accepts.</summary>
    private async Task OwnerAsync(ApiClient key, string organization, string email)
    {
        (await key.PostAsync($"/v1/organizations/{organization}/invitations", new { email, role = "owner" })).With(201);
        var (_, link, _) = await AccountMarket.MailAsync(Api, email);
        using var guest = new Browser(Api.Address);
        (await guest.RegisterAsync(email)).With(201);
        (await guest.PostAsync("/identity/invitations/accept", new { token = link["token"] })).With(200);
    }

    [Fact]
    public async Task A_key_opens_no_persons_account()
    {
        var key = await Api.OrganizationAsync(OrganizationKind.Tenant);

        Assert.Equal("unauthorized", (await key.GetAsync("/identity/session")).With(401).Code);
        Assert.Equal("unauthorized", (await key.PostAsync("/identity/organizations", new { name = "X", kind = "tenant", country = "NO" })).With(401).Code);
    }

    private sealed class CountingHasher : IPasswordHasher<MarketUser>
    {
        private readonly PasswordHasher<MarketUser> hasher = new();

        public int Count { get; set; }

        public string HashPassword(MarketUser user, string password)
        {
            Count++;
            return hasher.HashPassword(user, password);
        }

        public PasswordVerificationResult VerifyHashedPassword(MarketUser user, string hashedPassword, string providedPassword)
        {
            Count++;
            return hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }

    public sealed class Market : IAsyncLifetime
    {
        internal ApiMarket Api { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Api = await ApiMarket.StartAsync();

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }
}
