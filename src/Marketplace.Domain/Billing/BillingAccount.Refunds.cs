using System.Collections.Immutable;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

/// <content>Deposits in several payments, and what is given back.</content>
public sealed partial record BillingAccount
{
    /// <summary>Refunds of credit; null before the first.</summary>
    public ImmutableDictionary<RefundId, CreditRefund>? Refunds { get; init; }

    /// <summary>What the gateway declined to give back of a payment and nobody has given back since; zero when nothing.</summary>
    public Money StuckOf(PaymentId payment, Currency currency) => Money.Sum(
        currency,
        Deposits.Values.SelectMany(deposit => deposit.Payments).Where(part => part.Payment == payment).SelectMany(part => part.Declines ?? []).Select(decline => decline.Amount)
            .Concat((Refunds?.Values ?? []).SelectMany(refund => refund.Parts).Where(part => part.Payment == payment && part.Status == RefundStatus.Declined).Select(part => part.Amount))
            .Where(amount => amount.Currency == currency));

    /// <summary>What of a tenant's credit with an operator the operator holds for it: credit to use, and credit that is being paid out.</summary>
    public Money CreditWith(OrganizationId operatorId, Currency currency) => Books.Credit(
        Ledger.LedgerAccount.Of(Ledger.LedgerAccountKind.CustomerCredits, operatorId.Value), currency)
        + Money.Sum(currency, (Refunds?.Values ?? []).Where(refund => refund.Operator == operatorId && refund.Amount.Currency == currency).Select(refund => refund.Amount - refund.Paid));

    private BillingAccount WithRefunds(BillingFact fact) => fact switch
    {
        DepositPaymentStarted started => Change(started.Reservation, deposit => deposit with
        {
            Payment = started.Payment,
            Parts = deposit.Payments.Add(Deposit.PartOf(started.Payment, started.Amount)),
        }),
        DepositReturnDeclined declined => Post(declined.Entry).Change(declined.Reservation, deposit =>
        {
            var after = deposit.With(declined.Payment, part => part with
            {
                Returned = declined.Entry is null ? part.Returned : part.Returned - declined.Decline.Amount,
                Declines = [.. part.Declines ?? [], declined.Decline],
            });
            return declined.Entry is null
                ? after
                : (after.Status == DepositStatus.Returning ? after : after.MoveTo(DepositStatus.Returning)) with { Returned = after.Returned - declined.Decline.Amount };
        }),
        DepositReturnRetried retried => Change(retried.Reservation, deposit => deposit.With(retried.Payment, part => part.Without(retried.Decline.Reference))),
        CreditRefundAsked asked => Post(asked.Entry).With(asked.Refund),
        CreditRefundPaid paid => Post(paid.Entry).Change(paid.Refund, refund => refund.With(
            paid.Payment, part => part with { Status = RefundStatus.Made, Detail = paid.Reference }, paid.At)),
        CreditRefundDeclined declined => Post(declined.Entry).Change(declined.Refund, refund => refund.With(
            declined.Payment, part => part with { Status = RefundStatus.Declined, Detail = declined.Detail }, declined.At)),
        CreditRefundRetried retried => Change(retried.Refund, refund => refund.With(
            retried.Payment, part => part with { Status = RefundStatus.Asked, Detail = null }, retried.At)),
        _ => throw new InvalidOperationException($"A billing account does not know {fact.GetType().Name}."),
    };

    private BillingAccount With(CreditRefund refund) => this with
    {
        Refunds = (Refunds ?? ImmutableDictionary<RefundId, CreditRefund>.Empty).SetItem(refund.Id, refund),
    };

    private BillingAccount Change(RefundId id, Func<CreditRefund, CreditRefund> change) => With(change(Refunds![id]));

    private static Deposit Received(Deposit deposit, DepositReceived received)
    {
        var after = deposit.With(received.Payment ?? deposit.Payment, part => part with { Received = true });
        return (received is { Wanted: true, Partial: null } ? after.MoveTo(DepositStatus.Held) : after) with
        {
            Received = deposit.Received + received.Amount,
            Custody = deposit.Custody is { } custody ? custody with { Since = custody.Since ?? received.At } : null,
        };
    }

    private static Deposit Returning(Deposit deposit, DepositReturning returning)
    {
        var after = deposit.Custody?.MovedAt is not null
            ? deposit
            : deposit.With(returning.Payment, part => part with { Asked = part.Asked + returning.Amount, Refunds = part.Refunds + 1 });
        return (after.Status == DepositStatus.Returning ? after : after.MoveTo(DepositStatus.Returning)) with { Reason = returning.Reason };
    }

    private static Deposit Returned(Deposit deposit, DepositReturned returned)
    {
        var after = returned.Amount.IsZero || deposit.Custody?.MovedAt is not null
            ? deposit
            : deposit.With(returned.Payment ?? deposit.Payment, part => part.Without(returned.Reference ?? GiveBack.Deposit) with { Returned = part.Returned + returned.Amount });
        after = after with { Returned = deposit.Returned + returned.Amount };
        return after.Payments.Any(part => part.Returning.Minor > 0) ? after : after.MoveTo(after.Settled);
    }
}
