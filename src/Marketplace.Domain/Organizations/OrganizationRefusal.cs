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
}
