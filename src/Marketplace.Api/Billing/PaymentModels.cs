using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>Which payments to list.</summary>
/// <param name="Status">Only payments that stand here.</param>
/// <param name="Purpose">Only payments for this.</param>
internal sealed record PaymentFilter(PaymentStatus? Status, PaymentPurpose? Purpose)
{
    public static PaymentFilter Example { get; } = new(PaymentStatus.AwaitingPayer, null);

    public bool Takes(Payment payment) => (Status is null || payment.Status == Status) && (Purpose is null || payment.Order.Purpose == Purpose);
}

/// <summary>A dispute: the payer's bank takes money of a payment back.</summary>
/// <param name="Id">The gateway's id of it.</param>
/// <param name="Status">Whether the bank has decided, and for whom.</param>
/// <param name="Amount">How much was taken back; for good when lost.</param>
/// <param name="Reason">The bank's reason; null when it gave none.</param>
internal sealed record DisputeModel(string Id, DisputeStatus Status, MoneyModel Amount, string? Reason)
{
    public static DisputeModel Of(PaymentDispute dispute) => new(dispute.Id, dispute.Status, MoneyModel.Of(dispute.Amount), dispute.Reason);
}

/// <summary>How a payment is made by bank transfer.</summary>
/// <param name="Reference">What the transfer must name.</param>
/// <param name="Remaining">What is still missing.</param>
/// <param name="Page">A page of the gateway's that shows the accounts to pay to; null when it has none.</param>
internal sealed record BankTransferModel(string Reference, MoneyModel Remaining, Uri? Page)
{
    public static BankTransferModel Of(BankInstructions instructions) => new(instructions.Reference, MoneyModel.Of(instructions.Remaining), instructions.Page);
}

/// <summary>One payment at the gateway.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="ReservationId">The reservation whose deposit it is; null for an invoice.</param>
/// <param name="InvoiceId">The invoice it pays; null for a deposit.</param>
/// <param name="PayerId">Who pays.</param>
/// <param name="PayeeId">The operator it is collected for.</param>
/// <param name="Amount">How much.</param>
/// <param name="Refunded">Given back so far.</param>
/// <param name="Disputes">Disputes of it, oldest first.</param>
/// <param name="Method">How it is paid: <c>card</c> stands for whatever the gateway takes at once, <c>transfer</c> for a bank transfer.</param>
/// <param name="PaymentMethodId">The kept method of the newest attempt; null when none was made with one.</param>
/// <param name="Confirming">Whether the gateway is asked just now to make it with that method.</param>
/// <param name="Gateway">Who moves the money.</param>
/// <param name="Sandbox">Whether no real money moves.</param>
/// <param name="ClientSecret">What the payer's browser needs to pay, fetched from the gateway for this answer; null unless the payment waits for its payer and the caller may pay.</param>
/// <param name="PublishableKey">The key with which the gateway's form starts in the payer's browser; null where it needs none, and whenever <paramref name="ClientSecret"/> is.</param>
/// <param name="Methods">What the gateway takes for this payment now, in its own words; empty whenever <paramref name="ClientSecret"/> is null.</param>
/// <param name="BankTransfer">Where the payer's bank sends the money; null unless the payment is a bank transfer that waits.</param>
/// <param name="ActionPage">The bank's page on which the payer confirms, to send the payer's browser to; null when nothing waits there, and for callers who may not pay.</param>
/// <param name="Problem">The newest thing the gateway said that a person should read; null when there is none.</param>
/// <param name="CreatedAt">When it was asked for, in market time.</param>
/// <param name="ChangedAt">When it last moved, in market time.</param>
internal sealed record PaymentModel(
    PaymentId Id,
    PaymentStatus Status,
    PaymentPurpose Purpose,
    ReservationId? ReservationId,
    InvoiceId? InvoiceId,
    OrganizationId PayerId,
    OrganizationId PayeeId,
    MoneyModel Amount,
    MoneyModel Refunded,
    ImmutableArray<DisputeModel> Disputes,
    PaymentMethod Method,
    PaymentMethodId? PaymentMethodId,
    bool Confirming,
    string Gateway,
    bool Sandbox,
    string? ClientSecret,
    string? PublishableKey,
    ImmutableArray<string> Methods,
    BankTransferModel? BankTransfer,
    Uri? ActionPage,
    string? Problem,
    Instant CreatedAt,
    Instant ChangedAt)
{
    /// <summary>The example as anybody sees it who does not pay now.</summary>
    public static PaymentModel Seen => Example with { ClientSecret = null, Methods = [] };

    public static PaymentModel Example { get; } = new(
        PaymentId.From("pay_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        PaymentStatus.AwaitingPayer,
        PaymentPurpose.Deposit,
        Domain.Primitives.ReservationId.From("rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        null,
        OrganizationId.From("org_tenant"),
        OrganizationId.From("org_operator"),
        MoneyModel.Of(new Money(Currency.Usd, 66_666_666)),
        MoneyModel.Of(new Money(Currency.Usd, 0)),
        [],
        PaymentMethod.Card,
        null,
        false,
        "sandbox",
        true,
        "sbx_4k2m7qz3v5xw6a2bc4d5e6f7ga_secret_0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        null,
        ["sandbox"],
        null,
        null,
        null,
        Instant.FromUtc(2027, 1, 10, 9, 0),
        Instant.FromUtc(2027, 1, 10, 9, 0));

    public static PaymentModel Of(Payment payment, string gateway, bool sandbox, PaymentSecret? secret = null) => new(
        payment.Id,
        payment.Status,
        payment.Order.Purpose,
        payment.Order.Purpose == PaymentPurpose.Deposit ? Domain.Primitives.ReservationId.From(payment.Order.Subject) : null,
        payment.Order.Purpose == PaymentPurpose.Invoice ? Domain.Primitives.InvoiceId.From(payment.Order.Subject) : null,
        payment.Order.Payer,
        payment.Order.Payee,
        MoneyModel.Of(payment.Order.Amount),
        MoneyModel.Of(payment.Refunded),
        [.. (payment.Disputes ?? []).Select(DisputeModel.Of)],
        payment.Order.Method,
        payment.Confirmation?.Use.Method,
        payment.Confirmation is { IsOpen: true },
        gateway,
        sandbox,
        secret?.ClientSecret,
        secret?.PublishableKey,
        secret?.Methods ?? [],
        secret?.Transfer is { } transfer ? BankTransferModel.Of(transfer) : null,
        secret?.ActionPage,
        payment.Problem,
        payment.CreatedAt,
        payment.ChangedAt);
}
