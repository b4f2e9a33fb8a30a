using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Billing;

/// <summary>Prices meter readings under the terms' power pass-through.</summary>
public static class PowerEngine
{
    /// <summary>The lines of a statement of energy: what the reading comes to, after what an earlier reading of the period came to is taken back whole.</summary>
    public static ImmutableArray<InvoiceLine> Lines(RentStatement statement)
    {
        var reading = statement.Reading ?? throw new ArgumentException("The statement has no reading.", nameof(statement));
        var lines = ImmutableArray.CreateBuilder<InvoiceLine>(2);
        if (statement.Replaces is { } before)
        {
            lines.Add(Line(statement, before, InvoiceLineKind.PowerCredit, $"Power billed before, corrected by reading {reading.Id}"));
        }

        lines.Add(Line(statement, reading, InvoiceLineKind.Power, "Power"));
        return [.. lines.Where(line => !line.Amount.IsZero)];
    }

    private static InvoiceLine Line(RentStatement statement, MeterReading reading, InvoiceLineKind kind, string text)
    {
        var clause = statement.Terms.Clauses.PowerPassThrough ?? throw new ArgumentException("The terms pass no power through.", nameof(statement));
        var price = clause.PriceOf(reading.Cost);
        var how = clause switch
        {
            { Price: not null } => "as the contract fixes it",
            { MarkUp.Value: 0 } => "at cost",
            _ => $"cost of {reading.Cost} plus {clause.MarkUp}",
        };
        var energy = kind == InvoiceLineKind.PowerCredit ? -reading.Energy.Value : reading.Energy.Value;
        return new InvoiceLine
        {
            Kind = kind,
            Text = string.Create(CultureInfo.InvariantCulture, $"{text}, {reading.Period.InWords()} ({statement.Terms.Clauses.LeaseZone}): {energy:#,0.####} kWh at {price}, {how}; meter {reading.Meter}, reading {reading.Id}"),
            Period = reading.Period,
            Quantity = energy,
            Price = price,
            Amount = Proration.Price(price, Fraction.From(energy)),
            Origin = new LineOrigin { Lease = statement.Lease, Reading = reading.Id },
        };
    }
}
