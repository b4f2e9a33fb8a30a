using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>Lines of one invoice that were priced before their index was published.</summary>
/// <param name="Invoice">The invoice.</param>
/// <param name="Number">Its number.</param>
/// <param name="Lease">The lease.</param>
/// <param name="Rent">The price signed, from which the index leads.</param>
/// <param name="Link">The index clause.</param>
/// <param name="Commencement">First day rent accrued.</param>
/// <param name="Lines">The lines, as invoiced.</param>
public sealed record AwaitedPrice(
    InvoiceId Invoice, string Number, LeaseId Lease, UnitPrice Rent, IndexLink Link, LocalDate Commencement, ImmutableArray<InvoiceLine> Lines)
{
    /// <summary>Whether every value that the lines waited for is published.</summary>
    public bool IsKnown(ImmutableArray<IndexValue> values) => Lines.All(line => !PriceOf(line, values).IsProvisional);

    /// <summary>What the lines come to at the published values beyond what was invoiced; empty where that is nothing.</summary>
    public IEnumerable<InvoiceLine> Corrections(ImmutableArray<IndexValue> values)
    {
        foreach (var line in Lines)
        {
            var price = PriceOf(line, values);
            var quantity = line.Quantity ?? throw new InvalidOperationException($"{Invoice}: a line without a quantity follows no index.");
            var difference = Proration.Price(price.Price, Fraction.From(quantity)) - line.Amount;
            if (!difference.IsZero)
            {
                yield return new InvoiceLine
                {
                    Kind = InvoiceLineKind.IndexCorrection,
                    Text = string.Create(CultureInfo.InvariantCulture, $"Correction of invoice {Number}, {line.Period.InWords()}: {Link.Index} is published for {line.Origin!.Awaits:uuuu-MM}, so the price is {price.Price} instead of {line.Price}"),
                    Period = line.Period,
                    Quantity = quantity,
                    Unit = line.Unit,
                    Price = new UnitPrice(price.Price.Currency, price.Price.Amount - line.Price!.Value.Amount),
                    Amount = difference,
                    Origin = line.Origin with { IndexSteps = price.Steps, Awaits = null, Corrects = Invoice },
                };
            }
        }
    }

    private IndexedPrice PriceOf(InvoiceLine line, ImmutableArray<IndexValue> values) =>
        Indexation.PriceIn(Link, Rent, Commencement, line.Origin?.Year ?? 0, values);
}
