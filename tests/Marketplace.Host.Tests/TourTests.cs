using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Marketplace.Host.Tests;

/// <summary>The README's tour, run as a newcomer would: its blocks in order, in one shell, against a host with the demo market.</summary>
public sealed partial class TourTests
{
    [Fact]
    public async Task TheReadmesTourLeadsFromAPlannedSiteToAPaidInvoiceAndAnEndedLease()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The tour is written for a Unix shell.");
        var script = string.Join("\n", BashBlock().Matches(await File.ReadAllTextAsync(Path.Combine(HostFiles.Root, "README.md"))).Select(match => match.Groups[1].Value));
        Assert.NotEmpty(script);
        var folder = Directory.CreateTempSubdirectory("marketplace-tour-").FullName;
        try
        {
            await using var host = await HostProcess.StartReadyAsync(Path.Combine(folder, "data"));
            var address = (await host.ReadyAsync()).GetLeftPart(UriPartial.Authority);

            var (code, output) = await RunAsync(script, folder, address);

            Assert.True(code == 0, output + "\n" + host.Output);
            Assert.Contains("invoice paid", output, StringComparison.Ordinal);
            Assert.Contains("lease ended", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(string script, string folder, string address)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.ArgumentList.Add("-euo");
        start.ArgumentList.Add("pipefail");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec 2>&1\n" + script);
        start.Environment["MARKET"] = address;
        using var shell = Process.Start(start)!;
        shell.StandardInput.Close();
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return (shell.ExitCode, output);
    }

    [GeneratedRegex("^```bash\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BashBlock();
}
