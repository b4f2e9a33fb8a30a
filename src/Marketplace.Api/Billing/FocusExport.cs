using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Sites;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>Where a lease's capacity stands.</summary>
/// <param name="PoolId">Its pool.</param>
/// <param name="SiteId">Its site; null where the lease has not begun.</param>
/// <param name="SiteName">The site's name.</param>
internal sealed record FocusPlace(string? PoolId, string? SiteId, string? SiteName)
{
    public static FocusPlace Unknown { get; } = new(null, null, null);
}

/// <summary>Looks places up, each lease once.</summary>
internal sealed class FocusPlaces(ApiRequest request)
{
    private readonly Dictionary<LeaseId, FocusPlace> known = [];

    public async Task<FocusPlace> OfAsync(LeaseId lease)
    {
        if (!known.TryGetValue(lease, out var place))
        {
            var opening = (await request.Grain<ILeaseGrain>(lease.Value).GetAsync())?.State.Opening;
            var site = opening is null ? null : (await request.Grain<ISiteGrain>(opening.Site.Value).GetAsync())?.State;
            known[lease] = place = opening is null ? FocusPlace.Unknown : new FocusPlace(opening.Pool.Value, opening.Site.Value, site?.OperatorName);
        }

        return place;
    }
}

/// <summary>
/// Costs with the columns of FOCUS 1.2 (FinOps Open Cost and Usage Specification) that a marketplace of capacity has facts for.
/// Tax is a charge of its own category; corrections are marked; the price before discounts is not kept on an invoice, so list
/// and contracted prices are the same.
/// </summary>
internal static class FocusExport
{
    public static string Header { get; } = CsvFormat.Line(
        "BilledCost", "BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
        "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit",
        "ContractedCost", "ContractedUnitPrice", "EffectiveCost", "InvoiceId", "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory",
        "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType",
        "ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuMeter", "SkuPriceId", "SubAccountId", "SubAccountName", "Tags");

    public static IEnumerable<string> Lines(Invoice invoice, FocusPlace place) => Lines(
        new Document(invoice.Number, invoice.IssuedAt, invoice.Zone, invoice.Tenant, invoice.Supplier, invoice.Customer, invoice.Lease, invoice.Operator, invoice.PurchaseOrder, invoice.CostCentre),
        invoice.Lines,
        invoice.Tax,
        place,
        corrects: false);

    public static IEnumerable<string> Lines(CreditNote note, FocusPlace place) => Lines(
        new Document(note.Number, note.IssuedAt, note.Zone, note.Tenant, note.Supplier, note.Customer, note.Lease, note.Operator, note.PurchaseOrder, null),
        note.Lines,
        note.Tax,
        place,
        corrects: true);

    private static IEnumerable<string> Lines(Document document, ImmutableArray<InvoiceLine> lines, InvoiceTax? tax, FocusPlace place, bool corrects)
    {
        foreach (var line in lines)
        {
            var correction = corrects || line.Kind is InvoiceLineKind.RentCredit or InvoiceLineKind.PowerCredit or InvoiceLineKind.IndexCorrection;
            yield return Line(document, line.Period, line.Amount, Category(line.Kind), correction, line.Text, line, place);
        }

        foreach (var part in tax is { Treatment: TaxTreatment.Exclusive } ? tax.Lines : [])
        {
            yield return Line(document, lines[0].Period, part.Amount, "Tax", corrects, $"{part.Name} {part.Percent} on {part.Net}", null, place);
        }
    }

    private static string Line(Document document, BillingPeriod period, Money amount, string category, bool correction, string text, InvoiceLine? line, FocusPlace place)
    {
        var zone = BillingPeriods.Zone(document.Zone);
        var issued = BillingPeriods.DateAt(zone, document.IssuedAt);
        var month = new LocalDate(issued.Year, issued.Month, 1);
        var cost = JournalExport.Plain(amount);
        var price = line?.Price?.Amount;
        var unit = line is null ? null : UnitOf(line);
        var service = line?.Kind is InvoiceLineKind.Power or InvoiceLineKind.PowerCredit ? "Power pass-through" : "GPU and power capacity";
        return CsvFormat.Line(
            cost, document.Tenant.Value, document.Customer?.LegalName ?? document.Tenant.Value, "Organization", amount.Currency.Value,
            At(zone, month.PlusMonths(1)), At(zone, month), category, correction ? "Correction" : null, text, Frequency(line), At(zone, period.End), At(zone, period.Start),
            category == "Usage" ? line?.Quantity : null, category == "Usage" ? unit : null, cost, price, cost, document.Number,
            document.Supplier?.LegalName ?? document.Operator.Value, cost, price, price is null ? null : "Committed", line?.Quantity, unit,
            document.Supplier?.LegalName ?? document.Operator.Value, document.Supplier?.LegalName ?? document.Operator.Value, place.SiteId, place.SiteName,
            document.Lease.Value, null, "Lease", "Compute", service, null, place.PoolId, unit, null, document.CostCentre, document.CostCentre,
            Tags(document));
    }

    private static string Tags(Document document) => JsonSerializer.Serialize(
        new Dictionary<string, string?> { ["costCentre"] = document.CostCentre, ["leaseId"] = document.Lease.Value, ["purchaseOrder"] = document.Reference }
            .Where(tag => tag.Value is not null)
            .ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal));

    private static string At(DateTimeZone zone, LocalDate date) =>
        BillingPeriods.Midnight(zone, date).ToString("uuuu-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Category(InvoiceLineKind kind) => kind switch
    {
        InvoiceLineKind.Rent or InvoiceLineKind.RentCredit or InvoiceLineKind.Power or InvoiceLineKind.PowerCredit or InvoiceLineKind.IndexCorrection => "Usage",
        InvoiceLineKind.Prepayment or InvoiceLineKind.PrepaymentCredit or InvoiceLineKind.Shortfall or InvoiceLineKind.ExitFee => "Purchase",
        _ => "Credit",
    };

    private static string Frequency(InvoiceLine? line) => line?.Kind switch
    {
        InvoiceLineKind.Rent or InvoiceLineKind.Power => "Usage-Based",
        InvoiceLineKind.Shortfall or InvoiceLineKind.PrepaymentCredit => "Recurring",
        _ => "One-Time",
    };

    private static string? UnitOf(InvoiceLine line) => line.Kind is InvoiceLineKind.Power or InvoiceLineKind.PowerCredit
        ? "kWh"
        : line.Unit switch
        {
            PricingUnit.GpuHour => "GPU-Hours",
            PricingUnit.NodeMonth => "Node-Months",
            PricingUnit.KilowattMonth => "kW-Months",
            _ => null,
        };

    private sealed record Document(
        string Number,
        Instant IssuedAt,
        string Zone,
        OrganizationId Tenant,
        InvoiceParty? Supplier,
        InvoiceParty? Customer,
        LeaseId Lease,
        OrganizationId Operator,
        string? Reference,
        string? CostCentre);
}
