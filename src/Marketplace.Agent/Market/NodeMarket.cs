using System.Globalization;
using Marketplace.Client;
using Marketplace.Domain.Primitives;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Polly.Timeout;
using Wire = Marketplace.Client;

namespace Marketplace.Agent.Market;

/// <summary>The marketplace over its public API. Messages are signed by the node; there is no other credential.</summary>
internal sealed class NodeMarket : INodeMarket
{
    private const int RoundTrips = 3;
    private const string NotChallenged = "node_not_challenged";
    private const int NotFound = 404;

    private readonly Uri _address;
    private readonly MarketplaceClient _client;

    /// <summary>A marketplace.</summary>
    /// <param name="address">Root of its API.</param>
    public NodeMarket(Uri address)
    {
        _address = address;
        var services = new ServiceCollection();
        services.AddMarketplaceClient(options => (options.BaseAddress, options.AttemptTimeout) = (address, TimeSpan.FromMinutes(2)));
        _client = services.BuildServiceProvider().GetRequiredService<MarketplaceClient>();
    }

    /// <inheritdoc/>
    public Task<EnrolledNode> EnrolAsync(Domain.Verification.SignedMessage message, CancellationToken cancellation) => CallAsync(async () =>
    {
        var node = (await _client.EnrolNodeAsync(Of(message), cancellation).ConfigureAwait(false)).Result;
        return new EnrolledNode(node.NodeId, node.PoolId, node.Sku, node.GpusPerNode);
    });

    /// <inheritdoc/>
    public Task<string> RotateAsync(NodeId node, Domain.Verification.SignedMessage message, CancellationToken cancellation) => CallAsync(async () =>
        (await _client.RotateNodeKeyAsync(node.Value, Of(message), cancellation).ConfigureAwait(false)).Result.KeyId);

    /// <inheritdoc/>
    public Task<NodeChallenge?> AskAsync(NodeId node, Domain.Verification.SignedMessage message, CancellationToken cancellation) => CallAsync<NodeChallenge?>(async () =>
    {
        try
        {
            var given = (await _client.AskChallengeAsync(node.Value, Of(message), cancellation).ConfigureAwait(false)).Result;
            return new NodeChallenge(
                BenchmarkRunId.From(given.RunId),
                given.Sku,
                [.. given.Devices],
                new Domain.Verification.Challenge(given.Nonce, Of(given.IssuedAt), Of(given.CommitBy), Of(given.AnswerBy), given.WorkSize, given.OpenedRows, given.Memory is { } memory ? new Domain.Verification.MemoryTerms(memory.Blocks, memory.BlockWords, memory.Reads) : null),
                [.. given.Wanted]);
        }
        catch (MarketplaceException refused) when (refused.Code == NotChallenged)
        {
            return null;
        }
    });

    /// <inheritdoc/>
    public Task<string> CommitAsync(BenchmarkRunId run, Domain.Verification.SignedMessage message, CancellationToken cancellation) => CallAsync(async () =>
        (await _client.CommitWorkAsync(run.Value, Of(message), cancellation).ConfigureAwait(false)).Result.Seed);

    /// <inheritdoc/>
    public Task<string> FillAsync(BenchmarkRunId run, Domain.Verification.SignedMessage message, CancellationToken cancellation) => CallAsync(async () =>
        (await _client.FillMemoryAsync(run.Value, Of(message), cancellation).ConfigureAwait(false)).Result.Seed);

    /// <inheritdoc/>
    public Task<decimal> ReadAsync(BenchmarkRunId run, Domain.Verification.SignedMessage message, CancellationToken cancellation) => CallAsync(async () =>
        (await _client.ReadMemoryAsync(run.Value, Of(message), cancellation).ConfigureAwait(false)).Result.Seconds);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ReportAsync(BenchmarkRunId run, Domain.Verification.SignedMessage message, CancellationToken cancellation) => CallAsync<IReadOnlyList<string>>(async () =>
        [.. (await _client.ReportBenchmarkAsync(run.Value, Of(message), cancellation).ConfigureAwait(false)).Result.MissingOutputs]);

    /// <inheritdoc/>
    public Task UploadAsync(BenchmarkRunId run, string sha256, byte[] bytes, CancellationToken cancellation) => CallAsync(async () =>
    {
        using var body = new MemoryStream(bytes, writable: false);
        return await _client.UploadOutputAsync(run.Value, sha256, body, cancellation).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public Task<AnswerState?> StateAsync(BenchmarkRunId run, NodeId node, CancellationToken cancellation) => CallAsync<AnswerState?>(async () =>
    {
        try
        {
            var read = (await _client.GetBenchmarkRunAsync(run.Value, cancellation).ConfigureAwait(false)).Result;
            var verdict = read.Answers.FirstOrDefault(answer => answer.NodeId == node.Value)?.Verdict;
            return new AnswerState(verdict?.Outcome.ToString(), verdict?.Score, [.. (verdict?.Findings ?? []).Select(finding => $"{finding.Kind}, {finding.Weight}: {finding.Detail}")], read.Level?.ToString());
        }
        catch (MarketplaceException hidden) when (hidden.StatusCode == NotFound)
        {
            // Acceptance challenges are seen by the parties of the lease alone.
            return null;
        }
    });

    /// <inheritdoc/>
    public Task<BeatReply> BeatAsync(NodeId node, Domain.Verification.SignedMessage message, CancellationToken cancellation) => CallAsync(async () =>
    {
        var answer = (await _client.BeatAsync(node.Value, Of(message), cancellation).ConfigureAwait(false)).Result;
        return new BeatReply(answer.Acknowledged, answer.ChallengeRunId);
    });

    /// <inheritdoc/>
    public Task<TimeSpan> RoundTripAsync(CancellationToken cancellation) => CallAsync(async () =>
    {
        var shortest = TimeSpan.MaxValue;
        for (var trip = 0; trip < RoundTrips; trip++)
        {
            var from = TimeProvider.System.GetTimestamp();
            await _client.GetClockAsync(cancellation).ConfigureAwait(false);
            var took = TimeProvider.System.GetElapsedTime(from);
            shortest = took < shortest ? took : shortest;
        }

        return shortest;
    });

    private static Wire.SignedMessage Of(Domain.Verification.SignedMessage message) => new()
    {
        PayloadType = message.PayloadType,
        Payload = message.Payload,
        Signatures = [.. message.Signatures.Select(signature => new Wire.MessageSignature { KeyId = signature.KeyId, Signature = signature.Signature })],
    };

    private static Instant Of(DateTimeOffset at) => Instant.FromDateTimeOffset(at);

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (MarketplaceException refused)
        {
            throw new AgentException(
                refused.IsRetryable ? ExitCode.Unreachable : ExitCode.Refused,
                string.Create(CultureInfo.InvariantCulture, $"The marketplace {(refused.IsRetryable ? "asks to try later" : "refused")}: {refused.Message}"),
                refused);
        }
        catch (Exception lost) when (lost is HttpRequestException or TimeoutRejectedException or IOException)
        {
            throw new AgentException(ExitCode.Unreachable, $"{_address} was not reached: {lost.Message}", lost);
        }
    }
}
