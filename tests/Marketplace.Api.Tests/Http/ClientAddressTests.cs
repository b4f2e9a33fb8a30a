using System.Net;
using Marketplace.Api.Http;
using Microsoft.AspNetCore.Http;

namespace Marketplace.Api.Tests.Http;

public sealed class ClientAddressTests
{
    /// <summary>Who has an address of IPv6 has as many as there are in its network: counted one by one, limits would be none.</summary>
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2::1", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::1", "2001:db8:1:3::/64")]
    public void Limits_count_a_network_of_IPv6_as_one_and_the_log_names_the_address(string from, string named, string counted)
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(from) } };

        Assert.Equal((named, counted), (ClientAddress.Of(http), ClientAddress.NetworkOf(http)));
    }
}
