using System.Collections.Immutable;
using Marketplace.Agent.Commands;
using Marketplace.Agent.Market;
using Marketplace.Agent.Reports;
using Marketplace.Agent.Screens;
using Marketplace.Agent.Work;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Agent.Benchmarks;

/// <summary>The end of a session.</summary>
/// <param name="Challenge">Id of the challenge; null when the node was not to be tested.</param>
/// <param name="ReportSha256">Digest of the signed report.</param>
/// <param name="Results">Every tool, run or missing.</param>
/// <param name="State">What the marketplace makes of it so far.</param>
internal sealed record BenchmarkSummary(string? Challenge, string? ReportSha256, ImmutableArray<BenchmarkResult> Results, AnswerState? State);

/// <summary>
/// Answers one challenge from its question to its last upload. Devices are opened before it is asked for, because the
/// marketplace's clock runs from then on.
/// </summary>
/// <param name="context">The agent.</param>
/// <param name="enrolment">Which node.</param>
/// <param name="market">Where to.</param>
/// <param name="voice">Signs.</param>
internal sealed class BenchmarkSession(AgentContext context, Enrolment enrolment, INodeMarket market, NodeVoice voice)
{
    private static readonly ImmutableArray<Tool> Inventories = [Tool.NvidiaSmi, Tool.RocmSmi];

    private TimeProvider Time => context.Environment.Time;

    /// <summary>Answers it.</summary>
    /// <param name="tools">Tools to run; inventories are always among them.</param>
    /// <param name="options">What they need.</param>
    /// <param name="board">Shows how it goes.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<BenchmarkSummary> AnswerAsync(IReadOnlyList<BenchmarkTool> tools, BenchmarkOptions options, IProgressBoard board, CancellationToken cancellation)
    {
        var runner = new BenchmarkRunner(context.Environment.Machine, context.Folder);
        var inventory = await InventoryCommand.TakeAsync(context, board, [], cancellation).ConfigureAwait(false);
        var before = await RunAsync(runner, tools.Where(tool => Inventories.Contains(tool.Tool)), options, board, cancellation).ConfigureAwait(false);
        var gpus = BenchmarkReports.Gpus(before);
        using var devices = Open(gpus, board);
        var latency = await market.RoundTripAsync(cancellation).ConfigureAwait(false);

        var challenge = await market.AskAsync(enrolment.NodeId, voice.Sign(PayloadTypes.ChallengeRequest, new ChallengeRequest(enrolment.NodeId, voice.NextSequence())), cancellation).ConfigureAwait(false);
        if (challenge is null)
        {
            return new BenchmarkSummary(null, null, [.. before], null);
        }

        var challengedAt = BenchmarkReports.Now(Time);
        RequireDevices(challenge, devices);
        var proofs = await ComputeAsync(challenge, devices, board, cancellation).ConfigureAwait(false);
        try
        {
            var question = new WorkQuestion(await market.CommitAsync(challenge.Run, voice.Sign(PayloadTypes.WorkCommitments, new WorkCommitments(
                challenge.Run, enrolment.NodeId, challenge.Terms.Nonce, voice.NextSequence(), [.. proofs.Select(proof => new DeviceCommitment(proof.DeviceId, proof.Root))])), cancellation).ConfigureAwait(false));
            var opened = proofs.Select(proof => OpenRows(proof, question)).ToImmutableArray();

            // State is looked at again: the first look was before the challenge.
            var results = await RunAsync(runner, tools, options with { Gpus = gpus.Length }, board, cancellation).ConfigureAwait(false);
            var clock = new ReportClock(challengedAt, challengedAt, BenchmarkReports.Now(Time), Math.Round((decimal)latency.TotalMilliseconds, 3));
            var report = BenchmarkReports.Of(
                context.Environment.Machine, inventory, challenge.Run, enrolment.NodeId, challenge.Terms.Nonce, voice.NextSequence(), clock, results, [.. BenchmarkReports.Outputs(context.Folder, results), .. opened]);
            var message = voice.Sign(PayloadTypes.BenchmarkReport, report);
            await SendAsync(challenge, report, message, board, cancellation).ConfigureAwait(false);
            return new BenchmarkSummary(challenge.Run.Value, message.Digest(), [.. results], await market.StateAsync(challenge.Run, enrolment.NodeId, cancellation).ConfigureAwait(false));
        }
        finally
        {
            foreach (var proof in proofs)
            {
                proof.Dispose();
            }
        }
    }

