using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Api.Billing.Sandbox;

/// <summary>A payment as the sandbox keeps it.</summary>
internal sealed record SandboxPayment : SandboxBook
{
    /// <summary>The marketplace's payment.</summary>
    public required PaymentId Payment { get; init; }

    public required Money Amount { get; init; }

    public required PaymentMethod Method { get; init; }

    public required GatewayOutcome State { get; init; }

    /// <summary>What the bank said last; null when there is nothing to say.</summary>
    public string? Detail { get; init; }

    /// <summary>Money given back, by the call that asked for it.</summary>
    public ImmutableDictionary<string, Money> Refunds { get; init; } = ImmutableDictionary<string, Money>.Empty;

    /// <summary>Ids of the requests that had an effect, so that a repetition has none.</summary>
    public ImmutableArray<string> Requests { get; init; } = [];

    /// <summary>Attempts to pay with a kept card, by the call that asked for each; null before the first.</summary>
    public ImmutableArray<string>? Confirmations { get; init; }

    /// <summary>Where the payer goes from the bank's page; null while none waits there.</summary>
    public Uri? ReturnTo { get; init; }

    /// <summary>The payer's dispute; null when there was none.</summary>
    public PaymentDispute? Dispute { get; init; }

    /// <inheritdoc/>
    public override string Subject => Payment.Value;

    public GatewayAnswer Answer() => new(State, Id, Detail);

    /// <summary>The bank's page on which the payer confirms, one of the portal's; null when nothing waits there.</summary>
    public Uri? ActionPage => State == GatewayOutcome.NeedsAction && Detail is null && ReturnTo is { } back ? new Uri(back, "/sandbox/bank/" + Payment) : null;

    /// <inheritdoc/>
    public override Dictionary<string, object?> About() => About(Id, "payment_intent", Amount, null, null, Detail is null ? null : ("last_payment_error", new Dictionary<string, object?> { ["message"] = Detail }));

    /// <summary>A refund of it, in Stripe's form.</summary>
    public Dictionary<string, object?> AboutRefund(string call, Money amount) =>
        About("re_" + PublicId.Digest(Id, call), "refund", amount, "succeeded", call, null);

    /// <summary>Its dispute, in Stripe's form.</summary>
    public Dictionary<string, object?> AboutDispute() => About(
        Dispute!.Id,
        "dispute",
        Dispute.Amount,
        Dispute.Status switch { DisputeStatus.Won => "won", DisputeStatus.Lost => "lost", _ => "needs_response" },
        null,
        ("reason", Dispute.Reason));

    private Dictionary<string, object?> About(string id, string kind, Money amount, string? status, string? call, (string Name, object? Value)? more)
    {
        var metadata = new Dictionary<string, object?> { [GatewayNotices.Payment] = Payment.Value };
        if (call is not null)
        {
            metadata[GatewayNotices.Call] = call;
        }

        var about = new Dictionary<string, object?>
        {
            ["id"] = id,
            ["object"] = kind,
            ["amount"] = amount.Minor,
            ["currency"] = amount.Currency.Value.ToLowerInvariant(),
            ["metadata"] = metadata,
        };
        if (status is not null)
        {
            about["status"] = status;
        }

        if (more is var (name, value))
        {
            about[name] = value;
        }

        return about;
    }
}

/// <summary>A transfer to an operator as the sandbox keeps it.</summary>
internal sealed record SandboxTransfer : SandboxBook
{
    public required PayoutId Payout { get; init; }

    public required Money Amount { get; init; }

    /// <summary>Taken back, by the call that asked for it.</summary>
    public ImmutableDictionary<string, Money> Reversals { get; init; } = ImmutableDictionary<string, Money>.Empty;

    /// <inheritdoc/>
    public override string Subject => Payout.Value;

    /// <inheritdoc/>
    public override Dictionary<string, object?> About() => new()
    {
        ["id"] = Id,
        ["object"] = "transfer",
        ["metadata"] = new Dictionary<string, object?> { [GatewayNotices.Payout] = Payout.Value },
    };
}

/// <summary>An operator's account as the sandbox keeps it.</summary>
internal sealed record SandboxAccount : SandboxBook
{
    public required OrganizationId Operator { get; init; }

    /// <summary>Whether a tester has played the operator's sign-up to its end.</summary>
    public bool IsComplete { get; init; }

    /// <inheritdoc/>
    public override string Subject => Operator.Value;

    public GatewayAccount Show() => new(Id, IsComplete, IsComplete, IsComplete ? [] : ["sign-up"], IsComplete ? null : "sign-up is not complete");

    /// <inheritdoc/>
    public override Dictionary<string, object?> About() => new()
    {
        ["id"] = Id,
        ["object"] = "account",
        ["payouts_enabled"] = IsComplete,
        ["metadata"] = new Dictionary<string, object?> { [GatewayNotices.Operator] = Operator.Value },
    };
}
