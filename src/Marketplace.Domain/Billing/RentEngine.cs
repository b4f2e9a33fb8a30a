using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>
/// Prices a statement of rent as invoice lines. Quantities of one price are added as exact fractions, priced once and
/// rounded once; a period in which the price changes has a line for each price, and rent in advance one for each step of the
/// ramp inside it (<see cref="RentSchedule.LineStart"/>).
/// </summary>
public static class RentEngine
{
    /// <summary>The lines of a statement, in order of time; empty when there is nothing to bill.</summary>
    /// <param name="statement">What the lease stated.</param>
    /// <param name="index">Published values of the index that the terms follow, ascending by month; empty without one.</param>
    public static ImmutableArray<InvoiceLine> Lines(RentStatement statement, ImmutableArray<IndexValue> index)
    {
        if (statement.ExitFee is { } fee)
        {
            return fee.IsZero ? [] : [ExitFeeLine(statement, fee)];
        }

        if (statement.Reading is not null)
        {
            return PowerEngine.Lines(statement);
        }

        if (statement.Instalment is { } instalment)
        {
            return instalment.Amount.IsZero ? [] : [InstalmentLine(statement, instalment)];
        }

        var lines = ImmutableArray.CreateBuilder<InvoiceLine>();
        foreach (var (part, year) in Escalation.Split(statement.RentCommencement, statement.Period))
        {
            var pricing = new PricedPart(statement, part, year, index);
            pricing.AddTo(lines);
        }

        return lines.ToImmutable();
    }

    /// <summary>The lines of a statement whose terms follow no index.</summary>
    public static ImmutableArray<InvoiceLine> Lines(RentStatement statement) => Lines(statement, []);

    private static InvoiceLine InstalmentLine(RentStatement statement, PrepaymentInstalment instalment) => new()
    {
        Kind = InvoiceLineKind.Prepayment,
        Text = string.Create(CultureInfo.InvariantCulture, $"Prepayment of rent, instalment {statement.Revision} of {instalment.Of}: {instalment.Name}; credited back on later invoices as the contract says"),
        Period = statement.Period,
        Amount = instalment.Amount,
        Origin = new LineOrigin { Lease = statement.Lease },
    };

    private static InvoiceLine ExitFeeLine(RentStatement statement, Money fee) => new()
    {
        Kind = InvoiceLineKind.ExitFee,
        Text = string.Create(CultureInfo.InvariantCulture, $"Fee for ending the lease early: {statement.Terms.Clauses.EarlyTermination.Fee} of the rent left for {statement.Period.InWords()}"),
        Period = statement.Period,
        Amount = fee,
        Origin = new LineOrigin { Lease = statement.Lease },
    };

    /// <summary>The part of a period in which one price holds.</summary>
    private sealed class PricedPart(RentStatement statement, BillingPeriod part, int year, ImmutableArray<IndexValue> index)
    {
        private readonly DateTimeZone zone = statement.Terms.Clauses.Zone();
        private readonly PricingUnit unit = statement.Terms.Rent.Unit;
        private readonly IndexedPrice indexed = Indexation.PriceIn(statement.Terms, statement.RentCommencement, year, index);

        private UnitPrice Price => indexed.Price;

        public void AddTo(ImmutableArray<InvoiceLine>.Builder lines)
        {
            var charged = Fraction.Zero;
            var start = BillingPeriods.Midnight(zone, part.Start);
            foreach (var line in Layered(statement.Charges).GroupBy(service => RentSchedule.LineStart(statement.Terms, start, service.From)).OrderBy(line => line.Key))
            {
                var charges = Groups([.. line]);
                var quantity = Quantity(charges);
                Add(lines, InvoiceLineKind.Rent, "Rent", charges, quantity, [.. line]);
                charged += quantity;
            }

            var credits = Groups(statement.Credits);
            Add(lines, InvoiceLineKind.RentCredit, "Credit for rent no longer due", credits, -Quantity(credits), statement.Credits);

            var committed = Groups(statement.Committed.Select(step => (step.Quantity, step.From, step.Until)));
            var floor = Quantity(committed) * Fraction.From(statement.Terms.Clauses.TakeOrPay.Value) / 100;
            if (floor > charged)
            {
                Add(
                    lines,
                    InvoiceLineKind.Shortfall,
                    $"Take-or-pay: what falls short of {statement.Terms.Clauses.TakeOrPay} of the committed quantity",
                    committed,
                    floor - charged,
                    []);
            }
        }

