using Marketplace.Portal.Language;
using Marketplace.Portal.Shell;

namespace Marketplace.Portal.Tests.Shell;

public sealed class BrowserTests
{
    [Theory]
    [InlineData("/reservations?x=1", "/reservations?x=1")]
    [InlineData("//evil.example/", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/\n/evil.example", "/")]
    [InlineData(null, "/")]
    public void SigningInLeadsToThisOriginOnly(string? address, string to) => Assert.Equal(to, Browser.Local(address));

    [Fact]
    public void ARefusalSaysEveryFault() => Assert.Equal(
        "Too short. Unknown.",
        Browser.DetailOf("""{"code":"invalid_request","detail":"The request is invalid.","errors":[{"field":"a","code":"c","message":"Too short."},{"field":"b","code":"c","message":"Unknown."}]}""", new Texts("en")));
}
