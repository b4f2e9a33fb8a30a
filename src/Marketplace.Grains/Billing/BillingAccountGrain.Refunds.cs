using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;

namespace Marketplace.Grains.Billing;

/// <content>Deposits in several payments, and what is given back.</content>
internal sealed partial class BillingAccountGrain
{
    /// <inheritdoc/>
    public async Task<Answer<CreditRefund>> RefundAsync(RefundCredit command)
    {
        var sources = ImmutableArray.CreateBuilder<RefundSource>();
        for (var number = 1; number <= command.Invoice.Payments; number++)
        {
            var id = PublicId.Derive<PaymentId>("invoice", command.Invoice.Id.Value, number.ToString(CultureInfo.InvariantCulture));
            if ((await Services.Grains.GetGrain<IPaymentGrain>(id.Value).GetAsync())?.State is { Refundable.Minor: > 0 } payment)
            {
                sources.Add(new RefundSource(id, payment.Order.Amount, payment.Refundable));
            }
        }

        return await DecideAsync(command with { Sources = sources.ToImmutable() }, account => account.Refunds![command.Id]);
    }

    /// <inheritdoc/>
    public Task<CreditRefund?> GetRefundAsync(RefundId refund) => Task.FromResult(Durable.Refunds?.GetValueOrDefault(refund));

    private static void ReactRefund(BillingAccount after, BillingFact fact, Effects effects)
    {
        switch (fact)
        {
            case DepositPaymentStarted started:
                effects.Tell(GrainKeys.Payment(started.Payment), new CollectPayment(after.OrderOf(after.Deposits[started.Reservation])));
                ShowDeposit(after, started.Reservation, effects);
                break;
            case DepositReturnDeclined declined:
                Post(after, declined.Entry, effects);
                ShowDeposit(after, declined.Reservation, effects);
                TellWhatIsStuck(after, declined.Payment, declined.Decline.Amount.Currency, effects);
                break;
            case DepositReturnRetried retried:
                effects.Tell(GrainKeys.Payment(retried.Payment), new RefundPayment(retried.Payment, retried.Decline.Amount, retried.Reason, retried.Decline.Reference));
                ShowDeposit(after, retried.Reservation, effects);
                TellWhatIsStuck(after, retried.Payment, retried.Decline.Amount.Currency, effects);
                break;
            case CreditRefundAsked asked:
                Post(after, asked.Entry, effects);
                foreach (var part in asked.Refund.Parts)
                {
                    Ask(asked.Refund, part, effects);
                }

                Show(after, asked.Refund.Id, RefundEvents.Requested, effects);
                break;
            case CreditRefundPaid paid:
                Post(after, paid.Entry, effects);
                var refund = after.Refunds![paid.Refund];
                Forward(after, paid.Onward with { Credit = Credit(after, refund.Operator, refund.Amount.Currency) }, effects);
                Forward(after, paid.Bank, effects);
                TellWhatIsStuck(after, paid.Payment, refund.Amount.Currency, effects);
                Show(after, paid.Refund, refund.Status == CreditRefundStatus.Paid ? RefundEvents.Paid : null, effects);
                break;
            case CreditRefundDeclined declined:
                Post(after, declined.Entry, effects);
                var waiting = after.Refunds![declined.Refund];
                Forward(after, declined.Onward is { } again ? again with { Credit = Credit(after, waiting.Operator, waiting.Amount.Currency) } : null, effects);
                TellWhatIsStuck(after, declined.Payment, waiting.Amount.Currency, effects);
                Show(after, declined.Refund, RefundEvents.Declined, effects);
                break;
            case CreditRefundRetried retried:
                var retry = after.Refunds![retried.Refund];
                Ask(retry, retry.Parts.First(part => part.Payment == retried.Payment), effects);
                TellWhatIsStuck(after, retried.Payment, retry.Amount.Currency, effects);
                Show(after, retried.Refund, null, effects);
                break;
        }
    }

    private static void Ask(CreditRefund refund, RefundPart part, Effects effects)
    {
        if (part.Payment is { } payment)
        {
            effects.Tell(GrainKeys.Payment(payment), new RefundPayment(payment, part.Amount, refund.Reason, refund.Id.Value));
        }
    }

    private static void TellWhatIsStuck(BillingAccount after, PaymentId? payment, Currency currency, Effects effects)
    {
        if (payment is { } id)
        {
            effects.Tell(GrainKeys.Reconciliation(Organization.Platform), new ReturnStuck(after.Id, id, after.StuckOf(id, currency)));
        }
    }

    private static void Show(BillingAccount after, RefundId id, EventType<RefundData>? type, Effects effects)
    {
        var refund = after.Refunds![id];
        var key = SortKeys.Of(refund.AskedAt, refund.Id.Value);
        foreach (var organization in new[] { refund.Tenant, refund.Operator, Organization.Platform }.Distinct())
        {
            effects.Row(BillingRows.Refunds, organization.Value, key, refund);
        }

        effects.Row(BillingRows.RefundsById, id.Value, BillingRows.InvoiceKey, refund);
        if (type is not null)
        {
            RefundEvents.Publish(refund, type, effects);
        }
    }
}
