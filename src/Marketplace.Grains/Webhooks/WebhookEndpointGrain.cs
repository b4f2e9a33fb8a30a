using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Webhooks;

/// <summary>An endpoint's shell around <see cref="WebhookEndpointDecisions"/>. Sending is in the other part, beside the grain's turns.</summary>
[GrainType("webhook-endpoint")]
internal sealed partial class WebhookEndpointGrain(GrainServices services, IWebhookSender sender)
    : RecordGrain<WebhookEndpoint, WebhookEndpointFact>(services, "webhook-endpoint"), IWebhookEndpointGrain, IDisposable
{
    public Task<Snapshot<WebhookEndpoint>?> GetAsync() => Task.FromResult(Durable is { State.Status: not WebhookEndpointStatus.Deleted } living ? living : null);

    public async Task<Answer<Snapshot<WebhookEndpoint>>> RegisterAsync(Operation operation, RegisterWebhookEndpoint command)
    {
        ArgumentNullException.ThrowIfNull(command);
        last = await FeedOf(command.Organization).GetLastAsync();
        return await ChangeAsync(operation, (state, now) => WebhookEndpointDecisions.Register(state, command, last, Services.RealNow, now));
    }

    public Task<Answer<Snapshot<WebhookEndpoint>>> AmendAsync(Operation operation, AmendWebhookEndpoint command) =>
        ChangeAsync(operation, (state, _) => WebhookEndpointDecisions.Amend(state, command));

    public Task<Answer<Snapshot<WebhookEndpoint>>> RotateSecretAsync(Operation operation, RotateWebhookSecret command) =>
        ChangeAsync(operation, (state, _) => WebhookEndpointDecisions.Rotate(state, command, Services.RealNow));

    public Task<Answer<Snapshot<WebhookEndpoint>>> PauseAsync(Operation operation) =>
        ChangeAsync(operation, (state, _) => WebhookEndpointDecisions.Pause(state));

    public async Task<Answer<Snapshot<WebhookEndpoint>>> ResumeAsync(Operation operation, bool skipMissed)
    {
        await LookAtFeedAsync();
        return await ChangeAsync(operation, (state, _) => WebhookEndpointDecisions.Resume(state, skipMissed ? last : null, Services.RealNow));
    }

    public async Task<Answer<Snapshot<WebhookEndpoint>>> DeleteAsync(Operation operation)
    {
        var answer = await ChangeAsync(operation, (state, _) => WebhookEndpointDecisions.Delete(state));
        if (answer.IsGranted)
        {
            await log.ClearAsync();
        }

        return answer;
    }

    public async Task<Answer<Snapshot<WebhookEndpoint>>> ReplayAsync(Operation operation, ReplayWebhookEvents command)
    {
        await LookAtFeedAsync();
        return await ChangeAsync(operation, (state, _) => WebhookEndpointDecisions.Replay(state, command, last));
    }

    public async Task ReportAsync(WebhookReport report) => await CommitAsync(null, (state, _) => WebhookEndpointDecisions.Report(state, report, Services.RealNow));

    protected override WebhookEndpoint Evolve(WebhookEndpoint? state, WebhookEndpointFact fact) => WebhookEndpointDecisions.Evolve(state, fact);

    // Retries run on real time, which the due index knows nothing of; it is swept, which finds what a crash left unsent.
    protected override Instant? DueAt(WebhookEndpoint state) => state.Status == WebhookEndpointStatus.Deleted ? null : Instant.MaxValue;

    protected override Task OnDueAsync(Instant now)
    {
        isBehind = true;
        Arm();
        return Task.CompletedTask;
    }

    protected override void React(WebhookEndpoint? before, WebhookEndpoint after, WebhookEndpointFact fact, Effects effects)
    {
        WebhookEvents.Publish(after, fact, effects);
        var feed = GrainKeys.EventFeed(after.Organization);
        var key = SortKeys.Of(after.CreatedAt, after.Id.Value);
        switch (fact)
        {
            case EndpointRegistered:
                effects.Tell(feed, new FeedFollowed(after.Id));
                effects.Row(WebhookRows.Endpoints, after.Organization.Value, key, after with { Secrets = [] });
                break;
            case EndpointAmended or EndpointPaused or EndpointResumed or EndpointDisabled:
                effects.Row(WebhookRows.Endpoints, after.Organization.Value, key, after with { Secrets = [] });
                break;
            case EndpointDeleted:
                effects.Tell(feed, new FeedLeft(after.Id));
                effects.Row(WebhookRows.Endpoints, after.Organization.Value, key, null);
                break;
        }
    }

    private async Task<Answer<Snapshot<WebhookEndpoint>>> ChangeAsync(Operation operation, Func<WebhookEndpoint?, Instant, Decision<WebhookEndpointFact>> decide)
    {
        var answer = await CommitAsync(operation, decide);
        Arm();
        return answer;
    }
}
