using System.Text;
using Marketplace.Agent.Keys;

namespace Marketplace.Agent.Tests.Keys;

/// <summary>A key is made once, stays on its node, and others cannot read it.</summary>
public sealed class SigningKeyTests
{
    [Fact]
    public void A_key_is_kept_readable_by_its_owner_alone_and_is_the_same_again()
    {
        using var node = new FakeNode();
        using var made = SigningKey.LoadOrMake(node.AgentFolder);
        using var again = SigningKey.Load(node.AgentFolder)!;

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(node.AgentFolder.FileOf("node.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(node.AgentFolder.Path));
        Assert.Equal(32, made.PublicKey.Length);
        Assert.Equal(made.PublicKey, again.PublicKey);
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", node.AgentFolder.ReadText("node.key"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_is_of_these_bytes_and_this_key()
    {
        using var node = new FakeNode();
        using var other = new FakeNode();
        using var key = SigningKey.LoadOrMake(node.AgentFolder);
        using var another = SigningKey.LoadOrMake(other.AgentFolder);
        var message = Encoding.UTF8.GetBytes("sequence 7");
        var signature = key.Sign(message);

        Assert.True(SigningKey.Verify(key.PublicKey, message, signature));
        Assert.False(SigningKey.Verify(key.PublicKey, "sequence 8"u8, signature));
        Assert.False(SigningKey.Verify(another.PublicKey, message, signature));
        Assert.False(SigningKey.Verify(key.PublicKey, message, signature.AsSpan(1)));
        Assert.False(SigningKey.Verify([1, 2, 3], message, signature));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_key_that_others_may_touch_is_not_used(UnixFileMode more)
    {
        using var node = new FakeNode();
        SigningKey.LoadOrMake(node.AgentFolder).Dispose();
        var file = node.AgentFolder.FileOf("node.key");
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | more);

        var refused = Assert.Throws<AgentException>(() => SigningKey.Load(node.AgentFolder));

        Assert.Equal(ExitCode.Folder, refused.Code);
        Assert.Contains("chmod 600", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_key_is_named()
    {
        using var node = new FakeNode();
        node.AgentFolder.WriteText("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "node.key");

        Assert.Contains("holds no Ed25519 key", Assert.Throws<AgentException>(() => SigningKey.Load(node.AgentFolder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rotation_that_is_cut_short_goes_on_with_the_key_it_began_with()
    {
        using var node = new FakeNode();
        using var first = SigningKey.LoadOrMake(node.AgentFolder);
        using var next = SigningKey.LoadOrMakeNext(node.AgentFolder);
        using var resumed = SigningKey.LoadOrMakeNext(node.AgentFolder);
        Assert.True(SigningKey.HasNext(node.AgentFolder));
        Assert.Equal(next.PublicKey, resumed.PublicKey);
        Assert.NotEqual(first.PublicKey, next.PublicKey);

        SigningKey.Advance(node.AgentFolder);

        using var current = SigningKey.Load(node.AgentFolder)!;
        Assert.False(SigningKey.HasNext(node.AgentFolder));
        Assert.Equal(next.PublicKey, current.PublicKey);
    }
}
