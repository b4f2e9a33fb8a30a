using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>What may happen to a node's record, and what follows.</summary>
public static class NodeDecisions
{
    private const int LongestReason = 500;

    /// <summary>Gives out a token.</summary>
    public static Decision<NodeFact> Decide(Node? node, IssueEnrolmentToken command, Instant now) =>
        node is not null && node.OperatorId != command.Actor
            ? Refusal.Of(NodeRefusal.NotFound, "There is no such node of this operator.")
            : new TokenIssued(command.Node, command.Actor, command.Pool, new EnrolmentToken(command.TokenHash, now + Node.TokenLife), now);

    /// <summary>Takes a node in. Repeating the same message changes nothing.</summary>
    public static Decision<NodeFact> Decide(Node? node, EnrolNode command, Instant now, ISignatureCheck check)
    {
        if (node is null)
        {
            return Refusal.Of(NodeRefusal.TokenUnknown, "No such enrolment token was given out.");
        }

        if (command.Message.PayloadType != PayloadTypes.Enrolment || SignedMessage.Decode(command.Body.PublicKey) is not { Length: SignedMessage.PublicKeyLength } key)
        {
            return Malformed(PayloadTypes.Enrolment, command.Message);
        }

        var id = SignedMessage.KeyIdOf(key);
        var hash = Encoding.ASCII.GetBytes(EnrolmentTokenText.Hash(command.Body.Token));
        if (node.Token is not { } token || !CryptographicOperations.FixedTimeEquals(hash, Encoding.ASCII.GetBytes(token.TokenHash)))
        {
            return node.Key?.Id == id && command.Message.IsSignedBy(command.Body.PublicKey, check) && node.EnrolledBy == command.Message.Digest()
                ? Decision<NodeFact>.Nothing
                : Refusal.Of(NodeRefusal.TokenUnknown, $"This is not the newest unused token of {node.Id}.");
        }

        return now >= token.ExpiresAt ? Refusal.Of(NodeRefusal.TokenExpired, $"The token was valid until {token.ExpiresAt}.")
            : !command.Message.IsSignedBy(command.Body.PublicKey, check) ? Refusal.Of(NodeRefusal.SignatureWrong, "The message is not signed by the key it brings.")
            : node.Keys.Any(known => known.Id == id) ? Refusal.Of(NodeRefusal.KeyTaken, "The node had this key before; make a new one.")
            : new NodeEnrolled(new NodeKey(id, command.Body.PublicKey, now), command.Body.AgentVersion, command.Message.Digest(), now);
    }

    /// <summary>Takes the next key.</summary>
    public static Decision<NodeFact> Decide(Node? node, RotateKey command, Instant now, ISignatureCheck check)
    {
        var body = command.Body;
        if (Refuse(node, new TakeMessage(command.Message, PayloadTypes.KeyRotation, body.Sequence, body.NodeId), check) is { } refusal)
        {
            return refusal;
        }

        if (SignedMessage.Decode(body.PublicKey) is not { Length: SignedMessage.PublicKeyLength } key || !command.Message.IsSignedBy(body.PublicKey, check))
        {
            return Refusal.Of(NodeRefusal.SignatureWrong, "The message carries no valid signature of the new key.");
        }

        var id = SignedMessage.KeyIdOf(key);
        return node!.Keys.Any(known => known.Id == id)
            ? Refusal.Of(NodeRefusal.KeyTaken, "The node had this key before; make a new one.")
            : new KeyRotated(new NodeKey(id, body.PublicKey, now), body.Sequence, command.Message.Digest(), now);
    }

    /// <summary>Revokes the key. A node without one stays as it is.</summary>
    public static Decision<NodeFact> Decide(Node? node, RevokeKey command, Instant now) =>
        node is null || (command.Actor is { } actor && node.OperatorId != actor) ? Refusal.Of(NodeRefusal.NotFound, "There is no such node of this operator.")
        : command.Reason.Length is 0 or > LongestReason ? Refusal.Of(NodeRefusal.EvidenceMissing, $"A reason has 1 to {LongestReason} characters.", "reason")
        : node.Key is { } key ? new KeyRevoked(key.Id, command.Reason, now)
        : Decision<NodeFact>.Nothing;

