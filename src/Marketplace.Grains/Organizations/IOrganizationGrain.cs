using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Organizations;

/// <summary>One organization with its members and API keys. Key: its id.</summary>
[Alias("Marketplace.IOrganizationGrain"), GrainInterfaceType("Marketplace.IOrganizationGrain")]
public interface IOrganizationGrain : IAggregateGrain
{
    /// <summary>The organization, or null when none of this id is registered.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<Organization>?> GetAsync();

    /// <summary>Registers it.</summary>
    [Alias("Register")]
    Task<Answer<Snapshot<Organization>>> RegisterAsync(Operation operation, RegisterOrganization command);

    /// <summary>Changes its profile; refused with <c>precondition_failed</c> when <paramref name="ifVersion"/> names another version than the present one.</summary>
    [Alias("Amend")]
    Task<Answer<Snapshot<Organization>>> AmendAsync(Operation operation, AmendOrganization command, long? ifVersion = null);

    /// <summary>Adds a member.</summary>
    [Alias("AddMember")]
    Task<Answer<Snapshot<Organization>>> AddMemberAsync(Operation operation, AddMember command);

    /// <summary>Gives a member another role.</summary>
    [Alias("ChangeMemberRole")]
    Task<Answer<Snapshot<Organization>>> ChangeMemberRoleAsync(Operation operation, ChangeMemberRole command);

    /// <summary>Removes a member.</summary>
    [Alias("RemoveMember")]
    Task<Answer<Snapshot<Organization>>> RemoveMemberAsync(Operation operation, RemoveMember command);

    /// <summary>Issues an API key.</summary>
    [Alias("IssueKey")]
    Task<Answer<Snapshot<Organization>>> IssueKeyAsync(Operation operation, IssueApiKey command);

    /// <summary>Revokes an API key.</summary>
    [Alias("RevokeKey")]
    Task<Answer<Snapshot<Organization>>> RevokeKeyAsync(Operation operation, RevokeApiKey command);

    /// <summary>Replaces an API key.</summary>
    [Alias("RotateKey")]
    Task<Answer<Snapshot<Organization>>> RotateKeyAsync(Operation operation, RotateApiKey command);

    /// <summary>Invites a person.</summary>
    [Alias("Invite")]
    Task<Answer<Snapshot<Organization>>> InviteAsync(Operation operation, InviteMember command);

    /// <summary>Takes an invitation back.</summary>
    [Alias("RevokeInvitation")]
    Task<Answer<Snapshot<Organization>>> RevokeInvitationAsync(Operation operation, RevokeInvitation command);

    /// <summary>Accepts an invitation; accepting it again changes nothing.</summary>
    [Alias("AcceptInvitation")]
    Task<Answer<Snapshot<Organization>>> AcceptInvitationAsync(AcceptInvitation command);
}

/// <summary>Where the list of organizations is.</summary>
public static class OrganizationRows
{
    /// <summary>The table; the data is the <see cref="Organization"/>.</summary>
    public const string Table = "organizations";

    /// <summary>Its one partition.</summary>
    public const string Partition = "all";
}
