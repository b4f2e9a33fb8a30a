using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Verification;

/// <summary>One challenge. Key: <c>bench_…</c>. Its commands are repeatable by what they say; who may say it, the node's grain has checked before.</summary>
[Alias("Marketplace.IBenchmarkRunGrain"), GrainInterfaceType("Marketplace.IBenchmarkRunGrain")]
public interface IBenchmarkRunGrain : IAggregateGrain
{
    /// <summary>The challenge as last made durable, or null.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<BenchmarkRun>?> GetAsync();

    /// <summary>Opens it.</summary>
    [Alias("Open")]
    Task<Answer<Snapshot<BenchmarkRun>>> OpenAsync(OpenBenchmarkRun command);

    /// <summary>A node asks for it; the first has it given out.</summary>
    [Alias("Ask")]
    Task<Answer<Snapshot<BenchmarkRun>>> AskAsync(AskChallenge command);

    /// <summary>A node commits to its products and is asked for rows.</summary>
    [Alias("Commit")]
    Task<Answer<Snapshot<BenchmarkRun>>> CommitWorkAsync(CommitWork command);

    /// <summary>A node says that its memory is filled and is asked to read it.</summary>
    [Alias("FillMemory")]
    Task<Answer<Snapshot<BenchmarkRun>>> FillMemoryAsync(FillMemory command);

    /// <summary>A node commits to the words it read.</summary>
    [Alias("ReadMemory")]
    Task<Answer<Snapshot<BenchmarkRun>>> ReadMemoryAsync(ReadMemory command);

    /// <summary>A node reports; its signed bytes are evidence already.</summary>
    [Alias("Report")]
    Task<Answer<Snapshot<BenchmarkRun>>> ReportAsync(TakeReport command);

    /// <summary>An output came, and is durable as evidence. The last one has the node judged.</summary>
    [Alias("OutputArrived")]
    Task<Answer<Snapshot<BenchmarkRun>>> OutputArrivedAsync(TakeOutput command);

    /// <summary>The marketplace decides what was in review.</summary>
    [Alias("DecideReview")]
    Task<Answer<Snapshot<BenchmarkRun>>> DecideReviewAsync(Operation operation, DecideReview command);
}

/// <summary>Rows of challenges.</summary>
public static class BenchmarkRunRows
{
    /// <summary>Challenges without their nodes' answers: under the operator, the pool, the tenant and the marketplace.</summary>
    public const string Table = "benchmark-runs";
}
