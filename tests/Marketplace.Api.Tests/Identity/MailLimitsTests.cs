using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Identity;

/// <summary>Nobody has strangers mailed without bound.</summary>
public sealed class MailLimitsTests
{
    [Fact]
    public async Task One_person_asks_for_so_many_mails_a_day_whomever_they_go_to()
    {
        await using var api = await StartAsync(limits => limits.MailsPerDayPerSender = 3);
        using var owner = new Browser(api.Address);
        var organization = await FoundAsync(owner, "ada@mails.example");
        var first = await InviteAsync(owner, organization, "a@mails.example");
        Assert.Equal(("20;w=3600", "20", "19"), (first.Headers["RateLimit-Policy"], first.Headers["RateLimit-Limit"], first.Headers["RateLimit-Remaining"]));
        await InviteAsync(owner, organization, "b@mails.example");
        await InviteAsync(owner, organization, "c@mails.example");

        var refused = (await owner.PostAsync(Path(organization), new { email = "d@mails.example", role = "viewer" })).With(429);

        Assert.Equal(("mails_limited", "3;w=86400", "0", "28800"), (refused.Code, refused.Headers["RateLimit-Policy"], refused.Headers["RateLimit-Remaining"], refused.Headers["Retry-After"]));
        Assert.Contains("3 mails a day asked for by one person or API key", refused.Text("detail"), StringComparison.Ordinal);
        (await owner.PostAsync("/identity/email-changes", new { email = "e@mails.example", currentPassword = "correct horse battery" })).With(429);

        // Another organization of the same person, and a key: the person is bounded as a person, a key by itself.
        var second = (await owner.PostAsync("/identity/organizations", new { name = "Shell", kind = "tenant", country = "NO" })).With(201).Text("id");
        (await owner.PostAsync(Path(second), new { email = "f@mails.example", role = "viewer" })).With(429);
        Assert.DoesNotContain(api.Market.Mail.Taken, letter => letter.To is "d@mails.example" or "e@mails.example" or "f@mails.example");
    }

    [Fact]
    public async Task One_organization_invites_so_many_a_day_whoever_of_it_asks()
    {
        await using var api = await StartAsync(limits => limits.MailsPerDayPerOrganization = 2);
        using var owner = new Browser(api.Address);
        var organization = await FoundAsync(owner, "bea@mails.example");
        var key = new ApiClient(api.Address, (await owner.PostAsync($"/v1/organizations/{organization}/api-keys", new { name = "hr", role = "owner" })).With(201).Text("secret"));
        await InviteAsync(owner, organization, "a@mails.example");
        (await key.PostAsync(Path(organization), new { email = "b@mails.example", role = "viewer" })).With(201);

        Assert.Equal("2;w=86400", (await key.PostAsync(Path(organization), new { email = "c@mails.example", role = "viewer" })).With(429).Headers["RateLimit-Policy"]);
        (await owner.PostAsync(Path(organization), new { email = "c@mails.example", role = "viewer" })).With(429);
        (await owner.PostAsync("/identity/email-changes", new { email = "own@mails.example", currentPassword = "correct horse battery" })).With(202);
    }

    [Fact]
    public async Task One_network_asks_for_so_many_a_day_signed_in_or_not()
    {
        await using var api = await StartAsync(limits => limits.MailsPerDayPerAddress = 2);
        using var browser = new Browser(api.Address);
        (await browser.PostAsync("/identity/password-resets", new { email = "a@mails.example" })).With(202);
        (await browser.PostAsync("/identity/email-confirmations", new { email = "b@mails.example" })).With(202);

        Assert.Equal("mails_limited", (await browser.PostAsync("/identity/password-resets", new { email = "c@mails.example" })).With(429).Code);
        Assert.Equal("mails_limited", (await browser.RegisterAsync("d@mails.example")).With(429).Code);
    }

    [Fact]
    public async Task A_restart_forgets_no_count_and_a_request_that_is_repeated_counts_once()
    {
        await using var api = await StartAsync(limits => limits.MailsPerDayPerSender = 2);
        using var owner = new Browser(api.Address);
        var organization = await FoundAsync(owner, "cia@mails.example");
        var client = owner.AsClient();
        var body = new { email = "a@mails.example", role = "viewer" };
        (await client.PostAsync(Path(organization), body, "same")).With(201);
        Assert.True((await client.PostAsync(Path(organization), body, "same")).With(201).Replayed);
        var sender = MailAllowance.Of("sender", (await owner.GetAsync("/identity/session")).Text("user.id"));
        await api.Market.ReloadAsync(api.Market.Grains.Of<IMailAllowanceGrain>(sender.Value));

        (await client.PostAsync(Path(organization), new { email = "b@mails.example", role = "viewer" })).With(201);
        (await client.PostAsync(Path(organization), new { email = "c@mails.example", role = "viewer" })).With(429);
    }

    private static Task<ApiMarket> StartAsync(Action<ApiOptions> limits) => ApiMarket.StartAsync(services => services.Configure(limits));

    private static string Path(string organization) => $"/v1/organizations/{organization}/invitations";

    private static async Task<ApiReply> InviteAsync(Browser browser, string organization, string email) => (await browser.PostAsync(Path(organization), new { email, role = "viewer" })).With(201);

    private static async Task<string> FoundAsync(Browser browser, string email)
    {
        (await browser.RegisterAsync(email)).With(201);
        return (await browser.PostAsync("/identity/organizations", new { name = "Acme", kind = "tenant", country = "NO" })).With(201).Text("id");
    }
}
