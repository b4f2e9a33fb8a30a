using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Quotes;

/// <summary>
/// What a quote says in words. The order form's layout 2 bears these words too, so a change here needs a new layout: golden
/// files of signed documents fail otherwise.
/// </summary>
public static class QuoteWords
{
    /// <summary>One unit of a price: <c>GPU-hour</c>.</summary>
    public static string UnitOf(PricingUnit unit) => unit switch
    {
        PricingUnit.GpuHour => "GPU-hour",
        PricingUnit.NodeMonth => "node-month",
        PricingUnit.KilowattMonth => "kW-month",
        _ => throw new InvalidOperationException($"Unit {unit} has no name."),
    };

    /// <summary>A line in words.</summary>
    public static string LineText(QuoteLine line, PricingUnit unit)
    {
        var price = $"{line.UnitPrice} per {UnitOf(unit)}";
        var rate = line.Rate is { } percent ? Text($" of {percent}") : "";
        return line.Kind switch
        {
            QuoteLineKind.BaseRent => Text($"Rent at the list price{rate}, {price}"),
            QuoteLineKind.TermDiscount => Text($"Discount{rate} for the length of the term, to {price}"),
            QuoteLineKind.VolumeDiscount => Text($"Discount{rate} for the quantity, to {price}"),
            QuoteLineKind.PreBuildDiscount => Text($"Discount{rate} for reserving before the capacity is built, to {price}"),
            QuoteLineKind.Escalation => Text($"Yearly rise{rate} of the price of {price} in the first year"),
            _ => throw new InvalidOperationException($"Line {line.Kind} has no words."),
        };
    }

    /// <summary>What the price says about tax.</summary>
    public static string Tax(Clauses clauses) => clauses.TaxInclusive == true
        ? "Prices and amounts include the tax that is due on them; each invoice shows how much of it is tax, at the rate of its date."
        : "Tax is not included. Where tax is due on an invoice it is added there, at the rate of its date.";

    /// <summary>What is charged beside the total, or may change it: one sentence each; empty where nothing does.</summary>
    public static ImmutableArray<string> BesideTotal(Clauses clauses)
    {
        var beside = ImmutableArray.CreateBuilder<string>();
        if (clauses.PowerPassThrough is { } power)
        {
            beside.Add("Energy is not in the total: " + Energy(power));
        }

        if (clauses.Index is { } index)
        {
            beside.Add($"The total is computed at the first year's price: from the second contract year on the price follows the index {index.Index}.");
        }

        if (clauses.TaxInclusive != true)
        {
            beside.Add("Tax is not in the total: where it is due it is added to each invoice.");
        }

        return beside.ToImmutable();
    }

    /// <summary>How metered energy is billed, in words.</summary>
    public static string Energy(PowerPassThrough power)
    {
        var price = power.Price is { } fixedPrice ? Text($"{fixedPrice} per kWh") : "the cost per kWh that the operator states with each reading";
        var markUp = power.MarkUp.Value == 0 ? "without a mark-up" : Text($"plus a mark-up of {power.MarkUp}");
        return $"it is metered and billed to the tenant beside the rent, from the operator's readings, at {price}, {markUp}.";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
