using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Marketplace.Testing;

namespace Marketplace.Host.Tests;

/// <summary>The README's tour, run as a newcomer would: its blocks in order, in one shell, against a host with the demo market.</summary>
public sealed partial class TourTests : IDisposable
{
    private const string BetweenBlocks = "## between blocks";
    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-tour-").FullName;

    private string Data => Path.Combine(folder, "data");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task TheReadmesTourLeadsFromAPlannedSiteToAPaidInvoiceAndAnEndedLease()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The tour is written for a Unix shell.");
        await using var host = await HostProcess.StartReadyAsync(Data);
        var address = await host.ReadyAsync();

        await TourAsync(address, () => Task.CompletedTask);
    }

    [Fact]
    public async Task AKillAfterEveryBlockOfTheTourLosesNothingAcknowledged()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The tour is written for a Unix shell.");
        var host = await HostProcess.StartReadyAsync(Data);
        try
        {
            var address = await host.ReadyAsync();
            await TourAsync(address, async () =>
            {
                await host.KillAsync();
                await host.DisposeAsync();
                host = await HostProcess.StartReadyAsync(Data, "--urls", address.GetLeftPart(UriPartial.Authority));
            });
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private async Task TourAsync(Uri address, Func<Task> between)
    {
        var blocks = BashBlock().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"))).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(blocks);

        var (code, output) = await RunAsync(string.Join($"\necho '{BetweenBlocks}'; read -r\n", blocks), address, between);

        Assert.True(code == 0, output);
        Assert.Contains("invoice paid", output, StringComparison.Ordinal);
        Assert.Contains("lease ended", output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> RunAsync(string script, Uri address, Func<Task> between)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = folder };
        foreach (var argument in (string[])["-euo", "pipefail", "-c", "exec 2>&1\n" + script])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["MARKET"] = address.GetLeftPart(UriPartial.Authority);
        using var shell = Process.Start(start)!;
        var output = new StringBuilder();
        while (await shell.StandardOutput.ReadLineAsync() is { } line)
        {
            output.AppendLine(line);
            if (line == BetweenBlocks)
            {
                await between();
                await shell.StandardInput.WriteLineAsync();
            }
        }

        await shell.WaitForExitAsync();
        return (shell.ExitCode, output.ToString());
    }

    [GeneratedRegex("^```bash\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BashBlock();
}
