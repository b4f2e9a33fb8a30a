using System.Collections.Frozen;
using System.Collections.Immutable;
using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Http;

/// <summary>What an operation asks of its caller: an area of the API, to read or to write.</summary>
/// <param name="Area">One of <see cref="Scope.Areas"/>; empty for what needs no key.</param>
/// <param name="Write">Whether it changes something.</param>
/// <param name="OfPerson">Whether it is about the person who signed in, whatever the organization: no key reaches it.</param>
internal sealed record Permission(string Area, bool Write, bool OfPerson = false)
{
    /// <summary>Open to everyone.</summary>
    public static readonly Permission Public = new("", false);

    /// <summary>For whoever is signed in, about that person alone.</summary>
    public static readonly Permission Person = new("", false, OfPerson: true);

    /// <summary>The one table of who may do what. A key's scopes narrow it; nothing widens it. The platform's own area is closed to all others.</summary>
    private static readonly FrozenDictionary<string, ImmutableArray<OrganizationRole>> Writers = new Dictionary<string, ImmutableArray<OrganizationRole>>
    {
        ["admin"] = [OrganizationRole.Owner],
        ["billing"] = [OrganizationRole.Owner, OrganizationRole.Billing],
        ["events"] = [OrganizationRole.Owner, OrganizationRole.Engineer],
        ["leases"] = [OrganizationRole.Owner, OrganizationRole.Member, OrganizationRole.Engineer],
        ["market"] = [OrganizationRole.Owner, OrganizationRole.Member],
        ["messages"] = [OrganizationRole.Owner, OrganizationRole.Billing, OrganizationRole.Engineer, OrganizationRole.Member],
        ["organizations"] = [OrganizationRole.Owner],
        ["pools"] = [OrganizationRole.Owner, OrganizationRole.Engineer],
        ["quotes"] = [OrganizationRole.Owner, OrganizationRole.Member],
        ["reservations"] = [OrganizationRole.Owner, OrganizationRole.Member],
        ["sites"] = [OrganizationRole.Owner, OrganizationRole.Engineer],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public bool IsPublic => Area.Length == 0 && !OfPerson;

    /// <summary>The roles that may, in order.</summary>
    public IEnumerable<OrganizationRole> Roles => Write && Area.Length > 0 ? Writers[Area].Order() : Enum.GetValues<OrganizationRole>();

    /// <summary>Reads an area; every role may.</summary>
    public static Permission Read(string area) => new(Known(area), false);

    /// <summary>Changes an area.</summary>
    public static Permission Change(string area) => new(Known(area), true);

    /// <summary>Who may, in one line for programs: <c>everyone</c>, <c>person</c>, or the roles, behind <c>platform</c> where they are the marketplace's own.</summary>
    public string Summary() => IsPublic ? "everyone"
        : OfPerson ? "person"
        : (Area == "admin" ? "platform " : "") + string.Join(' ', Roles.Select(role => role.ToString().ToLowerInvariant()));

    /// <summary>Who may, in words.</summary>
    public string Describe() => IsPublic
        ? "Open to everyone; no key needed."
        : OfPerson ? "For whoever is signed in, about that person alone; no key reaches it."
        : $"Scope `{Area}:{(Write ? "write" : "read")}`; roles: {(Write ? string.Join(", ", Writers[Area].Select(role => $"`{char.ToLowerInvariant(role.ToString()[0])}{role.ToString()[1..]}`")) : "all")}{(Area == "admin" ? "; keys of the marketplace itself only" : "")}.";

    public bool Allows(Caller caller) =>
        IsPublic ||
        ((Area != "admin" || caller.IsPlatform) &&
         (!Write || Writers[Area].Contains(caller.Role)) &&
         (caller.Scopes.IsEmpty || caller.Scopes.Any(scope => scope.Covers(Area, Write))));

    private static string Known(string area) => Scope.Areas.Contains(area) ? area : throw new ArgumentOutOfRangeException(nameof(area), area, "Not an area of the API.");
}
