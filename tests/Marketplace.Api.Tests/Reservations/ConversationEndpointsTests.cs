using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Tests.Reservations;

public sealed class ConversationEndpointsTests : IAsyncLifetime
{
    private ContractMarket market = null!;

    private string Messages => $"/v1/reservations/{market.Reservation}/messages";

    private string Conversation => $"/v1/reservations/{market.Reservation}/conversation";

    public async ValueTask InitializeAsync() => market = await ContractMarket.StartAsync();

    public ValueTask DisposeAsync() => market.DisposeAsync();

    [Fact]
    public async Task Both_parties_write_and_read_in_one_order_and_the_marketplace_reads_along()
    {
        Assert.Equal("0", (await market.Tenant.GetAsync(Conversation)).With(200).Text("messages"));
        var asked = (await market.Tenant.PostAsync(Messages, new { text = "Could the first nodes come earlier?" })).With(201);
        Assert.Equal(("1", "tenant", "Tenant Ltd", "test"), (asked.Text("number"), asked.Text("party"), asked.Text("organizationName"), asked.Text("authorName")));
        (await market.Operator.PostAsync(Messages, new { text = "Yes,\n22 February." })).With(201);

        foreach (var reader in new[] { market.Tenant, market.Operator, market.Api.Platform })
        {
            Assert.Equal(["Yes,\n22 February.", "Could the first nodes come earlier?"], Texts(await reader.GetAsync(Messages)));
        }

        Assert.Equal("conversation_not_party", (await market.Api.Platform.PostAsync(Messages, new { text = "Hello." })).With(403).Code);
        var stranger = await market.Api.OrganizationAsync(OrganizationKind.Tenant, "Stranger");
        (await stranger.GetAsync(Messages)).With(404);
        (await stranger.PostAsync(Messages, new { text = "Hello." })).With(404);
    }

    [Fact]
    public async Task A_repeated_message_is_one_and_another_text_under_its_key_is_refused()
    {
        var first = (await market.Tenant.PostAsync(Messages, new { text = "Once." }, "key-1")).With(201);
        for (var other = 0; other < 12; other++)
        {
            (await market.Operator.PostAsync(Messages, new { text = $"Answer {other}" })).With(201);
        }

        await market.Api.SettleAsync();
        var again = (await market.Tenant.PostAsync(Messages, new { text = "Once." }, "key-1")).With(201);

        Assert.True(again.Replayed);
        Assert.Equal(first.Body, again.Body);
        Assert.Equal("idempotency_key_reused", (await market.Tenant.PostAsync(Messages, new { text = "Twice." }, "key-1")).With(409).Code);
        Assert.Equal("13", (await market.Tenant.GetAsync(Conversation)).Text("messages"));
    }

    [Fact]
    public async Task A_long_conversation_is_read_page_by_page_without_gap_or_repetition()
    {
        for (var number = 1; number <= 25; number++)
        {
            (await market.Tenant.PostAsync(Messages, new { text = $"{number}" })).With(201);
        }

        await market.Api.SettleAsync();
        var read = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await market.Operator.GetAsync(Messages + "?limit=10" + (cursor is null ? "" : $"&startingAfter={cursor}"))).With(200);
            read.AddRange(Texts(page));
            cursor = page.Json.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(number => $"{number}"), read);
        var exported = (await market.Tenant.GetAsync("/v1/export")).With(200).Body.Split('\n').Where(line => line.Contains("\"kind\":\"message\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(read, exported.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("data").GetProperty("text").GetString()));
        (await market.Operator.GetAsync(Messages + "?startingAfter=bm90YW51bWJlcg")).With(400);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public async Task A_message_says_something(string text) => (await market.Tenant.PostAsync(Messages, new { text })).With(400);

    [Fact]
    public async Task A_message_that_is_too_long_is_refused_by_its_field() =>
        Assert.Contains((await market.Tenant.PostAsync(Messages, new { text = new string('x', 4_001) })).With(400).Faults, fault => fault.StartsWith("text ", StringComparison.Ordinal));

    [Fact]
    public async Task Each_reads_for_itself_and_the_list_says_what_is_new()
    {
        (await market.Tenant.PostAsync(Messages, new { text = "One" })).With(201);
        (await market.Tenant.PostAsync(Messages, new { text = "Two" })).With(201);
        await market.Api.SettleAsync();

        Assert.Equal("0", (await market.Tenant.GetAsync(Conversation)).Text("unread"));
        var listed = Assert.Single((await market.Operator.GetAsync("/v1/conversations")).With(200).Json.GetProperty("data").EnumerateArray());
        Assert.Equal((market.Reservation, 2, "Two"), (listed.GetProperty("reservationId").GetString(), listed.GetProperty("unread").GetInt64(), listed.GetProperty("newest").GetProperty("text").GetString()));

        Assert.Equal("1", (await market.Operator.PutAsync(Conversation + "/read-mark", new { through = 1 })).With(200).Text("unread"));
        Assert.Equal("0", (await market.Operator.PutAsync(Conversation + "/read-mark", new { through = 99 })).With(200).Text("unread"));
        var other = await market.Api.KeyAsync(market.World.Example.Operator.Value, OrganizationRole.Viewer);
        Assert.Equal("2", (await other.GetAsync(Conversation)).With(200).Text("unread"));
        Assert.Equal("0", (await other.PutAsync(Conversation + "/read-mark", new { through = 2 })).With(200).Text("unread"));
        Assert.Equal("forbidden", (await other.PostAsync(Messages, new { text = "Three" })).With(403).Code);
    }

    [Fact]
    public async Task A_persons_message_bears_the_persons_name()
    {
        using var ada = await market.PersonAsync("ada@x.example", "Ada Nilsen", OrganizationRole.Member);

        var posted = (await ada.PostAsync(Messages, new { text = "Hello." })).With(201);

        Assert.Equal("Ada Nilsen", posted.Text("authorName"));
        Assert.StartsWith("usr_", posted.Text("authorId"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Texts(ApiReply page) => page.With(200).Json.GetProperty("data").EnumerateArray().Select(message => message.GetProperty("text").GetString()!);
}
