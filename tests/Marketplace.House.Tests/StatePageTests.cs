using System.Text;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Sites;

namespace Marketplace.House.Tests;

/// <summary>The pages about an aggregate's states show the one table in code, between two marks of the page.</summary>
public sealed class StatePageTests
{
    [Fact]
    public void LeasesAreDescribedAsTheyAre() => Shows("docs/leases.md", LeaseStatuses.Next.ToDictionary(
        pair => pair.Key,
        pair => pair.Value.Select(step => (step.To, (string?)step.By))));

    [Fact]
    public void ReservationsAreDescribedAsTheyAre() => Shows("docs/reservations.md", ReservationStatuses.Next.ToDictionary(
        pair => pair.Key,
        pair => pair.Value.Select(step => (step.To, (string?)step.By))));

    [Fact]
    public void SitesAreDescribedAsTheyAre() => Shows("docs/sites.md", SiteStatuses.Next.ToDictionary(
        pair => pair.Key,
        pair => pair.Value.Select(step => (step.To, (string?)step.By))));

    [Fact]
    public void DepositsAreDescribedAsTheyAre() => Shows("docs/billing.md", DepositStatuses.Next.ToDictionary(
        pair => pair.Key,
        pair => pair.Value.Select(step => (step.To, (string?)step.By))), "deposit-states");

    [Fact]
    public void InvoicesAreDescribedAsTheyAre() => Shows("docs/billing.md", InvoiceStatuses.Next.ToDictionary(
        pair => pair.Key,
        pair => pair.Value.Select(step => (step.To, (string?)step.By))), "invoice-states");

    [Fact]
    public void PayoutsAreDescribedAsTheyAre() => Shows("docs/payments.md", PayoutStatuses.Next.ToDictionary(
        pair => pair.Key,
        pair => pair.Value.Select(step => (step.To, (string?)step.By))), "payout-states");

    [Fact]
    public void SetupsOfPaymentMethodsAreDescribedAsTheyAre() => Shows("docs/payments.md", MethodSetupStatuses.Next.ToDictionary(
        pair => pair.Key,
        pair => pair.Value.Select(step => (step.To, (string?)step.By))), "method-setup-states");

    [Fact]
    public void PaymentsAreDescribedAsTheyAre() => Shows("docs/billing.md", PaymentStatuses.Next.ToDictionary(
        pair => pair.Key,
        pair => pair.Value.Select(step => (step.To, (string?)step.By))), "payment-states");

    private static void Shows<TStatus>(string file, IReadOnlyDictionary<TStatus, IEnumerable<(TStatus To, string? By)>> next, string mark = "states")
        where TStatus : struct, Enum
    {
        var (opening, closing) = ($"<!-- {mark} -->\n", $"<!-- /{mark} -->");
        var page = House.Text(file);
        var from = page.IndexOf(opening, StringComparison.Ordinal) + opening.Length;
        var until = page.IndexOf(closing, StringComparison.Ordinal);
        Assert.True(from >= opening.Length && until >= from, $"{file} has no place for the table: {opening.Trim()} … {closing}.");
        Snapshot.Matches(file, page[..from] + Table(next) + page[until..]);
    }

    private static string Table<TStatus>(IReadOnlyDictionary<TStatus, IEnumerable<(TStatus To, string? By)>> next)
        where TStatus : struct, Enum
    {
        var table = new StringBuilder("| state | becomes | when |\n|---|---|---|\n");
        foreach (var status in Enum.GetValues<TStatus>())
        {
            var steps = next[status].ToList();
            foreach (var (to, by) in steps)
            {
                table.Append($"| {status} | {to} | {by} |\n");
            }

            if (steps.Count == 0)
            {
                table.Append($"| {status} | | nothing: it is over |\n");
            }
        }

        return table.ToString();
    }
}
