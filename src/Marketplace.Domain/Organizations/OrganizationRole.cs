namespace Marketplace.Domain.Organizations;

/// <summary>What an organization does on the marketplace.</summary>
public enum OrganizationKind
{
    /// <summary>Offers capacity.</summary>
    Operator,

    /// <summary>Leases capacity.</summary>
    Tenant,

    /// <summary>Does both.</summary>
    OperatorAndTenant,

    /// <summary>The marketplace itself, <c>org_platform</c>; its members and keys administer it.</summary>
    Platform,
}

/// <summary>What a member or an API key may do for its organization. What each one may call is one table of the API.</summary>
public enum OrganizationRole
{
    /// <summary>Everything, members and keys included.</summary>
    Owner,

    /// <summary>Money: payments, invoices, ledger; reads the rest.</summary>
    Billing,

    /// <summary>Hardware: sites, pools, nodes, deliveries; reads the rest.</summary>
    Engineer,

    /// <summary>Trade: quotes, reservations, leases; reads the rest.</summary>
    Member,

    /// <summary>Reads.</summary>
    Viewer,
}
