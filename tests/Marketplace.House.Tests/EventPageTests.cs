using System.Text;
using Marketplace.Grains.Transparency;

namespace Marketplace.House.Tests;

/// <summary>The page about events lists every type there is.</summary>
public sealed class EventPageTests
{
    private const string File = "docs/events.md";
    private const string Opening = "<!-- events -->\n";
    private const string Closing = "<!-- /events -->";

    [Fact]
    public void EventsAreDescribedAsTheyAre()
    {
        var page = House.Text(File);
        var from = page.IndexOf(Opening, StringComparison.Ordinal) + Opening.Length;
        var until = page.IndexOf(Closing, StringComparison.Ordinal);
        Assert.True(from >= Opening.Length && until >= from, $"{File} has no place for the table.");
        var table = new StringBuilder("| type | what happened | data |\n|---|---|---|\n");
        foreach (var type in EventType.All)
        {
            table.Append($"| `{type.Name}` | {type.Meaning} | {type.Data.Name} |\n");
        }

        Snapshot.Matches(File, page[..from] + table + page[until..]);
    }
}
