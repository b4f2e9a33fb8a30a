using System.Globalization;
using System.Text;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Reservations;

/// <summary>
/// The first layout, as agreements made before names and every clause were written out bear it. It never changes: digests
/// signed under it are computed from exactly these lines.
/// </summary>
internal static class OrderFormLayout1
{
    public static string Render(ReservationId reservation, OrganizationId tenant, Agreement agreement)
    {
        var text = new StringBuilder();
        var terms = agreement.Terms;
        var clauses = terms.Clauses;
        Line($"ORDER FORM (layout 1)");
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
        Line($"Tax is not included. Where tax is due on an invoice it is added there, at the rate of its date.");
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
