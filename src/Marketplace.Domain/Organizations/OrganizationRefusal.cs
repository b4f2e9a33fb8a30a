using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Organizations;

/// <summary>Why an organization says no, in order of precedence.</summary>
public enum OrganizationRefusal
{
    /// <summary>No such organization.</summary>
    [RefusalMeaning("organization_not_found", RefusalKind.NotFound, RefusalClass.Final, "No organization of this id exists for this caller.")]
    NotFound,

    /// <summary>The id is taken.</summary>
    [RefusalMeaning("organization_exists", RefusalKind.Conflict, RefusalClass.Final, "An organization of this id is registered already.")]
    Exists,

    /// <summary>Only the marketplace itself is of kind platform.</summary>
    [RefusalMeaning("organization_kind_reserved", RefusalKind.Invalid, RefusalClass.Final, "The kind 'platform' belongs to the marketplace itself and cannot be chosen or left.")]
    KindReserved,

    /// <summary>It leases no capacity.</summary>
    [RefusalMeaning("tenants_only", RefusalKind.Forbidden, RefusalClass.Final, "Only an organization registered as a tenant, or as both operator and tenant, asks for quotes and reserves; an owner or administrator can change its kind.")]
    TenantsOnly,

    /// <summary>No such member.</summary>
    [RefusalMeaning("member_not_found", RefusalKind.NotFound, RefusalClass.Final, "The organization has no member of this id.")]
    MemberNotFound,

    /// <summary>The address belongs to another member.</summary>
    [RefusalMeaning("member_exists", RefusalKind.Conflict, RefusalClass.Final, "The organization has a member with this e-mail address already.")]
    MemberExists,

    /// <summary>Too many members.</summary>
    [RefusalMeaning("members_full", RefusalKind.Conflict, RefusalClass.Final, "The organization has as many members as one may have; remove one first.")]
    MembersFull,

    /// <summary>Somebody must stay in charge.</summary>
    [RefusalMeaning("last_owner", RefusalKind.Conflict, RefusalClass.Final, "The last owner can neither be removed nor take another role; name another owner first.")]
    LastOwner,

    /// <summary>No such key.</summary>
    [RefusalMeaning("api_key_not_found", RefusalKind.NotFound, RefusalClass.Final, "The organization has no API key of this id.")]
    KeyNotFound,

    /// <summary>Too many usable keys.</summary>
    [RefusalMeaning("api_keys_full", RefusalKind.Conflict, RefusalClass.Final, "The organization has as many API keys as one may have; revoke one first.")]
    KeysFull,

    /// <summary>The key is at its end.</summary>
    [RefusalMeaning("api_key_ended", RefusalKind.Conflict, RefusalClass.Final, "The API key is revoked, expired or replaced already; issue a new one.")]
    KeyEnded,

    /// <summary>No such invitation.</summary>
    [RefusalMeaning("invitation_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such invitation; it may have been accepted or taken back.")]
    InvitationNotFound,

    /// <summary>Too late.</summary>
    [RefusalMeaning("invitation_expired", RefusalKind.Gone, RefusalClass.Final, "The invitation has expired; ask for another.")]
    InvitationExpired,

    /// <summary>It was meant for somebody else.</summary>
    [RefusalMeaning("invitation_for_another", RefusalKind.Forbidden, RefusalClass.Final, "The invitation is for another e-mail address; sign in or register with the address it was sent to.")]
    InvitationForAnother,

    /// <summary>Too many invitations.</summary>
    [RefusalMeaning("invitations_full", RefusalKind.Conflict, RefusalClass.Final, "The organization has as many open invitations as one may have; take one back first.")]
    InvitationsFull,
}
