using Marketplace.Domain.Primitives;
using Marketplace.Grains.Webhooks;
using NodaTime;

namespace Marketplace.Grains.Tests.Webhooks;

/// <summary>What an endpoint decides about its attempts, one rule each.</summary>
public sealed class WebhookEndpointDecisionsTests
{
    private static readonly Instant Begin = Instant.FromUtc(2026, 1, 5, 9, 0);

    [Fact]
    public void A_failed_event_is_tried_ten_times_and_then_given_up()
    {
        var (endpoint, now) = (WebhookExample.Endpoint(), Begin);
        var pauses = new List<Duration>();
        for (var attempt = 1; attempt < WebhookSchedule.MostAttempts; attempt++)
        {
            endpoint = WebhookExample.After(endpoint, new WebhookReport(1, attempt > 1, null, null, Failed(attempt == 1 ? WebhookLane.Line : WebhookLane.Retry)), now);
            var waiting = Assert.Single(endpoint.Waiting);
            Assert.Equal((1L, attempt), (waiting.Number, waiting.Attempts));
            pauses.Add(waiting.RetryAt - now);
            now = waiting.RetryAt;
        }

        Assert.All(pauses.Zip(WebhookSchedule.Pauses), pair => Assert.InRange(pair.First, pair.Second, pair.Second * 1.2));

        endpoint = WebhookExample.After(endpoint, new WebhookReport(1, true, null, null, Failed(WebhookLane.Retry)), now);
        Assert.Empty(endpoint.Waiting);
        Assert.Equal(1, endpoint.Health.GivenUp);
        Assert.Equal(1, endpoint.Cursor);
        Assert.Equal(WebhookEndpointStatus.Active, endpoint.Status);
    }

    [Fact]
    public void Without_a_success_for_72_hours_it_is_disabled_and_keeps_what_waits()
    {
        var first = WebhookExample.After(WebhookExample.Endpoint(), new WebhookReport(1, false, null, null, Failed(WebhookLane.Line)), Begin);
        var almost = WebhookExample.After(first, new WebhookReport(1, false, null, null, Failed(WebhookLane.Retry)), Begin + Duration.FromHours(72) - Duration.Epsilon);
        Assert.Equal(WebhookEndpointStatus.Active, almost.Status);

        var after = WebhookExample.After(first, new WebhookReport(1, false, null, null, Failed(WebhookLane.Retry)), Begin + Duration.FromHours(72));
        Assert.Equal(WebhookEndpointStatus.Disabled, after.Status);
        Assert.Contains("72 hours", after.Stop!.Message, StringComparison.Ordinal);
        Assert.Single(after.Waiting);
    }

    [Fact]
    public void The_schedule_of_one_event_lasts_beyond_72_hours() =>
        Assert.True(WebhookSchedule.Pauses.Aggregate(Duration.Zero, (sum, pause) => sum + pause) > WebhookSchedule.DisableAfter);

    [Fact]
    public void Gone_disables_at_once()
    {
        var gone = WebhookExample.After(WebhookExample.Endpoint(), new WebhookReport(1, false, null, null, Failed(WebhookLane.Line) with { Gone = true }), Begin);

        Assert.Equal(WebhookEndpointStatus.Disabled, gone.Status);
        Assert.True(gone.Stop!.Gone);
        Assert.Single(gone.Waiting);
        Assert.Null(WebhookSchedule.Next(gone, 1, 5, Begin + Duration.FromDays(9)).Lane);
    }

    [Fact]
    public void A_receiver_that_asks_for_a_pause_gets_it_for_everything()
    {
        var held = WebhookExample.After(WebhookExample.Endpoint(), new WebhookReport(1, false, null, null, Failed(WebhookLane.Line) with { RetryAfter = Duration.FromHours(3) }), Begin);
        Assert.Equal(Begin + Duration.FromHours(3), held.Health.HeldUntil);
        Assert.Equal(new WebhookStep(null, null, held.Health.HeldUntil), WebhookSchedule.Next(held, 1, 5, Begin + Duration.FromHours(2)));
        Assert.Equal(WebhookLane.Retry, WebhookSchedule.Next(held, 1, 5, Begin + Duration.FromHours(3)).Lane);

        var long_ = WebhookExample.After(WebhookExample.Endpoint(), new WebhookReport(1, false, null, null, Failed(WebhookLane.Line) with { RetryAfter = Duration.FromDays(30) }), Begin);
        Assert.Equal(Begin + Duration.FromHours(24), long_.Health.HeldUntil);

        var throttled = WebhookExample.After(WebhookExample.Endpoint(), new WebhookReport(1, false, null, null, Failed(WebhookLane.Line) with { Throttled = true }), Begin);
        Assert.Equal(throttled.Waiting[0].RetryAt, throttled.Health.HeldUntil);
    }

