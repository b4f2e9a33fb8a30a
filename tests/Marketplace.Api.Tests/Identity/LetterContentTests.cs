using Marketplace.Api.Identity;
using Marketplace.Domain.Organizations;
using NodaTime;

namespace Marketplace.Api.Tests.Identity;

public sealed class LetterContentTests
{
    private const string Link = "https://m.example/there?token=x";

    public static TheoryData<string> Letters => [.. Written.Keys];

    private static Dictionary<string, Func<SpokenLanguage, LetterContent>> Written { get; } = new()
    {
        ["confirm"] = language => LetterContent.ConfirmEmail(language, "Ada", Link),
        ["confirm-new"] = language => LetterContent.ConfirmNewEmail(language, "Ada", Link),
        ["change-asked"] = language => LetterContent.EmailChangeAsked(language, "Ada", "ada@new.example", Link),
        ["changed"] = language => LetterContent.EmailChanged(language, "Ada", "ada@new.example"),
        ["way-in"] = language => LetterContent.WayInAdded(language, "Ada", WayIn.Passkey("Laptop"), Link, Link),
        ["reset"] = language => LetterContent.ResetPassword(language, "Ada", Link),
        ["already"] = language => LetterContent.AlreadyRegistered(language, "Ada", Link),
        ["invitation"] = language => LetterContent.Invitation(language, "Acme", "Ada", OrganizationRole.Engineer, Link, Instant.FromUtc(2027, 1, 14, 9, 0)),
    };

    [Theory]
    [MemberData(nameof(Letters))]
    public void A_mail_says_the_same_in_both_languages(string name)
    {
        var (english, german) = (Written[name](SpokenLanguage.En), Written[name](SpokenLanguage.De));

        Assert.NotEqual(english.Subject, german.Subject);
        Assert.StartsWith("Hello", english.Text, StringComparison.Ordinal);
        Assert.StartsWith("Guten Tag", german.Text, StringComparison.Ordinal);
        Assert.Equal(english.Text.Split(Link).Length, german.Text.Split(Link).Length);
        Assert.Equal(english.Text.Contains("ada@new.example", StringComparison.Ordinal), german.Text.Contains("ada@new.example", StringComparison.Ordinal));
        Assert.DoesNotContain("{", german.Text + english.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_invitation_has_a_line_in_the_other_language_and_says_until_when()
    {
        var english = Written["invitation"](SpokenLanguage.En).Text;
        Assert.Contains("Ada of Acme invites you to join Acme at the marketplace, as: engineer.", english, StringComparison.Ordinal);
        Assert.Contains("until 14 January 2027, 09:00 (UTC)", english, StringComparison.Ordinal);
        Assert.Contains("Auf Deutsch: Acme lädt Sie", english, StringComparison.Ordinal);

        var german = Written["invitation"](SpokenLanguage.De).Text;
        Assert.Contains("mit der Rolle: Technik", german, StringComparison.Ordinal);
        Assert.Contains("bis 14. Januar 2027, 09:00 (UTC)", german, StringComparison.Ordinal);
        Assert.Contains("In English: Acme invites you", german, StringComparison.Ordinal);
    }
}