        private void Add(ImmutableArray<InvoiceLine>.Builder lines, InvoiceLineKind kind, string text, ImmutableArray<ServiceGroup> groups, Fraction quantity, ImmutableArray<NodeService> services)
        {
            if (quantity.IsZero)
            {
                return;
            }

            var shown = quantity.Round(4);
            lines.Add(new InvoiceLine
            {
                Kind = kind,
                Text = string.Create(CultureInfo.InvariantCulture, $"{text}, {Dates(groups).InWords()} ({zone.Id}): {shown:#,0.####} {Name(unit)} at {Price}{How()}"),
                Period = Dates(groups),
                Quantity = quantity.Round(UnitPrice.Places),
                Unit = unit,
                Price = Price,
                Services = groups,
                Amount = Proration.Price(Price, quantity),
                Origin = new LineOrigin
                {
                    Lease = statement.Lease,
                    Year = year,
                    BasePrice = statement.Terms.Rent.Price,
                    Escalator = statement.Terms.Clauses.Escalator?.PerYear,
                    IndexSteps = statement.Terms.Clauses.Index is null ? null : indexed.Steps,
                    Awaits = indexed.Awaits,
                    Nodes = [.. services.Where(InPart).Select(service => service.Node).Distinct().Take(LineOrigin.MostNodes)],
                },
            });
        }

        /// <summary>How the price came about, where it is not the one signed.</summary>
        private string How() => (year, statement.Terms.Clauses) switch
        {
            ( > 0, { Escalator: { } escalator }) => string.Create(CultureInfo.InvariantCulture, $" ({statement.Terms.Rent.Price} raised by {escalator.PerYear} a year, contract year {year + 1})"),
            ( > 0, { Index: { } link }) => string.Create(CultureInfo.InvariantCulture, $" ({statement.Terms.Rent.Price} following {link.Index}, contract year {year + 1}{(indexed.Awaits is { } month ? $"; provisional: the value for {month:uuuu-MM} is not published" : "")})"),
            _ => "",
        };

        private bool InPart(NodeService service)
        {
            var times = BillingPeriods.ToInterval(zone, part);
            return service.From < times.End && service.Until > times.Start;
        }

        // A block of power of which the ramp takes more later is a layer of what it took at first, and one of what came on top.
        private static IEnumerable<NodeService> Layered(ImmutableArray<NodeService> services) => services
            .GroupBy(service => service.Node)
            .SelectMany(node => QuantityLayer
                .Of(node.Select(service => new QuantityLayer(service.Quantity, service.From, service.Until)))
                .Select(layer => new NodeService(node.Key, layer.Quantity, layer.From, layer.Until)));

        private ImmutableArray<ServiceGroup> Groups(ImmutableArray<NodeService> services) =>
            Groups(services.Select(service => (service.Quantity, service.From, service.Until)));

        /// <summary>Services cut to this part; those with the same times stand together.</summary>
        private ImmutableArray<ServiceGroup> Groups(IEnumerable<(decimal Quantity, Instant From, Instant Until)> services)
        {
            var times = BillingPeriods.ToInterval(zone, part);
            return
            [
                .. services
                    .Select(service => (service.Quantity, From: Instant.Max(service.From, times.Start), Until: Instant.Min(service.Until, times.End)))
                    .Where(service => service.From < service.Until)
                    .GroupBy(service => (service.From, service.Until))
                    .OrderBy(group => group.Key.From).ThenBy(group => group.Key.Until)
                    .Select(group => new ServiceGroup(group.Count(), group.Sum(service => service.Quantity), group.Key.From, group.Key.Until)),
            ];
        }

        private Fraction Quantity(ImmutableArray<ServiceGroup> groups) => groups.Aggregate(
            Fraction.Zero,
            (sum, group) => sum + (Fraction.From(group.Quantity) * (unit == PricingUnit.GpuHour
                ? Proration.Hours(group.From, group.Until)
                : Proration.Months(statement.Anchor, BillingPeriods.FirstFullDay(zone, group.From), BillingPeriods.FirstFullDay(zone, group.Until)))));

        private BillingPeriod Dates(ImmutableArray<ServiceGroup> groups) => new(
            BillingPeriods.DateAt(zone, groups.Min(group => group.From)),
            BillingPeriods.FirstFullDay(zone, groups.Max(group => group.Until)));

        private static string Name(PricingUnit unit) => unit switch
        {
            PricingUnit.GpuHour => "GPU-hours",
            PricingUnit.NodeMonth => "node-months",
            PricingUnit.KilowattMonth => "kW-months",
            _ => throw new InvalidOperationException($"Unit {unit} has no name."),
        };
    }
}
