using System.Globalization;
using System.Text;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Reservations;

/// <summary>
/// The second layout: parties and capacity by name, and every clause of the terms in words. Times are UTC and nothing is
/// looked up, so that no table outside the agreement can change a text that was signed.
/// </summary>
internal static partial class OrderFormLayout2
{
    public static string Render(ReservationId reservation, OrganizationId tenant, Agreement agreement)
    {
        var page = new Page();
        page.Line($"ORDER FORM (layout 2)");
        page.Line($"Document {agreement.DocumentVersion} of reservation {reservation}, made from quote {agreement.QuoteId}");
        page.Line($"Version of the terms: {agreement.Terms.Version}");
        page.Heading("PARTIES");
        Party(page, "Tenant", tenant, agreement.Names?.Tenant);
        Party(page, "Operator", agreement.OperatorId, agreement.Names?.Operator);
        page.Heading("WHAT IS LEASED");
        Capacity(page, agreement);
        page.Heading("PRICE");
        Price(page, agreement);
        page.Heading("CONDITIONS");
        Conditions(page, agreement);
        page.Heading("CONCLUSION");
        Conclusion(page, agreement);
        return page.Text;
    }

    private static void Party(Page page, string side, OrganizationId id, NamedParty? party)
    {
        page.Line($"{side}: {Named(party?.LegalName, id.Value)}{(party?.Country is { } country ? ", " + country : "")}");
        foreach (var line in party?.Address ?? [])
        {
            page.Line($"  {line}");
        }

        if (party?.TaxId is { } tax)
        {
            page.Line($"  Tax registration: {tax}");
        }
    }

    private static void Capacity(Page page, Agreement agreement)
    {
        var terms = agreement.Terms;
        var names = agreement.Names?.Capacity;
        page.Line($"Site: {Named(names?.Site, agreement.SiteId.Value)}{(names?.Place is { } place ? ", " + place : "")}");
        page.Line($"Pool: {Named(names?.Pool, agreement.PoolId.Value)}");
        if (terms.GpusPerUnit == 0)
        {
            page.Line($"Capacity: critical IT load in kW, for hardware that the tenant brings; one unit is {agreement.KilowattsPerUnit:0.######} kW");
        }
        else
        {
            var hardware = agreement.Sku is { } sku ? Named(names?.Hardware, sku.Value) : names?.Hardware ?? "GPUs";
            page.Line($"Hardware: {hardware}; a node has {Count(terms.GpusPerUnit, "GPU")} and draws {agreement.KilowattsPerUnit:0.######} kW of critical IT load");
        }

        page.Line($"Term: from {terms.Ramp.Term.Start} until {terms.Ramp.Term.End}, in UTC; the last instant is no longer part of it");
        foreach (var step in terms.Ramp.Steps)
        {
            page.Line($"Quantity from {step.From}: {Quantity(step.Units, terms.GpusPerUnit)}");
        }
    }

    private static void Price(Page page, Agreement agreement)
    {
        var terms = agreement.Terms;
        var clauses = terms.Clauses;
        page.Line($"Rent: {terms.Rent.Price} per {QuoteWords.UnitOf(terms.Rent.Unit)}");
        foreach (var line in agreement.Lines)
        {
            page.Line($"  {QuoteWords.LineText(line, terms.Rent.Unit)}: {line.Amount}");
        }

        page.Line($"Total rent over the term: {agreement.Total}, if everything is delivered in time and kept to the end");
        page.Line($"Yearly change of the price: {Change(clauses)}");
        page.Line($"Energy: {(clauses.PowerPassThrough is { } power ? "not in the rent; " + QuoteWords.Energy(power) : "nothing is billed for it beside the rent.")}");
        page.Line($"Tax: {QuoteWords.Tax(clauses)}");
        page.Line($"Platform fee: {clauses.PlatformFee} of the rent paid. The operator bears it out of what it is paid; nothing is added to the tenant's price.");
    }

    private static string Named(string? name, string id) => name is null || name == id ? id : $"{name} ({id})";

    private static string Quantity(int units, int gpusPerUnit) => gpusPerUnit == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{units} kW of critical IT load")
        : $"{Count((long)units * gpusPerUnit, "GPU")} ({Count(units, "node")})";

    private static string Count(long number, string one) => string.Create(CultureInfo.InvariantCulture, $"{number} {one}{(number == 1 ? "" : "s")}");

    /// <summary>The text under way. What parties wrote themselves cannot add lines: control characters become spaces.</summary>
    private sealed class Page
    {
        private readonly StringBuilder text = new();

        public string Text => text.ToString();

        public void Heading(string heading) => text.Append('\n').Append(heading).Append('\n');

        public void Line(FormattableString line)
        {
            foreach (var c in line.ToString(CultureInfo.InvariantCulture))
            {
                text.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c);
            }

            text.Append('\n');
        }
    }
}
