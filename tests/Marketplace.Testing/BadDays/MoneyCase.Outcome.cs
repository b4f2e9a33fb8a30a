using System.Collections.Immutable;
using System.Diagnostics;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using NodaTime;

namespace Marketplace.Testing.BadDays;

/// <content>What a case waits for, and what it must have come to.</content>
public sealed partial class MoneyCase
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What was charged, given back or paid out otherwise than once; empty when all is well.</summary>
    public async Task<ImmutableArray<string>> FaultsAsync()
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var payments = Numbers.Select(number => PaymentOf(number).Value).ToArray();
        var payouts = (await money.InsistAsync(PayoutsAsync)).Select(payout => payout.Id.Value).ToArray();
        var nothing = new Money(Currency.Usd, 0);
        var (shared, back) = (paidOut ? -OperatorShare : nothing, refunded ? ReversedShare : nothing);
        await ExpectAsync([DepositPayment.Value], DepositAmount, GatewayMovementKind.Charge);
        await ExpectAsync([DepositPayment.Value], -DepositAmount, GatewayMovementKind.Refund);
        await ExpectAsync(payments, InvoiceAmount, GatewayMovementKind.Charge, GatewayMovementKind.Dispute, GatewayMovementKind.DisputeReturned);
        await ExpectAsync(payments, refunded ? -RefundAmount : nothing, GatewayMovementKind.Refund);
        if (disputed)
        {
            // What is disputed comes back from payouts and goes out again; only the sum is known beforehand.
            await ExpectAsync(payouts, shared + back, GatewayMovementKind.Transfer, GatewayMovementKind.TransferReversal);
        }
        else
        {
            await ExpectAsync(payouts, shared, GatewayMovementKind.Transfer);
            await ExpectAsync(payouts, back, GatewayMovementKind.TransferReversal);
        }

        if (await BalanceAsync(Tenant, LedgerAccountKind.Gateway) is var gateway && gateway != (refunded ? InvoiceAmount - RefundAmount : InvoiceAmount))
        {
            faults.Add($"{name}: the tenant's books have {gateway} at the gateway.");
        }

        return faults.ToImmutable();

        async Task ExpectAsync(string[] subjects, Money expected, params GatewayMovementKind[] kinds)
        {
            var moved = (await money.MovementsAsync(subjects)).Where(movement => kinds.Contains(movement.Kind)).ToList();
            if (Money.Sum(Currency.Usd, moved.Select(movement => movement.Amount)) != expected)
            {
                faults.Add($"{name}: [{string.Join(", ", moved.Select(movement => $"{movement.Kind} {movement.Subject} {movement.Amount}"))}] come to other than {expected}.");
            }

            // A payment is charged once, and a payout made once; what comes back may come in parts.
            faults.AddRange(moved.Where(movement => movement.Kind is GatewayMovementKind.Charge or GatewayMovementKind.Transfer)
                .GroupBy(movement => movement.Subject).Where(made => made.Count() > 1).Select(made => $"{name}: {made.Key} happened {made.Count()} times."));
        }
    }

    /// <summary>The balance of an account.</summary>
    public async Task<Money> BalanceAsync(OrganizationId organization, LedgerAccountKind kind, string subject = "")
    {
        var account = await AccountOf(organization).GetAsync();
        return account?.State.Balances.FirstOrDefault(balance => balance.Account == LedgerAccount.Of(kind, subject))?.Amount ?? new Money(Currency.Usd, 0);
    }

    /// <summary>
    /// Visits and drains, as the keeper does in operation, with notifications arriving and pauses passing, until
    /// <paramref name="holds"/>.
    /// </summary>
    public async Task EventuallyAsync(Func<Task<bool>> holds, params PaymentId[] payments)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                foreach (var payment in payments)
                {
                    await Payment(payment).VisitAsync(null);
                    await Payment(payment).DrainAsync();
                }

                await DrainAsync();
                await money.NotifyAsync();
                if (await holds())
                {
                    return;
                }
            }
            catch (Exception) when (waited.Elapsed < Patience)
            {
                // An injected fault, or the activation it broke, or the process.
                await money.WhenAliveAsync();
                await Task.Yield();
            }

            // A call that nobody answered is looked up after a pause of market time.
            if (await money.InsistAsync(() => NextTryAsync(payments)) is { } retry)
            {
                await money.Market.Clock.SetForwardAsync(retry);
            }

            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"{name} never came to that.");
            }
        }
    }

    /// <summary>Visits what the case consists of, and delivers what waits in outboxes.</summary>
    public async Task<bool> DrainAsync()
    {
        foreach (var payment in await PaymentsAsync())
        {
            await Payment(payment).VisitAsync(null);
            await Payment(payment).DrainAsync();
        }

        foreach (var organization in new[] { Tenant, Operator, Marketplace })
        {
            await AccountOf(organization).VisitAsync(null);
            await AccountOf(organization).DrainAsync();
        }

        await PayoutAccount.VisitAsync(null);
        await PayoutAccount.DrainAsync();
        foreach (var payout in await PayoutIdsAsync())
        {
            await PayoutOf(payout).VisitAsync(null);
            await PayoutOf(payout).DrainAsync();
        }

        return true;
    }

    /// <summary>The operator's payouts that have begun.</summary>
    public async Task<ImmutableArray<Payout>> PayoutsAsync()
    {
        var payouts = ImmutableArray.CreateBuilder<Payout>();
        foreach (var id in await PayoutIdsAsync())
        {
            if ((await PayoutOf(id).GetAsync())?.State is { } payout)
            {
                payouts.Add(payout);
            }
        }

        return payouts.ToImmutable();
    }

    private IPayoutAccountGrain PayoutAccount => money.Market.Grains.GetGrain<IPayoutAccountGrain>(Operator.Value);

    private IPayoutGrain PayoutOf(PayoutId payout) => money.Market.Grains.GetGrain<IPayoutGrain>(payout.Value);

    private async Task<IEnumerable<PayoutId>> PayoutIdsAsync() => (await PayoutAccount.GetAsync())?.State.Parts.Keys.OrderBy(id => id.Value, StringComparer.Ordinal) ?? Enumerable.Empty<PayoutId>();

    /// <summary>The payments that were ever asked for, the deposit's first.</summary>
    public async Task<IEnumerable<PaymentId>> PaymentsAsync() =>
        Enumerable.Range(1, Math.Max(1, (await Account.GetInvoiceAsync(Invoice))?.Payments ?? 0)).Select(PaymentOf).Prepend(DepositPayment);

    private async Task<Instant?> NextTryAsync(PaymentId[] payments)
    {
        var waiting = new List<Instant?>();
        foreach (var payment in payments.Concat(await PaymentsAsync()))
        {
            waiting.Add((await Payment(payment).GetAsync())?.State.RetryAt);
        }

        waiting.AddRange((await PayoutsAsync()).Select(payout => payout.RetryAt));
        waiting.Add((await PayoutAccount.GetAsync())?.State.RetryAt);
        return waiting.Max();
    }
}
