using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Telemetry;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Grains.Tests.Telemetry;

/// <summary>Alerts and the operators' page speak of figures by the names and tags under which they are measured.</summary>
public sealed partial class AlertedFiguresTests
{
    private static readonly Dictionary<string, string> Alerts = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "infra", "signals.json"))).RootElement.EnumerateArray()
        .ToDictionary(signal => signal.GetProperty("name").GetString()!, signal => string.Join('\n', signal.GetProperty("query").EnumerateArray().Select(line => line.GetString())), StringComparer.Ordinal);

    /// <summary>Every figure of the meter with the names of its tags.</summary>
    private static readonly Dictionary<string, HashSet<string>> Figures = Measured();

    [Fact]
    public void EveryAlertOnAFigureAsksForOneThatIsMeasured()
    {
        var asked = Alerts.Where(alert => alert.Value.Contains("AppMetrics", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(asked);
        Assert.All(asked, alert =>
        {
            var tags = Assert.Contains(Assert.Single(FigureName().Matches(alert.Value)).Groups[1].Value, Figures);
            Assert.All(TagName().Matches(alert.Value), tag => Assert.Contains(tag.Groups[1].Value, tags));
        });
        Assert.Contains($"Properties['against']) != '{MarketMeters.OwnBooks}'", Alerts["ledger-drift"], StringComparison.Ordinal);
    }

    [Fact]
    public void TheOperatorsPageListsEveryFigure()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operate.md"));
        var listed = page[page.IndexOf("| figure | unit |", StringComparison.Ordinal)..].Split("\n\n")[0];

        Assert.Equal(Figures.Keys.Order(StringComparer.Ordinal), ListedName().Matches(listed).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    private static Dictionary<string, HashSet<string>> Measured()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var scope = services.GetRequiredService<IMeterFactory>();
        var figures = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, to) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, scope))
                {
                    figures.Add(instrument.Name, new(StringComparer.Ordinal));
                    to.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Take(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Take(instrument, tags));
        listener.Start();

        var meters = new MarketMeters(scope, new OutboxGauge(TimeProvider.System));
        meters.ReservationIs(ReservationStatus.Confirmed);
        meters.Committed("gpu-pool", 1);
        meters.Checked("law", 0);
        meters.LedgerDrift(MarketMeters.OwnBooks, "USD", 0);
        listener.RecordObservableInstruments();
        return figures;

        void Take(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                figures[instrument.Name].Add(tag.Key);
            }
        }
    }

    [GeneratedRegex(@"\bName == '([^']+)'")]
    private static partial Regex FigureName();

    [GeneratedRegex(@"Properties\['([^']+)'\]")]
    private static partial Regex TagName();

    [GeneratedRegex(@"`(marketplace\.[a-z.]+)`")]
    private static partial Regex ListedName();
}
