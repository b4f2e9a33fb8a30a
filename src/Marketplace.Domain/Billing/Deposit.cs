using System.Text.Json.Serialization;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What became of the wish to cancel a deposit's payment.</summary>
public enum DepositCancellation
{
    /// <summary>The payment can no longer happen: durable at the gateway and here.</summary>
    Cancelled,

    /// <summary>The money has come, or the bank is moving it: the hold must stay.</summary>
    PaidOrProcessing,
}

/// <summary>A security deposit for one reservation and the lease that follows from it.</summary>
public sealed record Deposit
{
    /// <summary>What it secures.</summary>
    public required ReservationId Reservation { get; init; }

    /// <summary>Whom it secures.</summary>
    public required OrganizationId Operator { get; init; }

    /// <summary>The payment that brings it in.</summary>
    public required PaymentId Payment { get; init; }

    /// <summary>How much was asked for.</summary>
    public required Money Amount { get; init; }

    /// <summary>How it is paid.</summary>
    public required PaymentMethod Method { get; init; }

    /// <summary>When the reservation stops waiting for it.</summary>
    public required Instant Deadline { get; init; }

    /// <summary>Where it stands.</summary>
    public required DepositStatus Status { get; init; }

    /// <summary>When it was asked for.</summary>
    public required Instant OpenedAt { get; init; }

    /// <summary>Paid in so far.</summary>
    public required Money Received { get; init; }

    /// <summary>Taken for invoices.</summary>
    public required Money Applied { get; init; }

    /// <summary>Given back.</summary>
    public required Money Returned { get; init; }

    /// <summary>Why it failed, was cancelled or is given back; null while none of that happened.</summary>
    public string? Reason { get; init; }

    /// <summary>Taken back by the payer's bank until it has decided; null when nothing is.</summary>
    public Money? Disputed { get; init; }

    /// <summary>Taken back by the payer's bank for good; null when nothing was.</summary>
    public Money? ChargedBack { get; init; }

    /// <summary>Who holds it and until when that is allowed; null where the contract names no custody.</summary>
    public DepositCustody? Custody { get; init; }

    /// <summary>What is still held.</summary>
    [JsonIgnore]
    public Money Held => InBooks - (Disputed ?? Money.Zero(Amount.Currency));

    /// <summary>What its account holds, disputed money included.</summary>
    [JsonIgnore]
    public Money InBooks => Received - Applied - Returned - (ChargedBack ?? Money.Zero(Amount.Currency));

    /// <summary>The account it is held in.</summary>
    [JsonIgnore]
    public LedgerAccount Account => LedgerAccount.Of(LedgerAccountKind.DepositsHeld, Reservation.Value);

    /// <summary>The deposit after a dispute was decided; <paramref name="taken"/> stays away, null when all came back.</summary>
    internal Deposit Decided(Money? taken, string reason)
    {
        var after = this with { ChargedBack = taken is { } lost ? (ChargedBack ?? Money.Zero(Amount.Currency)) + lost : ChargedBack };
        return taken is not null && after.Held.IsZero && Status == DepositStatus.Held ? after.MoveTo(DepositStatus.Failed) with { Reason = reason } : after;
    }

    /// <summary>The deposit in another state.</summary>
    internal Deposit MoveTo(DepositStatus to) => Status.CanBecome(to)
        ? this with { Status = to }
        : throw new InvalidOperationException($"Deposit of {Reservation}: {Status} does not become {to}.");

    /// <summary>The payment of a reservation's deposit.</summary>
    public static PaymentId PaymentOf(ReservationId reservation) => PublicId.Derive<PaymentId>("deposit", reservation.Value);
}
