using System.Collections.Immutable;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Billing;

/// <summary>A person or mailbox that gets invoices.</summary>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Email">E-mail address.</param>
public sealed record BillingContact(string Name, string Email);

/// <summary>How much a role, or one member or key, may commit to by itself.</summary>
/// <param name="Subject">Public id of a member or API key; null for everybody of <paramref name="Role"/>.</param>
/// <param name="Role">The role; null where a subject is named.</param>
/// <param name="Most">Highest total of one reservation; another currency counts as above it.</param>
public sealed record SpendLimit(string? Subject, OrganizationRole? Role, Money Most);

/// <summary>What an organization's own finance department says of itself. Both sides of an invoice bear it.</summary>
public sealed record BillingProfile
{
    /// <summary>Most billing contacts.</summary>
    public const int MostContacts = 20;

    /// <summary>Most spend limits.</summary>
    public const int MostLimits = 200;

    /// <summary>Name on invoices, 1 to 200 characters.</summary>
    public required string LegalName { get; init; }

    /// <summary>Postal address in lines, at most 6 of 100 characters.</summary>
    public ImmutableArray<string> Address { get; init; } = [];

    /// <summary>What is known of it for tax; null when nothing is.</summary>
    public TaxProfile? Tax { get; init; }

    /// <summary>Who gets its invoices, at most 20.</summary>
    public ImmutableArray<BillingContact> Contacts { get; init; } = [];

    /// <summary>Purchase order that invoices bear where the reservation names none, 1 to 60 characters; null without one.</summary>
    public string? PurchaseOrder { get; init; }

    /// <summary>Cost centre that invoices bear where the reservation names none, 1 to 60 characters; null without one.</summary>
    public string? CostCentre { get; init; }

    /// <summary>Whether invoices without a purchase order must not happen: a reservation then has to name one.</summary>
    public bool PurchaseOrderRequired { get; init; }

    /// <summary>How much may be committed without a second pair of eyes, at most 200.</summary>
    public ImmutableArray<SpendLimit> SpendLimits { get; init; } = [];

    /// <summary>The limit of somebody: the one set for the member or key, else the one for the role; null when there is none.</summary>
    public Money? LimitOf(string subject, OrganizationRole role) =>
        (SpendLimits.FirstOrDefault(limit => limit.Subject == subject) ?? SpendLimits.FirstOrDefault(limit => limit.Subject is null && limit.Role == role))?.Most;

    /// <summary>Whether somebody may commit to a total alone.</summary>
    public bool Allows(string subject, OrganizationRole role, Money total) =>
        LimitOf(subject, role) is not { } limit || (limit.Currency == total.Currency && total <= limit);
}

/// <summary>The tenant's own references for one reservation and the lease that follows; they stand on its invoices.</summary>
/// <param name="PurchaseOrder">1 to 60 characters; null for that of the profile.</param>
/// <param name="CostCentre">1 to 60 characters; null for that of the profile.</param>
public sealed record BillingReferences(string? PurchaseOrder, string? CostCentre)
{
    /// <summary>No references.</summary>
    public static BillingReferences None { get; } = new(null, null);
}

/// <summary>One side as it stood on the day of a document.</summary>
/// <param name="Organization">Who.</param>
/// <param name="LegalName">Name on the document; the organization's id where nothing else is known.</param>
/// <param name="Address">Postal address in lines.</param>
/// <param name="TaxId">Tax registration; null without one.</param>
/// <param name="Country">Its country in English; null where it is not known.</param>
public sealed record InvoiceParty(OrganizationId Organization, string LegalName, ImmutableArray<string> Address, string? TaxId, string? Country = null)
{
    /// <summary>The party as its profile has it now; without one as the contract named it.</summary>
    public static InvoiceParty Of(OrganizationId organization, BillingProfile? profile, NamedParty? named = null) => profile is null
        ? new(organization, named?.LegalName ?? organization.Value, named?.Address ?? [], named?.TaxId, named?.Country)
        : new(organization, profile.LegalName, profile.Address, profile.Tax?.TaxId, profile.Tax is { } tax ? Countries.NameOf(tax.Country) : named?.Country);
}

/// <summary>A bank account that invoices are paid into.</summary>
/// <param name="Holder">Whose it is.</param>
/// <param name="Account">IBAN, or account number.</param>
/// <param name="BankCode">BIC, or routing number; null where the account needs none.</param>
/// <param name="Bank">The bank's name; null where it is not stated.</param>
public sealed record BankAccount(string Holder, string Account, string? BankCode, string? Bank);
