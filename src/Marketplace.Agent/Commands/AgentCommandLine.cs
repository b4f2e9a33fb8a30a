using System.CommandLine;
using Marketplace.Agent.Screens;

namespace Marketplace.Agent.Commands;

/// <summary>What a command works with.</summary>
/// <param name="Environment">The surroundings.</param>
/// <param name="Folder">The agent's folder.</param>
/// <param name="Screen">Where it speaks.</param>
internal sealed record AgentContext(AgentEnvironment Environment, AgentFolder Folder, Screen Screen);

/// <summary>The command line: every command, and the options that all have.</summary>
internal static class AgentCommandLine
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document instead of a page for people.", Recursive = true };

    private static readonly Option<string?> Folder = new("--folder")
    {
        Description = $"Where key, reports and heartbeats lie. Otherwise {AgentFolder.Variable}, or /var/lib/marketplace-agent for root.",
        HelpName = "folder",
        Recursive = true,
    };

    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, AgentEnvironment environment, CancellationToken cancellation = default)
    {
        var root = new RootCommand("Enrols this node with a marketplace, shows what it consists of, and proves what it can do.")
        {
            Json,
            Folder,
            EnrollCommand.New(environment),
            InventoryCommand.New(environment),
            BenchmarkCommand.New(environment),
            HeartbeatCommand.New(environment),
            RunCommand.New(environment),
            ReportCommand.New(environment),
        };
        var parsed = root.Parse(arguments);
        var code = await parsed.InvokeAsync(new InvocationConfiguration { Output = environment.Output, Error = environment.Errors, EnableDefaultExceptionHandler = false }, cancellation).ConfigureAwait(false);
        return parsed.Errors.Count > 0 ? (int)ExitCode.Usage : code;
    }

    /// <summary>Gives a command what it does; failures become exit codes in one place.</summary>
    public static void Does(this Command command, AgentEnvironment environment, Func<AgentContext, ParseResult, CancellationToken, Task<ExitCode>> action) => command.SetAction(async (parsed, cancellation) =>
    {
        var screen = new Screen(environment.Output, environment.Errors, environment.IsTerminal, parsed.GetValue(Json));
        try
        {
            return (int)await action(new AgentContext(environment, AgentFolder.Open(parsed.GetValue(Folder) ?? environment.Folder), screen), parsed, cancellation).ConfigureAwait(false);
        }
        catch (AgentException failure)
        {
            screen.Failure(failure);
            return (int)failure.Code;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            screen.Failure(new AgentException(ExitCode.Stopped, "Stopped."));
            return (int)ExitCode.Stopped;
        }
    });
}
