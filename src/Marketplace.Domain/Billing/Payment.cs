using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What a payment is to bring in; it never changes.</summary>
/// <param name="Id">The payment.</param>
/// <param name="Payer">Whose account pays.</param>
/// <param name="Payee">For whom it is collected.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Subject">The reservation or invoice, as <paramref name="Purpose"/> says.</param>
/// <param name="Amount">How much.</param>
/// <param name="Method">How it is paid.</param>
public sealed record PaymentOrder(
    PaymentId Id,
    OrganizationId Payer,
    OrganizationId Payee,
    PaymentPurpose Purpose,
    string Subject,
    Money Amount,
    PaymentMethod Method)
{
    /// <summary>The kept method that it is collected with by itself; null where its payer acts.</summary>
    public MethodUse? Use { get; init; }
}

/// <summary>What a payer's browser, or a payer's bank, needs to pay. Never stored.</summary>
/// <param name="ClientSecret">Secret for the gateway's own form, or the reference to put on a transfer.</param>
/// <param name="PublishableKey">The key with which the gateway's form starts; null where it needs none.</param>
/// <param name="Methods">What the gateway takes for this payment, in its own words, such as <c>card</c>; null when it does not say.</param>
/// <param name="Transfer">How to pay by bank transfer; null when this payment is not paid so, or the payer has not chosen it yet.</param>
/// <param name="ActionPage">The bank's page on which the payer confirms; null when nothing waits there.</param>
/// <param name="Stands">What the gateway said of the payment along with this; null when it said nothing of it.</param>
public sealed record PaymentSecret(
    string ClientSecret,
    string? PublishableKey = null,
    ImmutableArray<string>? Methods = null,
    BankInstructions? Transfer = null,
    Uri? ActionPage = null,
    GatewayAnswer? Stands = null);

/// <summary>Where a payer's bank sends the money.</summary>
/// <param name="Reference">What the transfer must name.</param>
/// <param name="Remaining">What is still missing.</param>
/// <param name="Page">A page of the gateway's that shows the accounts to pay to; null when it has none.</param>
public sealed record BankInstructions(string Reference, Money Remaining, Uri? Page);

/// <summary>Where a refund stands.</summary>
public enum RefundStatus
{
    /// <summary>Asked for, and not yet made by the gateway.</summary>
    Asked,

    /// <summary>The gateway gave the money back.</summary>
    Made,

    /// <summary>The gateway will not give it back, or could not; a person must.</summary>
    Declined,
}

/// <summary>Money of a payment that is given back. All refunds together never exceed the payment.</summary>
/// <param name="Reference">What it is for, such as <c>deposit</c>; unique in its payment, so that a repeated request changes nothing.</param>
/// <param name="Amount">How much.</param>
/// <param name="Reason">For people.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Declines">How often the gateway declined it.</param>
/// <param name="AskedAt">When it was asked for.</param>
public sealed record PaymentRefund(string Reference, Money Amount, string Reason, RefundStatus Status, int Declines, Instant AskedAt);

/// <summary>What a verified notification of the gateway says.</summary>
/// <param name="EventId">The gateway's id of the notification.</param>
/// <param name="Answer">What it says of the payment.</param>
/// <param name="Refund">Whether it speaks of the refund rather than of the payment.</param>
/// <param name="Dispute">The dispute it speaks of; null when it speaks of none. What else it says then counts for nothing.</param>
/// <param name="Call">The subject of the call that asked for the refund (<see cref="GatewayCall.Subject"/>); null when it does not say, and of anything else.</param>
public sealed record GatewayReport(string EventId, GatewayAnswer Answer, bool Refund, PaymentDispute? Dispute = null, string? Call = null)
{
    /// <summary>What a notification says of a dispute.</summary>
    public static GatewayReport OfDispute(string eventId, PaymentDispute dispute) =>
        new(eventId, new GatewayAnswer(GatewayOutcome.Succeeded), false, dispute);
}

/// <summary>One payment at the gateway.</summary>
public sealed partial record Payment
{
    /// <summary>The payment.</summary>
    public required PaymentId Id { get; init; }

    /// <summary>When it was asked for.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>What it is to bring in.</summary>
    public required PaymentOrder Order { get; init; }

    /// <summary>Where it stands.</summary>
    public required PaymentStatus Status { get; init; }

    /// <summary>The gateway's id; null until the gateway knows it.</summary>
    public string? GatewayId { get; init; }

    /// <summary>The call written down and not yet answered; null when none is.</summary>
    public GatewayCall? Call { get; init; }

    /// <summary>When the call may be tried again; null when it may be now.</summary>
    public Instant? RetryAt { get; init; }

    /// <summary>Why it is to be called off; null when it is not.</summary>
    public string? StopReason { get; init; }

    /// <summary>The newest attempt to pay with a kept method; null when none was made.</summary>
    public PaymentConfirmation? Confirmation { get; init; }

    /// <summary>Refunds asked for, in order.</summary>
    public ImmutableArray<PaymentRefund> Refunds { get; init; } = [];

