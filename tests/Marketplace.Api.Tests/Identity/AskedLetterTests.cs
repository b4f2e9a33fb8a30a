using Marketplace.Api.Identity;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Testing;

namespace Marketplace.Api.Tests.Identity;

/// <summary>What was asked for waits in letters, sealed, and is written by whatever build sends them.</summary>
public sealed class AskedLetterTests
{
    [Fact]
    public void What_was_asked_for_is_kept_as_ever_and_still_loads() => Assert.Null(Golden.Fault("asked-letters.v1.json", new[]
    {
        new AskedLetter(AskedLetterKind.ConfirmEmail, "ada@x.example", "https://market.example.com"),
        new AskedLetter(AskedLetterKind.ResetPassword, "ada@x.example", "https://market.example.com"),
        new AskedLetter(AskedLetterKind.ConfirmNewEmail, "new@x.example", "https://market.example.com", UserId.From("usr_ada")),
        new AskedLetter(AskedLetterKind.Register, "bo@x.example", "https://market.example.com", Registration: new AskedRegistration("Bo", "hash", "stamp", SpokenLanguage.De)),
    }));
}
