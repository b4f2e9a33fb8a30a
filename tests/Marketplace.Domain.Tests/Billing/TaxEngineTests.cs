using System.Collections.Immutable;
using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Leases;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

public sealed class TaxEngineTests
{
    private static readonly TaxRate Norway = new("no-vat", "MVA", "NO", null, Percentage.From(25), LeaseScript.Day("2020-01-01"), null, null, [InvoiceLineKind.ExitFee]);
    private static readonly TaxRate Germany = new("de-vat", "USt", "DE", null, Percentage.From(19), LeaseScript.Day("2020-01-01"), null, "EU", []);
    private static readonly TaxRate France = new("fr-vat", "TVA", "FR", null, Percentage.From(20), LeaseScript.Day("2020-01-01"), null, "EU", []);
    private static readonly TaxRate Texas = new("us-tx", "Sales tax", "US", "TX", Percentage.From(6.25m), LeaseScript.Day("2020-01-01"), null, null, []);

    [Theory]
    [InlineData("NO", null, "NO", null, TaxTreatment.Exclusive, 25_00)]
    [InlineData("DE", "DE1", "FR", "FR2", TaxTreatment.ReverseCharge, 0)]
    [InlineData("DE", "DE1", "FR", null, TaxTreatment.Exclusive, 19_00)]
    [InlineData("DE", "DE1", "US", "US3", TaxTreatment.OutOfScope, 0)]
    [InlineData("NO", null, "DE", "DE1", TaxTreatment.OutOfScope, 0)]
    [InlineData("SE", null, "SE", null, TaxTreatment.NoRate, 0)]
    public void Where_both_sides_are_decides(string supplier, string? supplierId, string customer, string? customerId, TaxTreatment treatment, long cents)
    {
        var tax = Decide(new TaxProfile(supplier, null, supplierId, null), new TaxProfile(customer, null, customerId, null));

        Assert.Equal((treatment, Usd(cents)), (tax.Treatment, tax.Amount));
        Assert.Equal((supplier, customer), (tax.Supplier!.Country, tax.Customer!.Country));
    }

    [Fact]
    public void A_region_has_its_own_rate_and_only_there()
    {
        Assert.Equal(Usd(625), Decide(new TaxProfile("US", "TX", null, null), new TaxProfile("US", "TX", null, null)).Amount);
        Assert.Equal(TaxTreatment.NoRate, Decide(new TaxProfile("US", "TX", null, null), new TaxProfile("US", "OR", null, null)).Treatment);
    }

    [Fact]
    public void Where_rates_differ_by_region_the_one_holds_where_the_capacity_stands()
    {
        var both = new TaxProfile("US", "TX", null, null);

        var inDakota = Decide(both, both, At("US", "ND"));
        Assert.Equal((TaxTreatment.NoRate, Usd(0)), (inDakota.Treatment, inDakota.Amount));
        Assert.Equal("No tax is charged: no sales tax or VAT on this supply is on record for ND, United States on 2027-01-01.", inDakota.Reason);

        var inTexas = Decide(both, new TaxProfile("US", "OR", null, null), At("US", "TX"));
        Assert.Equal((TaxTreatment.Exclusive, Usd(625)), (inTexas.Treatment, inTexas.Amount));
        Assert.Equal("Domestic supply, taxed where the leased capacity is: Sales tax 6.25% of TX, United States.", inTexas.Reason);

        // Abroad the parties' countries decide, wherever the capacity is.
        Assert.Equal(Usd(25_00), Decide(At("NO"), At("NO"), At("US", "ND")).Amount);
    }

    [Fact]
    public void Reasons_are_words_for_customers()
    {
        Assert.Equal(
            "No tax is charged: a service supplied from Norway to a business in Germany is outside the scope of MVA.",
            Decide(At("NO"), new TaxProfile("DE", null, "DE1", null)).Reason);
        Assert.Equal(
            "No tax is charged: no sales tax or VAT on this supply is on record for Iceland on 2027-01-01.",
            Decide(At("IS"), At("US")).Reason);
        Assert.Equal("Domestic supply: MVA 25% of Norway.", Decide(At("NO"), At("NO")).Reason);
    }

