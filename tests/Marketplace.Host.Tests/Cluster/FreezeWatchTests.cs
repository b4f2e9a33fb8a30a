using System.Collections.Immutable;
using System.Net;
using Marketplace.Host.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Marketplace.Host.Tests.Cluster;

/// <summary>A process that did not run for a while answers nothing until it knows whether others have taken over.</summary>
public sealed class FreezeWatchTests : IDisposable
{
    private static readonly HostOptions Options = new();
    private static readonly TimeSpan Long = Options.Cluster.ProbeTimeout + TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider time = new();
    private readonly Table table = new();
    private readonly FreezeWatch watch;

    public FreezeWatchTests() => watch = new FreezeWatch(table, table, Options, time, NullLogger<FreezeWatch>.Instance);

    public void Dispose() => watch.Dispose();

    [Fact]
    public async Task WhoRunsAllTheWhileIsNotInDoubt()
    {
        for (var tick = 0; tick < 40; tick++)
        {
            await TickAsync();
            time.Advance(Options.Cluster.ProbeTimeout);
            Assert.Null(watch.Doubt);
        }

        Assert.Equal(0, table.Looks);
    }

    [Fact]
    public async Task AfterASilenceNothingIsAnsweredUntilMembershipWasRead()
    {
        await TickAsync();
        table.Answer = new TaskCompletionSource();

        time.Advance(Long);
        Assert.NotNull(watch.Doubt);
        var looking = TickAsync();
        Assert.NotNull(watch.Doubt);

        table.Answer.SetResult();
        await looking;
        Assert.Null(watch.Doubt);
    }

    [Fact]
    public async Task ASilenceWhileLookingNeedsAnotherLook()
    {
        await TickAsync();
        time.Advance(Long);
        table.Answer = new TaskCompletionSource();
        var looking = TickAsync();
        time.Advance(Long);
        table.Answer.SetResult();

        await looking;
        Assert.NotNull(watch.Doubt);

        await TickAsync();
        Assert.Null(watch.Doubt);
    }

    [Fact]
    public async Task WhoWasDeclaredDeadAnswersNothingAnyMore()
    {
        await TickAsync();
        table.Status = SiloStatus.Dead;

        time.Advance(Long);
        await TickAsync();
        await TickAsync();

        Assert.NotNull(watch.Doubt);
    }

    [Fact]
    public async Task ATableThatCannotBeReadIsReadAgain()
    {
        await TickAsync();
        table.Answer = new TaskCompletionSource();
        table.Answer.SetException(new TimeoutException());

        time.Advance(Long);
        await TickAsync();
        Assert.NotNull(watch.Doubt);

        table.Answer = null;
        await TickAsync();
        Assert.Null(watch.Doubt);
        Assert.Equal(2, table.Looks);
    }

    private Task TickAsync() => watch.TickAsync(TestContext.Current.CancellationToken);

    /// <summary>The membership table as this silo sees it.</summary>
    private sealed class Table : IClusterMembershipService, ILocalSiloDetails
    {
        public SiloStatus Status { get; set; } = SiloStatus.Active;

        public TaskCompletionSource? Answer { get; set; }

        public int Looks { get; private set; }

        public ClusterMembershipSnapshot CurrentSnapshot =>
            new(ImmutableDictionary<SiloAddress, ClusterMember>.Empty.Add(SiloAddress, new ClusterMember(SiloAddress, Status, Name)), new MembershipVersion(1));

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => AsyncEnumerable.Empty<ClusterMembershipSnapshot>();

        public string Name => "silo";

        public string ClusterId => "cluster";

        public string DnsHostName => "localhost";

        public SiloAddress SiloAddress { get; } = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);

        public SiloAddress GatewayAddress => SiloAddress;

        public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default)
        {
            Looks++;
            return Answer is { } answer ? new ValueTask(answer.Task) : default;
        }

        public Task<bool> TryKill(SiloAddress siloAddress) => Task.FromResult(false);
    }
}
