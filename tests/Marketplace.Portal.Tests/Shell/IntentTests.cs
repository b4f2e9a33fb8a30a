using Marketplace.Portal.Shell;

namespace Marketplace.Portal.Tests.Shell;

public sealed class IntentTests
{
    [Fact]
    public void TheSameWishIsTheSameKeyInEveryProcess()
    {
        Assert.Equal("portal-c61364874caa3c527e8b45b94ab899a6e9d7c566", Intent.Key("reserve", "qt_a"));
        Assert.Equal(Intent.Key("reserve", "qt_a"), Intent.Key("reserve", "qt_a"));
        Assert.NotEqual(Intent.Key("reserve", "qt_a"), Intent.Key("reserve", "qt_b"));
        Assert.NotEqual(Intent.Key("a", "bc"), Intent.Key("ab", "c"));
    }
}