    [Fact]
    public void A_failed_event_holds_the_line_for_one_retry_and_is_then_set_aside()
    {
        var once = WebhookExample.After(WebhookExample.Endpoint(), new WebhookReport(1, false, null, null, Failed(WebhookLane.Line)), Begin);
        var retryAt = once.Waiting[0].RetryAt;
        Assert.Equal(new WebhookStep(null, null, retryAt), WebhookSchedule.Next(once, 1, 5, Begin));
        Assert.Equal(WebhookLane.Retry, WebhookSchedule.Next(once, 1, 5, retryAt).Lane);

        var twice = WebhookExample.After(once, new WebhookReport(1, false, null, null, Failed(WebhookLane.Retry)), retryAt);
        Assert.Equal(WebhookLane.Line, WebhookSchedule.Next(twice, 1, 5, retryAt).Lane);
    }

    [Fact]
    public void A_down_endpoint_whose_last_waiting_event_was_given_up_is_tried_with_the_line()
    {
        var down = WebhookExample.Endpoint() with { Cursor = 1, Health = WebhookExample.Endpoint().Health with { FailuresInARow = 5, FailingSince = Begin, GivenUp = 1 } };
        Assert.Equal(WebhookLane.Line, WebhookSchedule.Next(down, 1, 5, Begin).Lane);

        var failed = WebhookExample.After(down, new WebhookReport(2, false, null, null, Failed(WebhookLane.Line, 2)), Begin);
        Assert.Null(WebhookSchedule.Next(failed, 2, 5, Begin).Lane);
        Assert.NotNull(WebhookSchedule.Next(failed, 2, 5, Begin).Until);
    }

    [Fact]
    public void Three_failures_in_a_row_hold_the_line_until_one_succeeds_and_then_everything_is_due()
    {
        var down = WebhookExample.After(WebhookExample.Endpoint(), new WebhookReport(1, false, null, null, Failed(WebhookLane.Line)), Begin);
        down = WebhookExample.After(down, new WebhookReport(1, false, null, null, Failed(WebhookLane.Retry)), Begin);
        down = WebhookExample.After(down, new WebhookReport(2, false, null, null, Failed(WebhookLane.Line, 2)), Begin);
        down = WebhookExample.After(down, new WebhookReport(2, false, null, null, Failed(WebhookLane.Retry, 2)), Begin);
        Assert.Null(WebhookSchedule.Next(down, 2, 5, Begin).Lane);

        var up = WebhookExample.After(down, new WebhookReport(2, true, 1, null, null), Begin + Duration.FromMinutes(7));
        Assert.Equal(2, Assert.Single(up.Waiting).Number);
        Assert.Equal(WebhookLane.Retry, WebhookSchedule.Next(up, 2, 5, Begin + Duration.FromMinutes(7)).Lane);
        Assert.Null(up.Health.FailingSince);
    }

    [Fact]
    public void An_event_that_alone_fails_keeps_its_times_when_others_succeed()
    {
        var poisoned = WebhookExample.After(WebhookExample.Endpoint(), new WebhookReport(1, false, null, null, Failed(WebhookLane.Line)), Begin);
        poisoned = WebhookExample.After(poisoned, new WebhookReport(1, false, null, null, Failed(WebhookLane.Retry)), Begin);
        var retryAt = poisoned.Waiting[0].RetryAt;

        var later = WebhookExample.After(poisoned, new WebhookReport(3, true, null, null, null), Begin + Duration.FromSeconds(9));
        Assert.Equal(retryAt, later.Waiting[0].RetryAt);
        Assert.Equal(3, later.Cursor);
    }

    [Fact]
    public void Resuming_tries_everything_anew_and_skipping_leaves_it_out()
    {
        var down = WebhookExample.After(WebhookExample.Endpoint(), new WebhookReport(1, false, null, null, Failed(WebhookLane.Line) with { Gone = true }), Begin);

        var resumed = WebhookExample.Fold(down, WebhookEndpointDecisions.Resume(down, null, Begin + Duration.FromDays(1)));
        Assert.Equal(WebhookEndpointStatus.Active, resumed.Status);
        Assert.Equal(new WaitingEvent(1, 0, Begin + Duration.FromDays(1)), Assert.Single(resumed.Waiting));
        Assert.Null(resumed.Stop);

        var skipped = WebhookExample.Fold(down, WebhookEndpointDecisions.Resume(down, 40, Begin));
        Assert.Equal(40, skipped.Cursor);
        Assert.Empty(skipped.Waiting);

        // An attempt that was under way when its event was skipped changes nothing.
        Assert.Empty(WebhookExample.After(skipped, new WebhookReport(7, false, null, null, Failed(WebhookLane.Line, 7)), Begin).Waiting);
    }