    /// <summary>Releases the devices. One that was begun goes on as it began.</summary>
    public static Decision<NodeFact> Decide(Node? node, ReleaseDevices command, Instant now) =>
        node is null ? Refusal.Of(NodeRefusal.NotFound, "There is no such node.")
        : command.Reason.Length is 0 or > LongestReason ? Refusal.Of(NodeRefusal.EvidenceMissing, $"A reason has 1 to {LongestReason} characters.", "reason")
        : node.Release is { IsDone: false } ? Decision<NodeFact>.Nothing
        : new DeviceReleaseBegun(new DeviceRelease(now, command.Reason, command.Devices));

    /// <summary>
    /// Keeps a refusal where the operator can see it, once for one message. Of messages that the node's key did not sign, one in
    /// ten minutes leaves a trace: what anybody can send costs no more than that.
    /// </summary>
    public static Decision<NodeFact> Decide(Node? node, NoteRefusal command, Instant now) =>
        node is null || node.Refused.Any(known => known.Digest == command.Digest && known.Code == command.Code) || (command.IsStrangers && node.Refused.LastOrDefault(known => known.IsStrangers == true) is { } last && now - last.At < Node.StrangerPause)
            ? Decision<NodeFact>.Nothing
            : new MessageRefused(new RefusedMessage(now, command.Code, command.Reason, command.Digest, command.IsStrangers ? true : null));

    /// <summary>Whether the key that counts did not sign a message.</summary>
    public static bool IsStrangers(Node node, SignedMessage message, ISignatureCheck check) => node.Key is not { } key || !message.IsSignedBy(key.PublicKey, check);

    /// <summary>Takes a signed message, once. The very message taken last may come again, as after a lost answer.</summary>
    public static Decision<NodeFact> Decide(Node? node, TakeMessage command, ISignatureCheck check) =>
        Refuse(node, command, check) is { } refusal ? refusal
        : node!.LastDigest == command.Message.Digest() ? Decision<NodeFact>.Nothing
        : new MessageTaken(command.Sequence, command.Message.Digest());

    /// <summary>Why a message does not count; null when it does. Keys first, so that strangers learn nothing more.</summary>
    public static Refusal? Refuse(Node? node, TakeMessage command, ISignatureCheck check) =>
        Authenticate(node, command.Message, command.PayloadType, command.Named, check)
        ?? (command.Sequence > node!.Sequence || node.LastDigest == command.Message.Digest()
            ? null
            : Refusal.Of(NodeRefusal.Replayed, $"Its sequence is {command.Sequence}; {node.Sequence} was taken already. A message counts once: sign a new one with a higher sequence.", "sequence"));

    /// <summary>Whether the key that counts signed a message of this type for this node.</summary>
    public static Refusal? Authenticate(Node? node, SignedMessage message, string payloadType, NodeId named, ISignatureCheck check)
    {
        if (node is null)
        {
            return Refusal.Of(NodeRefusal.NotFound, "There is no such node.");
        }

        if (message.PayloadType != payloadType || message.Bytes() is null || message.Signatures.IsEmpty)
        {
            return Malformed(payloadType, message);
        }

        if (node.Key is not { } key)
        {
            return node.Keys.LastOrDefault(old => message.Signatures.Any(signature => signature.KeyId == old.Id)) is { } gone
                ? Revoked(gone)
                : Refusal.Of(NodeRefusal.NotEnrolled, $"{node.Id} has no key that counts.");
        }

        if (message.Signatures.All(signature => signature.KeyId != key.Id))
        {
            return node.Keys.FirstOrDefault(old => message.Signatures.Any(signature => signature.KeyId == old.Id)) is { } old
                ? Revoked(old)
                : Refusal.Of(NodeRefusal.KeyUnknown, $"It is signed by key {Shown(message.Signatures[0].KeyId)}; the key of {node.Id} is {Shown(key.Id)}.", "signatures");
        }

        return !message.IsSignedBy(key.PublicKey, check) ? Refusal.Of(NodeRefusal.SignatureWrong, $"The signature of key {Shown(key.Id)} does not fit the payload: not a byte may change after signing.", "signatures")
            : named != node.Id ? Refusal.Of(NodeRefusal.KeyUnknown, $"The payload speaks for {named}, but it is sent for {node.Id}.", "payload")
            : null;
    }

