using Marketplace.Api.Tests.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Organizations;

public sealed class InvitationEndpointsTests(AccountMarket market) : IClassFixture<AccountMarket>
{
    [Fact]
    public async Task A_person_invited_by_mail_registers_accepts_and_acts_with_the_role_given()
    {
        using var owner = market.Browser();
        var organization = await FoundAsync(owner, "ann@inv.example");
        var invited = (await owner.PostAsync($"/v1/organizations/{organization}/invitations", new { email = "bo@inv.example", role = "engineer" })).With(201);
        var (subject, link, letter) = await market.MailAsync("bo@inv.example");
        Assert.StartsWith("Acme invites you", subject, StringComparison.Ordinal);
        Assert.DoesNotContain(link["token"], letter.Content, StringComparison.Ordinal);
        using var guest = market.Browser();

        var offer = (await guest.PostAsync("/identity/invitations/read", new { token = link["token"] })).With(200);
        Assert.Equal(("Acme", "engineer", "False"), (offer.Text("organizationName"), offer.Text("role"), offer.Text("hasAccount")));
        (await guest.RegisterAsync("bo@inv.example")).With(201);
        var accepted = (await guest.PostAsync("/identity/invitations/accept", new { token = link["token"] })).With(200);

        Assert.Equal((organization, "engineer", "True"), (accepted.Text("activeOrganization.id"), accepted.Text("activeOrganization.role"), accepted.Text("user.emailConfirmed")));
        Assert.Equal("forbidden", (await guest.PostAsync($"/v1/organizations/{organization}/invitations", new { email = "x@inv.example", role = "owner" })).With(403).Code);
        (await guest.PostAsync("/identity/invitations/accept", new { token = link["token"] })).With(200);
        Assert.Equal("invitation_not_found", (await guest.PostAsync("/identity/invitations/read", new { token = link["token"] })).With(404).Code);
        Assert.Equal("invitation_not_found", (await owner.DeleteAsync($"/v1/organizations/{organization}/invitations/{invited.Text("id")}")).With(404).Code);
        await market.Api.SettleAsync();
        var log = (await owner.GetAsync($"/v1/organizations/{organization}/access-log")).With(200);
        Assert.Equal(["invited", "memberAdded", "memberAdded", "organizationChosen", "organizationChosen", "refused"], log.Json.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("act").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal("forbidden", (await guest.GetAsync($"/v1/organizations/{organization}/access-log")).With(403).Code);
        Assert.DoesNotContain(link["token"], log.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_role_does_not_allow_stands_in_the_access_log_once_in_ten_minutes()
    {
        using var owner = market.Browser();
        var organization = await FoundAsync(owner, "lea@inv.example");
        var viewer = (await owner.PostAsync($"/v1/organizations/{organization}/api-keys", new { name = "looker", role = "viewer" })).With(201);
        var client = new ApiClient(market.Api.Address, viewer.Text("secret"));
        foreach (var email in new[] { "a@inv.example", "b@inv.example" })
        {
            (await client.PostAsync($"/v1/organizations/{organization}/invitations", new { email, role = "owner" })).With(403);
        }

        (await client.GetAsync($"/v1/organizations/{organization}/access-log")).With(403);
        var entries = (await owner.GetAsync($"/v1/organizations/{organization}/access-log")).With(200).Json.GetProperty("data").EnumerateArray()
            .Where(entry => entry.GetProperty("act").GetString() == "refused").ToList();
        Assert.Equal(["invite", "listAccessLog"], entries.Select(entry => entry.GetProperty("detail").GetString()).Order(StringComparer.Ordinal));
        Assert.All(entries, entry => Assert.Equal((viewer.Text("apiKey.id"), "127.0.0.1"), (entry.GetProperty("actor").GetString(), entry.GetProperty("address").GetString())));
    }

    [Fact]
    public async Task An_invitation_opens_nothing_to_another_person_nor_once_taken_back()
    {
        using var owner = market.Browser();
        var organization = await FoundAsync(owner, "cat@inv.example");
        var invited = (await owner.PostAsync($"/v1/organizations/{organization}/invitations", new { email = "dan@inv.example", role = "owner" })).With(201);
        var (_, link, _) = await market.MailAsync("dan@inv.example");
        using var thief = market.Browser();
        (await thief.RegisterAsync("eve@inv.example")).With(201);

        Assert.Equal("invitation_for_another", (await thief.PostAsync("/identity/invitations/accept", new { token = link["token"] })).With(403).Code);
        Assert.Equal("invitation_not_found", (await thief.PostAsync("/identity/invitations/accept", new { token = link["token"] + "x" })).With(404).Code);
        Assert.Equal("invitation_not_found", (await thief.PostAsync("/identity/invitations/accept", new { token = "nonsense" })).With(404).Code);
        (await owner.DeleteAsync($"/v1/organizations/{organization}/invitations/{invited.Text("id")}")).With(204);
        using var late = market.Browser();
        (await late.RegisterAsync("dan@inv.example")).With(201);
        Assert.Equal("invitation_not_found", (await late.PostAsync("/identity/invitations/accept", new { token = link["token"] })).With(404).Code);
    }

    [Fact]
    public async Task A_role_that_changes_or_ends_counts_with_the_next_request()
    {
        using var owner = market.Browser();
        var organization = await FoundAsync(owner, "fay@inv.example");
        (await owner.PostAsync($"/v1/organizations/{organization}/invitations", new { email = "gil@inv.example", role = "owner" })).With(201);
        var (_, link, _) = await market.MailAsync("gil@inv.example");
        using var guest = market.Browser();
        (await guest.RegisterAsync("gil@inv.example")).With(201);
        (await guest.PostAsync("/identity/invitations/accept", new { token = link["token"] })).With(200);
        var member = (await owner.GetAsync($"/v1/organizations/{organization}/members")).Json.GetProperty("data").EnumerateArray()
            .Single(it => it.GetProperty("email").GetString() == "gil@inv.example").GetProperty("id").GetString();

        (await guest.PatchAsync($"/v1/organizations/{organization}", new { name = "Acme II" })).With(200);
        (await owner.PatchAsync($"/v1/organizations/{organization}/members/{member}", new { role = "viewer" })).With(200);
        Assert.Equal("forbidden", (await guest.PatchAsync($"/v1/organizations/{organization}", new { name = "Acme III" })).With(403).Code);
        (await owner.DeleteAsync($"/v1/organizations/{organization}/members/{member}")).With(204);
        Assert.Equal("no_organization", (await guest.GetAsync($"/v1/organizations/{organization}")).With(403).Code);
        await market.Api.SettleAsync();
        Assert.Equal(0, (await guest.GetAsync("/identity/session")).Json.GetProperty("organizations").GetArrayLength());
    }

    [Fact]
    public async Task Whoever_is_a_member_already_confirms_no_address_with_a_token_made_up()
    {
        using var thief = market.Browser();
        var organization = await FoundAsync(thief, "hal@inv.example");

        (await thief.PostAsync("/identity/invitations/accept", new { token = $"{organization}.invite_x.made-up" })).With(200);

        Assert.Equal("False", (await thief.GetAsync("/identity/session")).Text("user.emailConfirmed"));
    }

    [Fact]
    public async Task Accepting_many_times_at_once_is_accepting_once()
    {
        using var owner = market.Browser();
        var organization = await FoundAsync(owner, "meg@inv.example");
        (await owner.PostAsync($"/v1/organizations/{organization}/invitations", new { email = "ned@inv.example", role = "member" })).With(201);
        var (_, link, _) = await market.MailAsync("ned@inv.example");
        using var guest = market.Browser();
        (await guest.RegisterAsync("ned@inv.example")).With(201);

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => guest.PostAsync("/identity/invitations/accept", new { token = link["token"] })));

        Assert.All(replies, reply => reply.With(200));
        Assert.Equal(2, (await owner.GetAsync($"/v1/organizations/{organization}/members")).With(200).Json.GetProperty("data").GetArrayLength());
        Assert.Equal("True", (await guest.GetAsync("/identity/session")).Text("user.emailConfirmed"));
    }

    [Fact]
    public async Task A_key_with_scopes_gives_no_person_a_role_which_would_be_more_than_it_has()
    {
        using var owner = market.Browser();
        var organization = await FoundAsync(owner, "ivy@inv.example");
        var scoped = new ApiClient(market.Api.Address, (await owner.PostAsync($"/v1/organizations/{organization}/api-keys", new { name = "hr", role = "owner", scopes = new[] { "organizations:write" } })).With(201).Text("secret"));
        var bo = (await owner.PostAsync($"/v1/organizations/{organization}/members", new { name = "Bo", email = "bob@inv.example", role = "viewer" })).With(201).Text("id");

        Assert.Equal("forbidden", (await scoped.PostAsync($"/v1/organizations/{organization}/invitations", new { email = "x@inv.example", role = "owner" })).With(403).Code);
        Assert.Equal("forbidden", (await scoped.PostAsync($"/v1/organizations/{organization}/members", new { name = "X", email = "x@inv.example", role = "owner" })).With(403).Code);
        Assert.Equal("forbidden", (await scoped.PatchAsync($"/v1/organizations/{organization}/members/{bo}", new { role = "owner" })).With(403).Code);
        (await scoped.PostAsync($"/v1/organizations/{organization}/api-keys", new { name = "wide", role = "owner" })).With(403);
        (await scoped.DeleteAsync($"/v1/organizations/{organization}/members/{bo}")).With(204);

        var refused = (await owner.GetAsync($"/v1/organizations/{organization}/access-log")).With(200).Json.GetProperty("data").EnumerateArray()
            .Where(entry => entry.GetProperty("act").GetString() == "refused").Select(entry => entry.GetProperty("detail").GetString()).Order(StringComparer.Ordinal);
        Assert.Equal(["addMember", "createApiKey", "invite", "updateMember"], refused);
    }

    [Fact]
    public async Task An_address_gets_few_mails_an_hour_whoever_asks_for_them()
    {
        await using var api = await ApiMarket.StartAsync(services => services.Configure<Api.Http.ApiOptions>(options => options.MailsPerHourPerAccount = 3));
        using var owner = new Browser(api.Address);
        var organization = await FoundAsync(owner, "jan@inv.example");
        for (var i = 0; i < 3; i++)
        {
            (await owner.PostAsync($"/v1/organizations/{organization}/invitations", new { email = "kim@inv.example", role = "viewer" })).With(201);
        }

        var refused = (await owner.PostAsync($"/v1/organizations/{organization}/invitations", new { email = "KIM@inv.example", role = "viewer" })).With(429);
        Assert.Equal(("mails_limited", "3;w=3600"), (refused.Code, refused.Headers["RateLimit-Policy"]));
        (await owner.PostAsync("/identity/password-resets", new { email = "kim@inv.example" })).With(429);
        (await owner.PostAsync("/identity/email-changes", new { email = "kim@inv.example", currentPassword = "correct horse battery" })).With(429);
        (await owner.PostAsync("/identity/password-resets", new { email = "leo@inv.example" })).With(202);
    }

    [Fact]
    public async Task Who_was_removed_does_not_come_back_by_an_invitation_sent_before()
    {
        using var owner = market.Browser();
        using var leaver = market.Browser();
        using var back = market.Browser();
        var organization = await FoundAsync(owner, "una@inv.example");
        (await leaver.RegisterAsync("vic@inv.example")).With(201);
        await market.MailAsync("vic@inv.example");
        (await owner.PostAsync($"/v1/organizations/{organization}/invitations", new { email = "vic@inv.example", role = "owner" })).With(201);
        var (_, invited, _) = await market.MailAsync("vic@inv.example");
        (await leaver.PostAsync("/identity/invitations/accept", new { token = invited["token"] })).With(200);
        (await leaver.PostAsync($"/v1/organizations/{organization}/invitations", new { email = "vic2@inv.example", role = "owner" })).With(201);
        var (_, link, _) = await market.MailAsync("vic2@inv.example");
        var member = (await owner.GetAsync($"/v1/organizations/{organization}/members")).Json.GetProperty("data")[1].GetProperty("id").GetString();

        (await owner.DeleteAsync($"/v1/organizations/{organization}/members/{member}")).With(204);

        (await back.RegisterAsync("vic2@inv.example")).With(201);
        Assert.Equal("invitation_not_found", (await back.PostAsync("/identity/invitations/accept", new { token = link["token"] })).With(404).Code);
        Assert.Empty((await owner.GetAsync($"/v1/organizations/{organization}/invitations")).Json.GetProperty("data").EnumerateArray());
    }

    private static async Task<string> FoundAsync(Browser browser, string email)
    {
        (await browser.RegisterAsync(email)).With(201);
        return (await browser.PostAsync("/identity/organizations", new { name = "Acme", kind = "tenant", country = "NO" })).With(201).Text("id");
    }
}
