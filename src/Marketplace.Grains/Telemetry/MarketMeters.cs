using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Durability;

namespace Marketplace.Grains.Telemetry;

/// <summary>
/// The market's own figures, under the meter <see cref="Name"/>. A figure is split only by what has a small, closed list of
/// values: never by an id, a name or an organization.
/// </summary>
public sealed class MarketMeters
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Marketplace";

    /// <summary>Books that were compared with themselves: debits with credits.</summary>
    public const string OwnBooks = "books";

    private static readonly InstrumentAdvice<int> Batches = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] };
    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 3600, 14_400, 86_400] };

    private readonly Counter<long> reservations;
    private readonly Histogram<int> commits;
    private readonly Histogram<double> dueLag;
    private readonly Histogram<double> webhookLag;
    private readonly ConcurrentDictionary<string, int> violations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Against, string Currency), long> drift = new();

    internal MarketMeters(IMeterFactory meters, OutboxGauge outboxes)
    {
        var meter = meters.Create(Name);
        reservations = meter.CreateCounter<long>("marketplace.reservations", "{reservation}", "Reservations that came to a status, by that status.");
        commits = meter.CreateHistogram("marketplace.commit.batch", "{commit}", "Commits that one write of a journal made durable, by kind of grain.", advice: Batches);
        dueLag = meter.CreateHistogram("marketplace.due.lag", "s", "How late something was visited that had fallen due.", advice: Seconds);
        webhookLag = meter.CreateHistogram("marketplace.webhook.lag", "s", "From an event to the answer of the endpoint it was delivered to.", advice: Seconds);
        meter.CreateObservableGauge("marketplace.outbox.age", () => outboxes.OldestAge.TotalSeconds, "s", "For how long this process has had its oldest undelivered outbox entry.");
        meter.CreateObservableGauge("marketplace.outbox.waiting", () => outboxes.Waiting, "{entry}", "Outbox entries of this process that wait for delivery.");
        meter.CreateObservableGauge("marketplace.invariants.violations", () => violations.Select(law => new Measurement<int>(law.Value, Tag("invariant", law.Key))), "{violation}", "What violated a law of the market when it was last checked, by law; emitted by the silo that checks.");
        meter.CreateObservableGauge("marketplace.ledger.drift", () => drift.Select(found => new Measurement<long>(found.Value, Tag("against", found.Key.Against), Tag("currency", found.Key.Currency))), "{minor_unit}", "By how much books disagree, without sign, when they were last compared: with themselves or with another's.");
    }

    /// <summary>A reservation came to a status.</summary>
    public void ReservationIs(ReservationStatus status) => reservations.Add(1, Tag("outcome", status.ToString()));

    /// <summary>One write of a journal made this many commits durable.</summary>
    public void Committed(string noun, int batch) => commits.Record(batch, Tag("grain", noun));

    /// <summary>Something that had fallen due this long ago was visited.</summary>
    public void Visited(TimeSpan late) => dueLag.Record(Math.Max(0, late.TotalSeconds));

    /// <summary>An event was taken by a webhook endpoint this long after it happened.</summary>
    public void WebhookDelivered(TimeSpan lag) => webhookLag.Record(Math.Max(0, lag.TotalSeconds));

    /// <summary>A law of the market was checked, and this many things violate it.</summary>
    public void Checked(string invariant, int found) => violations[invariant] = found;

    /// <summary>Another silo checks the market's laws from now on.</summary>
    public void ChecksNothing()
    {
        violations.Clear();
        ComparesNothing(OwnBooks);
    }

    /// <summary>Books were compared with themselves or with another's.</summary>
    /// <param name="against">With what: <see cref="OwnBooks"/>, or the name of a gateway.</param>
    /// <param name="currency">ISO code.</param>
    /// <param name="minor">Sum of all differences without their signs, in minor units; 0 when they agree.</param>
    public void LedgerDrift(string against, string currency, long minor) => drift[(against, currency)] = minor;

    /// <summary>Another silo compares books with this from now on.</summary>
    public void ComparesNothing(string against)
    {
        foreach (var own in drift.Keys.Where(found => found.Against == against))
        {
            drift.TryRemove(own, out _);
        }
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