    /// <summary>The node after a fact.</summary>
    /// <exception cref="InvalidOperationException">The fact does not fit.</exception>
    public static Node Evolve(Node? node, NodeFact fact) => fact switch
    {
        TokenIssued issued => (node ?? new Node { Id = issued.Node, OperatorId = issued.Operator, PoolId = issued.Pool, CreatedAt = issued.At, Health = NodeHealth.None }) with
        {
            PoolId = issued.Pool,
            Token = issued.Token,
        },
        _ => EvolveKnown(node ?? throw new InvalidOperationException($"{fact.GetType().Name} of a node that is not known."), fact),
    };

    private static Node EvolveKnown(Node node, NodeFact fact) => fact switch
    {
        NodeEnrolled enrolled => WithKey(node, enrolled.Key, "The node was enrolled again.", enrolled.At) with { Token = null, AgentVersion = enrolled.AgentVersion, EnrolledBy = enrolled.Digest },
        KeyRotated rotated => WithKey(node, rotated.Key, "The node took another key.", rotated.At) with { Sequence = rotated.Sequence, LastDigest = rotated.Digest },
        KeyRevoked revoked => node with { Keys = [.. node.Keys.Select(key => key.Id == revoked.KeyId ? key with { RevokedAt = revoked.At, RevokedFor = revoked.Reason } : key)] },
        MessageTaken taken => node with { Sequence = taken.Sequence, LastDigest = taken.Digest },
        MessageRefused refused => node with { Refused = Kept(node.Refused.Add(refused.Message)) },
        ChallengeSet set => node with { Challenge = set.Run },
        NodeJudged judged => node with { Result = judged.Result.IsOlderThan(node.Result) ? node.Result : judged.Result, Challenge = node.Challenge == judged.Result.Run ? null : node.Challenge },
        DeviceReleaseBegun begun => node with { Release = begun.Release },
        DevicesReleased => node with { Release = node.Release! with { IsDone = true } },
        _ => node with { Health = node.Health.Evolve(fact) },
    };

    /// <summary>The newest, strangers' among them as far as they may be.</summary>
    private static ImmutableArray<RefusedMessage> Kept(ImmutableArray<RefusedMessage> refused)
    {
        var strangers = refused.Where(message => message.IsStrangers == true).SkipLast(Node.MostStrangers).ToHashSet();
        return [.. refused.Where(message => !strangers.Contains(message)).TakeLast(Node.MostRefused)];
    }

    private static Node WithKey(Node node, NodeKey key, string reason, Instant at) => node with
    {
        Keys = [.. node.Keys.Select(old => old.RevokedAt is null ? old with { RevokedAt = at, RevokedFor = reason } : old).TakeLast(Node.MostKeys - 1), key],
    };

    private static Refusal Malformed(string expected, SignedMessage message) => Refusal.Of(
        NodeRefusal.MessageMalformed, $"Expected {expected} as signed base64, got '{(message.PayloadType.Length <= 100 ? message.PayloadType : message.PayloadType[..100])}'.", "payloadType");

    private static Refusal Revoked(NodeKey key) => Refusal.Of(
        NodeRefusal.KeyRevoked, $"Key {Shown(key.Id)} counts no more since {key.RevokedAt}: {key.RevokedFor}", "signatures");

    private static string Shown(string keyId) => keyId.Length <= 16 ? keyId : keyId[..16] + "…";
}
