using Marketplace.Domain.Primitives;

namespace Marketplace.Agent.Market;

/// <summary>What the node remembers of its enrolment.</summary>
/// <param name="Market">Root of the marketplace's API.</param>
/// <param name="NodeId">The node.</param>
/// <param name="EnrolledAt">By the node's clock.</param>
internal sealed record Enrolment(Uri Market, NodeId NodeId, DateTimeOffset EnrolledAt)
{
    private const string FileName = "agent.json";

    /// <summary>The enrolment of a folder.</summary>
    public static Enrolment Require(AgentFolder folder) => folder.Read<Enrolment>(FileName)
        ?? throw new AgentException(ExitCode.NotEnrolled, "This node is not enrolled: ask its operator for a token and run marketplace-agent enroll --market URL --token TOKEN.");

    /// <summary>Keeps it.</summary>
    public void Save(AgentFolder folder) => folder.Write(this, FileName);
}
