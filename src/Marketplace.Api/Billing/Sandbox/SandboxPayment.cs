using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Billing.Sandbox;

/// <summary>A payment as the sandbox keeps it: its own books, apart from the marketplace's.</summary>
internal sealed record SandboxPayment
{
    /// <summary>The sandbox's id.</summary>
    public required string Id { get; init; }

    /// <summary>The marketplace's payment.</summary>
    public required PaymentId Payment { get; init; }

    public required Money Amount { get; init; }

    public required PaymentMethod Method { get; init; }

    public required GatewayOutcome State { get; init; }

    /// <summary>What the bank said last; null when there is nothing to say.</summary>
    public string? Detail { get; init; }

    /// <summary>Money given back, by the idempotency key that asked for it.</summary>
    public ImmutableDictionary<string, Money> Refunds { get; init; } = ImmutableDictionary<string, Money>.Empty;

    /// <summary>Ids of the requests that had an effect, so that a repetition has none.</summary>
    public ImmutableArray<string> Requests { get; init; } = [];

    /// <summary>Notifications not yet acknowledged, in order.</summary>
    public ImmutableArray<SandboxEvent> Pending { get; init; } = [];

    /// <summary>Notifications ever made.</summary>
    public int Events { get; init; }

    /// <summary>Movements of the balance ever made.</summary>
    public int Moves { get; init; }

    /// <summary>The payer's dispute; null when there was none.</summary>
    public PaymentDispute? Dispute { get; init; }

    /// <summary>Numbers of its lines in the sandbox's record; null before the first.</summary>
    public ImmutableArray<long>? Lines { get; init; }

    /// <summary>Lines that the change being made adds to the record; never stored.</summary>
    [JsonIgnore]
    public ImmutableArray<SandboxLine> NewLines { get; init; } = [];

    /// <summary>Grows with every change.</summary>
    public required long Version { get; init; }

    /// <summary>Made up at random by whoever wrote this version, so that of two writers at once each knows which one it was.</summary>
    public string? Stamp { get; init; }

    public GatewayAnswer Answer() => new(State, Id, Detail);

    /// <summary>The payment after a change that is notified.</summary>
    public SandboxPayment Notify(string type, DateTimeOffset now)
    {
        var made = new SandboxEvent("evt_" + PublicId.Digest(Id, Text(Events + 1)), type, State, Detail, now.ToUnixTimeSeconds(), Dispute);
        return this with { Events = Events + 1, Pending = Pending.Add(made), NewLines = NewLines.Add(new SandboxLine(Id, made, null)) };
    }

    /// <summary>The payment after a change that moved money.</summary>
    public SandboxPayment Move(GatewayMovementKind kind, Money amount, DateTimeOffset now)
    {
        var made = new GatewayMovement("txn_" + PublicId.Digest(Id, "move", Text(Moves + 1)), kind, Payment.Value, amount, Money.Zero(amount.Currency), Instant.FromDateTimeOffset(now));
        return this with { Moves = Moves + 1, NewLines = NewLines.Add(new SandboxLine(Id, null, made)) };
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A notification: what happened, as it stood then.</summary>
/// <param name="Id">Its id, the same on every delivery.</param>
/// <param name="Type">What happened, such as <c>payment_intent.succeeded</c>.</param>
/// <param name="State">The payment's state then.</param>
/// <param name="Detail">What the bank said.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="Dispute">The dispute as it stood then; null when there was none.</param>
internal sealed record SandboxEvent(string Id, string Type, GatewayOutcome State, string? Detail, long Created, PaymentDispute? Dispute = null)
{
    /// <summary>The body of the notification, in Stripe's form.</summary>
    public byte[] Body(SandboxPayment payment) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>
    {
        ["id"] = Id,
        ["object"] = "event",
        ["type"] = Type,
        ["created"] = Created,
        ["livemode"] = false,
        ["data"] = new Dictionary<string, object?> { ["object"] = About(payment) },
    });

    private Dictionary<string, object?> About(SandboxPayment payment)
    {
        var isDispute = Type.StartsWith("charge.dispute.", StringComparison.Ordinal);
        var about = new Dictionary<string, object?>
        {
            ["id"] = isDispute ? Dispute!.Id : payment.Id,
            ["object"] = isDispute ? "dispute" : Type.StartsWith("charge.", StringComparison.Ordinal) ? "charge" : "payment_intent",
            ["amount"] = payment.Amount.Minor,
            ["currency"] = payment.Amount.Currency.Value.ToLowerInvariant(),
            ["last_payment_error"] = Detail is null ? null : new Dictionary<string, object?> { ["message"] = Detail },
            ["metadata"] = new Dictionary<string, object?> { ["payment"] = payment.Payment.Value },
        };
        if (isDispute)
        {
            about["status"] = Dispute!.Status switch { DisputeStatus.Won => "won", DisputeStatus.Lost => "lost", _ => "needs_response" };
            about["reason"] = Dispute.Reason;
        }

        return about;
    }
}
