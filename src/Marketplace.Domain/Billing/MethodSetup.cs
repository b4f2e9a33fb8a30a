using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>Where the set-up of a payment method stands.</summary>
public enum MethodSetupStatus
{
    /// <summary>Not known to the gateway yet.</summary>
    Preparing,

    /// <summary>The gateway's page waits for the payer.</summary>
    Open,

    /// <summary>The payer has done its part; the bank is still confirming.</summary>
    Verifying,

    /// <summary>The method is kept.</summary>
    Done,

    /// <summary>It came to nothing: refused, or left until the page expired.</summary>
    Ended,
}

/// <summary>The legal steps between a set-up's states, in one table.</summary>
public static class MethodSetupStatuses
{
    /// <summary>The states that may follow each state, each with what brings it about.</summary>
    public static IReadOnlyDictionary<MethodSetupStatus, ImmutableArray<(MethodSetupStatus To, string By)>> Next { get; } =
        new Dictionary<MethodSetupStatus, ImmutableArray<(MethodSetupStatus To, string By)>>
        {
            [MethodSetupStatus.Preparing] =
            [
                (MethodSetupStatus.Open, "the gateway has a page for it"),
                (MethodSetupStatus.Ended, "the gateway refuses it"),
            ],
            [MethodSetupStatus.Open] =
            [
                (MethodSetupStatus.Verifying, "the payer has done its part, and the bank has not"),
                (MethodSetupStatus.Done, "the gateway keeps the method"),
                (MethodSetupStatus.Ended, "the gateway's page has expired, or the bank refuses"),
            ],
            [MethodSetupStatus.Verifying] =
            [
                (MethodSetupStatus.Done, "the bank has confirmed"),
                (MethodSetupStatus.Ended, "the bank refuses"),
            ],
            [MethodSetupStatus.Done] = [],
            [MethodSetupStatus.Ended] = [],
        }.ToFrozenDictionary();

    /// <summary>Whether <paramref name="to"/> may follow <paramref name="from"/>.</summary>
    public static bool CanBecome(this MethodSetupStatus from, MethodSetupStatus to) => Next[from].Any(step => step.To == to);
}

/// <summary>What a set-up asks of the gateway; it never changes.</summary>
/// <param name="Id">The set-up.</param>
/// <param name="Tenant">Who adds a method.</param>
/// <param name="Operator">Whose invoices and deposits it is to pay.</param>
/// <param name="Currency">The currency it is to pay in.</param>
/// <param name="ReturnTo">Where the payer's browser goes from the gateway's page; <c>setup</c> is added to its query.</param>
public sealed record MethodSetupOrder(MethodSetupId Id, OrganizationId Tenant, OrganizationId Operator, Currency Currency, Uri ReturnTo);

/// <summary>A set-up as the gateway has it now.</summary>
/// <param name="Status">Where it stands: open, verifying, done or ended.</param>
/// <param name="Page">The gateway's page for the payer; null when it waits for none.</param>
/// <param name="Method">The method kept; null unless it is done.</param>
/// <param name="Detail">For people; null when there is nothing to add.</param>
public sealed record GatewaySetup(MethodSetupStatus Status, Uri? Page = null, MethodDetails? Method = null, string? Detail = null);

/// <summary>A set-up of a payment method on the gateway's page.</summary>
public sealed record MethodSetup
{
    /// <summary>What it asks of the gateway.</summary>
    public required MethodSetupOrder Order { get; init; }

    /// <summary>When it was asked for, in market time.</summary>
    public required Instant AskedAt { get; init; }

    /// <summary>Public id of the person or key that asked.</summary>
    public required string AskedBy { get; init; }

    /// <summary>Whether its method becomes the default even where there is one.</summary>
    public bool MakeDefault { get; init; }

    /// <summary>Where it stands.</summary>
    public required MethodSetupStatus Status { get; init; }

    /// <summary>The gateway's id of it; null until the gateway knows it.</summary>
    public string? GatewayId { get; init; }

    /// <summary>The method it brought; null until it is done.</summary>
    public PaymentMethodId? Method { get; init; }

    /// <summary>What the gateway said last; null when there is nothing to say.</summary>
    public string? Detail { get; init; }

    /// <summary>The call that opens it, written down and not yet answered; null when none is.</summary>
    public GatewayCall? Call { get; init; }

    /// <summary>When that call may be tried again; null when it may be now.</summary>
    public Instant? RetryAt { get; init; }

    /// <summary>Whether nothing more will happen.</summary>
    [JsonIgnore]
    public bool IsOver => Status is MethodSetupStatus.Done or MethodSetupStatus.Ended;

    /// <summary>The set-up in another state.</summary>
    internal MethodSetup MoveTo(MethodSetupStatus to) => Status.CanBecome(to)
        ? this with { Status = to }
        : throw new InvalidOperationException($"{Order.Id}: {Status} does not become {to}.");
}
