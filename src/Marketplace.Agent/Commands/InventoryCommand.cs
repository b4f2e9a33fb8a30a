using System.CommandLine;
using Marketplace.Agent.Inventory;
using Marketplace.Agent.Miners;
using Spectre.Console;

namespace Marketplace.Agent.Commands;

/// <summary><c>inventory</c>: what the node consists of, and where its sources disagree.</summary>
internal static class InventoryCommand
{
    public static Command New(AgentEnvironment environment)
    {
        var miners = new Option<MinerAddress[]>("--miner")
        {
            Description = "Also ask an ASIC miner through its cgminer API: host or host:port. May be repeated.",
            HelpName = "address",
            AllowMultipleArgumentsPerToken = true,
            CustomParser = result => [.. result.Tokens.Select(token =>
            {
                var address = MinerAddress.Parse(token.Value);
                if (address is null)
                {
                    result.AddError($"'{token.Value}' is no address such as 10.0.0.5 or 10.0.0.5:4028.");
                }

                return address!;
            })],
        };
        var command = new Command("inventory", "Show what this node consists of, as its tools and its kernel say it.") { miners };
        command.Does(environment, async (context, parsed, cancellation) =>
        {
            var taken = await context.Screen.ProgressAsync(board => TakeAsync(context, board, parsed.GetValue(miners) ?? [], cancellation)).ConfigureAwait(false);
            context.Screen.Result(taken, console => Show(console, taken));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Takes it under a progress board.</summary>
    public static async Task<NodeInventory> TakeAsync(AgentContext context, Screens.IProgressBoard board, IReadOnlyList<MinerAddress> miners, CancellationToken cancellation)
    {
        using var step = board.Begin("Inventory");
        var done = 0;
        return await new InventoryTaker(context.Environment.Machine, context.Folder, context.Environment.Time).TakeAsync(
            miners,
            what =>
            {
                step.Report((double)done++ / (InventoryTaker.Steps.Count + miners.Count));
                step.Say(what);
            },
            cancellation).ConfigureAwait(false);
    }

    private static void Show(IAnsiConsole console, NodeInventory taken)
    {
        foreach (var subject in taken.Properties.GroupBy(property => property.Subject))
        {
            var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(subject.Key)).AddColumns("property", "value", "source");
            foreach (var property in subject)
            {
                foreach (var (index, claim) in property.Claims.DistinctBy(claim => claim.Value).Index())
                {
                    var sources = string.Join(", ", property.Claims.Where(other => other.Value == claim.Value).Select(other => other.Source).Distinct());
                    var style = property.Disagrees ? new Style(Color.Yellow) : Style.Plain;
                    table.AddRow(new Text(index == 0 ? property.Name : ""), new Text(claim.Value, style), new Text(sources));
                }
            }

            console.Write(table);
        }

        foreach (var miner in taken.Miners)
        {
            console.WriteLine(miner.Fault is { } fault
                ? $"miner {miner.Address}: {fault}"
                : $"miner {miner.Address}: {miner.Model ?? "unknown model"}, {miner.TerahashesPerSecond ?? miner.AverageTerahashesPerSecond} TH/s, {miner.Firmware}");
        }

        foreach (var raw in taken.Raw.Where(raw => raw.Fault is not null))
        {
            console.WriteLine($"{raw.Command} was not understood: {raw.Fault}");
        }

        foreach (var missing in taken.Missing)
        {
            console.WriteLine($"not asked: {missing.Source} ({missing.HowToGet})");
        }

        console.WriteLine(taken.Disagreements.Any()
            ? $"Sources disagree on {string.Join(", ", taken.Disagreements.Select(property => $"{property.Subject} {property.Name}"))}. The marketplace sees all that was said."
            : "No two sources disagree.");
    }
}
