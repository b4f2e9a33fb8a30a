using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>
/// Compares all books with the gateway's, and invoices, deposits and balances with the books. What stays different becomes an
/// incident; what agrees again resolves it. Key: the marketplace's organization; there is one.
/// </summary>
[Alias("Marketplace.IReconciliationGrain"), GrainInterfaceType("Marketplace.IReconciliationGrain")]
public interface IReconciliationGrain : IAggregateGrain
{
    /// <summary>Takes what the gateway has listed since the last time and judges what differs. Runs beside another one change nothing twice.</summary>
    /// <param name="full">
    /// Also takes notifications that never came and compares documents and balances with the books; otherwise that is done
    /// when a day has passed since the last time.
    /// </param>
    /// <returns>What was found.</returns>
    [Alias("Run")]
    Task<ReconciliationRun> RunAsync(bool full);

    /// <summary>The comparison as last made durable.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Reconciliation> GetAsync();

    /// <summary>An incident, resolved ones too; null when there is none.</summary>
    [Alias("GetIncident"), AlwaysInterleave]
    Task<Incident?> GetIncidentAsync(IncidentId incident);

    /// <summary>A person says why two sides differ.</summary>
    [Alias("Explain")]
    Task<Answer<Incident>> ExplainAsync(ExplainIncident command);
}

/// <summary>What one run of the comparison came to.</summary>
/// <param name="GatewayAnswered">Whether the gateway's lists could be read to their ends; otherwise nothing new was judged.</param>
/// <param name="Movements">Movements taken.</param>
/// <param name="Notices">Notifications looked at.</param>
/// <param name="NoticesNew">Those of them that had never come.</param>
/// <param name="Differences">What differs now, young differences included.</param>
/// <param name="Incidents">Incidents whose two sides differ now.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.ReconciliationRun")]
public sealed record ReconciliationRun(
    [property: Id(0)] bool GatewayAnswered,
    [property: Id(1)] int Movements,
    [property: Id(2)] int Notices,
    [property: Id(3)] int NoticesNew,
    [property: Id(4)] int Differences,
    [property: Id(5)] int Incidents);

/// <summary>Where incidents are listed.</summary>
public static class IncidentRows
{
    /// <summary>Incidents: one partition, the marketplace's, key by time of opening.</summary>
    public const string Table = "incidents";

    /// <summary>Incidents by id: partition by incident, one row.</summary>
    public const string ById = "incidents-by-id";

    /// <summary>Row key in <see cref="ById"/>.</summary>
    public const string Key = "incident";
}

/// <summary>When comparisons are made. Real time, like everything that is no fact of a contract.</summary>
public sealed class ReconciliationOptions
{
    /// <summary>Between two comparisons; a minute unless set.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>For how long two sides may differ while notices are on their way; five minutes unless set.</summary>
    public TimeSpan UnderWay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Between two backfills; a day unless set.</summary>
    public TimeSpan BackfillEvery { get; set; } = TimeSpan.FromDays(1);
}
