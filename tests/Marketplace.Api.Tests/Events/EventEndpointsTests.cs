using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Tests.Events;

public sealed class EventEndpointsTests : IAsyncLifetime
{
    private ApiMarket _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiMarket.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_cursor_reads_every_event_once_and_in_order()
    {
        var owner = await _api.OrganizationAsync(OrganizationKind.Tenant);
        await _api.SettleAsync();

        var first = (await owner.GetAsync("/v1/events?limit=1")).With(200);
        Assert.Equal("organization.registered", Types(first).Single());
        Assert.True(first.Json.GetProperty("hasMore").GetBoolean());
        var second = (await owner.GetAsync($"/v1/events?startingAfter={first.Text("nextCursor")}")).With(200);
        Assert.Equal("api_key.issued", Types(second).Single());
        Assert.False(second.Json.GetProperty("hasMore").GetBoolean());
        var end = (await owner.GetAsync($"/v1/events?startingAfter={second.Text("nextCursor")}")).With(200);
        Assert.Empty(Types(end));
        Assert.Equal(second.Text("nextCursor"), end.Text("nextCursor"));

        (await owner.PostAsync($"/v1/organizations/{owner.Organization}/members", new { name = "Ada", email = "a@x.example", role = "viewer" })).With(201);
        await _api.SettleAsync();
        Assert.Equal(["member.added"], Types(await owner.GetAsync($"/v1/events?startingAfter={end.Text("nextCursor")}")));
    }

    [Theory]
    [InlineData("startingAfter=%20")]
    [InlineData("startingAfter=bm9wZQ")]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=x")]
    [InlineData("colour=red")]
    public async Task A_cursor_that_is_none_is_refused(string query)
    {
        var reply = await _api.Platform.GetAsync("/v1/events?" + query);

        Assert.Equal((400, "invalid_request"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task A_stream_goes_on_where_the_reader_left_and_pushes_what_happens()
    {
        var owner = await _api.OrganizationAsync(OrganizationKind.Tenant);
        await _api.SettleAsync();
        var seen = (await owner.GetAsync("/v1/events?limit=1")).Text("nextCursor");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(20));
        await using var stream = await owner.StreamAsync("/v1/events/stream", seen, timeout.Token);
        using var reader = new StreamReader(stream);

        Assert.Equal("api_key.issued", await NextAsync(reader, timeout.Token));
        (await owner.PostAsync($"/v1/organizations/{owner.Organization}/members", new { name = "Ada", email = "a@x.example", role = "viewer" })).With(201);
        Assert.Equal("member.added", await NextAsync(reader, timeout.Token));
    }

    [Fact]
    public async Task A_stream_ends_soon_after_its_key_was_revoked()
    {
        var owner = await _api.OrganizationAsync(OrganizationKind.Tenant);
        var issued = (await owner.PostAsync($"/v1/organizations/{owner.Organization}/api-keys", new { name = "listener", role = "viewer" })).With(201);
        await _api.SettleAsync();
        var seen = (await owner.GetAsync("/v1/events?limit=1")).Text("nextCursor");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(20));
        await using var stream = await _api.Client(issued.Text("secret")).StreamAsync("/v1/events/stream", seen, timeout.Token);
        using var reader = new StreamReader(stream);
        Assert.Equal("api_key.issued", await NextAsync(reader, timeout.Token));

        (await owner.DeleteAsync($"/v1/organizations/{owner.Organization}/api-keys/{issued.Text("apiKey.id")}")).With(204);

        await Assert.ThrowsAsync<EndOfStreamException>(async () =>
        {
            while (true)
            {
                await NextAsync(reader, timeout.Token);
            }
        });
        Assert.False(timeout.IsCancellationRequested);
    }

    private static IEnumerable<string> Types(ApiReply page) => page.With(200).Json.GetProperty("data").EnumerateArray().Select(it => it.GetProperty("type").GetString()!);

    private static async Task<string> NextAsync(StreamReader reader, CancellationToken cancellation)
    {
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                return line["event: ".Length..];
            }
        }

        throw new EndOfStreamException();
    }
}
