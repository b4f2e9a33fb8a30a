using System.Text.Json;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Scheduling;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Webhooks;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using Orleans.TestingHost;

namespace Marketplace.Grains.Tests.Webhooks;

/// <summary>An endpoint in a silo: what its receiver gets, whatever happens to the silo and its store.</summary>
public sealed class WebhookEndpointGrainTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider time = new(TestMarket.Begin.ToDateTimeOffset());
    private TestMarket market = null!;
    private int operations;

    private IOrganizationGrain Organization => market.Grains.GetGrain<IOrganizationGrain>(WebhookExample.Organization.Value);

    private IReadOnlyList<ReceivedWebhook> Received => market.Webhooks.Received;

    public async ValueTask InitializeAsync()
    {
        market = await TestMarket.StartAsync(silo =>
        {
            silo.Services.AddSingleton<TimeProvider>(time);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        await Organization.RegisterAsync(NextOperation(), new RegisterOrganization(WebhookExample.Organization, "Acme", OrganizationKind.Tenant, "NO", null));
        await market.Time.SettleAsync();
    }

    public ValueTask DisposeAsync() => market.DisposeAsync();

    [Fact]
    public async Task Events_are_sent_in_order_from_the_next_one_on_and_only_those_wanted()
    {
        await RegisterAsync("whk_one", "member.*");
        await AddMembersAsync(3);
        await UntilAsync(() => Received.Count == 3);

        Assert.Equal(["member.added", "member.added", "member.added"], Received.Select(message => message.Type));
        Assert.Equal(Received.Select(message => message.Number).Order(), Received.Select(message => message.Number));
        Assert.All(Received, message => Assert.Equal(("https://one.example.com/hooks", "first"), (message.Url, Assert.Single(message.Secrets))));

        // The id is the feed's.
        var feed = await EventsAsync();
        Assert.All(Received, message => Assert.Equal(feed[(int)message.Number - 1].Id, message.Id));
    }

    [Fact]
    public async Task A_crash_loses_nothing_and_what_comes_again_bears_the_same_id()
    {
        await RegisterAsync("whk_one");
        var hung = new TaskCompletionSource<WebhookAnswer>();
        market.Webhooks.Answers = message => message.Type == "member.added" ? hung.Task : Task.FromResult(TestWebhooks.Answer(200));
        await AddMembersAsync(3);
        await UntilAsync(() => Received.Any(message => message.Type == "member.added"));

        await market.CrashAsync();
        market.Webhooks.Answers = _ => Task.FromResult(TestWebhooks.Answer(200));
        await SweepAsync();
        await UntilAsync(async () => (await GetAsync("whk_one"))!.Cursor == (await EventsAsync()).Count);

        var members = Received.Where(message => message.Type == "member.added").ToList();
        Assert.Equal(3, members.Select(message => message.Number).Distinct().Count());
        Assert.True(members.Count > 3, "What was on its way when the silo died is sent again.");
        Assert.Equal(members.Select(message => message.Number).Distinct().Count(), members.Select(message => message.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(FaultKind.ErrorBeforeWrite)]
    [InlineData(FaultKind.ErrorAfterWrite)]
    [InlineData(FaultKind.StaleETag)]
    public async Task Whatever_write_fails_every_event_arrives(FaultKind kind)
    {
        await RegisterAsync("whk_one", "member.*");
        await UntilAsync(async () => (await GetAsync("whk_one"))!.Cursor >= 2);
        for (var struck = 0; struck < 4; struck++)
        {
            market.Faults.Reset();
            var number = struck;
            var seen = 0;
            market.Faults.At(kind, write => IsOfWebhooks(write) && seen++ == number);
            var before = Received.Count;
            await AddMembersAsync(1);
            await UntilAsync(async () =>
            {
                // Time passes, so that a restart that waits a few seconds comes about; other writes may fail in between.
                await SweepAsync();
                return (await EventsAsync()).Where(it => it.Type == "member.added").All(it => Received.Any(message => message.Id == it.Id));
            });
            Assert.True(Received.Count > before);
        }

        Assert.Equal(Received.Select(message => message.Number).Distinct().Count(), Received.Select(message => message.Id).Distinct().Count());

        static bool IsOfWebhooks(StorageWrite write) => write.Table is "webhook-endpoint" or WebhookRows.Deliveries;
    }

    [Fact]
    public async Task An_endpoint_that_hangs_costs_the_others_nothing()
    {
        await RegisterAsync("whk_hanging", "member.*");
        await RegisterAsync("whk_one", "member.*");
        var hung = new TaskCompletionSource<WebhookAnswer>();
        market.Webhooks.Answers = message => message.Url.Contains("hanging", StringComparison.Ordinal) ? hung.Task : Task.FromResult(TestWebhooks.Answer(200));

        await AddMembersAsync(5);
        await UntilAsync(() => Received.Count(message => message.Url.Contains("one", StringComparison.Ordinal)) == 5);
        await UntilAsync(() => Received.Count(message => message.Url.Contains("hanging", StringComparison.Ordinal)) == 1);

        // Its commands are answered too.
        Assert.True((await Endpoint("whk_hanging").PauseAsync(NextOperation())).IsGranted);
        hung.SetResult(TestWebhooks.Answer(200));
        await UntilAsync(async () => (await GetAsync("whk_hanging")) is { Status: WebhookEndpointStatus.Paused, Health.LastDeliveredAt: not null });
        Assert.Equal(1, Received.Count(message => message.Url.Contains("hanging", StringComparison.Ordinal)));

        Assert.True((await Endpoint("whk_hanging").ResumeAsync(NextOperation(), skipMissed: false)).IsGranted);
        await UntilAsync(() => Received.Count(message => message.Url.Contains("hanging", StringComparison.Ordinal)) == 5);
    }

    [Fact]
    public async Task A_failing_endpoint_is_tried_again_in_real_time_then_disabled_with_notice_and_goes_on_when_resumed()
    {
        await RegisterAsync("whk_one", "member.*");
        await RegisterAsync("whk_other", "webhook_endpoint.disabled");
        market.Webhooks.Answers = message => Task.FromResult(TestWebhooks.Answer(message.Url.Contains("one", StringComparison.Ordinal) ? 500 : 200));
        await AddMembersAsync(2);
        await UntilAsync(() => Received.Count > 0);
        await UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromMinutes(20));
            await Endpoint("whk_one").VisitAsync(null);
            return (await GetAsync("whk_one"))!.Status == WebhookEndpointStatus.Disabled;
        });

        var disabled = (await GetAsync("whk_one"))!;
        Assert.Contains("it answered 500", disabled.Stop!.Message, StringComparison.Ordinal);
        await UntilAsync(() => Received.Any(message => message.Type == "webhook_endpoint.disabled"));
        Assert.Contains("other", Received.Single(message => message.Type == "webhook_endpoint.disabled").Url, StringComparison.Ordinal);
        Assert.Contains(disabled.Stop.Message, (await EventsAsync()).Single(it => it.Type == "webhook_endpoint.disabled").Data.GetProperty("message").GetString(), StringComparison.Ordinal);

        market.Webhooks.Answers = _ => Task.FromResult(TestWebhooks.Answer(200));
        var before = Received.Count;
        await Endpoint("whk_one").ResumeAsync(NextOperation(), skipMissed: false);
        await UntilAsync(() => Received.Skip(before).Count(message => message.Type == "member.added") >= 2);
        Assert.Equal(WebhookEndpointStatus.Active, (await GetAsync("whk_one"))!.Status);
    }

    [Fact]
    public async Task A_replay_sends_once_more_under_the_same_ids_what_is_wanted_of_a_stretch()
    {
        await RegisterAsync("whk_one", "member.*");
        await AddMembersAsync(2);
        await market.Time.AdvanceAsync(TestMarket.Begin + Duration.FromDays(1));
        await AddMembersAsync(2);
        await UntilAsync(() => Received.Count == 4);
        var first = Received.Select(message => message.Id).ToList();

        await Endpoint("whk_one").ReplayAsync(NextOperation(), new ReplayWebhookEvents(null, TestMarket.Begin + Duration.FromDays(1), null));
        await UntilAsync(async () => (await GetAsync("whk_one"))!.Replays.IsEmpty);
        Assert.Equal(first.Skip(2), Received.Skip(4).Select(message => message.Id));

        // One by number goes out whatever the filter says.
        await Endpoint("whk_one").ReplayAsync(NextOperation(), new ReplayWebhookEvents(1, null, null));
        await UntilAsync(() => Received.Count == 7);
        Assert.Equal((1L, "organization.registered"), (Received[^1].Number, Received[^1].Type));
    }

    [Fact]
    public async Task The_log_has_every_attempt_and_stays_bounded()
    {
        await RegisterAsync("whk_one", "member.*");
        for (var i = 0; i < 3; i++)
        {
            await Endpoint("whk_one").PingAsync($"{i}");
        }

        var log = await LogAsync("whk_one");
        Assert.Equal([1, 2, 3], log.Select(delivery => delivery.Number));
        Assert.All(log, delivery => Assert.Equal((WebhookLane.Ping, 200, true), (delivery.Lane, delivery.Status, delivery.Delivered)));

        for (var i = 0; i < WebhookRows.DeliveriesKept; i++)
        {
            await Endpoint("whk_one").PingAsync($"{i}");
        }

        log = await LogAsync("whk_one");
        Assert.Equal(WebhookRows.DeliveriesKept, log.Count);
        Assert.Equal(WebhookRows.DeliveriesKept + 3, log[^1].Number);

        await Endpoint("whk_one").DeleteAsync(NextOperation());
        Assert.Empty(await LogAsync("whk_one"));
    }

    [Fact]
    public async Task Two_silos_over_one_store_that_know_nothing_of_each_other_lose_nothing()
    {
        await RegisterAsync("whk_one", "member.*");
        await AddMembersAsync(1);
        await UntilAsync(() => Received.Count == 1);
        await using (var second = await market.StartSecondAsync())
        {
            await AddMembersAsync(3);
            await second.Grains.GetGrain<IWebhookEndpointGrain>("whk_one").VisitAsync(null);
            await UntilAsync(() => Received.Concat(second.Webhooks.Received).Select(message => message.Number).Distinct().Count() == 4);
        }
    }

    private async Task RegisterAsync(string id, params string[] events)
    {
        Assert.True((await Endpoint(id).RegisterAsync(NextOperation(), WebhookExample.Registration(id, events))).IsGranted);
        await market.Time.WhenQuietAsync();
    }

    private async Task AddMembersAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var number = ++operations;
            var added = await Organization.AddMemberAsync(NextOperation(), new AddMember(MemberId.From($"mbr_{number}"), $"Member {number}", $"m{number}@example.com", OrganizationRole.Viewer));
            Assert.True(added.IsGranted);
        }

        await market.Time.WhenQuietAsync();
    }

    private IWebhookEndpointGrain Endpoint(string id) => market.Grains.GetGrain<IWebhookEndpointGrain>(id);

    private async Task<WebhookEndpoint?> GetAsync(string id) => (await Endpoint(id).GetAsync())?.State;

    private async Task<IReadOnlyList<Marketplace.Grains.Transparency.FeedEvent>> EventsAsync() => await Marketplace.Grains.Transparency.EventRows.ReadAsync(market.Rows, WebhookExample.Organization, 0, 1000);

    private async Task<List<WebhookDelivery>> LogAsync(string id)
    {
        var page = await market.Rows.ScanAsync(WebhookRows.Deliveries, id, null, null, RowLimits.MostRowsInPage);
        Assert.Null(page.NextFrom);
        return [.. page.Rows.Select(row => JsonSerializer.Deserialize<WebhookDelivery>(row.Data.Span, MarketJson.Options)!)];
    }

    private Task<string?[]> SweepAsync() => Task.WhenAll(Enumerable.Range(0, GrainKeys.DueShards).Select(shard => market.Grains.GetGrain<ISchedulerGrain>(GrainKeys.DueShard(shard)).SweepAsync(null)));

    private Operation NextOperation() => new($"op-{++operations}", "hash");

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            Assert.False(patience.IsCancellationRequested, "It did not come to be.");
            await Task.Delay(Look);
        }
    }

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
}
