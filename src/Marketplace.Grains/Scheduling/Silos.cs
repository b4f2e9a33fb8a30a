namespace Marketplace.Grains.Scheduling;

/// <summary>The silos that share this one's work.</summary>
internal sealed class Silos(IClusterMembershipService membership, ILocalSiloDetails local)
{
    /// <summary>Whether no other silo is active or about to be.</summary>
    public bool IsAlone => !Others.Any(other => other.Status is SiloStatus.Active or SiloStatus.Joining);

    /// <summary>Whether this is the one silo that does what is to be done once for all of them; for a moment none or two may think so.</summary>
    public bool IsFirst => !Others.Any(other => other.Status == SiloStatus.Active && other.SiloAddress.CompareTo(local.SiloAddress) < 0);

    /// <summary>Silos that have ended and are still remembered.</summary>
    public IEnumerable<SiloAddress> Ended => Others.Where(other => other.Status == SiloStatus.Dead).Select(other => other.SiloAddress);

    private IEnumerable<ClusterMember> Others => membership.CurrentSnapshot.Members.Values.Where(member => !member.SiloAddress.Equals(local.SiloAddress));
}
