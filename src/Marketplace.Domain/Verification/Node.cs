using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>A token by which a node may introduce itself, once.</summary>
/// <param name="TokenHash">Hash of the token; the token itself is kept nowhere.</param>
/// <param name="ExpiresAt">Market time from which it is refused.</param>
public sealed record EnrolmentToken(string TokenHash, Instant ExpiresAt);

/// <summary>A public key of a node.</summary>
/// <param name="Id">Id of the key: <see cref="SignedMessage.KeyIdOf"/>.</param>
/// <param name="PublicKey">32 bytes of Ed25519, base64.</param>
/// <param name="AddedAt">When the node brought it.</param>
/// <param name="RevokedAt">When it stopped counting; null while it counts.</param>
/// <param name="RevokedFor">Why, in words.</param>
public sealed record NodeKey(string Id, string PublicKey, Instant AddedAt, Instant? RevokedAt = null, string? RevokedFor = null);

/// <summary>A message that was not taken, kept so that the operator can see why.</summary>
/// <param name="At">When it came.</param>
/// <param name="Code">Code of the refusal.</param>
/// <param name="Reason">The refusal in words.</param>
/// <param name="Digest">SHA-256 of the signed bytes.</param>
/// <param name="IsStrangers">Whether the key that counts did not sign it: anybody may have sent it.</param>
public sealed record RefusedMessage(Instant At, string Code, string Reason, string Digest, bool? IsStrangers = null);

/// <summary>Devices that the marketplace took from a node, so that they may be offered elsewhere.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Devices">What they are known by, such as <c>uuid:GPU-…</c>.</param>
/// <param name="IsDone">Whether they may be claimed by another node.</param>
public sealed record DeviceRelease(Instant At, string Reason, ImmutableArray<string> Devices, bool IsDone = false);

/// <summary>
/// A physical node as the marketplace hears it: its keys, the messages it took from it, and its health. Which pool has the
/// node, and which lease, the pool says.
/// </summary>
public sealed partial record Node
{
    /// <summary>Refused messages kept.</summary>
    public const int MostRefused = 20;

    /// <summary>Of these, messages that the node's key did not sign: strangers do not push out what the node itself was refused.</summary>
    public const int MostStrangers = 5;

    /// <summary>Keys kept, revoked ones too.</summary>
    public const int MostKeys = 20;

    /// <summary>Time in which one stranger's message is kept, and no more: whoever knows a node's id may send as many as he likes.</summary>
    public static readonly Duration StrangerPause = Duration.FromMinutes(10);

    /// <summary>How long an enrolment token lasts.</summary>
    public static readonly Duration TokenLife = Duration.FromHours(72);

    /// <summary>The node.</summary>
    public required NodeId Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required OrganizationId OperatorId { get; init; }

    /// <summary>Its pool.</summary>
    public required PoolId PoolId { get; init; }

    /// <summary>When its operator first asked for a token.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>The token not yet used; null when none waits.</summary>
    public EnrolmentToken? Token { get; init; }

    /// <summary>Its keys, newest last.</summary>
    public ImmutableArray<NodeKey> Keys { get; init; } = [];

    /// <summary>Version of the program that enrolled it.</summary>
    public string? AgentVersion { get; init; }

    /// <summary>Digest of the message that enrolled it: the same one sent again is answered again.</summary>
    public string? EnrolledBy { get; init; }

    /// <summary>Highest sequence of a message it sent, heartbeats aside.</summary>
    public long Sequence { get; init; }

    /// <summary>Digest of that message: the same one sent again is taken again.</summary>
    public string? LastDigest { get; init; }

    /// <summary>The challenge that waits for it; null when none does.</summary>
    public BenchmarkRunId? Challenge { get; init; }

    /// <summary>What its newest judged report came to; null before the first.</summary>
    public NodeResult? Result { get; init; }

