using Marketplace.Domain.Primitives;

namespace Marketplace.Grains.Durability;

/// <summary>Names one grain in outboxes and due rows: the noun and its key, such as <c>reservation:rsv_4k2m…</c>.</summary>
/// <param name="Noun">The grain's type, as its [GrainType] says.</param>
/// <param name="Key">The grain's key, a public id.</param>
public readonly record struct AggregateAddress(string Noun, string Key)
{
    /// <summary>As stored.</summary>
    public override string ToString() => Noun + ":" + Key;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static AggregateAddress Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new AggregateAddress(text[..colon], text[(colon + 1)..]);
    }
}

/// <summary>The only place that formats or parses grain keys. The table in docs/ARCHITECTURE.md is checked against it.</summary>
public static class GrainKeys
{
    /// <summary>Shards of the due index and their schedulers.</summary>
    public const int DueShards = 16;

    /// <summary>An organization's profile, members and keys.</summary>
    public static AggregateAddress Organization(OrganizationId id) => new("organization", id.Value);

    /// <summary>A person's account.</summary>
    public static AggregateAddress User(UserId id) => new("user", id.Value);

    /// <summary>Whose an address, passkey or foreign sign-in is.</summary>
    public static AggregateAddress IdentifierClaim(IdentifierId id) => new("identifier-claim", id.Value);

    /// <summary>A mail to a person.</summary>
    public static AggregateAddress Letter(LetterId id) => new("letter", id.Value);

    /// <summary>How many mails somebody may still cause, or an address may still get.</summary>
    public static AggregateAddress MailAllowance(MailAllowanceId id) => new("mail-allowance", id.Value);

    /// <summary>A person's calendar of an organization's contract dates.</summary>
    public static AggregateAddress CalendarFeed(CalendarFeedId id) => new("calendar-feed", id.Value);

    /// <summary>A site.</summary>
    public static AggregateAddress Site(SiteId id) => new("site", id.Value);

    /// <summary>A pool of GPU nodes or of kW.</summary>
    public static AggregateAddress GpuPool(PoolId id) => new("gpu-pool", id.Value);

    /// <summary>A quote.</summary>
    public static AggregateAddress Quote(QuoteId id) => new("quote", id.Value);

    /// <summary>A reservation.</summary>
    public static AggregateAddress Reservation(ReservationId id) => new("reservation", id.Value);

    /// <summary>What tenant and operator write to each other about a reservation.</summary>
    public static AggregateAddress Conversation(ReservationId id) => new("conversation", id.Value);

    /// <summary>A lease.</summary>
    public static AggregateAddress Lease(LeaseId id) => new("lease", id.Value);

    /// <summary>An organization's ledger, invoices and credits.</summary>
    public static AggregateAddress BillingAccount(OrganizationId id) => new("billing-account", id.Value);

    /// <summary>The book of tax rates and index values that the marketplace publishes.</summary>
    public static AggregateAddress RateBook(OrganizationId publisher) => new("rate-book", publisher.Value);

    /// <summary>A payment.</summary>
    public static AggregateAddress Payment(PaymentId id) => new("payment", id.Value);

    /// <summary>A tenant's payment methods.</summary>
    public static AggregateAddress PaymentMethods(OrganizationId tenant) => new("payment-methods", tenant.Value);

    /// <summary>The comparison of all books with the gateway's; there is one, the marketplace's own.</summary>
    public static AggregateAddress Reconciliation(OrganizationId id) => new("reconciliation", id.Value);

    /// <summary>The gateway's copy of an invoice.</summary>
    public static AggregateAddress InvoiceCopy(InvoiceId id) => new("invoice-copy", id.Value);

    /// <summary>What an operator is paid.</summary>
    public static AggregateAddress PayoutAccount(OrganizationId id) => new("payout-account", id.Value);

    /// <summary>One transfer to an operator.</summary>
    public static AggregateAddress Payout(PayoutId id) => new("payout", id.Value);

    /// <summary>The feed of an organization's events.</summary>
    public static AggregateAddress EventFeed(OrganizationId id) => new("event-feed", id.Value);

    /// <summary>How far an organization's people have read its events, and the mails that tell them.</summary>
    public static AggregateAddress NoticeBoard(OrganizationId id) => new("notice-board", id.Value);

    /// <summary>An address to which an organization's events are sent.</summary>
    public static AggregateAddress WebhookEndpoint(WebhookEndpointId id) => new("webhook-endpoint", id.Value);

    /// <summary>A physical node as the marketplace hears it.</summary>
    public static AggregateAddress Node(NodeId id) => new("node", id.Value);

    /// <summary>One benchmark challenge.</summary>
    public static AggregateAddress BenchmarkRun(BenchmarkRunId id) => new("benchmark-run", id.Value);

    /// <summary>The due index's partition of an aggregate.</summary>
    public static string DueShardOf(AggregateAddress address)
    {
        // FNV-1a: stable across processes and versions, unlike string.GetHashCode.
        var hash = 2166136261u;
        foreach (var c in address.ToString())
        {
            hash = (hash ^ c) * 16777619u;
        }

        return DueShard((int)(hash % DueShards));
    }

    /// <summary>The grain an address names: its noun is the grain's type.</summary>
    public static IAggregateGrain Resolve(IGrainFactory grains, AggregateAddress address) =>
        grains.Aggregate(GrainId.Create(address.Noun, address.Key));

    /// <summary>The name of one shard, also the key of its scheduler: <c>due-00</c> to <c>due-15</c>.</summary>
    public static string DueShard(int shard) => $"due-{shard:D2}";
}
