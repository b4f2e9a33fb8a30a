using System.Text.RegularExpressions;
using Mono.Cecil;

namespace Marketplace.House.Tests;

/// <summary>The rooms of Domain stand in one order, and a room knows only those before it.</summary>
public sealed partial class RoomOrderTests
{
    internal static readonly string[] Rooms =
    [
        "Primitives", "Organizations", "Energy", "Sites", "Capacity", "Verification", "Ledger", "Pricing", "Terms",
        "Quotes", "Reservations", "Leases", "Billing", "Market", "Transparency",
    ];

    /// <summary>Rooms without business of their own, beside those of Domain.</summary>
    private static readonly Dictionary<string, string[]> Workrooms = new(StringComparer.Ordinal)
    {
        ["Domain"] = [],
        ["Grains"] = ["Durability", "Events", "Ports", "Scheduling", "Serialization", "Telemetry", "Webhooks"],
        ["Api"] = ["Authentication", "Events", "Http", "Identity", "OpenApi", "Operations", "Webhooks"],
    };

    [Fact]
    public void ARoomOfDomainUsesOnlyRoomsBeforeIt() => House.Holds(
        $"Order of rooms: {string.Join(", ", Rooms)}. Move the shared part to an earlier room.",
        from type in House.Domain.AllTypes()
        let room = RoomOf(type, "Domain")
        where room is not null
        from used in Uses.TypesOf(type)
        let other = RoomOf(used, "Domain")
        where other is not null && Array.IndexOf(Rooms, other) > Array.IndexOf(Rooms, room)
        select $"{type.FullName} uses {used.FullName}");

    [Fact]
    public void ASourceOfDomainNamesOnlyRoomsBeforeIt() => House.Holds(
        "Constants, nameof and documentation count too.",
        from file in House.Files("src/Marketplace.Domain", "*.cs")
        let room = file.Split('/')[2]
        where Rooms.Contains(room)
        from Match match in UsingRoom().Matches(House.Text(file))
        where Array.IndexOf(Rooms, match.Groups[1].Value) > Array.IndexOf(Rooms, room)
        select $"{file}: {match.Value}");

    [Theory]
    [InlineData("Domain")]
    [InlineData("Grains")]
    [InlineData("Api")]
    public void EveryTypeStandsInAKnownRoom(string project) => House.Holds(
        $"Rooms of {project}: {string.Join(", ", Rooms.Concat(Workrooms[project]))}.",
        from type in House.Modules.Single(module => module.Assembly.Name.Name == $"Marketplace.{project}").Types
        where type.Namespace.StartsWith("Marketplace.", StringComparison.Ordinal) && !type.IsGenerated() && type.IsPublic
        let room = RoomOf(type, project)
        where room is not null && !Rooms.Contains(room) && !Workrooms[project].Contains(room)
        select type.FullName);

    /// <summary>Stands in for packages of Microsoft's, and so bears their namespaces.</summary>
    private const string StandIn = "src/Marketplace.Storage/Azure/Providers/";

    [Fact]
    public void TheNamespaceIsTheFolder() => House.Holds(
        "A file's namespace follows its folder.",
        from file in House.Files("src", "*.cs")
        from Match match in NamespaceLine().Matches(House.Text(file))
        let expected = string.Join('.', file.Split('/')[1..^1])
        where match.Groups[1].Value != expected && !file.EndsWith(".g.cs", StringComparison.Ordinal)
            && !(file.StartsWith(StandIn, StringComparison.Ordinal) && match.Groups[1].Value.StartsWith("Orleans.", StringComparison.Ordinal))
        select $"{file}: {match.Groups[1].Value}, expected {expected}");

    /// <summary>The room of a type of ours; null for a type of others or one at the project's root.</summary>
    internal static string? RoomOf(TypeReference type, string project)
    {
        var parts = Uses.NamespaceOf(type).Split('.');
        return parts is ["Marketplace", _, var room, ..] && parts[1] == project ? room : null;
    }

    [GeneratedRegex(@"Marketplace\.Domain\.([A-Z]\w+)")]
    private static partial Regex UsingRoom();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
