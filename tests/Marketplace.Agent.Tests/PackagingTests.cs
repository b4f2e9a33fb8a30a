using System.Diagnostics;
using Marketplace.Testing;

namespace Marketplace.Agent.Tests;

/// <summary>The agent as operators get it, from a copy of its sources: one file that needs nothing else, and a .NET tool.</summary>
public sealed class PackagingTests : IDisposable
{
    private static readonly string[] Needed =
    [
        "api-spec", "src/Marketplace.Agent", "src/Marketplace.Client", "src/Marketplace.Domain", "src/BannedSymbols.txt", "Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", "LICENSE",
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task It_is_published_as_one_file_that_runs_without_dotnet()
    {
        Copy();
        var published = await RunAsync("dotnet", "publish", "src/Marketplace.Agent", "--configuration", "Release", "--runtime", "linux-x64", "--output", _folder.File("published"));
        SkipWithoutPackages(published);
        Assert.True(published.Code == 0, published.Text);

        var file = Assert.Single(Directory.GetFiles(_folder.File("published")), path => Path.GetExtension(path) is not (".pdb" or ".xml"));
        var inventory = await RunAsync(file, "inventory", "--json", "--folder", _folder.File("agent"));

        Assert.Equal("Marketplace.Agent", Path.GetFileName(file));
        Assert.True(inventory.Code == 0, inventory.Text);
        Assert.Contains("\"properties\"", inventory.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_packed_as_a_tool_that_installs_and_runs()
    {
        Copy();
        var packed = await RunAsync("dotnet", "pack", "src/Marketplace.Agent", "--configuration", "Release", "--output", _folder.File("packages"));
        SkipWithoutPackages(packed);
        Assert.True(packed.Code == 0, packed.Text);

        var installed = await RunAsync("dotnet", "tool", "install", "Marketplace.Agent", "--tool-path", _folder.File("tools"), "--add-source", _folder.File("packages"));
        Assert.True(installed.Code == 0, installed.Text);
        var told = await RunAsync(_folder.File("tools/marketplace-agent"), "heartbeat", "--json", "--folder", _folder.File("agent"));

        // It runs, and says with the documented code that this node is not enrolled.
        Assert.Equal(3, told.Code);
        Assert.Contains("\"notEnrolled\"", told.Text, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A package feed that is not reached is no fault of the agent's.</summary>
    private static void SkipWithoutPackages((int Code, string Text) run) =>
        Assert.SkipWhen(run.Text.Contains("error NU1301", StringComparison.Ordinal) || run.Text.Contains("error NU1101", StringComparison.Ordinal), "The package feed lacks, or cannot be asked for, what a self-contained build takes.");

    private void Copy()
    {
        foreach (var needed in Needed)
        {
            var from = Path.Combine(Repository.Root, needed);
            var to = Path.Combine(_folder.File("copy"), needed);
            if (File.Exists(from))
            {
                CopyFile(from, to);
                continue;
            }

            foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                var relative = Path.GetRelativePath(from, file);
                if (relative.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
                {
                    CopyFile(file, Path.Combine(to, relative));
                }
            }
        }

        static void CopyFile(string from, string to)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
        }
    }

    private async Task<(int Code, string Text)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.File("copy"), RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = _folder.File("extracted");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await errors);
    }
}
