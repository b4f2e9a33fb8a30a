using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Webhooks;
using NodaTime;

namespace Marketplace.Api.Webhooks;

/// <summary>A webhook endpoint to register.</summary>
/// <param name="Url">Where to send: https on port 443, a public address.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Events">Types to send: a type such as <c>invoice.issued</c>, all of a noun such as <c>invoice.*</c>, or <c>*</c>. Absent: all.</param>
internal sealed record NewWebhookEndpoint(
    [Length(1, 2_000)] string Url,
    [Length(1, 200)] string? Description = null,
    [Items(1, 100)] ImmutableArray<string>? Events = null)
{
    public static NewWebhookEndpoint Example { get; } = new("https://billing.example.com/webhooks", "Accounting", ["invoice.*", "payment.succeeded"]);

    public RegisterWebhookEndpoint ToCommand(WebhookEndpointId id, OrganizationId organization, string sealedSecret, AddressGuard guard, Faults faults)
    {
        var events = Events ?? [WebhookEndpoint.EveryEvent];
        WebhookChecks.Url(Url, guard, faults);
        WebhookChecks.Events(events, faults);
        return new RegisterWebhookEndpoint(id, organization, Url, Description, events, sealedSecret);
    }
}

/// <summary>Changes to a webhook endpoint; what is left out stays.</summary>
/// <param name="Url">Where to send from now on, what waits included.</param>
/// <param name="Description">What it is for; empty removes it.</param>
/// <param name="Events">Types to send from now on.</param>
internal sealed record WebhookEndpointChanges(
    [Length(1, 2_000)] string? Url = null,
    [Length(0, 200)] string? Description = null,
    [Items(1, 100)] ImmutableArray<string>? Events = null)
{
    public static WebhookEndpointChanges Example { get; } = new(Events: ["invoice.*", "payment.*", "lease.*"]);

    public AmendWebhookEndpoint ToCommand(AddressGuard guard, Faults faults)
    {
        if (Url is { } url)
        {
            WebhookChecks.Url(url, guard, faults);
        }

        WebhookChecks.Events(Events ?? [], faults);
        return new AmendWebhookEndpoint(Url, Description, Events);
    }
}

/// <summary>What is checked of an endpoint before it is taken.</summary>
internal static class WebhookChecks
{
    public static void Url(string url, AddressGuard guard, Faults faults)
    {
        if (guard.Fault(url) is { } fault)
        {
            faults.Add("url", Faults.NotAllowed, fault);
        }
    }

    public static void Events(ImmutableArray<string> events, Faults faults)
    {
        for (var i = 0; i < events.Length; i++)
        {
            faults.Require(
                EventCatalogue.All.Any(type => WebhookEndpoint.Matches(events[i], type.Name)),
                $"events[{i}]",
                Faults.NotAllowed,
                "Expected a type of event, all of a noun such as invoice.*, or *. The types are the webhooks of the specification.");
        }
    }
}

/// <summary>A new secret for an endpoint.</summary>
/// <param name="OverlapHours">Hours during which the secrets before sign beside the new one; 0: not at all.</param>
internal sealed record SecretRotation([Range(0, 168)] int OverlapHours = 24)
{
    public static SecretRotation Example { get; } = new(24);
}

/// <summary>How to go on.</summary>
/// <param name="SkipMissed">Whether to leave out what happened meanwhile and what waits, and begin with the next event. It can be replayed.</param>
internal sealed record WebhookResumption(bool SkipMissed = false)
{
    public static WebhookResumption Example { get; } = new();
}

/// <summary>Events to send once more: one by number, or those of a stretch of time.</summary>
/// <param name="EventNumber">One event by its number in the feed; sent whatever the filter says.</param>
/// <param name="OccurredFrom">Events at or after this market time.</param>
/// <param name="OccurredUntil">Events before this market time. Absent: up to now.</param>
internal sealed record NewReplay([Range(1, long.MaxValue)] long? EventNumber = null, Instant? OccurredFrom = null, Instant? OccurredUntil = null)
{
    public static NewReplay Example { get; } = new(OccurredFrom: Instant.FromUtc(2027, 3, 1, 0, 0), OccurredUntil: Instant.FromUtc(2027, 3, 2, 0, 0));

    public ReplayWebhookEvents ToCommand(Faults faults)
    {
        faults.Require(EventNumber is null != OccurredFrom is null, "eventNumber", Faults.Inconsistent, "Name one event, or a stretch of time by occurredFrom, not both.");
        faults.Require(OccurredUntil is null || OccurredFrom is not null, "occurredFrom", Faults.Missing, "A stretch of time has a beginning.");
        faults.Require(OccurredUntil is not { } until || OccurredFrom is not { } from || until > from, "occurredUntil", Faults.Inconsistent, "A stretch of time ends after it begins.");
        return new ReplayWebhookEvents(EventNumber, OccurredFrom, OccurredUntil);
    }
}

/// <summary>Which attempts to list.</summary>
/// <param name="EventNumber">Those at one event.</param>
/// <param name="Delivered">Those that were taken, or those that were not.</param>
internal sealed record DeliveryFilter(long? EventNumber = null, bool? Delivered = null)
{
    public static DeliveryFilter Example { get; } = new(Delivered: false);

    public bool Covers(WebhookDelivery delivery) =>
        (EventNumber is not { } number || delivery.EventNumber == number) && (Delivered is not { } delivered || delivery.Delivered == delivered);
}
