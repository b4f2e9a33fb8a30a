using Ical.Net.CalendarComponents;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Calendar = Ical.Net.Calendar;

namespace Marketplace.Api.Tests.Identity;

public sealed class CalendarFeedEndpointsTests : IAsyncLifetime
{
    private ContractMarket market = null!;

    public async ValueTask InitializeAsync() => market = await ContractMarket.StartAsync();

    public ValueTask DisposeAsync() => market.DisposeAsync();

    [Fact]
    public async Task Whoever_has_the_address_reads_the_dates_until_it_is_replaced_or_revoked()
    {
        using var ada = await market.PersonAsync("ada@x.example", "Ada", OrganizationRole.Viewer);
        Assert.Equal("False", (await ada.GetAsync("/identity/calendar")).With(200).Text("isOpen"));
        var first = (await ada.PostAsync("/identity/calendar")).With(201).Text("path");

        var read = (await market.Api.Nobody.GetAsync(first)).With(200);
        Assert.Equal("text/calendar", read.MediaType);
        Assert.Contains("SUMMARY", read.Body, StringComparison.Ordinal);

        var second = (await ada.PostAsync("/identity/calendar")).With(201).Text("path");
        Assert.Equal("calendar_feed_not_found", (await market.Api.Nobody.GetAsync(first)).With(404).Code);
        (await market.Api.Nobody.GetAsync(second)).With(200);

        (await ada.DeleteAsync("/identity/calendar")).With(204);
        (await market.Api.Nobody.GetAsync(second)).With(404);
        (await ada.DeleteAsync("/identity/calendar")).With(404);
        Assert.Equal("False", (await ada.GetAsync("/identity/calendar")).Text("isOpen"));
        (await market.Tenant.PostAsync("/identity/calendar")).With(401);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("none.ics")]
    [InlineData("cal_a-b.ics")]
    [InlineData("cal_a.ics")]
    public async Task An_address_that_never_was_opens_nothing(string token) => (await market.Api.Nobody.GetAsync($"/v1/calendar/{token}")).With(404);

    [Fact]
    public async Task Who_leaves_the_organization_reads_no_more_and_only_the_hash_is_kept()
    {
        using var ada = await market.PersonAsync("ada@x.example", "Ada", OrganizationRole.Member);
        var path = (await ada.PostAsync("/identity/calendar")).With(201).Text("path");
        var secret = path.Split('-')[1][..^4];
        await market.Api.SettleAsync();
        Assert.DoesNotContain(secret, (await market.Tenant.GetAsync($"/v1/organizations/{market.World.Example.Tenant}/access-log")).With(200).Body, StringComparison.Ordinal);
        Assert.Contains("calendarMade", (await market.Tenant.GetAsync($"/v1/organizations/{market.World.Example.Tenant}/access-log")).Body, StringComparison.Ordinal);

        var member = (await market.Api.Market.Grains.GetGrain<IOrganizationGrain>(market.World.Example.Tenant.Value).GetAsync())!.State.Members.Single(it => it.Email == "ada@x.example").Id;
        (await market.Tenant.DeleteAsync($"/v1/organizations/{market.World.Example.Tenant}/members/{member}")).With(204);

        (await market.Api.Nobody.GetAsync(path)).With(404);

        // Nor does the address come to life again with its person.
        await market.Api.SettleAsync();
        var user = Domain.Primitives.UserId.From((await ada.GetAsync("/identity/session")).Text("user.id"));
        var back = await market.Api.Market.Grains.GetGrain<IOrganizationGrain>(market.World.Example.Tenant.Value).AddMemberAsync(
            new Operation("again", "again"), new AddMember(member, "Ada", "ada@x.example", OrganizationRole.Member, user));
        Assert.True(back.IsGranted);
        (await market.Api.Nobody.GetAsync(path)).With(404);
    }

    [Fact]
    public async Task The_dates_follow_the_contract_under_the_same_uids()
    {
        using var ada = await market.PersonAsync("ada@x.example", "Ada", OrganizationRole.Member);
        var path = (await ada.PostAsync("/identity/calendar")).With(201).Text("path");
        var begun = await EventsAsync(path);
        var deadline = begun[$"{market.Reservation}-deadline@marketplace"];
        var start = begun[$"{market.Reservation}-start@marketplace"];
        Assert.Equal("America/Chicago", start.Start!.TzId);
        Assert.Equal(ContractMarket.Summer.Start.ToDateTimeUtc(), start.Start.AsUtc);

        await market.World.PayDepositAsync();
        await market.Api.SettleAsync();
        var bound = await EventsAsync(path);
        Assert.DoesNotContain(deadline.Uid!, bound.Keys);
        Assert.Contains($"{market.Reservation}-longstop@marketplace", bound.Keys);
        Assert.Contains(bound.Keys, uid => uid.EndsWith("-rfs-forecast@marketplace", StringComparison.Ordinal));
        Assert.True(bound[start.Uid!].Sequence >= start.Sequence);

        await market.World.AdvanceAsync(ContractMarket.Summer.Start);
        await market.World.DeliverAsync(1, 2);
        await market.Api.SettleAsync();
        var delivered = await EventsAsync(path);
        Assert.Contains(delivered.Keys, uid => uid.Contains("-acceptance-", StringComparison.Ordinal));
        Assert.Equal(start.Start.AsUtc, delivered[start.Uid!].Start!.AsUtc);
        Assert.True(delivered[start.Uid!].Sequence > bound[start.Uid!].Sequence);

        await market.World.AcceptAsync(1, 2);
        await market.Api.SettleAsync();
        var accepted = await EventsAsync(path);
        Assert.DoesNotContain(accepted.Keys, uid => uid.Contains("-acceptance-", StringComparison.Ordinal));
        var due = Assert.Single(accepted, it => it.Key.EndsWith("-due@marketplace", StringComparison.Ordinal)).Value;
        Assert.False(due.Start!.HasTime);
        Assert.Equal(Assert.Single(await market.World.InvoicesAsync()).DueDate.ToDateOnly(), due.Start.Date);
    }

    [Fact]
    public async Task The_dates_are_in_the_language_of_their_owner_and_name_the_other_party()
    {
        using var ada = await market.PersonAsync("ada@x.example", "Ada", OrganizationRole.Member);
        var path = (await ada.PostAsync("/identity/calendar")).With(201).Text("path");
        var english = (await EventsAsync(path))[$"{market.Reservation}-start@marketplace"];
        Assert.EndsWith(": term starts", english.Summary, StringComparison.Ordinal);
        Assert.Contains("Contract with Operator Ltd.", english.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("pool_", english.Summary, StringComparison.Ordinal);

        (await ada.PatchAsync("/identity/account", new { language = "de" })).With(200);

        var german = (await EventsAsync(path))[$"{market.Reservation}-start@marketplace"];
        Assert.EndsWith(": Laufzeit beginnt", german.Summary, StringComparison.Ordinal);
        Assert.Contains("Vertrag mit Operator Ltd.", german.Description, StringComparison.Ordinal);
        Assert.Contains("Vertragstermine", (await market.Api.Nobody.GetAsync(path)).Body, StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, CalendarEvent>> EventsAsync(string path)
    {
        var body = (await market.Api.Nobody.GetAsync(path)).With(200).Body;
        return Calendar.Load(body)!.Events.ToDictionary(it => it.Uid!, StringComparer.Ordinal);
    }
}
