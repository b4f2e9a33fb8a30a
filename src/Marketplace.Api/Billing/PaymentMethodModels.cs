using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Billing.Sandbox;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>Which payment methods to list.</summary>
/// <param name="OperatorId">Only those that pay this operator.</param>
internal sealed record PaymentMethodFilter(OrganizationId? OperatorId)
{
    public static PaymentMethodFilter Example { get; } = new(KeptPaymentMethodModel.Example.OperatorId);

    public bool Takes(KeptMethod method) => OperatorId is null || method.Operator == OperatorId;
}

/// <summary>A payment method that the gateway keeps: it pays one operator in one currency. Its number is known to the gateway alone.</summary>
/// <param name="Id">Public id.</param>
/// <param name="OperatorId">Whose invoices and deposits it pays.</param>
/// <param name="OperatorName">That operator's name.</param>
/// <param name="Currency">The currency it pays in.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Brand">A card's brand in lower case; null for a bank account.</param>
/// <param name="LastFour">The last four digits; null where the gateway does not tell.</param>
/// <param name="ValidThrough">The last day on which it is valid; null for what does not expire.</param>
/// <param name="BankName">The bank; null for a card, and where the gateway does not tell.</param>
/// <param name="Mandate">Whether the mandate of a direct debit holds; null for a card.</param>
/// <param name="IsDefault">Whether it is used unless another one is named.</param>
/// <param name="Usable">Whether it can pay now: it has not expired, its mandate holds, and it is not being removed.</param>
/// <param name="Expired">Whether it has expired.</param>
/// <param name="Sandbox">Whether it pays with no real money.</param>
/// <param name="AddedAt">When it was added, in market time.</param>
/// <param name="AddedBy">Public id of the person or key that added it.</param>
internal sealed record KeptPaymentMethodModel(
    PaymentMethodId Id,
    OrganizationId OperatorId,
    string OperatorName,
    Currency Currency,
    MethodKind Kind,
    string? Brand,
    string? LastFour,
    LocalDate? ValidThrough,
    string? BankName,
    MandateState? Mandate,
    bool IsDefault,
    bool Usable,
    bool Expired,
    bool Sandbox,
    Instant AddedAt,
    string AddedBy)
{
    public static KeptPaymentMethodModel Example { get; } = new(
        PaymentMethodId.From("pmt_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        OrganizationId.From("org_operator"),
        "Fjord Compute AS",
        Currency.Usd,
        MethodKind.Card,
        "visa",
        "4242",
        new LocalDate(2029, 8, 31),
        null,
        null,
        true,
        true,
        false,
        true,
        Instant.FromUtc(2027, 1, 10, 9, 0),
        "usr_4k2m7qz3v5xw6a2bc4d5e6f7ga");

    public static KeptPaymentMethodModel Of(PaymentMethods methods, KeptMethod method, string operatorName, bool sandbox, Instant now) => new(
        method.Id,
        method.Operator,
        operatorName,
        method.Currency,
        method.Details.Kind,
        method.Details.Brand,
        method.Details.LastFour,
        method.Details.ValidThrough,
        method.Details.BankName,
        method.Details.Mandate,
        methods.IsDefault(method),
        method.IsUsable(now),
        method.IsExpired(now),
        sandbox,
        method.AddedAt,
        method.AddedBy);
}

/// <summary>Whom a new payment method is to pay.</summary>
/// <param name="OperatorId">Whose invoices and deposits it is to pay.</param>
/// <param name="Currency">The currency it is to pay in.</param>
/// <param name="ReturnUrl">
/// Where the payer's browser goes from the gateway's page, with <c>setup</c> (the id) and, from a real gateway, <c>outcome</c>
/// (<c>done</c> or <c>left</c>) added to its query; absent: the portal.
/// </param>
/// <param name="MakeDefault">Whether it becomes the default even where there is one; the first one always does.</param>
internal sealed record NewMethodSetup(OrganizationId OperatorId, Currency Currency, Uri? ReturnUrl = null, bool MakeDefault = false)
{
    public static NewMethodSetup Example { get; } = new(KeptPaymentMethodModel.Example.OperatorId, Currency.Usd, new Uri("https://market.example/billing"));

    /// <summary>Where a payer's browser may be sent back to: a whole address of a page, or the home given.</summary>
    public static Uri Returning(Uri? wanted, Uri home, Faults faults)
    {
        if (wanted is null)
        {
            return home;
        }

        var isPage = wanted.IsAbsoluteUri && (wanted.Scheme == Uri.UriSchemeHttps || wanted.Scheme == Uri.UriSchemeHttp) && wanted.AbsoluteUri.Length <= 1_000;
        faults.Require(isPage, "returnUrl", Faults.InvalidFormat, "Expected a whole address with http or https of at most 1,000 characters.");
        return isPage ? wanted : home;
    }
}

/// <summary>The set-up of a payment method on the gateway's page.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="OperatorId">Whose invoices and deposits it is to pay.</param>
/// <param name="Currency">The currency it is to pay in.</param>
/// <param name="Page">The gateway's page to send the payer's browser to, fetched for this answer; null when nothing waits there, and for callers who may not pay.</param>
/// <param name="PaymentMethodId">The method it brought; null until it is done.</param>
/// <param name="Detail">What the gateway said, for people; null when there is nothing to say.</param>
/// <param name="ReturnUrl">Where the payer's browser goes from there.</param>
/// <param name="Sandbox">Whether the page is the sandbox's, where a card is played.</param>
/// <param name="CreatedAt">When it was asked for, in market time.</param>
internal sealed record MethodSetupModel(
    MethodSetupId Id,
    MethodSetupStatus Status,
    OrganizationId OperatorId,
    Currency Currency,
    Uri? Page,
    PaymentMethodId? PaymentMethodId,
    string? Detail,
    Uri ReturnUrl,
    bool Sandbox,
    Instant CreatedAt)
{
    public static MethodSetupModel Example { get; } = new(
        MethodSetupId.From("setup_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        MethodSetupStatus.Open,
        KeptPaymentMethodModel.Example.OperatorId,
        Currency.Usd,
        new Uri("https://market.example/sandbox/payment-methods/setup_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        null,
        null,
        new Uri("https://market.example/billing"),
        true,
        Instant.FromUtc(2027, 1, 10, 9, 0));

    public static MethodSetupModel Of(MethodSetup setup, Uri? page, bool sandbox) => new(
        setup.Order.Id,
        setup.Status,
        setup.Order.Operator,
        setup.Order.Currency,
        setup.IsOver ? null : page,
        setup.Method,
        setup.Detail,
        setup.Order.ReturnTo,
        sandbox,
        setup.AskedAt);
}

/// <summary>When a tenant's invoices of an operator in a currency are paid by themselves.</summary>
/// <param name="OperatorId">The operator.</param>
/// <param name="Currency">The currency.</param>
/// <param name="When">When.</param>
internal sealed record AutomaticPaymentChange(OrganizationId OperatorId, Currency Currency, CollectionTime When)
{
    public static AutomaticPaymentChange Example { get; } = new(KeptPaymentMethodModel.Example.OperatorId, Currency.Usd, CollectionTime.OnDueDate);
}

/// <summary>How a tenant's invoices of an operator in a currency are paid by themselves.</summary>
/// <param name="OperatorId">The operator.</param>
/// <param name="OperatorName">That operator's name.</param>
/// <param name="Currency">The currency.</param>
/// <param name="When">When they are paid.</param>
/// <param name="Since">Since when they are, in market time; what fell due before is left to the tenant. Null while they are not.</param>
/// <param name="PaymentMethodId">The default method, with which they are paid; null while there is none.</param>
internal sealed record AutomaticPaymentModel(
    OrganizationId OperatorId, string OperatorName, Currency Currency, CollectionTime When, Instant? Since, PaymentMethodId? PaymentMethodId)
{
    public static AutomaticPaymentModel Example { get; } = new(
        KeptPaymentMethodModel.Example.OperatorId,
        KeptPaymentMethodModel.Example.OperatorName,
        Currency.Usd,
        CollectionTime.OnDueDate,
        Instant.FromUtc(2027, 1, 10, 9, 0),
        KeptPaymentMethodModel.Example.Id);

    public static AutomaticPaymentModel Of(PaymentPlan plan, string operatorName) => new(plan.Operator, operatorName, plan.Currency, plan.When, plan.Since, plan.Default);
}

/// <summary>A payment is to be made with a kept method.</summary>
/// <param name="PaymentMethodId">The method; it must pay this operator in this currency.</param>
/// <param name="ReturnUrl">Where the payer's browser goes from the bank's page, should the bank want a confirmation; absent: the portal.</param>
internal sealed record NewConfirmation(PaymentMethodId PaymentMethodId, Uri? ReturnUrl = null)
{
    public static NewConfirmation Example { get; } = new(KeptPaymentMethodModel.Example.Id, new Uri("https://market.example/billing"));
}

/// <summary>The card that a tester chooses on the sandbox's page.</summary>
/// <param name="Card">How it behaves.</param>
/// <param name="ExpiryYear">The year in which it expires.</param>
/// <param name="ExpiryMonth">The month in which it expires.</param>
internal sealed record SandboxCardChoice(SandboxCard Card, [Range(2020, 2199)] int ExpiryYear, [Range(1, 12)] int ExpiryMonth)
{
    public static SandboxCardChoice Example { get; } = new(SandboxCard.Pays, 2029, 8);

    /// <summary>The last day on which it is valid.</summary>
    public LocalDate LastDay() => new YearMonth(ExpiryYear, ExpiryMonth).OnDayOfMonth(1).With(DateAdjusters.EndOfMonth);
}
