using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What is known of one side for tax.</summary>
/// <param name="Country">ISO 3166-1 alpha-2 code of the establishment that supplies or receives.</param>
/// <param name="Region">State or province by its own short code, such as <c>TX</c>; null where the country has one rate.</param>
/// <param name="TaxId">Registration number with the tax authority, such as a VAT number; null for one that is not registered.</param>
/// <param name="Exemption">Certificate or article that exempts it from tax as a customer; null without one.</param>
public sealed record TaxProfile(string Country, string? Region, string? TaxId, string? Exemption);

/// <summary>A published rate of tax.</summary>
/// <param name="Id">Its name in the rate book, such as <c>no-vat</c>.</param>
/// <param name="Name">As it stands on an invoice, such as <c>MVA</c>.</param>
/// <param name="Country">Where it is charged.</param>
/// <param name="Region">State or province it is charged in; null for the whole country.</param>
/// <param name="Rate">Percent, 0 to 50.</param>
/// <param name="ValidFrom">First day.</param>
/// <param name="ValidUntil">First day after; null while no end is known.</param>
/// <param name="ReverseCharge">The area within which a registered customer of another country accounts for the tax itself, such as <c>EU</c>; null where there is none.</param>
/// <param name="NotOn">Kinds of line it is not charged on, such as a fee for leaving early.</param>
public sealed record TaxRate(
    string Id,
    string Name,
    string Country,
    string? Region,
    Percentage Rate,
    LocalDate ValidFrom,
    LocalDate? ValidUntil,
    string? ReverseCharge,
    ImmutableArray<InvoiceLineKind> NotOn)
{
    /// <summary>Whether it holds on a day.</summary>
    public bool IsValid(LocalDate day) => ValidFrom <= day && (ValidUntil is not { } until || day < until);
}

/// <summary>How tax was treated on a document.</summary>
public enum TaxTreatment
{
    /// <summary>Added to the lines.</summary>
    Exclusive,

    /// <summary>Contained in the lines.</summary>
    Inclusive,

    /// <summary>The customer accounts for it.</summary>
    ReverseCharge,

    /// <summary>The customer is exempt.</summary>
    Exempt,

    /// <summary>Supplied to another country, where the supplier charges no tax.</summary>
    OutOfScope,

    /// <summary>No rate is published for the place of supply on that day.</summary>
    NoRate,

    /// <summary>The supplier, or the customer, has no tax profile.</summary>
    NotDetermined,
}

/// <summary>Tax of one rate on the sum of the lines it applies to, rounded once.</summary>
/// <param name="Rate">The rate's id.</param>
/// <param name="Name">As it stands on an invoice.</param>
/// <param name="Percent">The rate.</param>
/// <param name="Net">What it is charged on, without the tax.</param>
/// <param name="Amount">The tax.</param>
public sealed record TaxLine(string Rate, string Name, Percentage Percent, Money Net, Money Amount);

/// <summary>The tax of one document, with everything it was decided from.</summary>
/// <param name="Treatment">How it was treated.</param>
/// <param name="Reason">Why, in words; for a reverse charge the note the invoice must bear.</param>
/// <param name="Supplier">What was known of the supplier; null when nothing was.</param>
/// <param name="Customer">What was known of the customer; null when nothing was.</param>
/// <param name="On">The day whose rates were used.</param>
/// <param name="Rate">The rate considered, as published; null when there was none.</param>
/// <param name="Lines">The tax by rate; empty when none is charged.</param>
/// <param name="Net">The document without tax.</param>
/// <param name="Amount">All tax.</param>
public sealed record InvoiceTax(
    TaxTreatment Treatment,
    string Reason,
    TaxProfile? Supplier,
    TaxProfile? Customer,
    LocalDate On,
    TaxRate? Rate,
    ImmutableArray<TaxLine> Lines,
    Money Net,
    Money Amount);
