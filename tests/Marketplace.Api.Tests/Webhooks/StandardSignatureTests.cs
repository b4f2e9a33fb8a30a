using System.Text;
using Marketplace.Api.Webhooks;

namespace Marketplace.Api.Tests.Webhooks;

/// <summary>Signatures as the specification's own libraries make and verify them.</summary>
public sealed class StandardSignatureTests
{
    // Made by the specification's reference library.
    [Fact]
    public void The_specifications_own_example_has_its_signature() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        StandardSignature.Of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("{\"test\": 2432232314}")));

    [Fact]
    public void A_secret_is_32_random_bytes()
    {
        var (one, other) = (StandardSignature.NewSecret(), StandardSignature.NewSecret());
        Assert.StartsWith("whsec_", one, StringComparison.Ordinal);
        Assert.Equal(32, Convert.FromBase64String(one["whsec_".Length..]).Length);
        Assert.NotEqual(one, other);
    }
}