    [Fact]
    public void An_exempt_customer_pays_none_and_the_invoice_says_why()
    {
        var tax = Decide(new TaxProfile("NO", null, null, null), new TaxProfile("NO", null, null, "Embassy certificate 7"));

        Assert.Equal((TaxTreatment.Exempt, "Exempt: Embassy certificate 7."), (tax.Treatment, tax.Reason));
    }

    [Fact]
    public void Without_profiles_nothing_is_charged_and_nothing_is_pretended()
    {
        Assert.Equal("The supplier has no tax profile: no tax is charged.", Decide(null, null).Reason);
        Assert.Equal("The customer has no tax profile: no tax is charged.", Decide(new TaxProfile("NO", null, null, null), null).Reason);
    }

    [Fact]
    public void A_kind_of_line_can_be_outside_a_rate()
    {
        var tax = TaxEngine.For(
            [Line(10_000), Line(4_000) with { Kind = InvoiceLineKind.ExitFee }], false, At("NO"), At("NO"), [Norway], LeaseScript.Day("2027-01-01"));

        Assert.Equal((Usd(14_000), Usd(2_500), Usd(10_000)), (tax.Net, tax.Amount, tax.Lines[0].Net));
    }

    [Fact]
    public void A_rate_holds_on_its_days_only()
    {
        var later = Norway with { Id = "no-vat-2028", Rate = Percentage.From(26), ValidFrom = LeaseScript.Day("2028-01-01") };
        ImmutableArray<TaxRate> rates = [Norway with { ValidUntil = later.ValidFrom }, later];

        Assert.Equal(Usd(2_500), TaxEngine.For([Line(10_000)], false, At("NO"), At("NO"), rates, LeaseScript.Day("2027-12-31")).Amount);
        Assert.Equal(Usd(2_600), TaxEngine.For([Line(10_000)], false, At("NO"), At("NO"), rates, LeaseScript.Day("2028-01-01")).Amount);
    }

    [Fact]
    public void A_document_is_the_sum_of_its_lines_plus_tax_or_contains_it() => Gen.Select(Gen.Long[-5_000_000, 50_000_000].Array[1, 12], Gen.Int[0, 5_000], Gen.Bool)
        .Sample((amounts, hundredths, inclusive) =>
        {
            var rate = Norway with { Rate = Percentage.From(hundredths / 100m) };
            ImmutableArray<InvoiceLine> lines = [.. amounts.Select(Line)];
            var sum = Money.Sum(Currency.Usd, lines.Select(line => line.Amount));
            var tax = TaxEngine.For(lines, inclusive, At("NO"), At("NO"), [rate], LeaseScript.Day("2027-01-01"));

            Assert.Equal(inclusive ? sum : sum + tax.Amount, tax.Net + tax.Amount);
            Assert.Equal(tax.Amount, Money.Sum(Currency.Usd, tax.Lines.Select(line => line.Amount)));
            Assert.Equal(-tax.Amount, TaxEngine.Like(tax, [.. lines.Select(line => line with { Amount = -line.Amount })]).Amount);
        });

    private static TaxProfile At(string country) => new(country, null, null, null);

    private static CapacityNames At(string country, string region) =>
        new(PoolId.From("pool_1"), "Pool", SiteId.From("site_1"), "Site", country, region, null, null);

    private static InvoiceTax Decide(TaxProfile? supplier, TaxProfile? customer, CapacityNames? capacity = null) =>
        TaxEngine.For([Line(10_000)], false, supplier, customer, [Norway, Germany, France, Texas], LeaseScript.Day("2027-01-01"), capacity);

    private static InvoiceLine Line(long cents) => new() { Kind = InvoiceLineKind.Rent, Text = "Rent", Period = LeaseScript.Days("2027-01-01", "2027-02-01"), Amount = Usd(cents) };
}
