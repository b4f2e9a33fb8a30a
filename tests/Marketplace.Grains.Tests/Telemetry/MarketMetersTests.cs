using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Scheduling;
using Marketplace.Grains.Telemetry;
using Marketplace.Grains.Tests.Durability;
using Marketplace.Grains.Tests.Webhooks;
using Marketplace.Grains.Webhooks;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Grains.Tests.Telemetry;

/// <summary>The market's own figures say what happened, and never about whom.</summary>
public sealed class MarketMetersTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 6, 1, 5, 0);

    [Fact]
    public async Task Reservations_are_counted_by_what_became_of_them()
    {
        await using var world = await MarketplaceWorld.StartAsync(4, new LocalDate(2026, 6, 1));
        using var figures = new Figures(world.Market);

        await world.ReserveAsync(new Term(Start, Instant.FromUtc(2027, 6, 1, 5, 0)), 16);
        await world.PayDepositAsync();
        await world.Market.Time.SettleAsync();

        var outcomes = figures.Of("marketplace.reservations").GroupBy(one => (string)one.Tags["outcome"]!).ToDictionary(one => one.Key, one => one.Sum(each => each.Value), StringComparer.Ordinal);
        Assert.Equal(1, outcomes[nameof(ReservationStatus.Confirmed)]);
        Assert.DoesNotContain(nameof(ReservationStatus.Refused), outcomes.Keys);
    }

    [Fact]
    public async Task A_write_of_a_journal_says_how_many_commits_it_covered()
    {
        await using var market = await TestMarket.StartAsync();
        using var figures = new Figures(market);
        var hot = market.Grains.GetGrain<IHotTallyGrain>("tally_hot");

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => hot.CountAsync(1)));

        var batches = figures.Of("marketplace.commit.batch").Where(one => (string)one.Tags["grain"]! == "hot-tally").ToList();
        Assert.Equal(50, batches.Sum(one => one.Value));
        Assert.True(batches.Count < 50, "Commits that arrive together share a write.");
    }

    [Fact]
    public async Task The_outboxs_age_grows_while_something_waits_and_ends_with_it()
    {
        await using var market = await TestMarket.StartAsync();
        using var figures = new Figures(market);
        var late = market.Faults.At(FaultKind.Delay, write => write is { Operation: "UpsertIfNewer", Table: "tallies" });
        await market.Grains.GetGrain<ITallyGrain>("tally_one").CountAsync(new Operation("one", "hash"), 1);
        await late.Reached;

        var first = figures.Now("marketplace.outbox.age");
        Assert.True(figures.Now("marketplace.outbox.age") > first && first > 0);
        Assert.True(figures.Now("marketplace.outbox.waiting") >= 1);

        late.Release();
        await market.Time.WhenQuietAsync();
        Assert.Equal(0, figures.Now("marketplace.outbox.age"));
        Assert.Equal(0, figures.Now("marketplace.outbox.waiting"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_visited_late_says_how_late_even_if_the_visit_fails(bool fails)
    {
        await using var market = await TestMarket.StartAsync();
        using var figures = new Figures(market);
        await market.Grains.GetGrain<ITallyGrain>("tally_one").SetAlarmAsync(TestMarket.Begin + Duration.FromHours(1));
        await market.Clock.SetForwardAsync(TestMarket.Begin + Duration.FromHours(3));
        if (fails)
        {
            market.Faults.At(FaultKind.ErrorBeforeWrite, write => write is { Operation: "WriteState", Table: "tally" });
        }

        await market.Grains.GetGrain<ISchedulerGrain>(GrainKeys.DueShardOf(new("tally", "tally_one"))).VisitDueAsync();

        // The keeper may have been visiting just then.
        await UntilAsync(() => figures.Of("marketplace.due.lag").Count > 0);
        Assert.Equal(7200, figures.Of("marketplace.due.lag").Max(one => one.Value));
    }

    [Fact]
    public async Task A_webhook_that_arrives_says_how_long_after_the_event()
    {
        await using var market = await TestMarket.StartAsync();
        using var figures = new Figures(market);
        var organization = market.Grains.GetGrain<IOrganizationGrain>(WebhookExample.Organization.Value);
        await organization.RegisterAsync(new Operation("register", "hash"), new RegisterOrganization(WebhookExample.Organization, "Acme", OrganizationKind.Tenant, "NO", null));
        await market.Time.SettleAsync();
        var answer = new TaskCompletionSource<WebhookAnswer>();
        market.Webhooks.Answers = _ => answer.Task;
        await market.Grains.GetGrain<IWebhookEndpointGrain>("whk_one").RegisterAsync(new Operation("endpoint", "hash"), WebhookExample.Registration("whk_one", "member.*"));
        await market.Time.WhenQuietAsync();

        await organization.AddMemberAsync(new Operation("member", "hash"), new AddMember(MemberId.From("mbr_1"), "Ada", "ada@example.com", OrganizationRole.Viewer));
        await UntilAsync(() => market.Webhooks.Received.Count > 0);
        Assert.Empty(figures.Of("marketplace.webhook.lag"));
        await market.Clock.SetForwardAsync(TestMarket.Begin + Duration.FromHours(1));
        answer.SetResult(TestWebhooks.Answer(200));

        await UntilAsync(() => figures.Of("marketplace.webhook.lag").Count > 0);
        Assert.Equal(3600, Assert.Single(figures.Of("marketplace.webhook.lag")).Value);
    }

    [Fact]
    public async Task A_broken_law_is_counted_by_the_silo_that_checks()
    {
        await using var market = await TestMarket.StartAsync(silo =>
        {
            silo.Services.Configure<InvariantWatchOptions>(watch => watch.First = TimeSpan.FromMilliseconds(1));
            silo.Services.AddSingleton<IInvariant, Broken>();
        });
        using var figures = new Figures(market);

        await UntilAsync(() => figures.Values("marketplace.invariants.violations").Any(one => (string)one.Tags["invariant"]! == "broken"));

        var violations = figures.Values("marketplace.invariants.violations").ToDictionary(one => (string)one.Tags["invariant"]!, one => one.Value, StringComparer.Ordinal);
        Assert.Equal(2, violations["broken"]);
        Assert.Equal(0, violations["ledgers_balance"]);
    }

    [Fact]
    public async Task Books_that_agree_drift_by_nothing()
    {
        await using var world = await MarketplaceWorld.StartAsync(4, new LocalDate(2026, 6, 1));
        using var figures = new Figures(world.Market);
        await world.ReserveAsync(new Term(Start, Instant.FromUtc(2027, 6, 1, 5, 0)), 16);
        await world.PayDepositAsync();
        await world.Market.Time.SettleAsync();

        await world.ViolationsAsync();

        var drift = Assert.Single(figures.Values("marketplace.ledger.drift"));
        Assert.Equal((MarketMeters.OwnBooks, "USD", 0), (drift.Tags["against"], drift.Tags["currency"], drift.Value));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>A law that two things break.</summary>
    private sealed class Broken : IInvariant
    {
        public string Name => "broken";

        public string Meaning => "Never holds.";

        public Task<ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation) => Task.FromResult<ImmutableArray<string>>(["one", "two"]);
    }

    /// <summary>Takes what one market's meter measures, whatever other markets run beside it.</summary>
    private sealed class Figures : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly Lock gate = new();
        private readonly List<(string Name, Dictionary<string, object?> Tags, double Value)> measured = [];

        public Figures(TestMarket market)
        {
            var scope = market.Services.GetRequiredService<IMeterFactory>();
            market.Services.GetRequiredService<MarketMeters>();
            listener.InstrumentPublished = (instrument, to) =>
            {
                if (instrument.Meter.Name == MarketMeters.Name && ReferenceEquals(instrument.Meter.Scope, scope))
                {
                    to.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
            listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
            listener.Start();
        }

        public List<(string Name, Dictionary<string, object?> Tags, double Value)> Of(string name)
        {
            lock (gate)
            {
                return [.. measured.Where(one => one.Name == name)];
            }
        }

        /// <summary>What an observed figure is at this moment.</summary>
        public List<(string Name, Dictionary<string, object?> Tags, double Value)> Values(string name)
        {
            lock (gate)
            {
                measured.RemoveAll(one => one.Name == name);
            }

            listener.RecordObservableInstruments();
            return Of(name);
        }

        public double Now(string name) => Values(name).Single().Value;

        public void Dispose() => listener.Dispose();

        private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (gate)
            {
                measured.Add((instrument.Name, new Dictionary<string, object?>(tags.ToArray(), StringComparer.Ordinal), value));
            }
        }
    }
}
