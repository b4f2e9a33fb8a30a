using CsCheck;
using Marketplace.Grains.Webhooks;
using NodaTime;

namespace Marketplace.Grains.Tests.Webhooks;

/// <summary>
/// Laws of delivery under any behaviour of a receiver: the schedule and the decisions run as the grain runs them, over a day of
/// seconds that pass at once.
/// </summary>
public sealed class WebhookScheduleLawTests
{
    private const int Events = 12;
    private static readonly Instant Begin = Instant.FromUtc(2026, 1, 5, 9, 0);

    // What the receiver answers to its n-th message; after the list it answers 200.
    private static readonly Gen<Reply[]> Behaviours = Of(Reply.Ok, Reply.Ok, Reply.Error, Reply.Throttled, Reply.Crash).Array[0, 40];

    [Fact]
    public void Every_event_arrives_if_the_receiver_comes_back() => Behaviours.Sample(behaviour =>
    {
        var run = Run(behaviour);
        return run.Endpoint.Status == WebhookEndpointStatus.Active
            && run.Endpoint.Cursor == Events
            && run.Endpoint.Waiting.IsEmpty
            && Enumerable.Range(1, Events).All(number => run.Taken.Contains(number) || run.Endpoint.Health.GivenUp > 0);
    });

    [Fact]
    public void A_receiver_that_never_fails_gets_them_in_order_and_again_only_after_a_crash() =>
        Of(Reply.Ok, Reply.Ok, Reply.Ok, Reply.Crash).Array[0, 40].Sample(behaviour =>
        {
            var taken = Run(behaviour).Taken;
            var crashes = behaviour.Count(reply => reply == Reply.Crash);
            return taken.Distinct().SequenceEqual(Enumerable.Range(1, Events).Select(number => (long)number))
                && taken.Zip(taken.Skip(1)).Count(pair => pair.Second <= pair.First) <= crashes;
        });

    [Fact]
    public void A_receiver_is_never_sent_the_line_while_it_is_held() => Behaviours.Sample(behaviour => Run(behaviour).Steps.All(step =>
        step.Lane != WebhookLane.Line ||
        ((step.Before.Health.FailuresInARow < WebhookEndpoint.DownAfter || step.Before.Waiting.IsEmpty) && step.Before.Waiting.All(waiting => waiting.Attempts >= WebhookSchedule.AttemptsInLine))));

    [Fact]
    public void No_event_is_tried_more_often_than_the_schedule_says() =>
        Of(Reply.Ok, Reply.Error, Reply.Error, Reply.Error, Reply.Throttled).Array[0, 80].Sample(behaviour =>
            Run(behaviour, resumes: false).Sent.GroupBy(number => number).All(attempts => attempts.Count() <= WebhookSchedule.MostAttempts));

    private static Gen<Reply> Of(params Reply[] replies) => Gen.Int[0, replies.Length - 1].Select(i => replies[i]);

    private static Outcome Run(Reply[] behaviour, bool resumes = true)
    {
        var (endpoint, now, passed) = (WebhookExample.Endpoint(), Begin, 0L);
        var (sent, taken, steps) = (new List<long>(), new List<long>(), new List<(WebhookLane Lane, WebhookEndpoint Before)>());
        while (true)
        {
            var step = WebhookSchedule.Next(endpoint, Math.Max(endpoint.Cursor, passed), Events, now);
            if (step.Lane is not { } lane)
            {
                if (step.Until is not { } until)
                {
                    return new Outcome(endpoint, sent, taken, steps);
                }

                now = until;
                continue;
            }

            var number = step.Waiting?.Number ?? (Math.Max(endpoint.Cursor, passed) + 1);
            var reply = sent.Count < behaviour.Length ? behaviour[sent.Count] : Reply.Ok;
            sent.Add(number);
            steps.Add((lane, endpoint));
            now += Duration.FromMilliseconds(20);
            if (reply is Reply.Ok or Reply.Crash)
            {
                taken.Add(number);
            }

            if (reply == Reply.Crash)
            {
                // Nothing of it was reported: the next activation knows what is durable.
                passed = 0;
                continue;
            }

            passed = lane == WebhookLane.Line ? number : passed;
            var failure = reply == Reply.Ok ? null : new WebhookFailure(lane, number, false, reply == Reply.Throttled, null, "it answered 500");
            endpoint = WebhookExample.After(endpoint, new WebhookReport(passed, reply == Reply.Ok, lane == WebhookLane.Retry && reply == Reply.Ok ? number : null, null, failure), now);
            if (resumes && endpoint.Status == WebhookEndpointStatus.Disabled)
            {
                endpoint = WebhookExample.Fold(endpoint, WebhookEndpointDecisions.Resume(endpoint, null, now));
            }
        }
    }

    private enum Reply
    {
        Ok,
        Error,
        Throttled,
        Crash,
    }

    private sealed record Outcome(WebhookEndpoint Endpoint, List<long> Sent, List<long> Taken, List<(WebhookLane Lane, WebhookEndpoint Before)> Steps);
}
