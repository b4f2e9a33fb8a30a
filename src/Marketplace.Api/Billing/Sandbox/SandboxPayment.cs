using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

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

    /// <summary>Grows with every change.</summary>
    public required long Version { get; init; }

    public GatewayAnswer Answer() => new(State, Id, Detail);

    /// <summary>The payment after a change that is notified.</summary>
    public SandboxPayment Notify(string type, long created) => this with
    {
        Events = Events + 1,
        Pending = Pending.Add(new SandboxEvent("evt_" + PublicId.Digest(Id, (Events + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)), type, State, Detail, created)),
    };
}

/// <summary>A notification: what happened, as it stood then.</summary>
/// <param name="Id">Its id, the same on every delivery.</param>
/// <param name="Type">What happened, such as <c>payment_intent.succeeded</c>.</param>
/// <param name="State">The payment's state then.</param>
/// <param name="Detail">What the bank said.</param>
/// <param name="Created">Unix seconds.</param>
internal sealed record SandboxEvent(string Id, string Type, GatewayOutcome State, string? Detail, long Created);