    [Fact]
    public void Secrets_before_sign_until_the_overlap_ends_and_at_most_five_at_once()
    {
        var endpoint = WebhookExample.Endpoint();
        var rotated = WebhookExample.Fold(endpoint, WebhookEndpointDecisions.Rotate(endpoint, new RotateWebhookSecret("second", Duration.FromHours(24)), Begin));
        Assert.Equal(["second", "first"], rotated.SigningAt(Begin + Duration.FromHours(23)));
        Assert.Equal(["second"], rotated.SigningAt(Begin + Duration.FromHours(24)));

        // A shorter overlap ends those before sooner, a longer one does not lengthen them.
        var again = WebhookExample.Fold(rotated, WebhookEndpointDecisions.Rotate(rotated, new RotateWebhookSecret("third", Duration.FromHours(48)), Begin));
        Assert.Equal(["third", "second"], again.SigningAt(Begin + Duration.FromHours(30)));
        var at_once = WebhookExample.Fold(again, WebhookEndpointDecisions.Rotate(again, new RotateWebhookSecret("fourth", Duration.Zero), Begin));
        Assert.Equal(["fourth"], at_once.SigningAt(Begin));

        for (var i = 0; i < 4; i++)
        {
            at_once = WebhookExample.Fold(at_once, WebhookEndpointDecisions.Rotate(at_once, new RotateWebhookSecret($"more-{i}", Duration.FromHours(1)), Begin));
        }

        Assert.Equal("webhook_secrets_full", WebhookEndpointDecisions.Rotate(at_once, new RotateWebhookSecret("sixth", Duration.FromHours(1)), Begin).Refusal?.Code);
        Assert.Null(WebhookEndpointDecisions.Rotate(at_once, new RotateWebhookSecret("sixth", Duration.FromHours(1)), Begin + Duration.FromHours(2)).Refusal);
    }

    [Fact]
    public void Replays_are_of_events_there_are_and_at_most_ten_at_once()
    {
        var endpoint = WebhookExample.Endpoint();
        Assert.Equal("webhook_event_not_found", WebhookEndpointDecisions.Replay(endpoint, new ReplayWebhookEvents(8, null, null), 7).Refusal?.Code);
        for (var i = 1; i <= 10; i++)
        {
            endpoint = WebhookExample.Fold(endpoint, WebhookEndpointDecisions.Replay(endpoint, new ReplayWebhookEvents(null, Begin, null), 7));
            Assert.Equal(new WebhookReplay(i, 1, 7, Begin, null), endpoint.Replays[^1]);
        }

        Assert.Equal("webhook_replays_full", WebhookEndpointDecisions.Replay(endpoint, new ReplayWebhookEvents(7, null, null), 7).Refusal?.Code);
        var done = WebhookExample.After(endpoint, new WebhookReport(0, true, null, new WebhookReplayProgress(1, 8), null), Begin);
        Assert.Equal(2, done.Replays[0].Id);
    }

    [Fact]
    public void What_is_deleted_is_not_there_and_takes_no_reports()
    {
        var endpoint = WebhookExample.Endpoint();
        var deleted = WebhookExample.Fold(endpoint, WebhookEndpointDecisions.Delete(endpoint));
        Assert.Empty(deleted.Secrets);
        Assert.Equal("webhook_endpoint_not_found", WebhookEndpointDecisions.Pause(deleted).Refusal?.Code);
        Assert.Empty(WebhookEndpointDecisions.Report(deleted, new WebhookReport(9, true, null, null, null), Begin).Facts);
        Assert.Empty(WebhookEndpointDecisions.Delete(deleted).Facts);
    }

    [Theory]
    [InlineData("*", "invoice.issued", true)]
    [InlineData("invoice.issued", "invoice.issued", true)]
    [InlineData("invoice.*", "invoice.issued", true)]
    [InlineData("invoice.*", "invoice_line.added", false)]
    [InlineData("invoice.issued", "invoice.paid", false)]
    [InlineData("inv.*", "invoice.paid", false)]
    public void A_pattern_is_a_type_a_noun_or_everything(string pattern, string type, bool matches) => Assert.Equal(matches, WebhookEndpoint.Matches(pattern, type));

    private static WebhookFailure Failed(WebhookLane lane, long number = 1) => new(lane, number, false, false, null, "it answered 500");
}

/// <summary>An endpoint to try things on.</summary>
internal static class WebhookExample
{
    public static readonly WebhookEndpointId Id = WebhookEndpointId.From("whk_one");
    public static readonly OrganizationId Organization = OrganizationId.From("org_acme");

    public static RegisterWebhookEndpoint Registration(string id = "whk_one", params string[] events) =>
        new(WebhookEndpointId.From(id), Organization, $"https://{id[4..]}.example.com/hooks", "Books", events is [] ? ["*"] : [.. events], "first");

    public static WebhookEndpoint Endpoint() =>
        Fold(null, WebhookEndpointDecisions.Register(null, Registration(), 0, Instant.FromUtc(2026, 1, 5, 9, 0), Instant.FromUtc(2026, 1, 5, 9, 0)));

    public static WebhookEndpoint After(WebhookEndpoint endpoint, WebhookReport report, Instant realNow) =>
        Fold(endpoint, WebhookEndpointDecisions.Report(endpoint, report, realNow));

    public static WebhookEndpoint Fold(WebhookEndpoint? endpoint, Decision<WebhookEndpointFact> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Facts.Aggregate(endpoint, WebhookEndpointDecisions.Evolve)!;
    }
}
