using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>
/// Reads a notification in Stripe's form: by the few members that concern us, which no version of its API has moved, so that
/// one of another release train is read all the same.
/// </summary>
internal static class GatewayNotices
{
    /// <summary>Metadata of everything we make at the gateway: our payment.</summary>
    public const string Payment = "payment";

    /// <summary>Metadata: our payout.</summary>
    public const string Payout = "payout";

    /// <summary>Metadata: the operator an account belongs to.</summary>
    public const string Operator = "operator";

    /// <summary>Metadata: the set-up of a payment method.</summary>
    public const string Setup = "setup";

    /// <summary>Metadata: the tenant that a method is set up for.</summary>
    public const string Tenant = "tenant";

    /// <summary>Metadata: the subject of the call that made it.</summary>
    public const string Call = "call";

    /// <summary>Reads a notification.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out GatewayNotice? parsed)
    {
        parsed = null;
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 64 });
            using var json = JsonDocument.ParseValue(ref reader);
            return TryRead(json.RootElement, out parsed);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads a notification that the gateway has on record.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public static GatewayNotice Read(ReadOnlySpan<byte> body) =>
        TryParse(body, out var parsed) ? parsed : throw new InvalidOperationException("The gateway has a notification on record that cannot be read.");

    /// <summary>Reads a notification that was parsed before.</summary>
    public static bool TryRead(JsonElement root, [NotNullWhen(true)] out GatewayNotice? parsed)
    {
        parsed = null;
        if (root.ValueKind != JsonValueKind.Object || Text(root, "id") is not { Length: > 0 and <= 255 } id || Text(root, "type") is not { } type ||
            Member(Member(root, "data"), "object") is not { ValueKind: JsonValueKind.Object } about)
        {
            return false;
        }

        var created = Member(root, "created") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var seconds)
            ? Instant.FromUnixTimeSeconds(Math.Clamp(seconds, 0, 253_402_300_799))
            : Instant.FromUnixTimeSeconds(0);
        parsed = new GatewayNotice(id, type, Id<PaymentId>(about, Payment), ReportOf(id, type, about), created, Id<OrganizationId>(about, Operator), Text(about, "payment_intent"),
            Id<OrganizationId>(about, Tenant), Id<MethodSetupId>(about, Setup));
        return true;
    }

    private static GatewayReport? ReportOf(string id, string type, JsonElement about)
    {
        var gatewayId = Text(about, "id");
        return type switch
        {
            "payment_intent.requires_action" or "payment_intent.payment_failed" or "payment_intent.partially_funded" => Payment(GatewayOutcome.NeedsAction),
            "payment_intent.processing" => Payment(GatewayOutcome.Processing),
            "payment_intent.succeeded" => Payment(GatewayOutcome.Succeeded),
            "payment_intent.canceled" => Payment(GatewayOutcome.Cancelled),
            "refund.created" or "refund.updated" or "refund.failed" or "charge.refund.updated" => Refund(),
            "charge.dispute.created" or "charge.dispute.closed" => DisputeOf(type, about) is { } dispute ? GatewayReport.OfDispute(id, dispute) : null,
            "account.updated" or "checkout.session.completed" or "checkout.session.expired" or "setup_intent.succeeded" or "setup_intent.setup_failed" or "setup_intent.canceled" => new GatewayReport(id, new GatewayAnswer(GatewayOutcome.Succeeded, gatewayId), false),
            _ => null,
        };

        GatewayReport Payment(GatewayOutcome outcome) =>
            new(id, new GatewayAnswer(outcome, gatewayId, Text(Member(about, "last_payment_error"), "message")), false);

        GatewayReport? Refund() => RefundOutcome(Text(about, "status")) is { } outcome
            ? new(id, new GatewayAnswer(outcome, gatewayId, Text(about, "failure_reason")), true, null, Text(Member(about, "metadata"), Call))
            : null;
    }

    private static PaymentDispute? DisputeOf(string type, JsonElement about)
    {
        DisputeStatus? status = (type, Text(about, "status")) switch
        {
            ("charge.dispute.created", _) => DisputeStatus.Open,
            ("charge.dispute.closed", "won" or "warning_closed") => DisputeStatus.Won,
            ("charge.dispute.closed", "lost") => DisputeStatus.Lost,
            _ => null,
        };
        return status is { } stands && Text(about, "id") is { } id && Amount(about) is { } amount ? new PaymentDispute(id, stands, amount, Text(about, "reason")) : null;
    }

    /// <summary>What a refund's status at Stripe means; null for one that says nothing yet.</summary>
    public static GatewayOutcome? RefundOutcome(string? status) => status switch
    {
        "succeeded" => GatewayOutcome.Succeeded,
        "failed" or "canceled" => GatewayOutcome.Declined,
        "pending" or "requires_action" => GatewayOutcome.Processing,
        _ => null,
    };

    private static Money? Amount(JsonElement about) =>
        Member(about, "amount") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var minor) &&
        Text(about, "currency")?.ToUpperInvariant() is { } currency && Currency.IsKnown(currency)
            ? new Money(Currency.From(currency), minor)
            : null;

    private static T? Id<T>(JsonElement about, string name)
        where T : struct, IPublicId<T> =>
        PublicId.TryParse<T>(Text(Member(about, "metadata"), name), out var named) ? named : null;

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement? element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;
}
