using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;

namespace Marketplace.Grains.Billing;

/// <content>Reminders, disputes, and what a lease asks before it takes a step of dunning.</content>
internal sealed partial class BillingAccountGrain
{
    /// <inheritdoc/>
    public async Task<MoneyInSight> LookForMoneyAsync(LookForMoney command)
    {
        foreach (var id in command.Invoices)
        {
            if (!Durable.Invoices.TryGetValue(id, out var invoice) || invoice.Status.IsSettled())
            {
                // Paid: the notice that heals the lease is on its way.
                return MoneyInSight.OnItsWay;
            }

            if (invoice is { PaymentUnderWay: true, Payment: { } payment } && await LookAsync(payment, command.CallOff) is var found and not MoneyInSight.None)
            {
                return found;
            }
        }

        // What came while the gateway was asked is in the books by now, or was called off there.
        return command.Invoices.All(id => Durable.Invoices.TryGetValue(id, out var invoice) && !invoice.Status.IsSettled())
            ? MoneyInSight.None
            : MoneyInSight.OnItsWay;
    }

    private async Task<MoneyInSight> LookAsync(PaymentId id, bool callOff)
    {
        var payment = Services.Grains.GetGrain<IPaymentGrain>(id.Value);
        await payment.VisitAsync(null);
        if (await payment.GetAsync() is not { } known)
        {
            // Asked for a moment ago; it reaches its own record in another.
            return MoneyInSight.Unknown;
        }

        if (known.State.Status.IsPaidOrProcessing())
        {
            return MoneyInSight.OnItsWay;
        }

        if (!callOff)
        {
            return MoneyInSight.None;
        }

        var stopped = await payment.CancelAsync(known.State.Order, "The lease is being terminated for cause.");
        return !stopped.IsGranted ? MoneyInSight.Unknown
            : stopped.Value.Status.IsPaidOrProcessing() ? MoneyInSight.OnItsWay
            : MoneyInSight.None;
    }

    /// <summary>The invoice a payment paid, where it has left the account as settled long ago.</summary>
    private async Task<Invoice?> ArchivedAsync(PaymentOrder order) =>
        order.Purpose == PaymentPurpose.Invoice && InvoiceId.From(order.Subject) is var id && !Durable.Invoices.ContainsKey(id) ? await GetInvoiceAsync(id) : null;

    private static void Remind(BillingAccount after, InvoiceReminded reminded, Effects effects)
    {
        var reminder = reminded.Reminder;
        effects.Tell(GrainKeys.Lease(reminded.Lease), new PaymentReminded(reminded.Lease, reminded.Invoice, reminder.Number, reminder.Day));
        ShowInvoice(after, reminded.Invoice, effects);
        DisputeEvents.Publish(after.Invoices[reminded.Invoice], reminder, effects);
    }

    private static void Dispute(BillingAccount after, PaymentDisputed disputed, Effects effects)
    {
        Post(after, disputed.Entry, effects);
        Hold(disputed.Hold, effects);
        ShowDisputed(after, disputed.Order, effects);
        if (disputed.Lease is { } lease)
        {
            effects.Tell(GrainKeys.Lease(lease), new InvoiceDisputed(lease, InvoiceId.From(disputed.Order.Subject), IsOpen: true));
        }
    }

    private static void SettleDispute(BillingAccount after, DisputeSettled settled, Effects effects)
    {
        Hold(settled.Hold, effects);
        Post(after, settled.Entry, settled.Onward, effects);
        ShowDisputed(after, settled.Order, effects);
        if (settled.Lease is { } lease)
        {
            effects.Tell(GrainKeys.Lease(lease), new InvoiceDisputed(lease, InvoiceId.From(settled.Order.Subject), IsOpen: false));
        }

        if (settled.Reopened is { } invoice)
        {
            BillingEvents.Publish(after.Invoices[invoice.Id], DisputeEvents.InvoiceReopened, effects);
        }
        else if (settled is { Order.Purpose: PaymentPurpose.Deposit, Taken: not null } && after.Deposits.TryGetValue(ReservationId.From(settled.Order.Subject), out var deposit))
        {
            BillingEvents.Publish(after, deposit.Reservation, DisputeEvents.DepositChargedBack, effects);
        }
    }

    private static void Hold(PayoutHold? hold, Effects effects)
    {
        if (hold is not null)
        {
            effects.Tell(GrainKeys.BillingAccount(hold.Operator), new PayoutHeld(hold));
        }
    }

    private static void ShowDisputed(BillingAccount after, PaymentOrder order, Effects effects)
    {
        if (order.Purpose == PaymentPurpose.Invoice)
        {
            ShowInvoice(after, InvoiceId.From(order.Subject), effects);
        }
        else if (after.Deposits.ContainsKey(ReservationId.From(order.Subject)))
        {
            ShowDeposit(after, ReservationId.From(order.Subject), effects);
        }
    }
}
