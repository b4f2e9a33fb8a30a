using System.Collections.Immutable;
using System.CommandLine;
using Marketplace.Agent.Benchmarks;
using Marketplace.Agent.Market;
using Marketplace.Domain.Verification.Tools;
using Spectre.Console;

namespace Marketplace.Agent.Commands;

/// <summary><c>benchmark</c>: answers the marketplace's challenge, or only runs tools.</summary>
internal static class BenchmarkCommand
{
    /// <summary>What a full answer to a challenge may hold. The kernel's log says more of a machine than the marketplace has to know.</summary>
    private static readonly ImmutableArray<Tool> Suite = [.. BenchmarkTool.All.Select(tool => tool.Tool).Where(tool => tool != Tool.KernelLog)];

    public static Command New(AgentEnvironment environment)
    {
        var local = new Option<bool>("--local") { Description = "Run the tools and read them; ask and tell the marketplace nothing." };
        var tools = new Option<Tool[]>("--tool") { Description = "Run these tools only. May be repeated.", AllowMultipleArgumentsPerToken = true };
        var options = new BenchmarkOptionSet();
        var command = new Command("benchmark", "Answer the marketplace's challenge: prove work, run the tools this node has, and report.") { local, tools };
        options.AddTo(command);
        command.Does(environment, async (context, parsed, cancellation) =>
        {
            var chosen = parsed.GetValue(tools) is { Length: > 0 } named ? named : [.. Suite];
            var needs = options.Read(parsed, context);
            ImmutableArray<BenchmarkTool> run = [.. BenchmarkTool.All.Where(tool => chosen.Contains(tool.Tool))];
            var summary = await context.Screen.ProgressAsync(board => parsed.GetValue(local)
                ? RunLocallyAsync(context, run, needs, board, cancellation)
                : AnswerAsync(context, run, needs, board, cancellation)).ConfigureAwait(false);
            context.Screen.Result(summary, console => Show(console, summary));
            return CodeOf(summary);
        });
        return command;
    }

    /// <summary>Answers the challenge that waits, or has one opened.</summary>
    public static async Task<BenchmarkSummary> AnswerAsync(AgentContext context, IReadOnlyList<BenchmarkTool> tools, BenchmarkOptions options, Screens.IProgressBoard board, CancellationToken cancellation)
    {
        var enrolment = Enrolment.Require(context.Folder);
        using var held = context.Folder.LockChallenges();
        using var key = NodeVoice.RequireKey(context.Folder);
        return await new BenchmarkSession(context, enrolment, context.Environment.MarketAt(enrolment.Market), new NodeVoice(context.Folder, key, context.Environment.Time))
            .AnswerAsync(tools, options, board, cancellation).ConfigureAwait(false);
    }

    /// <summary>Tools of a full answer.</summary>
    public static ImmutableArray<BenchmarkTool> FullSuite => [.. BenchmarkTool.All.Where(tool => Suite.Contains(tool.Tool))];

    private static async Task<BenchmarkSummary> RunLocallyAsync(AgentContext context, IReadOnlyList<BenchmarkTool> tools, BenchmarkOptions options, Screens.IProgressBoard board, CancellationToken cancellation)
    {
        var runner = new BenchmarkRunner(context.Environment.Machine, context.Folder);
        var results = new List<BenchmarkResult>();
        foreach (var tool in tools)
        {
            using var step = board.Begin(tool.Name);
            results.AddRange(await runner.RunAsync(tool, options with { Gpus = BenchmarkReports.Gpus(results).Length }, step.Say, cancellation).ConfigureAwait(false));
        }

        return new BenchmarkSummary(null, null, [.. results], null);
    }

    private static ExitCode CodeOf(BenchmarkSummary summary) =>
        summary.Results.Any(result => result.Outcome is BenchmarkOutcome.Failed or BenchmarkOutcome.Unreadable) || summary.State?.Outcome is "Failed" ? ExitCode.Failed
        : summary.Results.Length > 0 && summary.Results.All(result => result.Outcome == BenchmarkOutcome.Missing) && summary.Challenge is null ? ExitCode.ToolMissing
        : ExitCode.Done;

    private static void Show(IAnsiConsole console, BenchmarkSummary summary)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("tool", "came to", "remark");
        foreach (var result in summary.Results)
        {
            table.AddRow(new Text(result.Gpu is { } gpu ? FormattableString.Invariant($"{result.Name}, GPU {gpu}") : result.Name), new Text(result.Outcome.ToString().ToLowerInvariant(), new Style(Colour(result.Outcome))), new Text(result.Remark ?? Best(result)));
        }

        console.Write(table);
        if (summary.Challenge is null)
        {
            return;
        }

        console.WriteLine($"Answered challenge {summary.Challenge}. The signed report has the SHA-256 {summary.ReportSha256}.");
        console.WriteLine(summary.State is { Outcome: { } outcome } state
            ? $"Verdict on this node: {outcome}{(state.Score is { } score ? FormattableString.Invariant($", score {score:0.0}") : "")}.{(state.Level is { } level ? $" The listing is {level}." : " Other nodes of the challenge have yet to answer.")}"
            : "The marketplace has not judged it yet.");
        foreach (var finding in summary.State?.Findings ?? [])
        {
            console.WriteLine("- " + finding);
        }

        foreach (var remark in summary.Unattested)
        {
            console.WriteLine(remark);
        }
    }

    private static Color Colour(BenchmarkOutcome outcome) => outcome switch
    {
        BenchmarkOutcome.Passed => Color.Green,
        BenchmarkOutcome.Inconclusive or BenchmarkOutcome.Missing => Color.Yellow,
        _ => Color.Red,
    };

    private static string Best(BenchmarkResult result) => result.Reading is { Measures: [.., var last] } ? FormattableString.Invariant($"{last.Name} {last.Value} {last.Unit}") : "";
}
