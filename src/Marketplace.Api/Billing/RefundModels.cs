using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>Credit to give back as money.</summary>
/// <param name="Amount">How much; more than zero, in the invoice's currency.</param>
/// <param name="Reason">Why, as the tenant reads it.</param>
internal sealed record NewRefund(MoneyInput Amount, [Length(1, 500)] string Reason)
{
    public static NewRefund Example { get; } = new(new MoneyInput(21_500, Currency.Usd), "100 GPU-hours reported too many; paid back at the tenant's wish.");
}

/// <summary>Which refunds to list.</summary>
/// <param name="Status">Only refunds that stand here.</param>
internal sealed record RefundFilter(CreditRefundStatus? Status)
{
    public static RefundFilter Example { get; } = new(CreditRefundStatus.Declined);

    public bool Takes(CreditRefund refund) => Status is null || refund.Status == Status;
}

/// <summary>One way by which part of a refund goes back: the way it came.</summary>
/// <param name="PaymentId">The payment that the gateway gives back; null where it came by bank.</param>
/// <param name="Amount">How much.</param>
/// <param name="FeeShare">The marketplace's fee on it, which the marketplace gives up; the rest is the operator's.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Detail">Why the gateway declined it, or the bank's reference.</param>
internal sealed record RefundPartModel(PaymentId? PaymentId, MoneyModel Amount, MoneyModel FeeShare, RefundStatus Status, string? Detail);

/// <summary>Credit of a tenant with an operator that is given back as money.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="InvoiceId">The invoice whose payments it is taken from.</param>
/// <param name="InvoiceNumber">That invoice's number.</param>
/// <param name="TenantId">Who gets the money.</param>
/// <param name="OperatorId">Whose credit it was.</param>
/// <param name="Amount">How much.</param>
/// <param name="Paid">Given back so far.</param>
/// <param name="WithPerson">What waits for a person of the marketplace: to be sent by bank, or declined by the gateway.</param>
/// <param name="Reason">Why.</param>
/// <param name="AskedAt">When it was asked for, in market time.</param>
/// <param name="PaidAt">When the last of it was given back; null before.</param>
/// <param name="Parts">The ways it goes back.</param>
internal sealed record RefundModel(
    RefundId Id,
    CreditRefundStatus Status,
    InvoiceId InvoiceId,
    string InvoiceNumber,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    MoneyModel Amount,
    MoneyModel Paid,
    MoneyModel WithPerson,
    string Reason,
    Instant AskedAt,
    Instant? PaidAt,
    ImmutableArray<RefundPartModel> Parts)
{
    public static RefundModel Example { get; } = Of(new CreditRefund
    {
        Id = RefundId.From("rfd_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        Operator = InvoiceModel.Example.OperatorId,
        Tenant = InvoiceModel.Example.TenantId,
        Invoice = InvoiceModel.Example.Id,
        InvoiceNumber = InvoiceModel.Example.Number,
        Amount = NewRefund.Example.Amount.ToMoney(),
        Reason = NewRefund.Example.Reason,
        AskedAt = Instant.FromUtc(2027, 4, 21, 9, 0),
        Parts = [new RefundPart(PaymentModel.Example.Id, NewRefund.Example.Amount.ToMoney(), new Money(Currency.Usd, 1_075), RefundStatus.Asked)],
    });

    public static RefundModel Of(CreditRefund refund) => new(
        refund.Id,
        refund.Status,
        refund.Invoice,
        refund.InvoiceNumber,
        refund.Tenant,
        refund.Operator,
        MoneyModel.Of(refund.Amount),
        MoneyModel.Of(refund.Paid),
        MoneyModel.Of(Money.Sum(refund.Amount.Currency, refund.WithPerson.Select(part => part.Amount))),
        refund.Reason,
        refund.AskedAt,
        refund.PaidAt,
        [.. refund.Parts.Select(part => new RefundPartModel(part.Payment, MoneyModel.Of(part.Amount), MoneyModel.Of(part.Fee), part.Status, part.Detail))]);
}
