using System.Text;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Sites;

namespace Marketplace.House.Tests;

/// <summary>The pages about an aggregate's states show the one table in code, between two marks of the page.</summary>
public sealed class StatePageTests
{
    private const string From = "<!-- states -->\n";
    private const string Until = "<!-- /states -->";

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

    private static void Shows<TStatus>(string file, IReadOnlyDictionary<TStatus, IEnumerable<(TStatus To, string? By)>> next)
        where TStatus : struct, Enum
    {
        var page = House.Text(file);
        var from = page.IndexOf(From, StringComparison.Ordinal) + From.Length;
        var until = page.IndexOf(Until, StringComparison.Ordinal);
        Assert.True(from >= From.Length && until >= from, $"{file} has no place for the table: {From.Trim()} … {Until}.");
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
