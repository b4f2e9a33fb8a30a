using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Organizations;

/// <summary>Whose an address, passkey or foreign sign-in is: the one place where two persons could want the same. Key: its hash.</summary>
[Alias("Marketplace.IIdentifierClaimGrain"), GrainInterfaceType("Marketplace.IIdentifierClaimGrain")]
public interface IIdentifierClaimGrain : IAggregateGrain
{
    /// <summary>The claim, or null when nobody ever made one.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<IdentifierClaim>?> GetAsync();

    /// <summary>Claims it; the answer names who holds it, whoever that is.</summary>
    [Alias("Claim")]
    Task<Answer<Snapshot<IdentifierClaim>>> ClaimAsync(ClaimIdentifier command);

    /// <summary>Gives it back, if it is this person's.</summary>
    [Alias("Release")]
    Task ReleaseAsync(ReleaseIdentifier command);
}
