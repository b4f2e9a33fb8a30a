using System.Collections.Immutable;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Billing;

/// <summary>What an invoice needs of others on its day: it is looked up once and then stands in the invoice.</summary>
public sealed record BillingInputs
{
    /// <summary>Nothing known of anybody: no tax, no index.</summary>
    public static BillingInputs None { get; } = new();

    /// <summary>The supplier's profile; null where it has none.</summary>
    public BillingProfile? Supplier { get; init; }

    /// <summary>The bank account to pay into; null where the marketplace names none.</summary>
    public BankAccount? PayInto { get; init; }

    /// <summary>Published rates of tax.</summary>
    public ImmutableArray<TaxRate> Rates { get; init; } = [];

    /// <summary>Published values of the index that the contract follows, ascending by month.</summary>
    public ImmutableArray<IndexValue> Index { get; init; } = [];
}
