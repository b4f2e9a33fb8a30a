using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Stripe;

namespace Marketplace.Api.Billing.Stripe;

/// <content>Operators: connected accounts that receive transfers. Money is collected on the marketplace's own account and transferred separately, so that it can be held until the service was delivered.</content>
internal sealed partial class StripeGateway
{
    /// <inheritdoc/>
    public Task<GatewayAnswer> OpenAccountAsync(OrganizationId operatorId, string country, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        var made = await accounts.CreateAsync(
            new AccountCreateOptions
            {
                Country = country,
                Controller = new AccountControllerOptions
                {
                    Fees = new AccountControllerFeesOptions { Payer = "application" },
                    Losses = new AccountControllerLossesOptions { Payments = "application" },
                    RequirementCollection = "stripe",
                    StripeDashboard = new AccountControllerStripeDashboardOptions { Type = "express" },
                },
                Capabilities = new AccountCapabilitiesOptions { Transfers = new AccountCapabilitiesTransfersOptions { Requested = true } },
                Metadata = Metadata(call, (GatewayNotices.Operator, operatorId.Value)),
            },
            Keyed(call),
            cancellation);
        return new GatewayAnswer(GatewayOutcome.Succeeded, made.Id);
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindAccountAsync(OrganizationId operatorId, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        await foreach (var found in accounts.ListAutoPagingAsync(new AccountListOptions { Limit = 100, Created = From(call.MadeAt) }, null, cancellation))
        {
            if (found.Metadata?.GetValueOrDefault(GatewayNotices.Operator) == operatorId.Value)
            {
                return new GatewayAnswer(GatewayOutcome.Succeeded, found.Id);
            }
        }

        return NotFound;
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAccount?> AccountAsync(string accountId, CancellationToken cancellation = default) => StripeAnswers.ReadAsync(async () =>
    {
        var account = await accounts.GetAsync(accountId, null, null, cancellation);
        var transfersActive = account.Capabilities?.Transfers == "active";
        return new GatewayAccount(
            account.Id,
            account.PayoutsEnabled && transfersActive,
            account.DetailsSubmitted,
            [.. account.Requirements?.CurrentlyDue ?? []],
            account.Requirements?.DisabledReason);
    }, cancellation);

    /// <inheritdoc/>
    public Task<Uri?> OnboardingLinkAsync(string accountId, Uri returnTo, Uri renewAt, CancellationToken cancellation = default) => StripeAnswers.ReadAsync(async () =>
    {
        var link = await links.CreateAsync(
            new AccountLinkCreateOptions { Account = accountId, Type = "account_onboarding", ReturnUrl = returnTo.AbsoluteUri, RefreshUrl = renewAt.AbsoluteUri }, null, cancellation);
        return (Uri?)new Uri(link.Url);
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> TransferAsync(
        PayoutOrder order, string? sourceId, string accountId, Money amount, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
        {
            var charge = sourceId is null ? null : (await payments.GetAsync(sourceId, null, null, cancellation)).LatestChargeId;
            var made = await transfers.CreateAsync(
                new TransferCreateOptions
                {
                    Amount = amount.Minor,
                    Currency = CodeOf(amount.Currency),
                    Destination = accountId,
                    SourceTransaction = charge,
                    TransferGroup = order.Group,
                    Description = order.Invoice is { } invoice ? $"Invoice {invoice}" : $"Payout {order.Id}",
                    Metadata = Metadata(call, (GatewayNotices.Payout, order.Id.Value), ("tenant", order.Tenant.Value)),
                },
                Keyed(call),
                cancellation);
            return new GatewayAnswer(GatewayOutcome.Succeeded, made.Id);
        }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindTransferAsync(PayoutOrder order, string accountId, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        var list = new TransferListOptions { Destination = accountId, TransferGroup = order.Group, Limit = 100 };
        await foreach (var found in transfers.ListAutoPagingAsync(list, null, cancellation))
        {
            if (IsOf(found.Metadata, call))
            {
                return new GatewayAnswer(GatewayOutcome.Succeeded, found.Id);
            }
        }

        return NotFound;
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> ReverseAsync(string transferId, Money amount, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        var made = await reversals.CreateAsync(
            transferId,
            new TransferReversalCreateOptions { Amount = amount.Minor, Metadata = Metadata(call, (GatewayNotices.Payout, Subject(call).Split(':')[0])) },
            Keyed(call),
            cancellation);
        return new GatewayAnswer(GatewayOutcome.Succeeded, made.Id);
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindReversalAsync(string transferId, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        await foreach (var found in reversals.ListAutoPagingAsync(transferId, new TransferReversalListOptions { Limit = 100 }, null, cancellation))
        {
            if (IsOf(found.Metadata, call))
            {
                return new GatewayAnswer(GatewayOutcome.Succeeded, found.Id);
            }
        }

        return NotFound;
    }, cancellation);
}
