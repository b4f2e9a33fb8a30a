using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Reservations;

/// <summary>The document that is signed: complete, true, and the same for ever.</summary>
public sealed class OrderFormTests
{
    /// <summary>What the document cannot state, or states once: its own digest, the layout its first line names, and ids that stand beside the agreement's own.</summary>
    private static readonly string[] Unstated = [nameof(Agreement.Digest), nameof(Agreement.Layout), "Names.Capacity.PoolId", "Names.Capacity.SiteId"];

    [Fact]
    public void Every_member_of_an_agreement_has_words()
    {
        var agreement = OrderFormSample.Agreement(OrderFormSample.Clauses with { Acceptance = new Acceptance(7, 10) });
        var text = Text(agreement);
        var changes = Changes(agreement, "").Where(change => !Unstated.Contains(change.Path)).ToList();

        var silent = changes.Where(change => Text((Agreement)change.Changed) == text).Select(change => change.Path);

        Assert.True(changes.Count > 70, $"Only {changes.Count} members were found.");
        Assert.Empty(silent);
    }

    [Fact]
    public void Every_optional_clause_has_words_for_being_absent()
    {
        var clauses = OrderFormSample.Clauses;
        var text = Text(OrderFormSample.Agreement(clauses));
        Clauses[] without =
        [
            clauses with { Escalator = null },
            clauses with { Index = null },
            clauses with { PowerPassThrough = null },
            clauses with { Prepayment = null },
            clauses with { TaxInclusive = null },
            clauses with { Dunning = null },
            clauses with { Deposit = clauses.Deposit with { Custody = null } },
            clauses with { Deposit = new DepositTerms(DepositRule.None, 0, PaymentMethod.Card) },
            clauses with { Renewal = new Renewal(0, 0, 0) },
        ];

        Assert.All(without, some => Assert.NotEqual(text, Text(OrderFormSample.Agreement(some))));
    }

