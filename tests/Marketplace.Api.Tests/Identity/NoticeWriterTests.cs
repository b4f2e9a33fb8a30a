using Marketplace.Api.Identity;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Api.Tests.Identity;

public sealed class NoticeWriterTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 1, 14, 9, 0);

    [Fact]
    public void One_thing_is_in_the_subject_and_several_are_counted()
    {
        var one = Written(new NoticeLine("An invoice was issued.", "inv_a", 1, Now));
        Assert.Equal("Acme: An invoice was issued", one.Subject);
        Assert.Contains("https://m.example/billing/invoices/inv_a", one.Text, StringComparison.Ordinal);

        var several = Written(new NoticeLine("A party wrote a message.", "rsv_a", 3, Now), new NoticeLine("A lease is over.", "lease_a", 1, Now));
        Assert.Equal("Acme: 4 notices", several.Subject);
        Assert.Contains("(3 times) 2027-01-14 09:00 UTC", several.Text, StringComparison.Ordinal);
        Assert.Contains("https://m.example/reservations/rsv_a", several.Text, StringComparison.Ordinal);
        Assert.Contains("https://m.example/leases/lease_a", several.Text, StringComparison.Ordinal);
        Assert.Contains("https://m.example/notices", several.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mail_says_how_much_it_leaves_out() =>
        Assert.Contains("and 10 more", Written([.. Enumerable.Range(0, 50).Select(number => new NoticeLine("It happened.", $"inv_{number}", 1, Now))]).Text, StringComparison.Ordinal);

    private static LetterContent Written(params NoticeLine[] lines) => NoticeWriter.ContentOf(new NoticeDigestContent("Ada", "Acme", [.. lines]), "https://m.example");
}
