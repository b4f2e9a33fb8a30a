using System.Collections.Frozen;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Quotes;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Sites;
using Marketplace.Grains.Transparency;

namespace Marketplace.Grains.Durability;

/// <summary>Which tables of rows follow from records and journals, and so need no copy.</summary>
public static class RowTables
{
    /// <summary>The journals: partition by aggregate, a row an entry.</summary>
    public const string Journal = "journal";

    /// <summary>
    /// Tables that <see cref="Rebuild"/> makes anew: the due index and the read copies. A table that is not named here is kept by
    /// whoever copies a store, so a name missing costs room and nothing else.
    /// </summary>
    public static FrozenSet<string> Rebuilt { get; } = new[]
    {
        DueIndex.Table, BillingRows.Accounts, BillingRows.Deposits, BillingRows.Entries, BillingRows.Invoices, BillingRows.InvoicesById,
        ConversationRows.Table, EventRows.Table, LeaseRows.Table, OrganizationRows.Table, PaymentRows.Table, PoolRows.Listings, PoolRows.Table, QuoteRows.Table,
        ReservationRows.Table, SiteRows.Table,
    }.ToFrozenSet(StringComparer.Ordinal);
}
