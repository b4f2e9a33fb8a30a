using System.Collections.Immutable;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Verification;

/// <summary>Gives the operator a token for a node; an unused one before it counts no more.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Node">The node, registered in <paramref name="Pool"/>.</param>
/// <param name="Pool">Its pool.</param>
/// <param name="TokenHash">Hash of the token.</param>
public sealed record IssueEnrolmentToken(OrganizationId Actor, NodeId Node, PoolId Pool, string TokenHash);

/// <summary>A node introduces itself.</summary>
/// <param name="Message">As it came.</param>
/// <param name="Body">What its payload says.</param>
public sealed record EnrolNode(SignedMessage Message, NodeEnrolment Body);

/// <summary>A node takes another key.</summary>
/// <param name="Message">As it came.</param>
/// <param name="Body">What its payload says.</param>
public sealed record RotateKey(SignedMessage Message, KeyRotation Body);

/// <summary>Revokes the node's key: nothing signed with it counts from now on.</summary>
/// <param name="Actor">The operator; null for the marketplace itself.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
public sealed record RevokeKey(OrganizationId? Actor, string Reason);

/// <summary>A signed message of the node, to be taken once.</summary>
/// <param name="Message">As it came.</param>
/// <param name="PayloadType">The type this operation takes.</param>
/// <param name="Sequence">What its payload says.</param>
/// <param name="Named">The node its payload names.</param>
public sealed record TakeMessage(SignedMessage Message, string PayloadType, long Sequence, NodeId Named);

/// <summary>The marketplace releases a node's devices, so that they may be offered elsewhere.</summary>
/// <param name="Devices">What it holds, as its claims are known by.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
public sealed record ReleaseDevices(ImmutableArray<string> Devices, string Reason);

/// <summary>Keeps why a message was refused.</summary>
/// <param name="Code">Code of the refusal.</param>
/// <param name="Reason">The refusal in words.</param>
/// <param name="Digest">SHA-256 of the signed bytes.</param>
/// <param name="IsStrangers">Whether the key that counts did not sign it.</param>
public sealed record NoteRefusal(string Code, string Reason, string Digest, bool IsStrangers);
