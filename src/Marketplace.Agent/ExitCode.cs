namespace Marketplace.Agent;

/// <summary>What the process ends with. Stable: scripts rely on the numbers (docs/agent.md).</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>Something went wrong that the agent did not foresee.</summary>
    Unexpected = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>The node is not enrolled, or its key is missing.</summary>
    NotEnrolled = 3,

    /// <summary>The marketplace refused; the message holds its code. Trying again changes nothing.</summary>
    Refused = 4,

    /// <summary>The marketplace was not reached, or asks to try later.</summary>
    Unreachable = 5,

    /// <summary>A tool that is needed is missing, or could not be run.</summary>
    ToolMissing = 6,

    /// <summary>It ran, and what was measured did not pass.</summary>
    Failed = 7,

    /// <summary>A report does not verify.</summary>
    Unverified = 8,

    /// <summary>A file of the agent cannot be read or written, or others may read its key.</summary>
    Folder = 9,

    /// <summary>Stopped by the user.</summary>
    Stopped = 130,
}

/// <summary>A failure that the user can do something about.</summary>
/// <param name="code">What the process ends with.</param>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="inner">What led to it.</param>
internal sealed class AgentException(ExitCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public ExitCode Code { get; } = code;
}
