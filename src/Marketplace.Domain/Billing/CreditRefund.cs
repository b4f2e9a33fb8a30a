using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>Credit of a tenant that is paid out to it.</summary>
public readonly record struct RefundId : IPublicId<RefundId>
{
    private RefundId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "rfd";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static RefundId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>One way by which part of a refund goes back: the way it came.</summary>
/// <param name="Payment">The payment that the gateway gives back; null where it came by bank transfer, which a person sends back.</param>
/// <param name="Amount">How much.</param>
/// <param name="Fee">The marketplace's share of it, which goes back with it.</param>
/// <param name="Status">Where it stands; what the gateway declined waits for a person.</param>
/// <param name="Detail">Why the gateway declined it, or the bank's reference; null while there is nothing to say.</param>
public sealed record RefundPart(PaymentId? Payment, Money Amount, Money Fee, RefundStatus Status, string? Detail = null);

/// <summary>Where a refund of credit stands.</summary>
public enum CreditRefundStatus
{
    /// <summary>The gateway, or a person at the bank, is to give it back.</summary>
    Asked,

    /// <summary>The gateway declined some of it; a person asks again or sends it by bank.</summary>
    Declined,

    /// <summary>All of it was given back.</summary>
    Paid,
}

/// <summary>
/// Credit that a tenant has with an operator, given back as money: at most what the tenant paid for one invoice and was not
/// given back before. From the moment it is asked for, the credit can be used for nothing else.
/// </summary>
public sealed record CreditRefund
{
    /// <summary>The refund.</summary>
    public required RefundId Id { get; init; }

    /// <summary>The operator whose credit it is.</summary>
    public required OrganizationId Operator { get; init; }

    /// <summary>The tenant.</summary>
    public required OrganizationId Tenant { get; init; }

    /// <summary>The invoice whose payments it is taken from.</summary>
    public required InvoiceId Invoice { get; init; }

    /// <summary>That invoice's number.</summary>
    public required string InvoiceNumber { get; init; }

    /// <summary>How much.</summary>
    public required Money Amount { get; init; }

    /// <summary>For people.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was asked for, in market time.</summary>
    public required Instant AskedAt { get; init; }

    /// <summary>The ways it goes back.</summary>
    public required ImmutableArray<RefundPart> Parts { get; init; }

    /// <summary>When the last of it was given back; null before.</summary>
    public Instant? PaidAt { get; init; }

    /// <summary>Where it stands.</summary>
    [JsonIgnore]
    public CreditRefundStatus Status => Parts.All(part => part.Status == RefundStatus.Made) ? CreditRefundStatus.Paid
        : Parts.Any(part => part.Status == RefundStatus.Declined) ? CreditRefundStatus.Declined
        : CreditRefundStatus.Asked;

    /// <summary>Given back so far.</summary>
    [JsonIgnore]
    public Money Paid => Money.Sum(Amount.Currency, Parts.Where(part => part.Status == RefundStatus.Made).Select(part => part.Amount));

    /// <summary>What a person has to send by bank, or to ask the gateway for again.</summary>
    [JsonIgnore]
    public ImmutableArray<RefundPart> WithPerson => [.. Parts.Where(part => part.Status == RefundStatus.Declined || (part.Payment is null && part.Status == RefundStatus.Asked))];

    /// <summary>The account it waits in.</summary>
    [JsonIgnore]
    public LedgerAccount Account => LedgerAccount.Of(LedgerAccountKind.RefundsOwed, Id.Value);

    /// <summary>The fact of its being asked for.</summary>
    public static string FactOf(RefundId id) => "refund_asked:" + id;

    /// <summary>The refund with one of its ways changed.</summary>
    internal CreditRefund With(PaymentId? payment, Func<RefundPart, RefundPart> change, Instant at)
    {
        var after = this with { Parts = [.. Parts.Select(part => part.Payment == payment ? change(part) : part)] };
        return after with { PaidAt = after.Status == CreditRefundStatus.Paid ? at : null };
    }
}

/// <summary>A payment of an invoice, and what could be given back of it.</summary>
public sealed record RefundSource(PaymentId Payment, Money Paid, Money Refundable);

/// <summary>Gives credit of this tenant back as money. Repeated with the same id it changes nothing.</summary>
/// <param name="Id">The refund.</param>
/// <param name="Invoice">The invoice, as stored, whose payments it is taken from.</param>
/// <param name="Amount">How much; more than zero, in the invoice's currency.</param>
/// <param name="Reason">For people, 1 to 500 characters.</param>
public sealed record RefundCredit(RefundId Id, Invoice Invoice, Money Amount, string Reason) : BillingCommand
{
    /// <summary>Its payments through the gateway, looked up for the decision.</summary>
    public ImmutableArray<RefundSource> Sources { get; init; } = [];
}

/// <summary>Asks the gateway once more for what it declined.</summary>
public sealed record RetryRefund(RefundId Id) : BillingCommand;

/// <summary>A person sent what was left of a refund by bank.</summary>
/// <param name="Id">The refund.</param>
/// <param name="Reference">The bank's reference, 1 to 140 characters.</param>
public sealed record RecordRefundTransfer(RefundId Id, string Reference) : BillingCommand;

/// <summary>Asks the gateway once more for what it declined to give back of a deposit.</summary>
public sealed record RetryDepositReturn(ReservationId Reservation) : BillingCommand;

/// <summary>The gateway declined for good to give money of a payment back, or what it had sent came back to it.</summary>
/// <param name="Order">The payment.</param>
/// <param name="Amount">How much.</param>
/// <param name="Reference">What it was for.</param>
/// <param name="Attempt">How often the gateway had declined it before.</param>
/// <param name="Detail">Why.</param>
/// <param name="WasMade">Whether it had been given back.</param>
public sealed record TakeRefundDecline(PaymentOrder Order, Money Amount, string Reference, int Attempt, string Detail, bool WasMade) : BillingCommand;
