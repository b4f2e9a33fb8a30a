using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;

namespace Marketplace.Grains.Verification;

/// <summary>Tells a node that a challenge waits for it.</summary>
public sealed record ChallengeOpened(BenchmarkRunId Run) : Notice;

/// <summary>Tells a node what a challenge came to for it.</summary>
/// <param name="Result">What it came to.</param>
/// <param name="IsRejected">Whether a person looked at the answer and did not believe it: what only it claimed for the node is released. Null in what was written before this was told.</param>
public sealed record ChallengeDecided(NodeResult Result, bool? IsRejected = null) : Notice;

/// <summary>Tells a pool what a challenge came to.</summary>
/// <param name="Verification">What it came to.</param>
/// <param name="Tested">The nodes it tested; null in what was written before this was told.</param>
public sealed record PoolVerified(PoolVerification Verification, ImmutableArray<NodeId>? Tested = null) : Notice;

/// <summary>Tells a pool that a challenge counts no more.</summary>
public sealed record PoolVerificationExpired(BenchmarkRunId Run) : Notice;

/// <summary>Opens the acceptance challenge of delivered nodes.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Tenant">Who sees it.</param>
/// <param name="Operator">Whose nodes they are.</param>
/// <param name="Pool">Their pool, which knows what they are.</param>
/// <param name="Nodes">The nodes.</param>
public sealed record AcceptanceTestOpened(LeaseId Lease, OrganizationId Tenant, OrganizationId Operator, PoolId Pool, ImmutableArray<NodeId> Nodes) : Notice;

/// <summary>Tells a lease how delivered nodes did.</summary>
/// <param name="Run">The challenge.</param>
/// <param name="Passed">Nodes that passed.</param>
/// <param name="Failed">Nodes that did not, each with the reason.</param>
public sealed record AcceptanceTested(BenchmarkRunId Run, ImmutableArray<NodeId> Passed, ImmutableArray<NodeFailure> Failed) : Notice;

/// <summary>Tells a lease that maintenance of one of its nodes was announced.</summary>
/// <param name="Node">The node.</param>
/// <param name="Maintenance">When, and what is done.</param>
public sealed record NodeMaintenanceAnnounced(NodeId Node, Maintenance Maintenance) : Notice;

/// <summary>Why a node did not pass.</summary>
/// <param name="Node">The node.</param>
/// <param name="Reason">The heaviest finding, in words.</param>
public sealed record NodeFailure(NodeId Node, string Reason);