    /// <summary>How often the gateway declined a refund.</summary>
    public int RefundsDeclined { get; init; }

    /// <summary>Given back by the gateway.</summary>
    public required Money Refunded { get; init; }

    /// <summary>Disputes of it, oldest first; null when there was none.</summary>
    public ImmutableArray<PaymentDispute>? Disputes { get; init; }

    /// <summary>The newest thing the gateway said that a person should read; null when there is none.</summary>
    public string? Problem { get; init; }

    /// <summary>When the newest fact happened.</summary>
    public required Instant ChangedAt { get; init; }

    /// <summary>Taken back by the payer's bank, for now or for good.</summary>
    [JsonIgnore]
    public Money Disputed => Money.Sum(
        Order.Amount.Currency, (Disputes ?? []).Where(dispute => dispute.Status != DisputeStatus.Won).Select(dispute => dispute.Amount));

    /// <summary>What could still be given back: what was paid, less refunds asked for or made and what disputes have taken.</summary>
    [JsonIgnore]
    public Money Refundable => Status.HasMoney()
        ? Order.Amount
            - Money.Sum(Order.Amount.Currency, Refunds.Where(refund => refund.Status != RefundStatus.Declined).Select(refund => refund.Amount))
            - Disputed
        : Money.Zero(Order.Amount.Currency);

    /// <summary>Whether nothing more will happen by itself.</summary>
    [JsonIgnore]
    public bool IsClosed => Call is null && NextCall() is null && Status is
        PaymentStatus.Succeeded or PaymentStatus.Cancelled or PaymentStatus.Failed or PaymentStatus.Returned;

    /// <summary>The refund the gateway is to make next; null when none is.</summary>
    [JsonIgnore]
    public PaymentRefund? NextRefund => Refunds.FirstOrDefault(refund => refund.Status == RefundStatus.Asked);

    /// <summary>The call to make next: one written down before, else what the state asks for; null when there is nothing to do.</summary>
    public GatewayCall? NextCall()
    {
        if (Call is not null)
        {
            return Call;
        }

        return Status switch
        {
            PaymentStatus.Preparing => GatewayCall.For(Id, GatewayPurpose.Create, 1),
            PaymentStatus.AwaitingPayer when StopReason is not null => GatewayCall.For(Id, GatewayPurpose.Cancel, 1),
            PaymentStatus.AwaitingPayer when Confirmation is { IsOpen: true } confirmation => GatewayCall.For(confirmation.SubjectOf(Id), GatewayPurpose.Confirm, 1),
            PaymentStatus.Returning when NextRefund is { } refund => GatewayCall.For(RefundSubject(refund), GatewayPurpose.Refund, 1),
            _ => null,
        };
    }

    // Each time the gateway declines is an end of its own: asking again is another call.
    private string RefundSubject(PaymentRefund refund) => string.Create(CultureInfo.InvariantCulture, $"{Id}:{refund.Reference}:{refund.Declines}");
}

/// <summary>Why a payment does not do what is asked, in order of precedence.</summary>
public enum PaymentRefusal
{
    /// <summary>There is no such payment.</summary>
    [RefusalMeaning("payment_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such payment in this organization.")]
    NotFound,

    /// <summary>The id is taken by another order.</summary>
    [RefusalMeaning("payment_differs", RefusalKind.Conflict, RefusalClass.Final, "A payment with this id exists with other figures.")]
    Differs,

    /// <summary>It has no secret now.</summary>
    [RefusalMeaning("payment_not_payable", RefusalKind.Conflict, RefusalClass.Retryable, "The payment does not wait for its payer: the gateway does not know it yet, or it is over.")]
    NotPayable,

    /// <summary>There is nothing to give back.</summary>
    [RefusalMeaning("payment_not_refundable", RefusalKind.Conflict, RefusalClass.Final, "The payment has brought in no money that could be given back.")]
    NotRefundable,

    /// <summary>More than was paid.</summary>
    [RefusalMeaning("refund_exceeds_payment", RefusalKind.Conflict, RefusalClass.Final, "All refunds of a payment together, those under way included, are at most what it brought in and nobody disputes.")]
    RefundExceedsPayment,

    /// <summary>Another attempt is under way.</summary>
    [RefusalMeaning("payment_confirming", RefusalKind.Conflict, RefusalClass.Retryable, "The payment is being made with a kept method just now; wait until the gateway has answered.")]
    Confirming,

    /// <summary>By bank transfer.</summary>
    [RefusalMeaning("payment_by_transfer", RefusalKind.Conflict, RefusalClass.Final, "The payment waits for a bank transfer, so no kept method pays it. Call it off to pay another way.")]
    ByTransfer,

    /// <summary>The gateway cannot say.</summary>
    [RefusalMeaning("payment_gateway_unknown", RefusalKind.Busy, RefusalClass.Retryable, "The payment gateway cannot say what became of the payment. Repeat the request with the same Idempotency-Key.")]
    GatewayUnknown,
}
