namespace Marketplace.Agent.Machines;

/// <summary>How a run of a tool ended.</summary>
public enum ToolEnd
{
    /// <summary>By itself.</summary>
    Ended,

    /// <summary>It could not be started at all.</summary>
    NotStarted,

    /// <summary>It outlasted its limit and was ended.</summary>
    TimedOut,

    /// <summary>It printed more than is ever read and was ended.</summary>
    PrintsTooMuch,
}

/// <summary>One run of a tool of the operator's.</summary>
/// <param name="Executable">Full path.</param>
/// <param name="Arguments">As they were given.</param>
/// <param name="StartedAt">By the node's clock, which proves nothing.</param>
/// <param name="Took">How long it ran, by the node's clock.</param>
/// <param name="ExitCode">What it ended with; null when it never started.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Errors">What it complained of; of a run that was ended, nothing.</param>
/// <param name="End">How it ended.</param>
internal sealed record ToolRun(
    string Executable, IReadOnlyList<string> Arguments, DateTimeOffset StartedAt, TimeSpan Took, int? ExitCode, string Output, string Errors, ToolEnd End)
{
    /// <summary>Whether it ended by itself and called that a success.</summary>
    public bool Succeeded => End == ToolEnd.Ended && ExitCode == 0;

    /// <summary>The first thing it complained of, for people.</summary>
    public string Complaint => End switch
    {
        ToolEnd.TimedOut => $"it did not end within {Took.TotalSeconds:0} s",
        ToolEnd.PrintsTooMuch => "it printed more than is ever read",
        ToolEnd.NotStarted => Errors,
        _ => (Errors.Split('\n').FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? Output.Split('\n').LastOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? "it said nothing").Trim()
            + $" (it ended with {ExitCode})",
    };
}
