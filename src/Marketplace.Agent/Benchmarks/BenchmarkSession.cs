using System.Collections.Immutable;
using Marketplace.Agent.Attestation;
using Marketplace.Agent.Commands;
using Marketplace.Agent.Market;
using Marketplace.Agent.Reports;
using Marketplace.Agent.Screens;
using Marketplace.Agent.Work;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Agent.Benchmarks;

/// <summary>The end of a session.</summary>
/// <param name="Challenge">Id of the challenge; null when the node was not to be tested.</param>
/// <param name="ReportSha256">Digest of the signed report.</param>
/// <param name="Results">Every tool, run or missing.</param>
/// <param name="State">What the marketplace makes of it so far.</param>
internal sealed record BenchmarkSummary(string? Challenge, string? ReportSha256, ImmutableArray<BenchmarkResult> Results, AnswerState? State)
{
    /// <summary>GPUs without the maker's evidence, and why.</summary>
    public ImmutableArray<string> Unattested { get; init; } = [];
}

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

    /// <summary>Answers it. What an agent before this one left half done is taken up first.</summary>
    /// <param name="tools">Tools to run; inventories are always among them.</param>
    /// <param name="options">What they need.</param>
    /// <param name="board">Shows how it goes.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<BenchmarkSummary> AnswerAsync(IReadOnlyList<BenchmarkTool> tools, BenchmarkOptions options, IProgressBoard board, CancellationToken cancellation)
    {
        if (OpenAnswer.Of(context.Folder) is { } left && await TakeUpAsync(left, board, cancellation).ConfigureAwait(false) is { } done)
        {
            return done;
        }

        try
        {
            return await AnswerNewAsync(tools, options, board, cancellation).ConfigureAwait(false);
        }
        catch (AgentException failure) when (failure.Code != ExitCode.Unreachable)
        {
            // Told, and final: the next challenge begins anew.
            OpenAnswer.Close(context.Folder);
            throw;
        }
    }

    /// <summary>Finishes what was reported and not yet uploaded; null where the challenge has to be asked for again.</summary>
    private async Task<BenchmarkSummary?> TakeUpAsync(OpenAnswer left, IProgressBoard board, CancellationToken cancellation)
    {
        var run = BenchmarkRunId.From(left.Run);
        if (!left.IsReported || SavedReport.Of(context.Folder, left.Run) is not { } saved || saved.Body() is not { } report)
        {
            context.Screen.Remark($"The answer to challenge {left.Run}, begun at {left.BegunAt:u}, was interrupted before its report. It is asked for again: within its life it goes on, after it another is given out.");
            return null;
        }

        try
        {
            context.Screen.Remark($"The answer to challenge {left.Run}, begun at {left.BegunAt:u}, was interrupted after its report was signed. The same report is sent again.");
            await SendAsync(run, report, saved.Message, board, cancellation).ConfigureAwait(false);
        }
        catch (AgentException refused) when (refused.Code == ExitCode.Refused)
        {
            OpenAnswer.Close(context.Folder);
            if (await market.StateAsync(run, enrolment.NodeId, cancellation).ConfigureAwait(false) is not { Outcome: not null } state)
            {
                context.Screen.Remark($"Challenge {left.Run} was interrupted and cannot be finished any more: {refused.Message}");
                return null;
            }

            // All of it had come before the agent was cut short, or its time is over: either way it is decided.
            return new BenchmarkSummary(left.Run, saved.Message.Digest(), [], state);
        }

        return new BenchmarkSummary(left.Run, saved.Message.Digest(), [], await market.StateAsync(run, enrolment.NodeId, cancellation).ConfigureAwait(false));
    }

    private async Task<BenchmarkSummary> AnswerNewAsync(IReadOnlyList<BenchmarkTool> tools, BenchmarkOptions options, IProgressBoard board, CancellationToken cancellation)
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
            OpenAnswer.Close(context.Folder);
            return new BenchmarkSummary(null, null, [.. before], null);
        }

        var challengedAt = BenchmarkReports.Now(Time);
        RequireDevices(challenge, devices);
        var open = new OpenAnswer(challenge.Run.Value, Time.GetUtcNow(), IsReported: false);
        open.Save(context.Folder);
        var (rows, words) = await ProveAsync(challenge, devices, board, cancellation).ConfigureAwait(false);
        var (evidence, unattested) = await AttestAsync(challenge, before, gpus, board, cancellation).ConfigureAwait(false);

        // State is looked at again: the first look was before the challenge.
        var results = await RunAsync(runner, tools, options with { Gpus = gpus.Length }, board, cancellation).ConfigureAwait(false);
        var clock = new ReportClock(challengedAt, challengedAt, BenchmarkReports.Now(Time), Math.Round((decimal)latency.TotalMilliseconds, 3));
        var report = BenchmarkReports.Of(
            context.Environment.Machine, inventory, challenge.Run, enrolment.NodeId, challenge.Terms.Nonce, voice.NextSequence(), clock, results, [.. BenchmarkReports.Outputs(context.Folder, results), .. rows, .. words, .. evidence]);
        var message = voice.Sign(PayloadTypes.BenchmarkReport, report);
        using (var key = NodeVoice.RequireKey(context.Folder))
        {
            new SavedReport(Convert.ToBase64String(key.PublicKey), message).Save(context.Folder, challenge.Run.Value);
        }

        (open with { IsReported = true }).Save(context.Folder);
        await SendAsync(challenge.Run, report, message, board, cancellation).ConfigureAwait(false);
        return new BenchmarkSummary(challenge.Run.Value, message.Digest(), [.. results], await market.StateAsync(challenge.Run, enrolment.NodeId, cancellation).ConfigureAwait(false)) { Unattested = unattested };
    }

    /// <summary>Work first, memory then: outputs that show both.</summary>
    private async Task<(ImmutableArray<ReportedOutput> Rows, ImmutableArray<ReportedOutput> Words)> ProveAsync(NodeChallenge challenge, WorkDevices devices, IProgressBoard board, CancellationToken cancellation)
    {
        var proofs = await ComputeAsync(challenge, devices, board, cancellation).ConfigureAwait(false);
        try
        {
            var question = new WorkQuestion(await market.CommitAsync(challenge.Run, voice.Sign(PayloadTypes.WorkCommitments, new WorkCommitments(
                challenge.Run, enrolment.NodeId, challenge.Terms.Nonce, voice.NextSequence(), [.. proofs.Select(proof => new DeviceCommitment(proof.DeviceId, proof.Root))])), cancellation).ConfigureAwait(false));
            var rows = proofs.Select(proof => OpenRows(proof, question)).ToImmutableArray();
            return (rows, await ShowMemoryAsync(challenge, devices, board, cancellation).ConfigureAwait(false));
        }
        finally
        {
            foreach (var proof in proofs)
            {
                proof.Dispose();
            }
        }
    }

    /// <summary>Fills the memory of all devices, then reads it: what each read, for the report.</summary>
    private async Task<ImmutableArray<ReportedOutput>> ShowMemoryAsync(NodeChallenge challenge, WorkDevices devices, IProgressBoard board, CancellationToken cancellation)
    {
        if (challenge.Terms.Memory is null)
        {
            return [];
        }

        using var step = board.Begin("Proof of memory");
        var all = await Task.WhenAll(devices.Devices.Select(device => Task.Run(
            () => MemoryProof.Fill(challenge.Terms.MemoryOf(enrolment.NodeId, device.Id)!, device, context.Screen.Remark, cancellation), cancellation))).ConfigureAwait(false);
        ImmutableArray<MemoryProof> proofs = [.. all.OfType<MemoryProof>()];
        try
        {
            if (proofs.IsEmpty)
            {
                return [];
            }

            var question = new MemoryQuestion(await market.FillAsync(challenge.Run, voice.Sign(PayloadTypes.MemoryFills, new MemoryFills(
                challenge.Run, enrolment.NodeId, challenge.Terms.Nonce, voice.NextSequence(), [.. proofs.Select(proof => proof.DeviceId)])), cancellation).ConfigureAwait(false));
            var reads = await Task.WhenAll(proofs.Select(proof => Task.Run(() => proof.Read(question), cancellation))).ConfigureAwait(false);
            await market.ReadAsync(challenge.Run, voice.Sign(PayloadTypes.MemoryReads, new MemoryReads(
                challenge.Run, enrolment.NodeId, challenge.Terms.Nonce, voice.NextSequence(), [.. reads])), cancellation).ConfigureAwait(false);
            return [.. proofs.Select(proof => new ReportedOutput(OutputKind.MemoryWords, context.Folder.Keep(proof.Words!), proof.Words!.LongLength, Device: proof.DeviceId))];
        }
        finally
        {
            foreach (var proof in proofs)
            {
                proof.Dispose();
            }
        }
    }

    /// <summary>The maker's evidence of every GPU, where the maker is NVIDIA.</summary>
    private async Task<(ImmutableArray<ReportedOutput> Outputs, ImmutableArray<string> Remarks)> AttestAsync(
        NodeChallenge challenge, List<BenchmarkResult> inventories, ImmutableArray<GpuReading> gpus, IProgressBoard board, CancellationToken cancellation)
    {
        if (!inventories.Any(result => result is { Tool: Tool.NvidiaSmi, Reading: not null }))
        {
            return ([], []);
        }

        using var step = board.Begin("Evidence of the maker");
        var sources = context.Environment.Attestation ?? [new NvmlAttestation(), new NvattestAttestation(context.Environment.Machine)];
        return await new AttestationCollector(sources, context.Folder)
            .CollectAsync(gpus, device => Challenge.DeviceNonce(challenge.Terms.Nonce, enrolment.NodeId, device), BenchmarkReports.Now(Time), cancellation).ConfigureAwait(false);
    }

    private WorkDevices Open(ImmutableArray<GpuReading> gpus, IProgressBoard board)
    {
        using var step = board.Begin("Open devices");
        return context.Environment.DevicesAt([.. gpus.Select(gpu => gpu.PciAddress)]);
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
            results.AddRange(await runner.RunAsync(tool, options, step.Say, cancellation).ConfigureAwait(false));
        }

        return results;
    }

    private async Task SendAsync(BenchmarkRunId run, BenchmarkReport report, SignedMessage message, IProgressBoard board, CancellationToken cancellation)
    {
        using var step = board.Begin("Report");
        var missing = await market.ReportAsync(run, message, cancellation).ConfigureAwait(false);
        foreach (var (index, sha256) in missing.Index())
        {
            step.Report((double)index / missing.Count);
            await market.UploadAsync(run, sha256, context.Folder.Bytes(sha256) ?? throw new AgentException(ExitCode.Folder, $"The output {sha256} of the report is not kept in {context.Folder.Path} any more."), cancellation).ConfigureAwait(false);
        }

        OpenAnswer.Close(context.Folder);

        // Rows and words are large, and only the marketplace can check them.
        foreach (var output in report.Outputs.Where(output => output.Kind is OutputKind.OpenedRows or OutputKind.MemoryWords))
        {
            context.Folder.Forget(output.Sha256);
        }
    }
}
