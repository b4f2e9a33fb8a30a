using System.Net;
using CsCheck;
using Marketplace.Api.Webhooks;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Tests.Webhooks;

/// <summary>Where webhooks may go.</summary>
public sealed class AddressGuardTests
{
    private static readonly AddressGuard Strict = new(Options.Create(new WebhookOptions()));
    private static readonly AddressGuard Developing = new(Options.Create(new WebhookOptions { AllowLoopback = true }));

    [Theory]
    [InlineData("https://example.com/hooks", true)]
    [InlineData("https://example.com:443/hooks?tenant=1", true)]
    [InlineData("https://8.8.8.8/hooks", true)]
    [InlineData("https://[2606:4700::1111]/hooks", true)]
    [InlineData("http://example.com/hooks", false)]
    [InlineData("https://example.com:8443/hooks", false)]
    [InlineData("https://user:pass@example.com/", false)]
    [InlineData("https://example.com/#part", false)]
    [InlineData("ftp://example.com/", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("/hooks", false)]
    [InlineData("example.com", false)]
    [InlineData("https://", false)]
    [InlineData("https://localhost/", false)]
    [InlineData("https://LOCALHOST/", false)]
    [InlineData("https://api.localhost/", false)]
    [InlineData("https://127.0.0.1/", false)]
    [InlineData("https://127.1/", false)]
    [InlineData("https://2130706433/", false)]
    [InlineData("https://0x7f.0.0.1/", false)]
    [InlineData("https://0/", false)]
    [InlineData("https://169.254.169.254/latest/meta-data/", false)]
    [InlineData("https://168.63.129.16/", false)]
    [InlineData("https://10.1.2.3/", false)]
    [InlineData("https://[::1]/", false)]
    [InlineData("https://[::ffff:127.0.0.1]/", false)]
    [InlineData("https://[::ffff:a00:1]/", false)]
    [InlineData("https://[fd00::1]/", false)]
    public void An_address_to_register_is_public_and_https_on_its_port(string url, bool allowed) => Assert.Equal(allowed, Strict.Fault(url) is null);

    [Theory]
    [InlineData("http://localhost:8080/hooks", true)]
    [InlineData("http://127.0.0.1:8080/hooks", true)]
    [InlineData("https://localhost:8443/hooks", true)]
    [InlineData("http://[::1]:8080/hooks", true)]
    [InlineData("http://10.0.0.1:8080/hooks", false)]
    [InlineData("http://example.com/hooks", false)]
    [InlineData("https://169.254.169.254/", false)]
    public void Development_opens_loopback_and_nothing_else(string url, bool allowed) => Assert.Equal(allowed, Developing.Fault(url) is null);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("127.255.255.255")]
    [InlineData("169.254.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.8")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::7f00:1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:20::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fdff::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void Special_addresses_are_not_public(string address) => Assert.False(AddressGuard.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.167.255.255")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700::1111")]
    [InlineData("2a00:1450:4001::1")]
    public void Their_neighbours_are(string address) => Assert.True(AddressGuard.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public void An_address_written_as_mapped_is_judged_as_what_it_maps() => Gen.UInt.Sample(bits =>
    {
        var plain = new IPAddress(BitConverter.GetBytes(bits));
        return AddressGuard.IsPublic(plain) == AddressGuard.IsPublic(plain.MapToIPv6());
    });

    [Theory]
    [InlineData("http://8.8.8.8/")]
    [InlineData("https://8.8.8.8:22/")]
    public void A_connection_to_a_public_address_is_https_on_its_port_even_in_development(string url) =>
        Assert.False(Developing.Allows(IPAddress.Parse("8.8.8.8"), new Uri(url)));
}
