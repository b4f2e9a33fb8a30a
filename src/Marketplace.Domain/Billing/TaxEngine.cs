using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>
/// Decides and computes the tax of a document. The place of supply is the customer's country, as for services between
/// businesses: at home the supplier's own rate, abroad a reverse charge within its area or nothing. Where a country's rates
/// differ by state or province, the one holds in which the leased capacity stands: that is where it is used. It is no tax advice: which
/// rates are published, and who is registered where, is the finance department's to say.
/// </summary>
public static class TaxEngine
{
    /// <summary>The tax on lines.</summary>
    /// <param name="lines">The lines; at least one.</param>
    /// <param name="inclusive">Whether the lines contain the tax.</param>
    /// <param name="supplier">Who supplies.</param>
    /// <param name="customer">Who receives.</param>
    /// <param name="rates">Published rates.</param>
    /// <param name="on">The day whose rates hold: the document's date.</param>
    /// <param name="capacity">What is leased and where; null where it is not known, and then the customer's region counts.</param>
    public static InvoiceTax For(
        ImmutableArray<InvoiceLine> lines, bool inclusive, TaxProfile? supplier, TaxProfile? customer, ImmutableArray<TaxRate> rates, LocalDate on, CapacityNames? capacity = null)
    {
        var (treatment, reason, rate) = Decide(inclusive, supplier, customer, rates, on, capacity);
        return Compute(lines, treatment, reason, supplier, customer, rate, on);
    }

    /// <summary>The tax of lines that correct a document: treated as it was, whatever holds today.</summary>
    public static InvoiceTax Like(InvoiceTax tax, ImmutableArray<InvoiceLine> lines) =>
        Compute(lines, tax.Treatment, tax.Reason, tax.Supplier, tax.Customer, tax.Rate, tax.On);

    /// <summary>Tax contained in a gross amount: round(gross x rate / (100 + rate)) (case BC-59).</summary>
    public static Money Contained(Money gross, Percentage rate) =>
        (Fraction.From(gross.Major) * Fraction.From(rate.Value) / (Fraction.From(rate.Value) + 100)).ToMoney(gross.Currency);

    private static (TaxTreatment Treatment, string Reason, TaxRate? Rate) Decide(
        bool inclusive, TaxProfile? supplier, TaxProfile? customer, ImmutableArray<TaxRate> rates, LocalDate on, CapacityNames? capacity)
    {
        if (supplier is null || customer is null)
        {
            return (TaxTreatment.NotDetermined, $"The {(supplier is null ? "supplier" : "customer")} has no tax profile: no tax is charged.", null);
        }

        var domestic = customer.Country == supplier.Country;
        var region = !domestic ? supplier.Region : capacity?.Country == supplier.Country ? capacity.Region : customer.Region;
        var home = Find(rates, supplier.Country, region, on);
        if (home is null)
        {
            return (TaxTreatment.NoRate, $"No tax is charged: no sales tax or VAT on this supply is on record for {Place(supplier.Country, domestic ? region : null)} on {on:uuuu-MM-dd}.", null);
        }

        if (domestic)
        {
            return customer.Exemption is { } exemption
                ? (TaxTreatment.Exempt, $"Exempt: {exemption}.", home)
                : Charged("Domestic supply" + (home.Region is null ? "" : capacity?.Country == supplier.Country ? ", taxed where the leased capacity is" : ", taxed in the customer's region"));
        }

        var abroad = Find(rates, customer.Country, customer.Region, on);
        if (home.ReverseCharge is not { } area || abroad?.ReverseCharge != area)
        {
            return (TaxTreatment.OutOfScope, $"No tax is charged: a service supplied from {Place(supplier.Country)} to a business in {Place(customer.Country)} is outside the scope of {home.Name}.", home);
        }

        return customer.TaxId is { } id
            ? (TaxTreatment.ReverseCharge, $"Reverse charge: {abroad.Name} is to be accounted for by the recipient, {id}.", home)
            : Charged($"The recipient in {Place(customer.Country)} has no tax registration, so the supplier's rate holds");

        (TaxTreatment, string, TaxRate?) Charged(string why) =>
            (inclusive ? TaxTreatment.Inclusive : TaxTreatment.Exclusive, $"{why}: {home.Name} {home.Rate} of {Place(home.Country, home.Region)}.", home);
    }

    private static string Place(string country, string? region = null) => (region is null ? "" : region + ", ") + Countries.NameOf(country);

    private static TaxRate? Find(ImmutableArray<TaxRate> rates, string country, string? region, LocalDate on) => rates
        .Where(rate => rate.Country == country && (rate.Region is null || rate.Region == region) && rate.IsValid(on))
        .OrderByDescending(rate => rate.Region is not null).ThenByDescending(rate => rate.ValidFrom).ThenBy(rate => rate.Id, StringComparer.Ordinal)
        .FirstOrDefault();

    private static InvoiceTax Compute(
        ImmutableArray<InvoiceLine> lines, TaxTreatment treatment, string reason, TaxProfile? supplier, TaxProfile? customer, TaxRate? rate, LocalDate on)
    {
        var sum = Money.Sum(lines[0].Amount.Currency, lines.Select(line => line.Amount));
        if (treatment is not (TaxTreatment.Exclusive or TaxTreatment.Inclusive) || rate is null)
        {
            return new InvoiceTax(treatment, reason, supplier, customer, on, rate, [], sum, Money.Zero(sum.Currency));
        }

        var taxed = Money.Sum(sum.Currency, lines.Where(line => !rate.NotOn.Contains(line.Kind)).Select(line => line.Amount));
        var tax = treatment == TaxTreatment.Inclusive ? Contained(taxed, rate.Rate) : taxed.Share(rate.Rate);
        var net = treatment == TaxTreatment.Inclusive ? taxed - tax : taxed;
        var line = new TaxLine(rate.Id, rate.Name, rate.Rate, net, tax);
        return new InvoiceTax(treatment, reason, supplier, customer, on, rate, [line], treatment == TaxTreatment.Inclusive ? sum - tax : sum, tax);
    }
}
