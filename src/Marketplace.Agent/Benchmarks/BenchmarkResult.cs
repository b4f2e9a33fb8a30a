using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Benchmarks;

/// <summary>What became of one tool.</summary>
public enum BenchmarkOutcome
{
    /// <summary>It ran, its output was understood, and it found nothing wrong or judges nothing.</summary>
    Passed,

    /// <summary>It ran, but left out too much to call it a pass.</summary>
    Inconclusive,

    /// <summary>It ran and found a fault.</summary>
    Failed,

    /// <summary>It ran, or should have, and what it printed is not what the tool prints.</summary>
    Unreadable,

    /// <summary>It is not there, or something it needs was not named. Nothing stands in its place.</summary>
    Missing,
}

/// <summary>One tool, run or missing.</summary>
/// <param name="Tool">Which.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Outcome">What became of it.</param>
internal sealed record BenchmarkResult(Tool Tool, string Name, BenchmarkOutcome Outcome)
{
    /// <summary>Index of the GPU it ran on by itself; null where it ran on all, or on none.</summary>
    public int? Gpu { get; init; }

    /// <summary>What went wrong, or how to get it; null when all is well.</summary>
    public string? Remark { get; init; }

    /// <summary>What was run, with its arguments.</summary>
    public string? Command { get; init; }

    /// <summary>SHA-256 of the program, hexadecimal.</summary>
    public string? ProgramSha256 { get; init; }

    /// <summary>Whether the program is a script, which may print anything.</summary>
    public bool ProgramIsScript { get; init; }

    /// <summary>When it was started, by the node's clock.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long it ran.</summary>
    public TimeSpan? Took { get; init; }

    /// <summary>SHA-256 of its raw output's UTF-8, under which the folder keeps it; null when there is none.</summary>
    public string? Digest { get; init; }

    /// <summary>What was read from the raw output. The marketplace reads it again.</summary>
    public ToolReading? Reading { get; init; }
}
