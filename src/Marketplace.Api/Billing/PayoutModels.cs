using System.Collections.Immutable;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>What an operator is paid to.</summary>
/// <param name="OperatorId">The operator.</param>
/// <param name="Gateway">Who moves the money.</param>
/// <param name="Sandbox">Whether no real money moves.</param>
/// <param name="Opened">Whether the gateway has an account for the operator.</param>
/// <param name="PayoutsEnabled">Whether the gateway pays it.</param>
/// <param name="DetailsSubmitted">Whether the operator has given all that was asked at sign-up.</param>
/// <param name="Requirements">What the gateway still wants to know, in its own words.</param>
/// <param name="DisabledReason">Why it does not pay, in its own words; null when it does or does not say.</param>
/// <param name="Problem">The newest thing the gateway said that a person should read; null when there is none.</param>
/// <param name="Unpaid">Collected for the operator and not paid out, after the marketplace's fee, in each currency.</param>
internal sealed record PayoutAccountModel(
    OrganizationId OperatorId,
    string Gateway,
    bool Sandbox,
    bool Opened,
    bool PayoutsEnabled,
    bool DetailsSubmitted,
    ImmutableArray<string> Requirements,
    string? DisabledReason,
    string? Problem,
    ImmutableArray<MoneyModel> Unpaid)
{
    public static PayoutAccountModel Example { get; } = new(
        OrganizationId.From("org_operator"), "sandbox", true, true, false, false, ["external_account"], "requirements.past_due", null, [MoneyModel.Of(new Money(Currency.Usd, 1_059_022))]);

    public static PayoutAccountModel Of(PayoutAccount account, string gateway, bool sandbox) => new(
        account.Operator,
        gateway,
        sandbox,
        account.GatewayId is not null,
        account.IsReady,
        account.Shown?.DetailsSubmitted ?? false,
        account.Shown?.Requirements ?? [],
        account.Shown?.DisabledReason,
        account.Problem,
        [.. account.Unsent.Values.GroupBy(sum => sum.Currency).OrderBy(sums => sums.Key.Value, StringComparer.Ordinal).Select(sums => MoneyModel.Of(Money.Sum(sums.Key, sums)))]);
}

/// <summary>A page of the gateway's where an operator signs up.</summary>
/// <param name="Url">Open it in the operator's browser at once: it lives for minutes and works once.</param>
internal sealed record OnboardingLinkModel(Uri Url)
{
    public static OnboardingLinkModel Example { get; } = new(new Uri("https://connect.stripe.com/setup/e/acct_1/link"));
}

/// <summary>Money collected for an operator and not, or not wholly, paid out.</summary>
/// <param name="TenantId">Whose money it was.</param>
/// <param name="InvoiceId">What it was collected for; null when for no invoice.</param>
/// <param name="PaymentId">The payment that brought it in; null when it came outside of the gateway.</param>
/// <param name="Amount">After the marketplace's fee; negative where collected money was taken back.</param>
/// <param name="Sent">Transferred so far, transfers under way included, less what was taken back.</param>
/// <param name="PayableFrom">First instant after the service it pays for, in market time; null when it pays for none.</param>
/// <param name="Obstacle">Why it is not paid out now; null when nothing stands in the way.</param>
/// <param name="EarnedAt">When it was collected, in market time.</param>
/// <param name="About">The invoice and the tenant by name; null where it was collected for no invoice, and in exports.</param>
internal sealed record PayableModel(
    OrganizationId TenantId,
    InvoiceId? InvoiceId,
    PaymentId? PaymentId,
    MoneyModel Amount,
    MoneyModel Sent,
    Instant? PayableFrom,
    PayoutObstacle? Obstacle,
    Instant EarnedAt,
    AboutModel? About)
{
    public static PayableModel Example { get; } = new(
        OrganizationId.From("org_tenant"),
        Domain.Primitives.InvoiceId.From("inv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        Domain.Primitives.PaymentId.From("pay_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        MoneyModel.Of(new Money(Currency.Usd, 1_059_022)),
        MoneyModel.Of(new Money(Currency.Usd, 0)),
        Instant.FromUtc(2027, 2, 1, 0, 0),
        PayoutObstacle.ServiceNotEnded,
        Instant.FromUtc(2027, 1, 5, 12, 0),
        AboutModel.Example with { Name = "INV-4K2M-0007", Counterpart = "Lumen Labs AS" });

    public static PayableModel Of(PayoutAccount account, Payable payable, Instant now, AboutModel? about = null) => new(
        payable.Tenant,
        payable.Invoice,
        payable.Payment,
        MoneyModel.Of(payable.Amount),
        MoneyModel.Of(payable.Sent),
        payable.PayableFrom,
        account.ObstacleOf(payable, now),
        payable.EarnedAt,
        about);
}

/// <summary>One transfer to an operator.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="OperatorId">Who is paid.</param>
/// <param name="TenantId">Whose money was collected.</param>
/// <param name="InvoiceId">What it was collected for; null when for no invoice.</param>
/// <param name="PaymentId">The payment it is paid out of; null when it is paid from the marketplace's balance.</param>
/// <param name="Amount">How much.</param>
/// <param name="Reversed">Taken back since, because of a credit, a refund or a dispute.</param>
/// <param name="Gateway">Who moves the money.</param>
/// <param name="Sandbox">Whether no real money moves.</param>
/// <param name="Problem">The newest thing the gateway said that a person should read; null when there is none.</param>
/// <param name="CreatedAt">When it was asked for, in market time.</param>
/// <param name="ChangedAt">When it last moved, in market time.</param>
/// <param name="About">The invoice and the tenant by name; null where it was collected for no invoice, and in exports.</param>
internal sealed record PayoutModel(
    PayoutId Id,
    PayoutStatus Status,
    OrganizationId OperatorId,
    OrganizationId TenantId,
    InvoiceId? InvoiceId,
    PaymentId? PaymentId,
    MoneyModel Amount,
    MoneyModel Reversed,
    string Gateway,
    bool Sandbox,
    string? Problem,
    Instant CreatedAt,
    Instant ChangedAt,
    AboutModel? About)
{
    public static PayoutModel Example { get; } = new(
        PayoutId.From("payout_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        PayoutStatus.Sent,
        OrganizationId.From("org_operator"),
        OrganizationId.From("org_tenant"),
        Domain.Primitives.InvoiceId.From("inv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        Domain.Primitives.PaymentId.From("pay_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        MoneyModel.Of(new Money(Currency.Usd, 1_059_022)),
        MoneyModel.Of(new Money(Currency.Usd, 0)),
        "sandbox",
        true,
        null,
        Instant.FromUtc(2027, 2, 1, 0, 0),
        Instant.FromUtc(2027, 2, 1, 0, 0),
        PayableModel.Example.About);

    public static PayoutModel Of(Payout payout, string gateway, bool sandbox, AboutModel? about) => new(
        payout.Id,
        payout.Status,
        payout.Order.Operator,
        payout.Order.Tenant,
        payout.Order.Invoice,
        payout.Order.Payment,
        MoneyModel.Of(payout.Order.Amount),
        MoneyModel.Of(payout.Reversed),
        gateway,
        sandbox,
        payout.Problem,
        payout.CreatedAt,
        payout.ChangedAt,
        about);
}
