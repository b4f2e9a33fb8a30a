using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;

namespace Marketplace.Grains.Webhooks;

/// <summary>A webhook endpoint after the event.</summary>
/// <param name="Id">The endpoint.</param>
/// <param name="Url">Where it sends to.</param>
/// <param name="Events">Types it sends.</param>
/// <param name="Status">Whether it sends.</param>
/// <param name="Message">Why it is disabled, in a sentence for people; null when it is not.</param>
public sealed record WebhookEndpointData(WebhookEndpointId Id, string Url, ImmutableArray<string> Events, WebhookEndpointStatus Status, string? Message);

/// <summary>An event that an endpoint gave up.</summary>
/// <param name="Id">The endpoint.</param>
/// <param name="EventNumber">The event's number in this feed; it can be replayed.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Message">What went wrong last, in a sentence for people.</param>
public sealed record WebhookGivenUpData(WebhookEndpointId Id, long EventNumber, int Attempts, string Message);

/// <summary>What a test message carries.</summary>
/// <param name="Id">The endpoint.</param>
/// <param name="Message">A greeting.</param>
public sealed record WebhookPingData(WebhookEndpointId Id, string Message);

/// <summary>What the organization's own feed says of its endpoints. It is how the owner of a disabled one is told by other means: the feed, its stream and every other endpoint carry it.</summary>
internal static class WebhookEvents
{
    public static readonly EventType<WebhookEndpointData> Registered = new("webhook_endpoint.registered", "A webhook endpoint was registered.");
    public static readonly EventType<WebhookEndpointData> Amended = new("webhook_endpoint.amended", "A webhook endpoint's address, description or types changed.");
    public static readonly EventType<WebhookEndpointData> NewSecret = new("webhook_endpoint.secret_rotated", "A webhook endpoint signs with another secret.");
    public static readonly EventType<WebhookEndpointData> Paused = new("webhook_endpoint.paused", "A webhook endpoint was paused; events wait.");
    public static readonly EventType<WebhookEndpointData> Resumed = new("webhook_endpoint.resumed", "A webhook endpoint was set going again.");
    public static readonly EventType<WebhookEndpointData> Disabled = new("webhook_endpoint.disabled", "A webhook endpoint answered 410 or failed for days; nothing is sent there until it is resumed.");
    public static readonly EventType<WebhookEndpointData> Deleted = new("webhook_endpoint.deleted", "A webhook endpoint was deleted.");
    public static readonly EventType<WebhookGivenUpData> GivenUp = new("webhook_endpoint.event_given_up", "The last attempt at an event failed; it can be replayed.");
    public static readonly EventType<WebhookPingData> Pinged = new("webhook_endpoint.pinged", "A test message was asked for. It goes to that endpoint alone and is in no feed.");

    /// <summary>Adds the fact's event.</summary>
    public static void Publish(WebhookEndpoint after, WebhookEndpointFact fact, Effects effects)
    {
        switch (fact)
        {
            case EndpointRegistered:
                effects.Publish(after.Organization, Registered, Data(after));
                break;
            case EndpointAmended:
                effects.Publish(after.Organization, Amended, Data(after));
                break;
            case SecretRotated:
                effects.Publish(after.Organization, NewSecret, Data(after));
                break;
            case EndpointPaused:
                effects.Publish(after.Organization, Paused, Data(after));
                break;
            case EndpointResumed:
                effects.Publish(after.Organization, Resumed, Data(after));
                break;
            case EndpointDisabled:
                effects.Publish(after.Organization, Disabled, Data(after));
                break;
            case EndpointDeleted:
                effects.Publish(after.Organization, Deleted, Data(after));
                break;
            case EventGivenUp it:
                effects.Publish(after.Organization, GivenUp, new(after.Id, it.Number, it.Attempts, $"After {it.Attempts} attempts it was given up, the last time because {it.Problem}."));
                break;
        }
    }

    private static WebhookEndpointData Data(WebhookEndpoint endpoint) => new(endpoint.Id, endpoint.Url, endpoint.Events, endpoint.Status, endpoint.Stop?.Message);
}
