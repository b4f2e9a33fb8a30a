using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>A credit note.</summary>
public readonly record struct CreditNoteId : IPublicId<CreditNoteId>
{
    private CreditNoteId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "cn";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static CreditNoteId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>
/// Takes back part or all of an issued invoice, which itself never changes. It first lowers what is left to pay; the rest is
/// credit with the operator, which later invoices use.
/// </summary>
public sealed record CreditNote
{
    /// <summary>The credit note.</summary>
    public required CreditNoteId Id { get; init; }

    /// <summary>Number in the series of this operator and tenant, without gaps.</summary>
    public required string Number { get; init; }

    /// <summary>When it was issued, in market time.</summary>
    public required Instant IssuedAt { get; init; }

    /// <summary>The invoice it takes back from.</summary>
    public required InvoiceId Invoice { get; init; }

    /// <summary>That invoice's number.</summary>
    public required string InvoiceNumber { get; init; }

    /// <summary>Who is credited.</summary>
    public required OrganizationId Tenant { get; init; }

    /// <summary>Who credits.</summary>
    public required OrganizationId Operator { get; init; }

    /// <summary>The lease.</summary>
    public required LeaseId Lease { get; init; }

    /// <summary>IANA zone of its date.</summary>
    public required string Zone { get; init; }

    /// <summary>What is credited; every line is negative.</summary>
    public required ImmutableArray<InvoiceLine> Lines { get; init; }

    /// <summary>Its tax, treated as on the invoice; null where the invoice bears none.</summary>
    public InvoiceTax? Tax { get; init; }

    /// <summary>The supplier as on the invoice; null where that names none.</summary>
    public InvoiceParty? Supplier { get; init; }

    /// <summary>The customer as on the invoice; null where that names none.</summary>
    public InvoiceParty? Customer { get; init; }

    /// <summary>What was leased and where, as on the invoice; null where that does not say.</summary>
    public CapacityNames? Capacity { get; init; }

    /// <summary>The invoice's purchase order; null without one.</summary>
    public string? PurchaseOrder { get; init; }

    /// <summary>What is credited, tax included; more than zero.</summary>
    public required Money Total { get; init; }

    /// <summary>The part of it that lowered what was left to pay of the invoice.</summary>
    public required Money Applied { get; init; }

    /// <summary>The part of it that came out of money already collected: what the operator bears.</summary>
    public required Money OperatorShare { get; init; }

    /// <summary>The fee on that part, which the marketplace gives up.</summary>
    public required Money FeeShare { get; init; }

    /// <summary>What became credit with the operator.</summary>
    [JsonIgnore]
    public Money ToBalance => Total - Applied;

    /// <summary>The fact that books record of it.</summary>
    public static string FactOf(CreditNoteId id) => "credit_note:" + id;
}
