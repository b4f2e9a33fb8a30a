using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Agent.Miners;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Inventory;

/// <summary>What one source says of a property.</summary>
/// <param name="Source">The tool or file.</param>
/// <param name="Value">As it says it.</param>
internal sealed record Claim(string Source, string Value);

/// <summary>A property of something in the node, with what every source says of it. Nothing is decided here: who disagrees is shown.</summary>
/// <param name="Subject"><c>node</c>, <c>gpu 0000:18:00.0</c>, <c>nic eth0</c>, …</param>
/// <param name="Name">Such as <c>uuid</c> or <c>driver</c>.</param>
/// <param name="Claims">At least one.</param>
internal sealed record Property(string Subject, string Name, ImmutableArray<Claim> Claims)
{
    /// <summary>Whether two sources contradict each other.</summary>
    public bool Disagrees => Claims.Select(claim => claim.Value).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1;
}

/// <summary>A raw output that was kept.</summary>
/// <param name="Tool">What reads it.</param>
/// <param name="Digest">SHA-256 of its UTF-8, hexadecimal.</param>
/// <param name="Command">What printed it.</param>
/// <param name="Fault">Why it could not be read; null when it was.</param>
internal sealed record RawOutput(Tool Tool, string Digest, string Command, string? Fault);

/// <summary>A source that is not there.</summary>
/// <param name="Source">The tool.</param>
/// <param name="HowToGet">What to install, or what to do.</param>
internal sealed record MissingSource(string Source, string HowToGet);

/// <summary>What the node consists of, as its own tools and its kernel say it.</summary>
/// <param name="TakenAt">By the node's clock.</param>
/// <param name="Agent">Version of this agent.</param>
/// <param name="Properties">By subject and name.</param>
/// <param name="Raw">Raw outputs it rests on.</param>
/// <param name="Missing">Sources that were not there.</param>
/// <param name="Miners">ASIC miners that were asked.</param>
internal sealed record NodeInventory(
    DateTimeOffset TakenAt,
    string Agent,
    ImmutableArray<Property> Properties,
    ImmutableArray<RawOutput> Raw,
    ImmutableArray<MissingSource> Missing,
    ImmutableArray<MinerReading> Miners)
{
    /// <summary>Properties of which sources contradict each other.</summary>
    [JsonIgnore]
    public IEnumerable<Property> Disagreements => Properties.Where(property => property.Disagrees);

    /// <summary>The first value of a property; null when nothing is said.</summary>
    public string? Value(string subject, string name) => Properties.FirstOrDefault(property => property.Subject == subject && property.Name == name)?.Claims[0].Value;
}
