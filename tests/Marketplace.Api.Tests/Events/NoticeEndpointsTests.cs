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

    [Fact]
    public async Task What_a_notice_is_about_is_named_to_each_side_by_the_other()
    {
        foreach (var (side, other) in new[] { (market.Tenant, "Operator Ltd"), (market.Operator, "Tenant Ltd") })
        {
            var notice = (await side.GetAsync("/v1/notices?limit=100")).With(200).Json.GetProperty("data").EnumerateArray().First(it => it.GetProperty("subject").GetString() == market.Reservation);
            var about = notice.GetProperty("about");
            Assert.Equal(other, about.GetProperty("counterpart").GetString());
            Assert.False(about.GetProperty("name").GetString()!.StartsWith("pool_", StringComparison.Ordinal));
            Assert.False(about.GetProperty("site").GetString()!.StartsWith("site_", StringComparison.Ordinal));
            Assert.Equal(("2026-06-01T05:00:00Z", "America/Chicago"), (about.GetProperty("startsAt").GetString(), about.GetProperty("timeZone").GetString()));
        }

        var names = (await market.Tenant.GetAsync($"/v1/reservations/{market.Reservation}")).With(200);
        Assert.Equal(("Tenant Ltd", "Operator Ltd"), (names.Text("names.tenant"), names.Text("names.operator")));
    }

    [Fact]
    public async Task Lists_of_money_and_messages_name_what_they_are_about_too()
    {
        (await market.Tenant.PostAsync($"/v1/reservations/{market.Reservation}/messages", new { text = "When?" })).With(201);
        await market.World.PayDepositAsync();
        await market.Api.SettleAsync();

        Assert.Equal("Operator Ltd", (await market.Tenant.GetAsync("/v1/deposits")).With(200).Json.GetProperty("data")[0].GetProperty("about").GetProperty("counterpart").GetString());
        Assert.Equal("Tenant Ltd", (await market.Operator.GetAsync("/v1/conversations")).With(200).Json.GetProperty("data")[0].GetProperty("about").GetProperty("counterpart").GetString());
    }

    private static IEnumerable<long> Numbers(ApiReply page) => page.Json.GetProperty("data").EnumerateArray().Select(it => it.GetProperty("number").GetInt64());
}
