using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>A notification of the gateway, as far as it concerns us.</summary>
/// <param name="Id">The gateway's id of the notification.</param>
/// <param name="Payment">The payment its metadata name; null when it is about nothing of ours.</param>
/// <param name="Report">What it says of it; null when nothing follows from it.</param>
/// <param name="Type">What happened, in the gateway's words.</param>
/// <param name="At">When, in the gateway's time.</param>
internal sealed record GatewayEvent(string Id, PaymentId? Payment, GatewayReport? Report, string Type, Instant At)
{
    /// <summary>Reads a notification in Stripe's form.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out GatewayEvent? parsed)
    {
        parsed = null;
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 64 });
            using var json = JsonDocument.ParseValue(ref reader);
            var root = json.RootElement;
            if (Text(root, "id") is not { Length: > 0 and <= 255 } id || Text(root, "type") is not { } type ||
                Member(Member(root, "data"), "object") is not { ValueKind: JsonValueKind.Object } about)
            {
                return false;
            }

            var payment = PublicId.TryParse<PaymentId>(Text(Member(about, "metadata"), "payment"), out var named) ? named : (PaymentId?)null;
            var created = Member(root, "created") is { ValueKind: JsonValueKind.Number } seconds && seconds.TryGetInt64(out var at) ? at : 0;
            parsed = new GatewayEvent(id, payment, ReportOf(id, type, about), type, Instant.FromUnixTimeSeconds(Math.Clamp(created, 0, int.MaxValue)));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A notification of the sandbox, as the list of notifications has it.</summary>
    public static GatewayNotice Read(byte[] body)
    {
        if (!TryParse(body, out var parsed))
        {
            throw new InvalidOperationException("The sandbox wrote a notification that cannot be read.");
        }

        return new GatewayNotice(parsed.Id, parsed.Type, parsed.Payment, parsed.Report, parsed.At);
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
        return status is { } stands && Text(about, "id") is { } id && Text(about, "currency")?.ToUpperInvariant() is { } currency && Currency.IsKnown(currency)
            && Member(about, "amount") is { ValueKind: JsonValueKind.Number } amount && amount.TryGetInt64(out var minor)
            ? new PaymentDispute(id, stands, new Money(Currency.From(currency), minor), Text(about, "reason"))
            : null;
    }

    private static GatewayReport? ReportOf(string id, string type, JsonElement about)
    {
        if (DisputeOf(type, about) is { } dispute)
        {
            return GatewayReport.OfDispute(id, dispute);
        }

        (GatewayOutcome Outcome, bool Refund)? said = type switch
        {
            "payment_intent.requires_action" or "payment_intent.payment_failed" => (GatewayOutcome.NeedsAction, false),
            "payment_intent.processing" => (GatewayOutcome.Processing, false),
            "payment_intent.succeeded" => (GatewayOutcome.Succeeded, false),
            "payment_intent.canceled" => (GatewayOutcome.Cancelled, false),
            "charge.refunded" => (GatewayOutcome.Succeeded, true),
            "refund.failed" => (GatewayOutcome.Declined, true),
            _ => null,
        };
        if (said is not { } known)
        {
            return null;
        }

        // A refund speaks of its own object; the payment keeps the id it has.
        var gatewayId = known.Refund ? null : Text(about, "id");
        var detail = Text(Member(about, "last_payment_error"), "message") ?? Text(about, "failure_reason");
        return new GatewayReport(id, new GatewayAnswer(known.Outcome, gatewayId, detail), known.Refund);
    }

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement? element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;
}