    /// <summary>Messages refused lately, newest last.</summary>
    public ImmutableArray<RefusedMessage> Refused { get; init; } = [];

    /// <summary>The last time the marketplace released its devices; null when it never did.</summary>
    public DeviceRelease? Release { get; init; }

    /// <summary>Heartbeats, outages and their causes.</summary>
    public required NodeHealth Health { get; init; }

    /// <summary>The key that counts; null before enrolment and after revocation.</summary>
    [JsonIgnore]
    public NodeKey? Key => Keys.LastOrDefault(key => key.RevokedAt is null);
}

/// <summary>What a challenge came to for one node.</summary>
/// <param name="Run">The challenge.</param>
/// <param name="Outcome">The verdict.</param>
/// <param name="At">When.</param>
/// <param name="OpenedAt">When the challenge was opened; null in what was written before this was told.</param>
public sealed record NodeResult(BenchmarkRunId Run, NodeOutcome Outcome, Instant At, Instant? OpenedAt = null)
{
    /// <summary>Whether a newer challenge than this one's was decided already: a late verdict does not undo it.</summary>
    public bool IsOlderThan(NodeResult? known) => known is not null && known.Run != Run && OpenedAt < known.OpenedAt;
}

/// <summary>Something that happened to a node.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(TokenIssued), "tokenIssued")]
[JsonDerivedType(typeof(NodeEnrolled), "enrolled")]
[JsonDerivedType(typeof(KeyRotated), "keyRotated")]
[JsonDerivedType(typeof(KeyRevoked), "keyRevoked")]
[JsonDerivedType(typeof(MessageTaken), "messageTaken")]
[JsonDerivedType(typeof(MessageRefused), "messageRefused")]
[JsonDerivedType(typeof(ChallengeSet), "challengeSet")]
[JsonDerivedType(typeof(NodeJudged), "judged")]
[JsonDerivedType(typeof(BeatsTaken), "beatsTaken")]
[JsonDerivedType(typeof(SilenceNoted), "silenceNoted")]
[JsonDerivedType(typeof(FaultAttributed), "faultAttributed")]
[JsonDerivedType(typeof(MaintenancePlanned), "maintenancePlanned")]
[JsonDerivedType(typeof(DeviceReleaseBegun), "deviceReleaseBegun")]
[JsonDerivedType(typeof(DevicesReleased), "devicesReleased")]
public abstract record NodeFact;

/// <summary>The operator was given a token for the node.</summary>
public sealed record TokenIssued(NodeId Node, OrganizationId Operator, PoolId Pool, EnrolmentToken Token, Instant At) : NodeFact;

/// <summary>The node introduced itself; the token is used up, and an earlier key counts no more.</summary>
public sealed record NodeEnrolled(NodeKey Key, string AgentVersion, string Digest, Instant At) : NodeFact;

/// <summary>The node took another key.</summary>
public sealed record KeyRotated(NodeKey Key, long Sequence, string Digest, Instant At) : NodeFact;

/// <summary>The operator, or the marketplace, revoked the key that counted.</summary>
public sealed record KeyRevoked(string KeyId, string Reason, Instant At) : NodeFact;

/// <summary>A signed message was taken.</summary>
public sealed record MessageTaken(long Sequence, string Digest) : NodeFact;

/// <summary>A message was refused.</summary>
public sealed record MessageRefused(RefusedMessage Message) : NodeFact;

/// <summary>A challenge waits for the node, or no longer does (null).</summary>
public sealed record ChallengeSet(BenchmarkRunId? Run) : NodeFact;

/// <summary>A challenge was decided for the node.</summary>
public sealed record NodeJudged(NodeResult Result) : NodeFact;

/// <summary>The marketplace is about to release the node's devices.</summary>
public sealed record DeviceReleaseBegun(DeviceRelease Release) : NodeFact;

/// <summary>The devices may be claimed by another node.</summary>
public sealed record DevicesReleased : NodeFact;
