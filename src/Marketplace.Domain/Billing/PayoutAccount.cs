using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>Money collected for an operator, after the marketplace's fee; negative where collected money was taken back.</summary>
/// <param name="FactId">The fact in the operator's books.</param>
/// <param name="Tenant">Whose money it was.</param>
/// <param name="Invoice">What it was collected for; null when for no invoice.</param>
/// <param name="Payment">The payment that brought it in; null when it came outside of the gateway.</param>
/// <param name="Group">What the payment bears at the gateway as its group: the invoice or reservation.</param>
/// <param name="Amount">How much.</param>
/// <param name="PayableFrom">First instant after the service it pays for; null when it pays for none.</param>
/// <param name="EarnedAt">When it was collected.</param>
/// <param name="Sent">Transferred, transfers under way included, less what was taken back.</param>
public sealed record Payable(
    string FactId,
    OrganizationId Tenant,
    InvoiceId? Invoice,
    PaymentId? Payment,
    string Group,
    Money Amount,
    Instant? PayableFrom,
    Instant EarnedAt,
    Money Sent)
{
    /// <summary>What was not transferred.</summary>
    [JsonIgnore]
    public Money Unsent => Amount - Sent;
}

/// <summary>One transfer, as the account knows it.</summary>
/// <param name="Id">The payout.</param>
/// <param name="Payable">What it pays: <see cref="Payable.FactId"/>.</param>
/// <param name="Amount">How much.</param>
/// <param name="Reversed">Taken back, what is being taken back included.</param>
/// <param name="IsSent">Whether the gateway has made it.</param>
/// <param name="Reversals">How often part of it was to be taken back.</param>
public sealed record PayoutPart(PayoutId Id, string Payable, Money Amount, Money Reversed, bool IsSent, int Reversals);

/// <summary>Why something an operator has earned is not paid out now, in order of precedence.</summary>
public enum PayoutObstacle
{
    /// <summary>The operator has no account at the gateway, or the gateway does not pay it yet.</summary>
    AccountNotReady,

    /// <summary>The service it pays for has not ended.</summary>
    ServiceNotEnded,

    /// <summary>Something is left to pay of the invoice.</summary>
    InvoiceNotPaid,

    /// <summary>The payment is disputed.</summary>
    Disputed,

    /// <summary>It covers credit that the tenant has with the operator.</summary>
    CoversCredit,
}

/// <summary>
/// What an operator is paid: its account at the gateway, what was collected for it, and the transfers that bring it. Nothing
/// leaves before its service has ended, its invoice is paid and no dispute is open; what the tenant has as credit stays here
/// or is taken back.
/// </summary>
public sealed partial record PayoutAccount
{
    /// <summary>Payables that need nothing more and are kept so that transfers can be taken back.</summary>
    public const int SettledKept = 300;

    /// <summary>Invoices remembered as paid.</summary>
    public const int ClearedKept = 1_000;

    /// <summary>The operator.</summary>
    public required OrganizationId Operator { get; init; }

    /// <summary>When it came into being.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>ISO 3166-1 alpha-2 code of where the operator is registered; null before an account was asked for.</summary>
    public string? Country { get; init; }

    /// <summary>The gateway's id of the account; null before the gateway knows it.</summary>
    public string? GatewayId { get; init; }

    /// <summary>The account as the gateway last showed it; null before.</summary>
    public GatewayAccount? Shown { get; init; }

    /// <summary>The call that opens it, written down and not yet answered; null when none is.</summary>
    public GatewayCall? Call { get; init; }

    /// <summary>When the call may be tried again, or a transfer that failed; null when it may be now.</summary>
    public Instant? RetryAt { get; init; }

    /// <summary>The newest thing the gateway said that a person should read; null when there is none.</summary>
    public string? Problem { get; init; }

    /// <summary>What was collected: all that is not settled, and the newest that is.</summary>
    public ImmutableDictionary<string, Payable> Payables { get; init; } = ImmutableDictionary<string, Payable>.Empty;

    /// <summary>Transfers of <see cref="Payables"/>.</summary>
    public ImmutableDictionary<PayoutId, PayoutPart> Parts { get; init; } = ImmutableDictionary<PayoutId, PayoutPart>.Empty;

    /// <summary>Transfers ever begun.</summary>
    public int Begun { get; init; }

    /// <summary>The operator's share of what tenants have as credit with it, by tenant and currency.</summary>
    public ImmutableDictionary<string, Money> Credits { get; init; } = ImmutableDictionary<string, Money>.Empty;

    /// <summary>The number of what <see cref="Credits"/> has last taken, by tenant and currency; null before the first that bears one.</summary>
    public ImmutableDictionary<string, long>? CreditNumbers { get; init; }

