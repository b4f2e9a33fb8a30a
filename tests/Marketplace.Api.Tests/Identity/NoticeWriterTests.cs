using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Api.Events;
using Marketplace.Api.Identity;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Api.Tests.Identity;

public sealed class NoticeWriterTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 1, 14, 9, 0);

    private static readonly NoticeLine Issued = Line("invoice.issued", "An invoice was issued.", "inv_a", 1) with
    {
        Data = JsonSerializer.SerializeToElement(new { id = "inv_a", total = new { amountMinor = 123_456_750, currency = "USD", formatted = "USD 1,234,567.50" }, dueDate = "2027-02-13" }),
    };

    private static readonly AboutModel Hall = new("INV-0007", "Northern Ridge", "Lumen Labs AS", null, Instant.FromUtc(2027, 2, 28, 23, 0), Instant.FromUtc(2029, 2, 28, 23, 0), "Europe/Oslo");

    [Fact]
    public void One_thing_is_in_the_subject_and_several_are_counted()
    {
        var one = Written(SpokenLanguage.En, [Hall], Issued);
        Assert.Equal("Acme: An invoice was issued – INV-0007", one.Subject);
        Assert.Contains("https://m.example/billing/invoices/inv_a", one.Text, StringComparison.Ordinal);

        var several = Written(SpokenLanguage.En, [null, null], Line("reservation.message_posted", "A party wrote a message.", "rsv_a", 3), Line("lease.ended", "A lease is over.", "lease_a", 1));
        Assert.Equal("Acme: 4 notices", several.Subject);
        Assert.Contains("(3 times) 14 January 2027, 09:00 (UTC)", several.Text, StringComparison.Ordinal);
        Assert.Contains("https://m.example/reservations/rsv_a", several.Text, StringComparison.Ordinal);
        Assert.Contains("https://m.example/leases/lease_a", several.Text, StringComparison.Ordinal);
        Assert.Contains("https://m.example/notices", several.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mail_names_what_it_is_about_with_figures_and_dates_as_its_reader_writes_them()
    {
        var english = Written(SpokenLanguage.En, [Hall], Issued).Text;
        Assert.Contains("INV-0007 · Northern Ridge · Lumen Labs AS · 1 March 2027 – 28 February 2029", english, StringComparison.Ordinal);
        Assert.Contains("USD 1,234,567.50, due 13 February 2027", english, StringComparison.Ordinal);
        Assert.Contains("14 January 2027, 10:00 (Europe/Oslo)", english, StringComparison.Ordinal);

        var german = Written(SpokenLanguage.De, [Hall], Issued);
        Assert.Equal("Acme: Eine Rechnung wurde ausgestellt – INV-0007", german.Subject);
        Assert.Contains("Guten Tag Ada,", german.Text, StringComparison.Ordinal);
        Assert.Contains("INV-0007 · Northern Ridge · Lumen Labs AS · 1. März 2027 – 28. Februar 2029", german.Text, StringComparison.Ordinal);
        Assert.Contains("1.234.567,50 USD, fällig am 13. Februar 2027", german.Text, StringComparison.Ordinal);
        Assert.Contains("14. Januar 2027, 10:00 (Europe/Oslo)", german.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("rsv_", german.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mail_says_how_much_it_leaves_out()
    {
        var lines = Enumerable.Range(0, 50).Select(number => Line("lease.ended", "It happened.", $"inv_{number}", 1)).ToArray();
        Assert.Contains("and 10 more", Written(SpokenLanguage.En, [.. Enumerable.Repeat<AboutModel?>(null, 40)], lines).Text, StringComparison.Ordinal);
        Assert.Contains("und 10 weitere", Written(SpokenLanguage.De, [.. Enumerable.Repeat<AboutModel?>(null, 40)], lines).Text, StringComparison.Ordinal);
    }

    private static NoticeLine Line(string type, string meaning, string subject, int count) => new(type, meaning, subject, JsonSerializer.SerializeToElement(new { id = subject }), count, Now);

    private static LetterContent Written(SpokenLanguage language, ImmutableArray<AboutModel?> abouts, params NoticeLine[] lines) =>
        NoticeWriter.ContentOf(new NoticeDigestContent("Ada", language, OrganizationId.From("org_a"), "Acme", [.. lines]), abouts, "https://m.example");
}
