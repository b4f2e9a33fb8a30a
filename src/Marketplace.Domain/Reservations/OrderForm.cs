using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Reservations;

/// <summary>
/// The commercial sheet that both parties sign, as plain text: one canonical rendering of an agreement, so that the same
/// agreement always has the same bytes and the same digest.
/// </summary>
public static class OrderForm
{
    /// <summary>The rendering's version, named in its first line. A change of rendering is a new version; old ones stay.</summary>
    public const int Layout = 1;

    /// <summary>The agreement that this quote makes, with its digest.</summary>
    public static Agreement Agree(ReservationId reservation, Quote quote, int documentVersion)
    {
        var draft = new Agreement(
            quote.Id, quote.PoolId, quote.SiteId, quote.OperatorId, quote.Sku, quote.KilowattsPerUnit,
            quote.Terms, quote.Holds, quote.Lines, quote.Total, quote.Deposit, documentVersion, "");
        return draft with { Digest = DigestOf(Render(reservation, quote.TenantId, draft)) };
    }

    /// <summary>SHA-256 of the document's UTF-8 bytes, in lower-case hex.</summary>
    public static string DigestOf(string document) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));

    /// <summary>The document. Lines end in a line feed; amounts and times are written the same in every culture.</summary>
    public static string Render(ReservationId reservation, OrganizationId tenant, Agreement agreement)
    {
        var text = new StringBuilder();
        var terms = agreement.Terms;
        var clauses = terms.Clauses;
        Line($"ORDER FORM (layout {Layout})");
        Line($"Reservation: {reservation}, document {agreement.DocumentVersion}");
        Line($"Quote: {agreement.QuoteId}");
        Line($"Tenant: {tenant}");
        Line($"Operator: {agreement.OperatorId}");
        Line($"Pool: {agreement.PoolId} at site {agreement.SiteId}");
        Line($"Hardware: {agreement.Sku?.Value ?? "critical IT load in kW"}");
        Line($"Unit: {(terms.GpusPerUnit == 0 ? "1 kW of critical IT load" : $"1 node of {terms.GpusPerUnit} GPUs")}, {agreement.KilowattsPerUnit:0.######} kW of critical IT load");
        Line($"Term: {terms.Ramp.Term.Start} to {terms.Ramp.Term.End}, end excluded");
        foreach (var step in terms.Ramp.Steps)
        {
            Line($"From {step.From}: {step.Units} units");
        }

        Line($"Rent: {terms.Rent.Price} per {Unit(terms)}, {(clauses.Timing == BillingTiming.InAdvance ? "in advance" : "in arrears")}");
        foreach (var line in agreement.Lines)
        {
            Line($"{line.Kind}{(line.Rate is { } rate ? $" {rate}" : "")}: {line.Amount}");
        }

        Line($"Total rent over the term: {agreement.Total}");
        Line($"{Quote.TaxNote}");
        Line($"Deposit, returned at the end: {agreement.Deposit}, by {(clauses.Deposit.Method == PaymentMethod.Card ? "card" : "bank transfer")}");
        Line($"Take-or-pay: {clauses.TakeOrPay} of the committed quantity");
        Line($"Escalator: {(clauses.Escalator is { } escalator ? $"{escalator.PerYear} a year from rent commencement" : "none")}");
        Line($"Early termination: {clauses.EarlyTermination.Fee} of the remaining rent, {clauses.EarlyTermination.NoticeDays} days' notice");
        Line($"Renewal: {clauses.Renewal.Options} options of {clauses.Renewal.Months} months, {clauses.Renewal.NoticeDays} days' notice");
        Line($"Acceptance: by word, or by silence for {clauses.Acceptance.DeemedAfterDays} days after delivery");
        Line($"Invoices: due in {clauses.PaymentDays} days, periods and dates in {clauses.LeaseZone}");
        Line($"Platform fee, borne by the operator: {clauses.PlatformFee} of rent paid");
        Line($"Signed by: {Signing(clauses.Signatures)}");
        return text.ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Unit(ContractTerms terms) => terms.Rent.Unit switch
    {
        Pricing.PricingUnit.GpuHour => "GPU-hour",
        Pricing.PricingUnit.NodeMonth => "node-month",
        _ => "kW-month",
    };

    private static string Signing(SignatureTerms signatures) => signatures switch
    {
        { OperatorSigns: true, TenantSigns: true } => "operator and tenant",
        { OperatorSigns: true } => "operator",
        { TenantSigns: true } => "tenant",
        _ => "request and acceptance, no signature asked for",
    };
}
