using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <content>Invoices that are collected by themselves.</content>
public sealed partial record BillingAccount
{
    /// <summary>When the next invoice is collected by itself; null when none will be.</summary>
    [JsonIgnore]
    public Instant? NextCollectionAt => Collections is null ? null : Invoices.Values.Select(CollectAt).Min();

    /// <summary>
    /// When an invoice is to be collected by itself; null when it is not. It is tried once, and never while a payment of it is under way
    /// or its money is disputed: what is left to pay then may be paid already.
    /// </summary>
    internal Instant? CollectAt(Invoice invoice) =>
        invoice is { Status: InvoiceStatus.Open or InvoiceStatus.Overdue, Outstanding.Minor: > 0, PaymentUnderWay: false, Disputed: null, CollectedAt: null, LeftToTenant: not true }
            ? TimeToCollect(invoice)
            : null;

    /// <summary>The time at which the tenant's settlement has an invoice collected; null where nothing is settled, and where that time had passed before.</summary>
    private Instant? TimeToCollect(Invoice invoice)
    {
        if (Collections?.GetValueOrDefault(PaymentPlan.KeyOf(invoice.Operator, invoice.Total.Currency)) is not { } collection)
        {
            return null;
        }

        // What was issued before this was settled is collected on its due day all the same.
        var at = collection.When == CollectionTime.OnIssue && invoice.IssuedAt >= collection.Since
            ? invoice.IssuedAt
            : BillingPeriods.Midnight(DateTimeZoneProviders.Tzdb[invoice.Zone], invoice.DueDate);
        return at >= collection.Since ? at : null;
    }

    /// <summary>The invoice once a payment of it has ended without money: whoever began it goes on, where its time to be collected has come meanwhile.</summary>
    private Invoice WithoutPayment(Invoice invoice, Instant at) => invoice with
    {
        PaymentUnderWay = false,
        LeftToTenant = TimeToCollect(invoice) <= at ? true : invoice.LeftToTenant,
    };

    private BillingAccount With(CollectionChanged changed)
    {
        var (collections, key) = (Collections ?? ImmutableDictionary<string, Collection>.Empty, PaymentPlan.KeyOf(changed.Operator, changed.Currency));
        return this with { Collections = changed.Collection is { } collection ? collections.SetItem(key, collection) : collections.Remove(key) };
    }
}
