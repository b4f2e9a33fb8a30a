using System.Collections.Immutable;
using NodaTime;

namespace Marketplace.Grains.Webhooks;

/// <summary>What can happen to an endpoint.</summary>
internal abstract record WebhookEndpointFact;

/// <summary>It was registered, to begin after an event.</summary>
internal sealed record EndpointRegistered(RegisterWebhookEndpoint As, long After, Instant RealAt, Instant At) : WebhookEndpointFact;

/// <summary>It changed to this.</summary>
internal sealed record EndpointAmended(string Url, string? Description, ImmutableArray<string> Events) : WebhookEndpointFact;

/// <summary>It signs with another secret first.</summary>
internal sealed record SecretRotated(ImmutableArray<WebhookSecret> Secrets) : WebhookEndpointFact;

/// <summary>Its owner paused it.</summary>
internal sealed record EndpointPaused : WebhookEndpointFact;

/// <summary>Its owner set it going again, at once; what was missed up to a number is skipped.</summary>
internal sealed record EndpointResumed(long? SkippedThrough, Instant RealAt) : WebhookEndpointFact;

/// <summary>It is disabled until its owner resumes it.</summary>
internal sealed record EndpointDisabled(WebhookStop Stop) : WebhookEndpointFact;

/// <summary>It is gone.</summary>
internal sealed record EndpointDeleted : WebhookEndpointFact;

/// <summary>Events are to be sent once more.</summary>
internal sealed record ReplayAsked(WebhookReplay Replay) : WebhookEndpointFact;

/// <summary>A replay came this far, or to its end.</summary>
internal sealed record ReplayAdvanced(int Id, long Next) : WebhookEndpointFact;

/// <summary>The line was dealt with up to a number.</summary>
internal sealed record LineAdvanced(long Through) : WebhookEndpointFact;

/// <summary>The receiver took a message.</summary>
internal sealed record EndpointReached(Instant RealAt) : WebhookEndpointFact;

/// <summary>An event that had been set aside was delivered.</summary>
internal sealed record EventCaughtUp(long Number) : WebhookEndpointFact;

/// <summary>An attempt failed, and the event is set aside to be tried again.</summary>
internal sealed record EventSetAside(WaitingEvent Event, Instant? HeldUntil, Instant RealAt) : WebhookEndpointFact;

/// <summary>The last attempt failed: the event is not tried again by itself.</summary>
internal sealed record EventGivenUp(long Number, int Attempts, string Problem, Instant RealAt) : WebhookEndpointFact;