    [Fact]
    public void What_is_executed_is_what_is_said()
    {
        var indexed = Text(OrderFormSample.Agreement(OrderFormSample.Clauses with { Escalator = null }));
        Assert.Contains("the price follows the index us-cpi-u", indexed, StringComparison.Ordinal);
        Assert.Contains("Prices and amounts include the tax", indexed, StringComparison.Ordinal);
        Assert.Contains("metered and billed to the tenant beside the rent", indexed, StringComparison.Ordinal);
        Assert.Contains("terminated for cause", indexed, StringComparison.Ordinal);
        Assert.Contains("8 GPUs (1 node)\n", indexed, StringComparison.Ordinal);
        Assert.Contains("16 GPUs (2 nodes)\n", indexed, StringComparison.Ordinal);
        Assert.Contains("Tenant: Lumen Foundry AI, Inc. (org_lumen), United States\n  1 Mission Street\n", indexed, StringComparison.Ordinal);

        var plain = Text(OrderFormSample.Agreement(OrderFormSample.Clauses with { Escalator = null, Index = null, Renewal = new Renewal(1, 12, 90), TaxInclusive = null }));
        Assert.Contains("Yearly change of the price: none; the price stays the same.", plain, StringComparison.Ordinal);
        Assert.Contains("the tenant has 1 option to extend by 12 months, at", plain, StringComparison.Ordinal);
        Assert.Contains("Tax is not included.", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("VolumeDiscount", plain, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_party_wrote_cannot_add_lines()
    {
        var agreement = OrderFormSample.Agreement(OrderFormSample.Clauses);
        var names = agreement.Names! with { Tenant = agreement.Names.Tenant with { LegalName = "Lumen\nPlatform fee: 0%" } };

        Assert.DoesNotContain("\nPlatform fee: 0%", Text(agreement with { Names = names }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_layout_never_changes(int layout)
    {
        var clauses = OrderFormSample.Clauses;
        var text = Text(layout == 1 ? OrderFormSample.InFirstLayout(clauses) : OrderFormSample.Agreement(clauses) with { Layout = layout });
        var path = PathOf($"layout-{layout}.txt");
        if (Environment.GetEnvironmentVariable("MARKETPLACE_ACCEPT") == "1" && !File.Exists(path))
        {
            File.WriteAllText(path, text);
            File.WriteAllText(path + ".sha256", OrderForm.DigestOf(text) + "\n");
        }

        Assert.Equal(File.ReadAllText(path), text);
        Assert.Equal(File.ReadAllText(path + ".sha256").Trim(), OrderForm.DigestOf(text));
    }

    [Fact]
    public void A_new_agreement_is_made_in_the_newest_layout_which_has_a_golden_file()
    {
        Assert.Equal(OrderForm.CurrentLayout, OrderFormSample.Agreement(OrderFormSample.Clauses).Layout);
        Assert.True(File.Exists(PathOf($"layout-{OrderForm.CurrentLayout}.txt")));
    }

    [Fact]
    public void Every_line_of_a_quote_has_words() => Assert.All(Enum.GetValues<QuoteLineKind>(), kind => Assert.DoesNotContain(
        kind.ToString(),
        QuoteWords.LineText(new QuoteLine(kind, Percentage.From(5), UnitPrice.Of(Currency.Usd, 2), new Money(Currency.Usd, 1)), Domain.Pricing.PricingUnit.GpuHour),
        StringComparison.Ordinal));

    [Fact]
    public void A_quote_names_what_is_charged_beside_its_total()
    {
        Assert.Collection(
            QuoteWords.BesideTotal(OrderFormSample.Clauses with { TaxInclusive = false }),
            energy => Assert.Contains("USD 0.0425 per kWh", energy, StringComparison.Ordinal),
            index => Assert.Contains("us-cpi-u", index, StringComparison.Ordinal),
            tax => Assert.Contains("Tax is not in the total", tax, StringComparison.Ordinal));
        Assert.Empty(QuoteWords.BesideTotal(OrderFormSample.Clauses with { Index = null, PowerPassThrough = null }));
    }

    private static string Text(Agreement agreement) => OrderForm.Render(OrderFormSample.Reservation, OrderFormSample.Tenant, agreement);

    private static string PathOf(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Marketplace.sln")))
            {
                return Path.Combine(folder.FullName, "tests", "golden", "order-forms", name);
            }
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    /// <summary>The value with one member changed, for every member at every depth. A member without a value is a hole in the sample.</summary>
    private static IEnumerable<(string Path, object Changed)> Changes(object value, string path)
    {
        switch (value)
        {
            case bool flag:
                return [(path, !flag)];
            case int number:
                return [(path, number + 1)];
            case decimal number:
                return [(path, number + 1)];
            case string text:
                return [(path, text + "x")];
            case Enum chosen:
                var values = Enum.GetValues(chosen.GetType());
                return [(path, values.GetValue((Array.IndexOf(values, chosen) + 1) % values.Length)!)];
            case Percentage percentage:
                return [(path, Percentage.From(percentage.Value + 1))];
            case Money money:
                return [(path, money with { Minor = money.Minor + 1 })];
            case UnitPrice price:
                return [(path, price with { Amount = price.Amount + 1 })];
            case Instant instant:
                return [(path, instant + Duration.FromHours(1))];
            case Term term:
                return [(path, new Term(term.Start - Duration.FromHours(1), term.End)), (path, new Term(term.Start, term.End + Duration.FromHours(1)))];
            case ValueType when value.GetType() is { Namespace: { } room } type && room.StartsWith("Marketplace", StringComparison.Ordinal):
                return [(path, type.GetMethod("From", [typeof(string)])!.Invoke(null, [value + "x"])!)];
            case IList items:
                return Enumerable.Range(0, items.Count).SelectMany(i => Changes(items[i]!, $"{path}[{i}]").Select(change => (change.Path, Replaced(items, i, change.Changed))));
            default:
                return value.GetType().GetProperties().Where(property => property.CanWrite).SelectMany(property =>
                {
                    var name = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
                    var member = property.GetValue(value) ?? throw new InvalidOperationException($"The sample has no {name}: give it a value, and the document words for it.");
                    return Changes(member, name).Select(change => (change.Path, With(value, property, change.Changed)));
                });
        }
    }

    private static object With(object record, PropertyInfo property, object changed)
    {
        var copy = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
        property.SetValue(copy, changed);
        return copy;
    }

    private static object Replaced(IList items, int index, object changed) =>
        items.GetType().GetMethod(nameof(ImmutableArray<int>.SetItem))!.Invoke(items, [index, changed])!;
}
