using Marketplace.Agent.Attestation;
using Marketplace.Agent.Machines;
using Marketplace.Agent.Market;
using Marketplace.Agent.Work;

namespace Marketplace.Agent;

/// <summary>What the agent finds around itself; a test puts other things in their places.</summary>
internal sealed record AgentEnvironment
{
    /// <summary>The machine.</summary>
    public Machine Machine { get; init; } = new();

    /// <summary>Standard output.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>Standard error.</summary>
    public TextWriter Errors { get; init; } = Console.Error;

    /// <summary>Whether a person looks on.</summary>
    public bool IsTerminal { get; init; } = !Console.IsErrorRedirected && !Console.IsOutputRedirected;

    /// <summary>Dates and times.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Folder when the command line names none.</summary>
    public string Folder { get; init; } = AgentFolder.Default;

    /// <summary>Opens the devices that prove work, by the PCI addresses of the GPUs.</summary>
    public Func<IReadOnlyList<string?>, WorkDevices> DevicesAt { get; init; } = WorkDevices.Open;

    /// <summary>Who is asked for the maker's evidence of a GPU, the best first; null for the tools of the machine.</summary>
    public IReadOnlyList<IAttestationSource>? Attestation { get; init; }

    /// <summary>A marketplace by the root of its API.</summary>
    public Func<Uri, INodeMarket> MarketAt { get; init; } = address => new NodeMarket(address);
}
