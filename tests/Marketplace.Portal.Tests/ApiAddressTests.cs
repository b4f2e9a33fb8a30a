namespace Marketplace.Portal.Tests;

public sealed class ApiAddressTests
{
    [Theory]
    [InlineData("http://localhost:5080/", "http://localhost:5080")]
    [InlineData("http://127.0.0.1:80/", "http://0.0.0.0:80")]
    [InlineData("http://127.0.0.1:8080/", "https://[::]:8443", "http://[::]:8080")]
    [InlineData("http://127.0.0.1:5000/", "http://*:5000")]
    public void TheOwnListenerIsReachedFromThisMachine(string root, params string[] addresses) => Assert.Equal(new Uri(root), ApiAddress.Reachable(addresses));

    [Fact]
    public void NoListenerIsNone() => Assert.Null(ApiAddress.Reachable([]));
}
