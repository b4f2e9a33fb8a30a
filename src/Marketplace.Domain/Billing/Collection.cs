using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>When invoices are collected by themselves.</summary>
public enum CollectionTime
{
    /// <summary>Never: the tenant starts each payment.</summary>
    Never,

    /// <summary>When the due day begins, in the lease's zone.</summary>
    OnDueDate,

    /// <summary>When the invoice is issued.</summary>
    OnIssue,
}

/// <summary>What a tenant has settled about its payments to one operator in one currency.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Default">The method used unless another is named; null while there is none.</param>
/// <param name="When">When invoices are collected by themselves.</param>
/// <param name="Since">Since when they are; null while they are not.</param>
public sealed record PaymentPlan(
    OrganizationId Operator,
    Currency Currency,
    PaymentMethodId? Default = null,
    CollectionTime When = CollectionTime.Never,
    Instant? Since = null)
{
    /// <summary>By what it is known.</summary>
    public string Key => KeyOf(Operator, Currency);

    /// <summary>By what the plan for an operator and a currency is known.</summary>
    public static string KeyOf(OrganizationId operatorId, Currency currency) => operatorId.Value + "|" + currency.Value;
}

/// <summary>How a tenant's invoices of one operator in one currency are collected by themselves.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Currency">The currency.</param>
/// <param name="When">When: never <see cref="CollectionTime.Never"/>.</param>
/// <param name="Since">Since when; what fell due before is left to the tenant.</param>
/// <param name="Use">With which method.</param>
public sealed record Collection(OrganizationId Operator, Currency Currency, CollectionTime When, Instant Since, MethodUse Use);
