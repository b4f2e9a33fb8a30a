namespace Marketplace.Domain.Primitives;

/// <summary>An organization: an operator, a tenant, both, or the marketplace itself (<c>org_platform</c>).</summary>
public readonly record struct OrganizationId : IPublicId<OrganizationId>
{
    private OrganizationId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "org";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static OrganizationId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A member of one organization.</summary>
public readonly record struct MemberId : IPublicId<MemberId>
{
    private MemberId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "mbr";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static MemberId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>An API key of one organization.</summary>
public readonly record struct ApiKeyId : IPublicId<ApiKeyId>
{
    private ApiKeyId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "key";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static ApiKeyId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A site.</summary>
public readonly record struct SiteId : IPublicId<SiteId>
{
    private SiteId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "site";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static SiteId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A build phase of a site.</summary>
public readonly record struct PhaseId : IPublicId<PhaseId>
{
    private PhaseId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "phase";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static PhaseId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A pool of interchangeable nodes, or of kW of critical IT load.</summary>
public readonly record struct PoolId : IPublicId<PoolId>
{
    private PoolId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "pool";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static PoolId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A firm quote.</summary>
public readonly record struct QuoteId : IPublicId<QuoteId>
{
    private QuoteId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "qt";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static QuoteId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A reservation. The hold on the pool's calendar carries the same id.</summary>
public readonly record struct ReservationId : IPublicId<ReservationId>
{
    private ReservationId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "rsv";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static ReservationId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A lease; exactly one per reservation, derived from its id.</summary>
public readonly record struct LeaseId : IPublicId<LeaseId>
{
    private LeaseId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "lease";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static LeaseId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>One server of a pool.</summary>
public readonly record struct NodeId : IPublicId<NodeId>
{
    private NodeId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "node";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static NodeId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>One delivery notice of an operator.</summary>
public readonly record struct DeliveryId : IPublicId<DeliveryId>
{
    private DeliveryId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "dlv";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static DeliveryId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A payment, refund, transfer or payout at the gateway.</summary>
public readonly record struct PaymentId : IPublicId<PaymentId>
{
    private PaymentId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "pay";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static PaymentId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>An invoice.</summary>
public readonly record struct InvoiceId : IPublicId<InvoiceId>
{
    private InvoiceId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "inv";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static InvoiceId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>An event of an organization's feed.</summary>
public readonly record struct EventId : IPublicId<EventId>
{
    private EventId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "evt";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static EventId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A payout of collected money to an operator.</summary>
public readonly record struct PayoutId : IPublicId<PayoutId>
{
    private PayoutId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "payout";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static PayoutId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A difference between the books and another's, found by reconciliation.</summary>
public readonly record struct IncidentId : IPublicId<IncidentId>
{
    private IncidentId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "inc";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static IncidentId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>An address to which an organization's events are sent.</summary>
public readonly record struct WebhookEndpointId : IPublicId<WebhookEndpointId>
{
    private WebhookEndpointId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "whk";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static WebhookEndpointId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>One benchmark challenge, its reports and its verdict.</summary>
public readonly record struct BenchmarkRunId : IPublicId<BenchmarkRunId>
{
    private BenchmarkRunId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "bench";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static BenchmarkRunId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A card or bank account that the payment gateway keeps for a tenant.</summary>
public readonly record struct PaymentMethodId : IPublicId<PaymentMethodId>
{
    private PaymentMethodId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "pmt";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static PaymentMethodId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A set-up of a payment method on the gateway's page.</summary>
public readonly record struct MethodSetupId : IPublicId<MethodSetupId>
{
    private MethodSetupId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "setup";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static MethodSetupId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}
