using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Leases;
using NodaTime;

namespace Marketplace.Domain.Tests.Billing;

public sealed class RateBookTests
{
    private static readonly TaxRate Rate = new("no-vat", "MVA", "NO", null, Percentage.From(25), LeaseScript.Day("2026-01-01"), null, null, []);
    private static readonly Instant Now = LeaseScript.At("2027-01-01T00:00:00Z");

    private RateBook? book;

    [Fact]
    public void A_later_rate_takes_the_place_of_the_one_before()
    {
        Do(new PublishTaxRate(Rate));
        Do(new PublishTaxRate(Rate with { Id = "no-vat-28", Rate = Percentage.From(26), ValidFrom = LeaseScript.Day("2028-01-01") }));

        Assert.Equal(LeaseScript.Day("2028-01-01"), book!.TaxRates[0].ValidUntil);
        Assert.Equal(2, book.RatesOf("NO", null).Length);
        Assert.Empty(book.RatesOf("SE", "DK"));
    }

    [Fact]
    public void A_rate_published_again_changes_nothing_and_none_may_overlap()
    {
        Do(new PublishTaxRate(Rate));

        Assert.Equal(0, Do(new PublishTaxRate(Rate)));
        Assert.Equal("tax_rate_overlaps", Refused(new PublishTaxRate(Rate with { Id = "other", ValidFrom = LeaseScript.Day("2025-01-01") })));
        Assert.Equal("tax_rate_invalid", Refused(new PublishTaxRate(Rate with { Rate = Percentage.From(51) })));
        Assert.Equal("tax_rate_invalid", Refused(new PublishTaxRate(Rate with { ValidUntil = Rate.ValidFrom })));
    }

    [Fact]
    public void A_value_of_an_index_is_published_once_for_ever()
    {
        Do(new PublishIndexValue("us-cpi-u", "CPI", new IndexValue(LeaseScript.Day("2027-02-01"), 330)));
        Do(new PublishIndexValue("us-cpi-u", "Another name", new IndexValue(LeaseScript.Day("2027-01-01"), 329)));

        Assert.Equal([329m, 330m], book!.ValuesOf("us-cpi-u").Select(value => value.Value));
        Assert.Equal("CPI", book.Indices[0].Name);
        Assert.Equal(0, Do(new PublishIndexValue("us-cpi-u", "CPI", new IndexValue(LeaseScript.Day("2027-01-01"), 329))));
        Assert.Equal("index_value_published", Refused(new PublishIndexValue("us-cpi-u", "CPI", new IndexValue(LeaseScript.Day("2027-01-01"), 328))));
        Assert.Equal("index_value_invalid", Refused(new PublishIndexValue("us-cpi-u", "CPI", new IndexValue(LeaseScript.Day("2027-01-02"), 328))));
    }

    private int Do(RateBookCommand command)
    {
        var decision = RateBook.Decide(book, command, Now);
        Assert.Null(decision.Refusal);
        book = decision.Facts.Aggregate(book, RateBook.Evolve);
        return decision.Facts.Length;
    }

    private string? Refused(RateBookCommand command) => RateBook.Decide(book, command, Now).Refusal?.Code;
}
