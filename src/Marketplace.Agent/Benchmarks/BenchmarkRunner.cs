using System.Collections.Immutable;
using Marketplace.Agent.Machines;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Benchmarks;

/// <summary>Runs the operator's tools one after the other, keeps what they print, and reads it.</summary>
/// <param name="machine">Where they are.</param>
/// <param name="folder">Where raw outputs are kept.</param>
internal sealed class BenchmarkRunner(Machine machine, AgentFolder folder)
{
    /// <summary>Runs one tool, or says why not: once, or where it runs on one GPU, on each by itself and on all at once.</summary>
    /// <param name="tool">Which.</param>
    /// <param name="options">What it needs.</param>
    /// <param name="line">Told what it prints, while it runs.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ImmutableArray<BenchmarkResult>> RunAsync(BenchmarkTool tool, BenchmarkOptions options, Action<string>? line = null, CancellationToken cancellation = default)
    {
        if (!tool.PerDevice || options.Gpus == 0 || tool.Find(machine) is null)
        {
            return [await RunAsync(tool, options, null, line, cancellation).ConfigureAwait(false)];
        }

        return [.. await Task.WhenAll(Enumerable.Range(0, options.Gpus).Select(gpu => RunAsync(tool, options, gpu, line, cancellation))).ConfigureAwait(false)];
    }

    private async Task<BenchmarkResult> RunAsync(BenchmarkTool tool, BenchmarkOptions options, int? gpu, Action<string>? line, CancellationToken cancellation)
    {
        if (tool.File is { } file)
        {
            return ReadFile(tool, file(options));
        }

        if (tool.Find(machine) is not { } executable)
        {
            return Missing(tool, tool.HowToGet);
        }

        if (tool.Arguments(options) is not { } arguments)
        {
            return Missing(tool, $"It needs {tool.Needs}.");
        }

        var (sha256, isScript) = Machine.Identify(executable);
        var run = await machine.RunAsync(executable, arguments, tool.Limit, line, tool.Tool == Tool.Hpl ? options.Linpack : null, gpu, cancellation).ConfigureAwait(false);
        if (run.End == ToolEnd.NotStarted)
        {
            return Missing(tool, $"{executable} cannot be run: {run.Errors}");
        }

        return Judge(tool, run.Output, run) with
        {
            Gpu = gpu,
            Command = string.Join(' ', [executable, .. arguments]),
            ProgramSha256 = sha256,
            ProgramIsScript = isScript,
            StartedAt = run.StartedAt,
            Took = run.Took,
        };
    }

    private static BenchmarkResult Missing(BenchmarkTool tool, string remark) => new(tool.Tool, tool.Name, BenchmarkOutcome.Missing) { Remark = remark };

    private BenchmarkResult ReadFile(BenchmarkTool tool, string? file) =>
        file is null ? Missing(tool, $"It needs {tool.Needs}.")
        : machine.ReadText(file) is { } text ? Judge(tool, text, null) with { Command = file }
        : Missing(tool, $"{file} is not there, or cannot be read.");

    private BenchmarkResult Judge(BenchmarkTool tool, string output, ToolRun? run)
    {
        var result = ToolOutput.Read(tool.Tool, output);
        var digest = output.Length == 0 ? null : folder.Keep(output);
        if (result.Reading is not { } reading || run is { End: not ToolEnd.Ended })
        {
            return new BenchmarkResult(tool.Tool, tool.Name, BenchmarkOutcome.Unreadable)
            {
                Remark = run is { Succeeded: false } ? run.Complaint : $"{(result.Fault?.Line is { } at ? $"Line {at}: " : "")}{result.Fault?.Reason}",
                Digest = digest,
            };
        }

        // What it printed is whole, and yet it says that it failed.
        var outcome = reading.Verdict switch
        {
            ToolVerdict.Failed => BenchmarkOutcome.Failed,
            ToolVerdict.Inconclusive => BenchmarkOutcome.Inconclusive,
            ToolVerdict.None when run is { Succeeded: false } => BenchmarkOutcome.Failed,
            _ => BenchmarkOutcome.Passed,
        };
        return new BenchmarkResult(tool.Tool, tool.Name, outcome)
        {
            Remark = reading.Remarks.Length > 0 ? string.Join("; ", reading.Remarks) : outcome == BenchmarkOutcome.Failed ? run?.Complaint : null,
            Digest = digest,
            Reading = reading,
        };
    }
}
