using System.Text.Json;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Transparency;
using Marketplace.Grains.Webhooks;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Webhooks;

/// <summary>What an endpoint and its feed leave in stores.</summary>
public sealed class WebhookEndpointGrainGoldenTests
{
    private static readonly Instant Begin = Instant.FromUtc(2026, 1, 5, 9, 0);

    [Fact]
    public void An_endpoints_record_is_written_as_ever_and_still_loads() => Assert.Null(Golden.Fault("webhook-endpoint.v1.json", new AggregateRecord<WebhookEndpoint>
    {
        Schema = 1,
        State = new WebhookEndpoint(
            WebhookExample.Id,
            WebhookExample.Organization,
            "https://one.example.com/hooks",
            "Books",
            ["invoice.*", "payment.succeeded"],
            WebhookEndpointStatus.Disabled,
            [new WebhookSecret("second", Begin, null), new WebhookSecret("first", Begin, Begin + Duration.FromHours(24))],
            Begin,
            42,
            [new WaitingEvent(41, 3, Begin + Duration.FromMinutes(30))],
            [new WebhookReplay(2, 7, 40, Begin, Begin + Duration.FromDays(1))],
            2,
            new WebhookHealth(3, Begin, Begin + Duration.FromMinutes(5), Begin, 1),
            new WebhookStop(true, "It is gone.", Begin)),
        Version = 8,
        LastAt = Begin,
        Due = new DueRow(DueIndex.Never, 1),
    }));

    [Fact]
    public void A_feeds_journal_with_followers_is_written_as_ever_and_still_loads() => Assert.Null(Golden.Fault("event-feed.followers.v1.json", new JournalEntry<FeedFact>(1,
    [
        new JournalCommit<FeedFact>(Begin, [new FeedFact(null, Begin, null, null, WebhookExample.Id)], "webhook-endpoint:whk_one", 0),
        new JournalCommit<FeedFact>(Begin, [new FeedFact("member.added", Begin, "mbr_a", JsonSerializer.SerializeToElement(new { id = "mbr_a" }))]),
        new JournalCommit<FeedFact>(Begin, [new FeedFact(null, Begin, null, null, WebhookExample.Id, true)], "webhook-endpoint:whk_one", 4),
    ])));

    [Fact]
    public void A_feeds_snapshot_without_followers_still_loads() =>
        Assert.Equal(7, JsonSerializer.Deserialize<EventFeedState>("{\"last\":7}", MarketJson.Options)!.Last);
}