    private static WorkDevices Open(ImmutableArray<GpuReading> gpus, IProgressBoard board)
    {
        using var step = board.Begin("Open devices");
        return WorkDevices.Open([.. gpus.Select(gpu => gpu.PciAddress)]);
    }

    private static void RequireDevices(NodeChallenge challenge, WorkDevices devices)
    {
        var here = devices.Devices.Select(device => device.Id).ToList();
        if (!challenge.Devices.SequenceEqual(here))
        {
            throw new AgentException(ExitCode.Failed, $"The pool's nodes have the devices {string.Join(", ", challenge.Devices)} ({challenge.Sku}); this node shows {string.Join(", ", here)}. Run marketplace-agent inventory to see why.");
        }
    }

    /// <summary>All GPUs at once, as each would be busy with its own; what the CPU does, one after the other.</summary>
    private async Task<IReadOnlyList<WorkProof>> ComputeAsync(NodeChallenge challenge, WorkDevices devices, IProgressBoard board, CancellationToken cancellation)
    {
        using var cpu = new SemaphoreSlim(1);
        return await Task.WhenAll(devices.Devices.Select(device => Task.Run(
            async () =>
            {
                if (device is CpuDevice)
                {
                    await cpu.WaitAsync(cancellation).ConfigureAwait(false);
                }

                try
                {
                    using var step = board.Begin($"Proof of work, {device.Name}");
                    return WorkProof.Compute(challenge.Terms.WorkOf(enrolment.NodeId, device.Id), device, Time, step, cancellation);
                }
                finally
                {
                    if (device is CpuDevice)
                    {
                        cpu.Release();
                    }
                }
            },
            cancellation))).ConfigureAwait(false);
    }

    private ReportedOutput OpenRows(WorkProof proof, WorkQuestion question)
    {
        var bytes = OpenedRows.Write(proof.Open(question));
        return new ReportedOutput(OutputKind.OpenedRows, context.Folder.Keep(bytes), bytes.LongLength, Device: proof.DeviceId);
    }

    private static async Task<List<BenchmarkResult>> RunAsync(BenchmarkRunner runner, IEnumerable<BenchmarkTool> tools, BenchmarkOptions options, IProgressBoard board, CancellationToken cancellation)
    {
        var results = new List<BenchmarkResult>();
        foreach (var tool in tools)
        {
            using var step = board.Begin(tool.Name);
            results.Add(await runner.RunAsync(tool, options, step.Say, cancellation).ConfigureAwait(false));
        }

        return results;
    }

    private async Task SendAsync(NodeChallenge challenge, BenchmarkReport report, SignedMessage message, IProgressBoard board, CancellationToken cancellation)
    {
        using var key = NodeVoice.RequireKey(context.Folder);
        new SavedReport(Convert.ToBase64String(key.PublicKey), message).Save(context.Folder, challenge.Run.Value);
        using var step = board.Begin("Report");
        var missing = await market.ReportAsync(challenge.Run, message, cancellation).ConfigureAwait(false);
        foreach (var (index, sha256) in missing.Index())
        {
            step.Report((double)index / missing.Count);
            await market.UploadAsync(challenge.Run, sha256, context.Folder.Bytes(sha256)!, cancellation).ConfigureAwait(false);
        }

        // Opened rows are large, and only the marketplace can check them.
        foreach (var rows in report.Outputs.Where(output => output.Kind == OutputKind.OpenedRows))
        {
            context.Folder.Forget(rows.Sha256);
        }
    }
}
