using Marketplace.Domain.Sites;

namespace Marketplace.Domain.Verification;

/// <summary>How much of what a listing states was checked, in ascending order. A level says no more than its own words.</summary>
public enum VerificationLevel
{
    /// <summary>The operator's word alone.</summary>
    Declared,

    /// <summary>The site stands in a public record, and an administrator confirmed that it is the operator's.</summary>
    SiteConfirmed,
}

/// <summary>Derives levels from what is known.</summary>
public static class VerificationLevels
{
    /// <summary>The level of everything at a site; an unknown site has the lowest.</summary>
    public static VerificationLevel Of(Site? site) => site?.Claim?.Status == SiteClaimStatus.Confirmed
        ? VerificationLevel.SiteConfirmed
        : VerificationLevel.Declared;
}
