using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Telemetry;
using Microsoft.Extensions.Options;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>The shell around <see cref="Reconciliation"/>: journaled, because every movement of money passes it and its history has no end.</summary>
[Reentrant]
[GrainType("reconciliation")]
internal sealed class ReconciliationGrain(
    GrainServices services,
    IPaymentGateway gateway,
    GatewayInbox inbox,
    BillingAccounts accounts,
    MarketMeters meters,
    IOptions<ReconciliationOptions> options)
    : JournaledGrain<Reconciliation, ReconciliationFact, Reconciliation>(services, "reconciliation"), IReconciliationGrain
{
    private const int PageSize = 100;

    /// <inheritdoc/>
    public async Task<ReconciliationRun> RunAsync(bool full)
    {
        full = full || Durable.BackfilledAt is not { } last || Services.RealNow - last >= Duration.FromTimeSpan(options.Value.BackfillEvery);
        var (backfilled, notices, news) = full ? await BackfillAsync() : (true, 0, 0);
        var (listed, movements) = await ListMovementsAsync();
        if (full || Durable.Differences.Values.Any(difference => difference.Kind is IncidentKind.Documents or IncidentKind.Balances))
        {
            await DecideAsync(new TakeBooks(await GapsAsync(), Services.RealNow));
        }

        if (listed)
        {
            await DecideAsync(new Judge(Duration.FromTimeSpan(options.Value.UnderWay), Services.RealNow));
        }

        foreach (var drift in Durable.Drift())
        {
            meters.LedgerDrift(gateway.Name, drift.Currency.Value, drift.Minor);
        }

        return new ReconciliationRun(listed && backfilled, movements, notices, news, Durable.Differences.Count, Durable.Incidents.Count());
    }

    /// <inheritdoc/>
    public Task<Reconciliation> GetAsync() => Task.FromResult(Durable);

    /// <inheritdoc/>
    public async Task<Incident?> GetIncidentAsync(IncidentId incident) =>
        Durable.Incidents.FirstOrDefault(open => open.Id == incident) ?? await ReadRowAsync<Incident>(IncidentRows.ById, incident.Value, IncidentRows.Key);

    /// <inheritdoc/>
    public async Task<Answer<Incident>> ExplainAsync(ExplainIncident command)
    {
        if (Durable.Incidents.All(open => open.Id != command.Incident) && await GetIncidentAsync(command.Incident) is { Status: IncidentStatus.Resolved } over)
        {
            return Refusal.Of(IncidentRefusal.Resolved, $"{command.Incident} resolved at {over.ResolvedAt}.");
        }

        return await CommitAsync((state, now) => Reconciliation.Decide(state, command, now), state => state.Incidents.First(open => open.Id == command.Incident));
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        meters.ComparesNothing(gateway.Name);
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <inheritdoc/>
    protected override Reconciliation Empty(string key) => new();

    /// <inheritdoc/>
    protected override Reconciliation Evolve(Reconciliation state, ReconciliationFact fact) => Reconciliation.Evolve(state, fact);

    /// <inheritdoc/>
    protected override Reconciliation ToSnapshot(Reconciliation state) => state;

    /// <inheritdoc/>
    protected override Reconciliation FromSnapshot(Reconciliation snapshot) => snapshot;

    // A difference takes some 500 bytes, with an incident twice that.
    /// <inheritdoc/>
    protected override long SnapshotBytes(Reconciliation state) => 1_000L * state.Differences.Count;

    /// <inheritdoc/>
    protected override Task OnNoticeAsync(Envelope envelope) => envelope.Notice switch
    {
        GatewayPosted posted => DecideAsync(new TakePosting(posted.Organization, posted.FactId, posted.Amounts, Services.RealNow), envelope),
        ReturnStuck stuck => DecideAsync(new TakeStuckRefund(stuck.Organization, stuck.Payment, stuck.Amount, Services.RealNow), envelope),
        _ => base.OnNoticeAsync(envelope),
    };

    /// <inheritdoc/>
    protected override void React(Reconciliation after, ReconciliationFact fact, Effects effects)
    {
        if (fact is IncidentRecorded { Incident: var incident })
        {
            effects.Row(IncidentRows.Table, Organization.Platform.Value, SortKeys.Of(incident.OpenedAt, incident.Id.Value), incident);
            effects.Row(IncidentRows.ById, incident.Id.Value, IncidentRows.Key, incident);
            IncidentEvents.Publish(incident, effects);
        }
    }

    /// <summary>Takes every notification on record that never came, by the same way as those that do.</summary>
    private async Task<(bool Finished, int Listed, int New)> BackfillAsync()
    {
        var (listed, news) = (0, 0);
        while (true)
        {
            var after = Durable.NoticeCursor;
            if (await gateway.ListNoticesAsync(after, PageSize) is not { } page)
            {
                return (false, listed, news);
            }

            var taken = 0;
            foreach (var notice in page.Items)
            {
                taken += await inbox.TakeAsync(notice) ? 1 : 0;
            }

            listed += page.Items.Length;
            news += taken;
            await DecideAsync(new TakeNotices(after, page.Cursor, page.Items.Length, taken, !page.HasMore, Services.RealNow));
            if (!page.HasMore)
            {
                return (true, listed, news);
            }
        }
    }

    private async Task<(bool Finished, int Movements)> ListMovementsAsync()
    {
        var movements = 0;
        while (true)
        {
            var after = Durable.MovementCursor;
            if (await gateway.ListMovementsAsync(after, PageSize) is not { } page)
            {
                return (false, movements);
            }

            await DecideAsync(new TakeMovements(after, page, Services.RealNow));
            movements += page.Items.Length;
            if (!page.HasMore)
            {
                return (true, movements);
            }
        }
    }

    /// <summary>What differs between documents and books of any organization, and between the balances of all books and what was heard of them.</summary>
    private async Task<ImmutableArray<BooksGap>> GapsAsync()
    {
        var gaps = ImmutableArray.CreateBuilder<BooksGap>();
        var balances = new Dictionary<Currency, Money>();
        await foreach (var account in accounts.AllAsync(CancellationToken.None))
        {
            gaps.AddRange(account.Gaps);
            foreach (var balance in account.Balances.Where(balance => balance.Account.Kind == LedgerAccountKind.Gateway).Select(balance => balance.Amount))
            {
                balances[balance.Currency] = balances.GetValueOrDefault(balance.Currency, Money.Zero(balance.Currency)) + balance;
            }
        }

        foreach (var currency in balances.Keys.Union(Durable.Totals.Keys.Select(Currency.From)))
        {
            var books = balances.GetValueOrDefault(currency, Money.Zero(currency));
            var heard = Durable.Totals.GetValueOrDefault(currency.Value)?.Books ?? Money.Zero(currency);
            if (books != heard)
            {
                gaps.Add(new BooksGap(IncidentKind.Balances, currency.Value, null, heard, books));
            }
        }

        return gaps.ToImmutable();
    }

    private Task<Answer<bool>> DecideAsync(ReconciliationCommand command, Envelope? envelope = null) =>
        CommitAsync((state, now) => Reconciliation.Decide(state, command, now), _ => true, envelope);
}
