using Marketplace.Client;

namespace Marketplace.Portal.Billing;

/// <summary>The billing profile, which an organization states only when it wants to.</summary>
internal static class BillingProfiles
{
    /// <summary>The profile as it stands; null while nothing was stated.</summary>
    public static async Task<BillingProfile?> FindAsync(MarketplaceClient api)
    {
        try
        {
            return (await api.GetBillingProfileAsync()).Result;
        }
        catch (MarketplaceException error) when (error.StatusCode == 404)
        {
            return null;
        }
    }

    /// <summary>How much somebody may commit to alone: the limit of the member or key, else that of the role; null where none is set.</summary>
    /// <param name="profile">The profile; null for none.</param>
    /// <param name="subject">Public id of the member or key.</param>
    /// <param name="role">The role.</param>
    public static Money? LimitOf(BillingProfile? profile, string? subject, OrganizationRole? role)
    {
        var limits = profile?.SpendLimits ?? [];
        var limit = limits.FirstOrDefault(it => it.Subject is not null && it.Subject == subject) ?? limits.FirstOrDefault(it => it.Subject is null && it.Role == role);
        return limit is null ? null : new Money { AmountMinor = limit.Most.AmountMinor, Currency = limit.Most.Currency.ToString() };
    }
}
