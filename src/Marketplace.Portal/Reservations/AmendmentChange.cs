using Marketplace.Client;
using Marketplace.Portal.Language;
using Marketplace.Portal.Quotes;

namespace Marketplace.Portal.Reservations;

/// <summary>What an agreement is about, as far as an amendment can change it.</summary>
/// <param name="Terms">The terms.</param>
/// <param name="Total">All rent over the term.</param>
/// <param name="Deposit">The deposit.</param>
public sealed record Agreed(Terms Terms, Money Total, Money Deposit);

/// <summary>The difference between two agreements, in words for who signs.</summary>
public static class AmendmentChange
{
    /// <summary>What is otherwise afterwards: what it is about, how it stands, how it would be. Clauses are compared by their sentences.</summary>
    /// <param name="before">As agreed.</param>
    /// <param name="after">As proposed.</param>
    /// <param name="t">Words.</param>
    /// <param name="f">Numbers.</param>
    public static IEnumerable<(string What, string Before, string After)> Of(Agreed before, Agreed after, Texts t, Formats f)
    {
        var old = Figures(before, t, f).Concat(PlainTerms.Of(before.Terms.Clauses, before.Terms.Holds, t, f)).ToList();
        var proposed = Figures(after, t, f).Concat(PlainTerms.Of(after.Terms.Clauses, after.Terms.Holds, t, f)).ToList();
        return from heading in old.Concat(proposed).Select(term => term.Item1).Distinct()
               let was = old.FirstOrDefault(term => term.Item1 == heading).Item2 ?? "–"
               let will = proposed.FirstOrDefault(term => term.Item1 == heading).Item2 ?? "–"
               where was != will
               select (heading, was, will);
    }

    /// <summary>A quantity, or each step of a ramp with its first day.</summary>
    public static string Quantity(Terms terms, Texts t, Formats f)
    {
        string Amount(RampStep step) => step.Gpus is { } gpus ? t["{0} GPUs", f.Number(gpus)] : f.Kilowatts(step.Units);
        return terms.Ramp.Count == 1
            ? Amount(terms.Ramp[0])
            : string.Join(", ", terms.Ramp.Select(step => t["{0} from {1}", Amount(step), f.Date(step.From, terms.Clauses.LeaseZone)]));
    }

    private static IEnumerable<(string, string)> Figures(Agreed agreed, Texts t, Formats f)
    {
        var (terms, zone) = (agreed.Terms, agreed.Terms.Clauses.LeaseZone);
        yield return (t["Quantity"], Quantity(terms, t, f));
        yield return (t["First day"], f.Date(terms.Term.Start, zone));
        yield return (t["Last day"], f.Date(terms.Term.End.AddSeconds(-1), zone));
        yield return (t["Price"], $"{f.Price(terms.UnitPrice)} / {t.Of(terms.PricingUnit)}");
        yield return (t["Total over the term"], f.Money(agreed.Total));
        yield return (t["Deposit to be held"], f.Money(agreed.Deposit));
    }
}
