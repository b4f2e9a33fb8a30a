using Marketplace.Agent.Machines;

namespace Marketplace.Agent.Tests.Machines;

/// <summary>Tools are run to their end, and ended when they have none.</summary>
public sealed class MachineTests
{
    [Fact]
    public async Task A_tool_is_found_and_run_without_libraries_loaded_ahead_of_its_own()
    {
        using var node = new FakeNode().WriteScript("tool", "echo \"$1 ${LD_PRELOAD-none} $LC_ALL\"; echo complaint >&2; exit 3\n");
        var executable = node.Machine.Find("absent", "tool")!;

        var run = await node.Machine.RunAsync(executable, ["first word"], TimeSpan.FromMinutes(1), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal("first word none C\n", run.Output);
        Assert.Equal((3, ToolEnd.Ended, false), (run.ExitCode, run.End, run.Succeeded));
        Assert.Equal("complaint (it ended with 3)", run.Complaint);
        Assert.True(Machine.Identify(executable).IsScript);
        Assert.Null(node.Machine.Find("absent"));
    }

    [Fact]
    public async Task A_tool_that_hangs_is_ended_with_all_it_started()
    {
        using var node = new FakeNode().WriteScript("hangs", "sleep 600 & echo $!; sleep 600\n");

        var run = await node.Machine.RunAsync(node.Machine.Find("hangs")!, [], TimeSpan.FromMilliseconds(300), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(ToolEnd.TimedOut, run.End);
        Assert.False(run.Succeeded);
    }

    [Fact]
    public async Task A_tool_that_prints_without_end_is_ended()
    {
        using var node = new FakeNode().WriteScript("floods", "yes nothing\n");

        var run = await node.Machine.RunAsync(node.Machine.Find("floods")!, [], TimeSpan.FromMinutes(1), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(ToolEnd.PrintsTooMuch, run.End);
    }

    [Fact]
    public async Task What_cannot_be_started_is_no_crash()
    {
        using var node = new FakeNode().WriteScript("broken", "");
        File.WriteAllText(Path.Combine(node.Tools, "broken"), "\u007fELF but not really");

        Assert.Equal(ToolEnd.NotStarted, (await node.Machine.RunAsync(node.Machine.Find("broken")!, [], TimeSpan.FromMinutes(1), cancellation: TestContext.Current.CancellationToken)).End);
    }

    [Fact]
    public async Task Lines_are_shown_while_a_tool_runs()
    {
        using var node = new FakeNode().WriteScript("speaks", "printf '10%%\\r20%%\\r'; printf 'done\\n'\n");
        var shown = new List<string>();

        await node.Machine.RunAsync(node.Machine.Find("speaks")!, [], TimeSpan.FromMinutes(1), shown.Add, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal("done", shown[^1]);
    }
}
