using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>A person or mailbox that gets invoices.</summary>
/// <param name="Name">Name.</param>
/// <param name="Email">E-mail address.</param>
internal sealed record BillingContactModel([Length(1, 200)] string Name, [Length(3, 254), RegularExpression("^[^@\\s]+@[^@\\s]+$")] string Email);

/// <summary>One side of a document as it stood on the day.</summary>
/// <param name="OrganizationId">Who.</param>
/// <param name="LegalName">Name on the document.</param>
/// <param name="Address">Postal address in lines.</param>
/// <param name="TaxId">Tax registration; null without one.</param>
/// <param name="Country">Its country in English; null where it is not known.</param>
internal sealed record InvoicePartyModel(OrganizationId OrganizationId, string LegalName, ImmutableArray<string> Address, string? TaxId, string? Country)
{
    public static InvoicePartyModel? Of(InvoiceParty? party) => party is null ? null : new(party.Organization, party.LegalName, party.Address, party.TaxId, party.Country);
}

/// <summary>What is leased, and where, by name as the order form has it.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="Pool">Its name.</param>
/// <param name="SiteId">Its site.</param>
/// <param name="Site">The site's name.</param>
/// <param name="Place">Where the site is; null where it is not known.</param>
/// <param name="Hardware">The hardware's name; null in a pool of power.</param>
internal sealed record CapacityNamesModel(PoolId PoolId, string Pool, SiteId SiteId, string Site, string? Place, string? Hardware)
{
    public static CapacityNamesModel? Of(CapacityNames? names) =>
        names is null ? null : new(names.PoolId, names.Pool, names.SiteId, names.Site, names.Place, names.Hardware);
}

/// <summary>A bank account to pay into.</summary>
/// <param name="Holder">Whose it is.</param>
/// <param name="Account">IBAN or account number.</param>
/// <param name="BankCode">BIC or routing number; null where none is needed.</param>
/// <param name="Bank">The bank.</param>
internal sealed record BankAccountModel(string Holder, string Account, string? BankCode, string? Bank)
{
    public static BankAccountModel? Of(BankAccount? account) => account is null ? null : new(account.Holder, account.Account, account.BankCode, account.Bank);
}

/// <summary>What is known of one side for tax.</summary>
/// <param name="Country">ISO 3166-1 alpha-2 code.</param>
/// <param name="Region">State or province by its short code; null where the country has one rate.</param>
/// <param name="TaxId">Registration with the tax authority; null for one that is not registered.</param>
/// <param name="Exemption">Certificate or article that exempts it as a customer; null without one.</param>
internal sealed record TaxProfileModel(
    [RegularExpression("^[A-Z]{2}$")] string Country, [Length(1, 10)] string? Region, [Length(1, 40)] string? TaxId, [Length(1, 200)] string? Exemption)
{
    public static TaxProfileModel? Of(TaxProfile? profile) => profile is null ? null : new(profile.Country, profile.Region, profile.TaxId, profile.Exemption);

    public TaxProfile ToProfile() => new(Country, Region, TaxId, Exemption);
}

/// <summary>Tax of one rate on the sum of the lines it applies to, rounded once.</summary>
/// <param name="RateId">The rate's id in the rate book.</param>
/// <param name="Name">As it stands on the document.</param>
/// <param name="Percent">The rate.</param>
/// <param name="Net">What it is charged on.</param>
/// <param name="Amount">The tax.</param>
internal sealed record TaxLineModel(string RateId, string Name, Percentage Percent, MoneyModel Net, MoneyModel Amount);

/// <summary>The tax of a document, with everything it was decided from.</summary>
/// <param name="Treatment">How it was treated.</param>
/// <param name="Reason">Why, in words; for a reverse charge the note the document must bear.</param>
/// <param name="Supplier">What was known of the supplier.</param>
/// <param name="Customer">What was known of the customer.</param>
/// <param name="On">The day whose rates were used.</param>
/// <param name="RateId">The rate considered; null when there was none.</param>
/// <param name="Lines">The tax by rate; empty when none is charged.</param>
/// <param name="Amount">All tax.</param>
internal sealed record InvoiceTaxModel(
    TaxTreatment Treatment,
    string Reason,
    TaxProfileModel? Supplier,
    TaxProfileModel? Customer,
    LocalDate On,
    string? RateId,
    ImmutableArray<TaxLineModel> Lines,
    MoneyModel Amount)
{
    public static InvoiceTaxModel Of(InvoiceTax tax) => new(
        tax.Treatment,
        tax.Reason,
        TaxProfileModel.Of(tax.Supplier),
        TaxProfileModel.Of(tax.Customer),
        tax.On,
        tax.Rate?.Id,
        [.. tax.Lines.Select(line => new TaxLineModel(line.Rate, line.Name, line.Percent, MoneyModel.Of(line.Net), MoneyModel.Of(line.Amount)))],
        MoneyModel.Of(tax.Amount));
}

/// <summary>One yearly step of an indexed price, as it was taken.</summary>
/// <param name="Year">The contract year it leads to, from 1.</param>
/// <param name="FromMonth">First day of the earlier month.</param>
/// <param name="FromValue">Its value.</param>
/// <param name="ToMonth">First day of the later month.</param>
/// <param name="ToValue">Its value.</param>
/// <param name="Change">The change in percent before cap and floor.</param>
/// <param name="Taken">The change taken.</param>
/// <param name="Provisional">Whether the newest value known stood in for one not yet published.</param>
internal sealed record IndexStepModel(int Year, LocalDate FromMonth, decimal FromValue, LocalDate ToMonth, decimal ToValue, decimal Change, decimal Taken, bool Provisional)
{
    public static IndexStepModel Of(IndexStep step) => new(step.Year, step.From.Month, step.From.Value, step.To.Month, step.To.Value, step.Change, step.Taken, step.Provisional);
}

/// <summary>What a line came from.</summary>
/// <param name="LeaseId">The lease.</param>
/// <param name="Year">The contract year whose price held, from 0; null where no price holds.</param>
/// <param name="BasePrice">The price signed, before any yearly step.</param>
/// <param name="Escalator">The fixed rise a year in percent; null without one.</param>
/// <param name="IndexSteps">The index's yearly steps; empty without one.</param>
/// <param name="Awaits">First day of the month whose index value was missing: a later invoice puts the line right; null when none was.</param>
/// <param name="Nodes">Nodes billed, at most 50; of more, the lease's list of nodes tells.</param>
/// <param name="ReadingId">The meter reading billed; null without one.</param>
/// <param name="CorrectsInvoiceId">The invoice that the line puts right; null when it corrects none.</param>
internal sealed record LineOriginModel(
    LeaseId LeaseId,
    int? Year,
    UnitPriceModel? BasePrice,
    Percentage? Escalator,
    ImmutableArray<IndexStepModel> IndexSteps,
    LocalDate? Awaits,
    ImmutableArray<NodeId> Nodes,
    MeterReadingId? ReadingId,
    InvoiceId? CorrectsInvoiceId)
{
    public static LineOriginModel? Of(LineOrigin? origin) => origin is null ? null : new(
        origin.Lease,
        origin.Year,
        origin.BasePrice is { } price ? UnitPriceModel.Of(price) : null,
        origin.Escalator,
        [.. (origin.IndexSteps ?? []).Select(IndexStepModel.Of)],
        origin.Awaits,
        origin.Nodes,
        origin.Reading,
        origin.Corrects);
}
