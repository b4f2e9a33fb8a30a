using System.CommandLine;
using Marketplace.Agent.Reports;
using Marketplace.Domain.Verification;
using Spectre.Console;

namespace Marketplace.Agent.Commands;

/// <summary><c>report show</c> and <c>report verify</c>.</summary>
internal static class ReportCommand
{
    public static Command New(AgentEnvironment environment) => new("report", "Show or check a report that this node sent.") { Show(environment), Verify(environment) };

    private static Argument<string?> File() => new("file") { Description = "A report; otherwise the newest this node sent.", Arity = ArgumentArity.ZeroOrOne };

    private static Command Show(AgentEnvironment environment)
    {
        var file = File();
        var command = new Command("show", "Show what a report says.") { file };
        command.Does(environment, (context, parsed, _) =>
        {
            var report = SavedReport.Load(context.Folder, parsed.GetValue(file));
            var body = report.Body() ?? throw new AgentException(ExitCode.Unverified, "The signed bytes are no report.");
            context.Screen.Result(body, console => Write(console, report, body));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Command Verify(AgentEnvironment environment)
    {
        var file = File();
        var command = new Command("verify", "Check a report's signature, its raw outputs and its figures, as far as this folder allows.") { file };
        command.Does(environment, (context, parsed, _) =>
        {
            var report = SavedReport.Load(context.Folder, parsed.GetValue(file));
            var checks = ReportVerifier.Verify(report, context.Folder);
            var holds = checks.All(check => check.Holds != false);
            context.Screen.Result(new { Verified = holds, report.PublicKey, Checks = checks }, console =>
            {
                foreach (var check in checks)
                {
                    console.WriteLine($"{(check.Holds switch { true => "holds", false => "FAILS", null => "not looked at" }),-14} {check.What}{(check.Detail is { } detail ? ": " + detail : "")}");
                }

                console.WriteLine(holds ? "The report is what was signed, and says what its raw outputs say. Whether that is plausible the marketplace judges." : "The report does not verify.");
            });
            return Task.FromResult(holds ? ExitCode.Done : ExitCode.Unverified);
        });
        return command;
    }

    private static void Write(IAnsiConsole console, SavedReport report, BenchmarkReport body)
    {
        console.WriteLine($"Report of {body.NodeId} for challenge {body.RunId}, number {body.Sequence}, by {body.AgentVersion}.");
        console.WriteLine($"SHA-256 {report.Message.Digest()}, signed with key {report.Message.Signatures[0].KeyId}.");
        console.WriteLine($"Tests from {body.Clock.StartedAt} to {body.Clock.FinishedAt} by the node's clock; round trip {body.Clock.LatencyMilliseconds} ms.");
        console.WriteLine($"Machine {body.Machine.SystemSerial ?? "without serial number"}, {body.Machine.Cpu}.");
        foreach (var difference in body.Machine.Differences ?? [])
        {
            console.WriteLine("Sources disagree: " + difference);
        }

        foreach (var gpu in body.Gpus)
        {
            console.WriteLine($"GPU {gpu.Index}: {gpu.Model} {gpu.Uuid} {gpu.PciAddress}");
        }

        foreach (var output in body.Outputs)
        {
            console.WriteLine($"{output.Kind} {output.Tool}{(output.Device is { } device ? $" of device {device}" : "")}: {output.Bytes} bytes, {output.Sha256}");
        }

        foreach (var figure in body.Figures)
        {
            console.WriteLine(FormattableString.Invariant($"{figure.Name} = {figure.Value}{(figure.Gpu is { } gpu ? $" (GPU {gpu})" : "")}{(figure.Bytes is { } bytes ? $" at {bytes} bytes" : "")}"));
        }
    }
}
