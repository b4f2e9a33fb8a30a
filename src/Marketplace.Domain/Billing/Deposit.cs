using System.Collections.Immutable;
using System.Globalization;
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

/// <summary>One of the payments that bring a deposit in: one, unless it is more than one payment takes.</summary>
/// <param name="Payment">The payment.</param>
/// <param name="Amount">What it is to bring.</param>
/// <param name="Received">Whether its money has come.</param>
/// <param name="Applied">Taken for invoices of it.</param>
/// <param name="Asked">To be given back of it, what was given back included.</param>
/// <param name="Returned">Given back of it.</param>
/// <param name="Disputed">Taken back by the payer's bank, for now or for good.</param>
/// <param name="Refunds">How often part of it was to be given back.</param>
/// <param name="Declines">What the gateway declined to give back, for a person to look at; null while it never declined.</param>
public sealed record DepositPart(
    PaymentId Payment,
    Money Amount,
    bool Received,
    Money Applied,
    Money Asked,
    Money Returned,
    Money Disputed,
    int Refunds = 0,
    ImmutableArray<DeclinedReturn>? Declines = null)
{
    /// <summary>What could be taken for an invoice or given back.</summary>
    [JsonIgnore]
    public Money Free => Received ? Amount - Applied - Asked - Disputed : Money.Zero(Amount.Currency);

    /// <summary>On its way back.</summary>
    [JsonIgnore]
    public Money Returning => Asked - Returned;

    /// <summary>What the next refund of it is for, unique in its payment.</summary>
    [JsonIgnore]
    public string NextReference => ReferenceOf(Refunds + 1);

    /// <summary>What a refund of it is for.</summary>
    /// <param name="number">Which one, from 1.</param>
    public static string ReferenceOf(int number) => number == 1 ? GiveBack.Deposit : string.Create(CultureInfo.InvariantCulture, $"{GiveBack.Deposit}:{number}");

    /// <summary>The part without what was declined under a reference.</summary>
    internal DepositPart Without(string reference) => Declines is { } declines
        ? this with { Declines = [.. declines.Where(decline => decline.Reference != reference)] }
        : this;
}

/// <summary>What the gateway declined to give back of a deposit.</summary>
/// <param name="Reference">Of the refund in its payment.</param>
/// <param name="Amount">How much.</param>
/// <param name="Detail">Why.</param>
public sealed record DeclinedReturn(string Reference, Money Amount, string Detail);

/// <summary>A security deposit for one reservation and the lease that follows from it.</summary>
public sealed record Deposit
{
    /// <summary>What it secures.</summary>
    public required ReservationId Reservation { get; init; }

    /// <summary>Whom it secures.</summary>
    public required OrganizationId Operator { get; init; }

    /// <summary>The payment that brings it in; of several, the newest.</summary>
    public required PaymentId Payment { get; init; }

    /// <summary>The most that one payment of it takes; null where there is no limit. More follows by itself, each payment once the one before has come.</summary>
    public Money? MostPerPayment { get; init; }

    /// <summary>Its payments, in order; null in deposits older than payments in parts, which have one.</summary>
    public ImmutableArray<DepositPart>? Parts { get; init; }

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

    /// <summary>Where it stands; also of deposits written when <see cref="DepositStatus.Returned"/> stood for those wholly taken for invoices.</summary>
    [JsonIgnore]
    public DepositStatus Standing => Status == DepositStatus.Returned ? Settled : Status;

    /// <summary>The state of a deposit that nothing is left of.</summary>
    [JsonIgnore]
    internal DepositStatus Settled => Returned.IsZero && Applied.Minor > 0 ? DepositStatus.Applied : DepositStatus.Returned;

    /// <summary>What is still held.</summary>
    [JsonIgnore]
    public Money Held => InBooks - (Disputed ?? Money.Zero(Amount.Currency));

    /// <summary>What its account holds, disputed money included.</summary>
    [JsonIgnore]
    public Money InBooks => Received - Applied - Returned - (ChargedBack ?? Money.Zero(Amount.Currency));

    /// <summary>What is held and not on its way back.</summary>
    [JsonIgnore]
    public Money Free => Held - Money.Sum(Amount.Currency, Payments.Select(part => part.Returning));

    /// <summary>Its payments, in order.</summary>
    [JsonIgnore]
    public ImmutableArray<DepositPart> Payments
    {
        get
        {
            if (Parts is { } parts)
            {
                return parts;
            }

            var asked = Status == DepositStatus.Returning && Custody?.MovedAt is null ? Returned + Held : Returned;
            var gone = (Disputed ?? Money.Zero(Amount.Currency)) + (ChargedBack ?? Money.Zero(Amount.Currency));
            return [new DepositPart(Payment, Amount, Received.Minor > 0, Applied, asked, Returned, gone, asked.Minor > 0 ? 1 : 0)];
        }
    }

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

    /// <summary>The deposit with one of its payments changed.</summary>
    internal Deposit With(PaymentId payment, Func<DepositPart, DepositPart> change) => this with
    {
        Parts = [.. Payments.Select(part => part.Payment == payment ? change(part) : part)],
    };

    /// <summary>The first payment of a reservation's deposit.</summary>
    public static PaymentId PaymentOf(ReservationId reservation) => PublicId.Derive<PaymentId>("deposit", reservation.Value);

    /// <summary>A further payment of a reservation's deposit.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="number">Which one, from 2.</param>
    public static PaymentId PaymentOf(ReservationId reservation, int number) =>
        PublicId.Derive<PaymentId>("deposit", reservation.Value, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>A payment that is to bring in part of a deposit.</summary>
    internal static DepositPart PartOf(PaymentId payment, Money amount)
    {
        var nothing = Money.Zero(amount.Currency);
        return new DepositPart(payment, amount, false, nothing, nothing, nothing, nothing);
    }
}