    /// <summary>The operator's share of disputed payments, by payment.</summary>
    public ImmutableDictionary<PaymentId, Money> Disputed { get; init; } = ImmutableDictionary<PaymentId, Money>.Empty;

    /// <summary>The same, by tenant and currency.</summary>
    public ImmutableDictionary<string, Money> DisputedOf { get; init; } = ImmutableDictionary<string, Money>.Empty;

    /// <summary>Collected and not transferred, by tenant and currency; below zero where more was taken back than is here.</summary>
    public ImmutableDictionary<string, Money> Unsent { get; init; } = ImmutableDictionary<string, Money>.Empty;

    /// <summary>Invoices with nothing left to pay, newest last.</summary>
    public ImmutableArray<InvoiceId> Cleared { get; init; } = [];

    /// <summary>When the newest fact happened.</summary>
    public required Instant ChangedAt { get; init; }

    /// <summary>Whether the gateway pays the operator.</summary>
    [JsonIgnore]
    public bool IsReady => Shown is { PayoutsEnabled: true };

    /// <summary>The call to make next about the account itself; null when there is none.</summary>
    public GatewayCall? NextCall() => Call ?? (Country is not null && GatewayId is null ? GatewayCall.For(Operator.Value, GatewayPurpose.Account, 1) : null);

    /// <summary>Why a payable is not sent now; null when nothing stands in the way.</summary>
    public PayoutObstacle? ObstacleOf(Payable payable, Instant now) =>
        !IsReady ? PayoutObstacle.AccountNotReady
        : GateOf(payable, now) ?? (payable.Unsent.Minor > 0 && Free(payable, GatedOf(KeyOf(payable), payable.Amount.Currency, now)).Minor <= 0 ? PayoutObstacle.CoversCredit : null);

    /// <summary>When the next payable may be sent because its service ends; null when none waits for that.</summary>
    public Instant? NextPayableAt(Instant now) => Payables.Values
        .Where(payable => payable.Unsent.Minor > 0 && payable.PayableFrom > now)
        .Select(payable => payable.PayableFrom)
        .Min();

    /// <summary>Why a payable waits, whatever else was collected or taken back.</summary>
    private PayoutObstacle? GateOf(Payable payable, Instant now) =>
        payable.PayableFrom > now ? PayoutObstacle.ServiceNotEnded
        : payable.Invoice is { } invoice && !Cleared.Contains(invoice) ? PayoutObstacle.InvoiceNotPaid
        : payable.Payment is { } payment && Disputed.ContainsKey(payment) ? PayoutObstacle.Disputed
        : null;

    /// <summary>Collected from a tenant and not transferred, of payables that wait for something.</summary>
    private Money GatedOf(string tenant, Currency currency, Instant now) => Money.Sum(
        currency, Payables.Values.Where(payable => payable.Unsent.Minor > 0 && KeyOf(payable) == tenant && GateOf(payable, now) is not null).Select(payable => payable.Unsent));

    /// <summary>
    /// Collected from a tenant and not transferred, less what must stay: for its credit and disputes, and because it waits. What
    /// waits covers credit first; what was taken back is never made good out of it.
    /// </summary>
    private Money Free(Payable like, Money gated)
    {
        var kept = Kept(KeyOf(like), like.Amount.Currency);
        return Unsent.GetValueOrDefault(KeyOf(like), Money.Zero(like.Amount.Currency)) - (kept > gated ? kept : gated);
    }

    private Money Kept(string tenant, Currency currency) =>
        Credits.GetValueOrDefault(tenant, Money.Zero(currency)) + DisputedOf.GetValueOrDefault(tenant, Money.Zero(currency));

    private static string KeyOf(Payable payable) => CreditKey(payable.Tenant, payable.Amount.Currency);

    private static string CreditKey(OrganizationId tenant, Currency currency) => tenant.Value + "|" + currency.Value;
}

/// <summary>Why an operator's payout account does not do what is asked, in order of precedence.</summary>
public enum PayoutAccountRefusal
{
    /// <summary>There is none.</summary>
    [RefusalMeaning("payout_account_not_found", RefusalKind.NotFound, RefusalClass.Final, "The operator has not asked for an account to be paid to.")]
    NotFound,

    /// <summary>The gateway cannot say.</summary>
    [RefusalMeaning("payout_gateway_unknown", RefusalKind.Busy, RefusalClass.Retryable, "The payment gateway does not answer now. Repeat the request with the same Idempotency-Key.")]
    GatewayUnknown,

    /// <summary>The gateway will not open one.</summary>
    [RefusalMeaning("payout_account_declined", RefusalKind.Conflict, RefusalClass.Retryable, "The payment gateway does not open an account for this operator.")]
    Declined,
}
