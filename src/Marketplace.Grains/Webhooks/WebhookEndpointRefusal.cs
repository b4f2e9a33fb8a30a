using Marketplace.Domain.Primitives;

namespace Marketplace.Grains.Webhooks;

/// <summary>Why a webhook endpoint says no, in order of precedence.</summary>
public enum WebhookEndpointRefusal
{
    /// <summary>No such endpoint.</summary>
    [RefusalMeaning("webhook_endpoint_not_found", RefusalKind.NotFound, RefusalClass.Final, "No webhook endpoint of this id exists for this caller.")]
    NotFound,

    /// <summary>The id is taken.</summary>
    [RefusalMeaning("webhook_endpoint_exists", RefusalKind.Conflict, RefusalClass.Final, "A webhook endpoint of this id is registered already.")]
    Exists,

    /// <summary>Too many endpoints.</summary>
    [RefusalMeaning("webhook_endpoints_full", RefusalKind.Conflict, RefusalClass.Final, "The organization has as many webhook endpoints as one may have; delete one first.")]
    EndpointsFull,

    /// <summary>Too many secrets sign already.</summary>
    [RefusalMeaning("webhook_secrets_full", RefusalKind.Conflict, RefusalClass.Final, "As many secrets sign as may at once; wait until one has run out, or rotate without overlap.")]
    SecretsFull,

    /// <summary>The feed has no such event.</summary>
    [RefusalMeaning("webhook_event_not_found", RefusalKind.NotFound, RefusalClass.Final, "The organization's feed has no event of this number.")]
    EventNotFound,

    /// <summary>Too many replays at once.</summary>
    [RefusalMeaning("webhook_replays_full", RefusalKind.Conflict, RefusalClass.Retryable, "As many replays are under way as may be at once; wait until one has finished.")]
    ReplaysFull,
}
