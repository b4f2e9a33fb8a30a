using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Tests.Events;

public sealed class NoticeEndpointsTests : IAsyncLifetime
{
    private ContractMarket market = null!;

    public async ValueTask InitializeAsync() => market = await ContractMarket.StartAsync();

    public ValueTask DisposeAsync() => market.DisposeAsync();

    [Fact]
    public async Task Notices_stand_newest_first_and_are_read_by_each_for_itself()
    {
        var state = (await market.Tenant.GetAsync("/v1/notices/read-mark")).With(200);
        var last = long.Parse(state.Text("last"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((state.Text("last"), "0"), (state.Text("unread"), state.Text("readThrough")));
        var first = (await market.Tenant.GetAsync("/v1/notices?limit=2")).With(200);
        Assert.Equal([last, last - 1], Numbers(first));
        Assert.Equal(last - 2, Numbers((await market.Tenant.GetAsync($"/v1/notices?limit=2&startingAfter={first.Text("nextCursor")}")).With(200)).First());

        Assert.Equal("1", (await market.Tenant.PutAsync("/v1/notices/read-mark", new { through = last - 1 })).With(200).Text("unread"));
        Assert.Equal([true, false], (await market.Tenant.GetAsync("/v1/notices?limit=2")).Json.GetProperty("data").EnumerateArray().Select(it => it.GetProperty("isUnread").GetBoolean()));
        Assert.Equal("0", (await market.Tenant.PutAsync("/v1/notices/read-mark", new { through = long.MaxValue })).With(200).Text("unread"));
        Assert.Equal("0", (await market.Tenant.PutAsync("/v1/notices/read-mark", new { through = 1 })).With(200).Text("unread"));

        var other = await market.Api.KeyAsync(market.World.Example.Tenant.Value, OrganizationRole.Viewer);
        Assert.NotEqual("0", (await other.GetAsync("/v1/notices/read-mark")).With(200).Text("unread"));
    }

    [Fact]
    public async Task A_person_chooses_when_to_be_mailed_and_a_key_does_not()
    {
        using var ada = await market.PersonAsync("ada@x.example", "Ada", OrganizationRole.Viewer);
        Assert.Equal(("soon", "False"), ((await ada.GetAsync("/identity/notice-mail")).With(200).Text("mail"), (await ada.GetAsync("/identity/notice-mail")).Text("emailConfirmed")));

        (await ada.PutAsync("/identity/notice-mail", new { mail = "daily" })).With(200);

        Assert.Equal("daily", (await ada.GetAsync("/identity/notice-mail")).With(200).Text("mail"));
        (await ada.PutAsync("/identity/notice-mail", new { mail = "hourly" })).With(400);
        (await market.Tenant.GetAsync("/identity/notice-mail")).With(401);
    }

    private static IEnumerable<long> Numbers(ApiReply page) => page.Json.GetProperty("data").EnumerateArray().Select(it => it.GetProperty("number").GetInt64());
}
