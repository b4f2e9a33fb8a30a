using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Api.Identity;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Organizations;

/// <summary>An organization to register.</summary>
/// <param name="Name">Registered name.</param>
/// <param name="Kind">What it does on the marketplace.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code in capitals.</param>
/// <param name="Currency">Currency it prefers to trade in (ISO 4217), if it has one.</param>
internal sealed record NewOrganization(
    [Length(1, 200)] string Name,
    OrganizationKind Kind,
    [RegularExpression("^[A-Z]{2}$")] string Country,
    Currency? Currency)
{
    public static NewOrganization Example { get; } = new("Northern Compute AS", OrganizationKind.Operator, "NO", Domain.Primitives.Currency.Usd);

    public RegisterOrganization ToCommand(OrganizationId id, Faults faults)
    {
        faults.Require(Kind != OrganizationKind.Platform, "kind", Faults.NotAllowed, "The kind 'platform' belongs to the marketplace itself.");
        return new RegisterOrganization(id, Name, Kind, Country, Currency);
    }
}

/// <summary>Changes to an organization's profile; what is absent stays.</summary>
/// <param name="Name">New registered name.</param>
/// <param name="Kind">New kind.</param>
/// <param name="Country">New ISO 3166-1 alpha-2 code in capitals.</param>
/// <param name="Currency">New preferred currency (ISO 4217).</param>
internal sealed record OrganizationChanges(
    [Length(1, 200)] string? Name,
    OrganizationKind? Kind,
    [RegularExpression("^[A-Z]{2}$")] string? Country,
    Currency? Currency)
{
    public static OrganizationChanges Example { get; } = new("Northern Compute ASA", null, null, null);

    public AmendOrganization ToCommand() => new(Name, Kind, Country, Currency);
}

/// <summary>An organization.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Name">Registered name.</param>
/// <param name="Kind">What it does on the marketplace.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code.</param>
/// <param name="Currency">Currency it prefers, if any.</param>
/// <param name="Members">Number of members.</param>
/// <param name="CreatedAt">Market time of registration.</param>
internal sealed record OrganizationModel(OrganizationId Id, string Name, OrganizationKind Kind, string Country, Currency? Currency, int Members, Instant CreatedAt)
{
    public static OrganizationModel Example { get; } = new(
        OrganizationId.From("org_4k2m7qz3v5xw6a2bc4d5e6f7ga"), "Northern Compute AS", OrganizationKind.Operator, "NO", Domain.Primitives.Currency.Usd, 1, Instant.FromUtc(2027, 1, 4, 9, 0));

    public static OrganizationModel Of(Organization state) =>
        new(state.Id, state.Name, state.Kind, state.Country, state.Currency, state.Members.Length, state.CreatedAt);
}

/// <summary>A member to add.</summary>
/// <param name="Name">The person's name.</param>
/// <param name="Email">E-mail address; one member an address.</param>
/// <param name="Role">What the member may do.</param>
internal sealed record NewMember(
    [Length(1, 200)] string Name,
    [Length(3, 254), RegularExpression(Accounts.EmailPattern)] string Email,
    OrganizationRole Role)
{
    public static NewMember Example { get; } = new("Ada Nilsen", "ada@northern.example", OrganizationRole.Engineer);

    public AddMember ToCommand(MemberId id, string by) => new(id, Name, Email, Role, By: by);
}

/// <summary>A member's new role.</summary>
/// <param name="Role">What the member may do.</param>
internal sealed record MemberChanges(OrganizationRole Role)
{
    public static MemberChanges Example { get; } = new(OrganizationRole.Owner);
}

/// <summary>A member of an organization.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Email">E-mail address.</param>
/// <param name="Role">What the member may do.</param>
/// <param name="AddedAt">Market time of joining.</param>
/// <param name="UserId">Who signs in as this member; null: nobody yet.</param>
internal sealed record MemberModel(MemberId Id, string Name, string Email, OrganizationRole Role, Instant AddedAt, UserId? UserId)
{
    public static MemberModel Example { get; } = new(
        MemberId.From("mbr_5r3n7qz3v5xw6a2bc4d5e6f7ga"), "Ada Nilsen", "ada@northern.example", OrganizationRole.Engineer, Instant.FromUtc(2027, 1, 4, 9, 0), Identity.UserModel.Example.Id);

    public static MemberModel Of(Member member) => new(member.Id, member.Name, member.Email, member.Role, member.AddedAt, member.User);
}
