using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Domain.Tests.Verification;

public sealed class NodeDecisionsTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 1, 5, 9, 0);
    private static readonly NodeId Id = NodeId.From("node_1");
    private static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    private static readonly EnrolmentTokenText Token = EnrolmentTokenText.Of(Id, new byte[32]);
    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)7, 32)];
    private static readonly byte[] Next = [.. Enumerable.Repeat((byte)8, 32)];

    [Fact]
    public void A_token_enrols_one_node_once()
    {
        var waiting = Issued();
        var enrolment = Enrolment(Key, Token.Reveal());
        var enrolled = Evolve(waiting, NodeDecisions.Decide(waiting, enrolment, Now, Keyed.Check));

        Assert.Equal(SignedMessage.KeyIdOf(Key), enrolled.Key?.Id);
        Assert.Null(enrolled.Token);
        Assert.Empty(NodeDecisions.Decide(enrolled, enrolment, Now, Keyed.Check).Facts);
        Assert.Equal("enrolment_token_unknown", NodeDecisions.Decide(enrolled, Enrolment(Next, Token.Reveal()), Now, Keyed.Check).Refusal?.Code);
        Assert.Equal("enrolment_token_unknown", NodeDecisions.Decide(null, enrolment, Now, Keyed.Check).Refusal?.Code);
        Assert.Equal("enrolment_token_expired", NodeDecisions.Decide(waiting, enrolment, Now + Node.TokenLife, Keyed.Check).Refusal?.Code);
        Assert.Equal("node_signature_wrong", NodeDecisions.Decide(waiting, enrolment with { Message = Signed(PayloadTypes.Enrolment, "x", Next) }, Now, Keyed.Check).Refusal?.Code);
    }

    [Fact]
    public void Another_operator_gets_no_token_for_a_node()
    {
        var command = new IssueEnrolmentToken(OrganizationId.From("org_other"), Id, PoolId.From("pool_1"), "hash");

        Assert.Equal("node_unknown", NodeDecisions.Decide(Issued(), command, Now).Refusal?.Code);
    }

    [Fact]
    public void A_message_counts_once_and_the_last_one_may_be_repeated()
    {
        var node = Enrolled();
        var first = Take(5, "five");
        node = Evolve(node, NodeDecisions.Decide(node, first, Keyed.Check));

        Assert.Equal(5, node.Sequence);
        Assert.Empty(NodeDecisions.Decide(node, first, Keyed.Check).Facts);
        Assert.Equal("message_replayed", NodeDecisions.Decide(node, Take(5, "other"), Keyed.Check).Refusal?.Code);
        Assert.Equal("message_replayed", NodeDecisions.Decide(node, Take(4, "older"), Keyed.Check).Refusal?.Code);
        Assert.Equal(6, Evolve(node, NodeDecisions.Decide(node, Take(6, "six"), Keyed.Check)).Sequence);
    }

    [Theory]
    [InlineData("type", "message_malformed")]
    [InlineData("base64", "message_malformed")]
    [InlineData("payload", "node_signature_wrong")]
    [InlineData("stranger", "node_key_unknown")]
    [InlineData("otherNode", "node_key_unknown")]
    [InlineData("unsigned", "message_malformed")]
    public void A_message_that_is_not_the_nodes_own_is_refused(string change, string code)
    {
        var take = Take(1, "one");
        var message = take.Message;
        take = change switch
        {
            "type" => take with { Message = message with { PayloadType = PayloadTypes.Heartbeats } },
            "base64" => take with { Message = message with { Payload = "*" } },
            "payload" => take with { Message = message with { Payload = Convert.ToBase64String("two"u8) } },
            "stranger" => take with { Message = Signed(PayloadTypes.ChallengeRequest, "one", Next) },
            "unsigned" => take with { Message = message with { Signatures = [] } },
            _ => take with { Named = NodeId.From("node_2") },
        };

        Assert.Equal(code, NodeDecisions.Decide(Enrolled(), take, Keyed.Check).Refusal?.Code);
    }

    [Fact]
    public void The_next_key_is_taken_when_both_have_signed_and_the_old_one_counts_no_more()
    {
        var node = Enrolled();
        var body = new KeyRotation(Id, 1, Convert.ToBase64String(Next));
        var one = Signed(PayloadTypes.KeyRotation, "rotate", Key);
        var both = one with { Signatures = [.. one.Signatures, .. Signed(PayloadTypes.KeyRotation, "rotate", Next).Signatures] };

        Assert.Equal("node_signature_wrong", NodeDecisions.Decide(node, new RotateKey(one, body), Now, Keyed.Check).Refusal?.Code);
        node = Evolve(node, NodeDecisions.Decide(node, new RotateKey(both, body), Now, Keyed.Check));

        Assert.Equal(SignedMessage.KeyIdOf(Next), node.Key?.Id);
        Assert.Equal("node_key_revoked", NodeDecisions.Decide(node, Take(2, "two"), Keyed.Check).Refusal?.Code);
    }

    [Fact]
    public void A_revoked_key_signs_nothing_until_the_node_is_enrolled_again()
    {
        var node = Enrolled();
        Assert.Equal("node_unknown", NodeDecisions.Decide(node, new RevokeKey(OrganizationId.From("org_other"), "No."), Now).Refusal?.Code);
        node = Evolve(node, NodeDecisions.Decide(node, new RevokeKey(Operator, "Lost."), Now));

        var refusal = NodeDecisions.Decide(node, Take(1, "one"), Keyed.Check).Refusal;

        Assert.Equal("node_key_revoked", refusal?.Code);
        Assert.Contains("Lost.", refusal?.Detail, StringComparison.Ordinal);
        Assert.Empty(NodeDecisions.Decide(node, new RevokeKey(Operator, "Again."), Now).Facts);
        node = Evolve(node, NodeDecisions.Decide(node, Token2(), Now));
        node = Evolve(node, NodeDecisions.Decide(node, Enrolment(Next, Token.Reveal()), Now, Keyed.Check));
        Assert.Equal(SignedMessage.KeyIdOf(Next), node.Key?.Id);
    }

    [Fact]
    public void What_strangers_send_leaves_few_traces_and_pushes_out_nothing_of_the_nodes_own()
    {
        var node = Enrolled();
        var own = new NoteRefusal("answer_late", "Late.", "own", IsStrangers: false);
        var strangers = own with { Code = "node_key_unknown", Digest = "strange", IsStrangers = true };
        Assert.True(NodeDecisions.IsStrangers(node, Signed(PayloadTypes.ChallengeRequest, "x", Next), Keyed.Check));
        Assert.False(NodeDecisions.IsStrangers(node, Signed(PayloadTypes.ChallengeRequest, "x", Key), Keyed.Check));

        for (var number = 0; number < 10; number++)
        {
            node = Evolve(node, NodeDecisions.Decide(node, own with { Digest = "own" + number }, Now));
        }

        Assert.Empty(NodeDecisions.Decide(node, own with { Digest = "own9" }, Now).Facts);
        node = Evolve(node, NodeDecisions.Decide(node, strangers, Now));
        Assert.Empty(NodeDecisions.Decide(node, strangers with { Digest = "other" }, Now + Duration.FromMinutes(9)).Facts);
        for (var hour = 1; hour <= 30; hour++)
        {
            node = Evolve(node, NodeDecisions.Decide(node, strangers with { Digest = "strange" + hour }, Now + Duration.FromHours(hour)));
        }

        Assert.Equal((10, Node.MostStrangers), (node.Refused.Count(message => message.Digest.StartsWith("own", StringComparison.Ordinal)), node.Refused.Count(message => message.IsStrangers == true)));
        Assert.Equal(Now + Duration.FromHours(30), node.Refused[^1].At);
    }

    [Fact]
    public void What_is_signed_is_the_dsse_form()
    {
        // The example of the DSSE 1.0 specification.
        Assert.Equal("DSSEv1 29 http://example.com/HelloWorld 11 hello world", Encoding.UTF8.GetString(SignedMessage.ToSign("http://example.com/HelloWorld", "hello world"u8)));
    }

    private static Node Issued() => Evolve(null, NodeDecisions.Decide(null, Token2(), Now));

    private static Node Enrolled()
    {
        var node = Issued();
        return Evolve(node, NodeDecisions.Decide(node, Enrolment(Key, Token.Reveal()), Now, Keyed.Check));
    }

    private static IssueEnrolmentToken Token2() => new(Operator, Id, PoolId.From("pool_1"), EnrolmentTokenText.Hash(Token.Reveal()));

    private static EnrolNode Enrolment(byte[] key, string token) =>
        new(Signed(PayloadTypes.Enrolment, token, key), new NodeEnrolment(token, Convert.ToBase64String(key), "test"));

    private static TakeMessage Take(long sequence, string payload) => new(Signed(PayloadTypes.ChallengeRequest, payload, Key), PayloadTypes.ChallengeRequest, sequence, Id);

    private static SignedMessage Signed(string type, string payload, byte[] key)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        return new(type, Convert.ToBase64String(bytes), [new MessageSignature(SignedMessage.KeyIdOf(key), Convert.ToBase64String(Keyed.Sign(key, SignedMessage.ToSign(type, bytes))))]);
    }

    private static Node Evolve(Node? node, Decision<NodeFact> decision)
    {
        Assert.Null(decision.Refusal);
        return NodeDecisions.Evolve(node, Assert.Single(decision.Facts));
    }

    /// <summary>Stands in for Ed25519: a keyed digest, whose secret is the public key.</summary>
    private sealed class Keyed : ISignatureCheck
    {
        public static readonly Keyed Check = new();

        public static byte[] Sign(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message) => HMACSHA512.HashData(key, message);

        public bool Fits(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Sign(publicKey, message).AsSpan().SequenceEqual(signature);
    }
}
