using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;
using Stripe;

namespace Marketplace.Api.Billing.Stripe;

/// <content>What Stripe has recorded: events, and movements of the balance. Stripe lists the newest first; here the oldest comes first, so that a reader can go on where it stopped.</content>
internal sealed partial class StripeGateway
{
    /// <inheritdoc/>
    public Task<GatewayPage<GatewayNotice>?> ListNoticesAsync(string? after, int limit, CancellationToken cancellation = default) => StripeAnswers.ReadAsync(async () =>
    {
        var page = await PageAsync(after, limit, (options, stop) => events.ListAsync(options, null, stop), () => new EventListOptions(), cancellation);
        var notices = ImmutableArray.CreateBuilder<GatewayNotice>(page.Items.Length);
        foreach (var made in page.Items)
        {
            var notice = GatewayNotices.TryRead(made.RawJsonElement ?? default, out var read)
                ? await ResolveAsync(read, cancellation)
                : new GatewayNotice(made.Id, made.Type, null, null, Instant.FromDateTimeUtc(made.Created));
            notices.Add(notice);
        }

        return (GatewayPage<GatewayNotice>?)new GatewayPage<GatewayNotice>(notices.ToImmutable(), page.Cursor, page.HasMore);
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayPage<GatewayMovement>?> ListMovementsAsync(string? after, int limit, CancellationToken cancellation = default) => StripeAnswers.ReadAsync(async () =>
    {
        var page = await PageAsync(
            after, limit, (options, stop) => movements.ListAsync(options, null, stop), () => new BalanceTransactionListOptions { Expand = ["data.source"] }, cancellation);
        var items = ImmutableArray.CreateBuilder<GatewayMovement>(page.Items.Length);
        foreach (var made in page.Items)
        {
            items.Add(new GatewayMovement(
                made.Id,
                KindOf(made),
                await SubjectAsync(made.Source, cancellation),
                new Money(Currency.From(made.Currency.ToUpperInvariant()), made.Amount),
                new Money(Currency.From(made.Currency.ToUpperInvariant()), made.Fee),
                Instant.FromDateTimeUtc(made.Created)));
        }

        return (GatewayPage<GatewayMovement>?)new GatewayPage<GatewayMovement>(items.ToImmutable(), page.Cursor, page.HasMore);
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayNotice?> CompleteAsync(GatewayNotice notice, CancellationToken cancellation = default) =>
        StripeAnswers.ReadAsync(async () => (GatewayNotice?)await ResolveAsync(notice, cancellation), cancellation);

    // A dispute does not bear its payment's metadata.
    private async Task<GatewayNotice> ResolveAsync(GatewayNotice notice, CancellationToken cancellation) =>
        notice is { Payment: null, Report: not null, Source: { } source } && await PaymentOfAsync(source, cancellation) is { } payment
            ? notice with { Payment = payment }
            : notice;

    private async Task<PaymentId?> PaymentOfAsync(string gatewayId, CancellationToken cancellation)
    {
        try
        {
            var payment = await payments.GetAsync(gatewayId, null, null, cancellation);
            return PublicId.TryParse<PaymentId>(payment.Metadata?.GetValueOrDefault(GatewayNotices.Payment), out var ours) ? ours : null;
        }
        catch (StripeException error) when (StripeAnswers.IsMissing(error))
        {
            return null;
        }
    }

    private async Task<string?> SubjectAsync(IBalanceTransactionSource? source, CancellationToken cancellation) => source switch
    {
        Charge charge => charge.Metadata?.GetValueOrDefault(GatewayNotices.Payment),
        Refund refund => refund.Metadata?.GetValueOrDefault(GatewayNotices.Payment),
        Transfer transfer => transfer.Metadata?.GetValueOrDefault(GatewayNotices.Payout),
        TransferReversal reversal => reversal.Metadata?.GetValueOrDefault(GatewayNotices.Payout),
        Dispute { PaymentIntentId: { } payment } => (await PaymentOfAsync(payment, cancellation))?.Value,
        _ => null,
    };

    private static GatewayMovementKind KindOf(BalanceTransaction made) => (made.Type, made.Source) switch
    {
        ("charge" or "payment", _) => GatewayMovementKind.Charge,
        ("refund" or "payment_refund", _) => GatewayMovementKind.Refund,
        ("refund_failure" or "payment_failure_refund", _) => GatewayMovementKind.RefundReturned,
        ("transfer", _) => GatewayMovementKind.Transfer,
        ("transfer_refund" or "transfer_cancel" or "transfer_failure", _) => GatewayMovementKind.TransferReversal,
        ("payout" or "payout_cancel" or "payout_failure" or "payout_minimum_balance_hold" or "payout_minimum_balance_release", _) => GatewayMovementKind.Payout,
        ("stripe_fee" or "stripe_fx_fee" or "network_cost", _) => GatewayMovementKind.Fee,
        (_, Dispute) => made.Amount < 0 ? GatewayMovementKind.Dispute : GatewayMovementKind.DisputeReturned,
        _ => GatewayMovementKind.Other,
    };

    private static async Task<(ImmutableArray<T> Items, string? Cursor, bool HasMore)> PageAsync<T, TOptions>(
        string? after, int limit, Func<TOptions, CancellationToken, Task<StripeList<T>>> list, Func<TOptions> options, CancellationToken cancellation)
        where T : IStripeEntity, IHasId
        where TOptions : ListOptions
    {
        if (after is not null)
        {
            try
            {
                var next = options();
                (next.EndingBefore, next.Limit) = (after, limit);
                var page = await list(next, cancellation);
                return ([.. page.Data.AsEnumerable().Reverse()], page.Data.Count > 0 ? page.Data[0].Id : after, page.HasMore);
            }
            catch (StripeException error) when (StripeAnswers.IsMissing(error))
            {
                // Older than what Stripe keeps: everything it still has is newer.
            }
        }

        string? older = null;
        for (var pages = 1; ; pages++)
        {
            var first = options();
            (first.StartingAfter, first.Limit) = (older, limit);
            var page = await list(first, cancellation);
            if (!page.HasMore)
            {
                return ([.. page.Data.AsEnumerable().Reverse()], page.Data.Count > 0 ? page.Data[0].Id : after, pages > 1);
            }

            older = page.Data[^1].Id;
        }
    }
}
