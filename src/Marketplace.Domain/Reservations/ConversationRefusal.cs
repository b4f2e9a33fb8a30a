using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Reservations;

/// <summary>Why a conversation says no, in order of precedence.</summary>
public enum ConversationRefusal
{
    /// <summary>There is nobody to write to.</summary>
    [RefusalMeaning("conversation_without_operator", RefusalKind.Conflict, RefusalClass.Retryable, "No pool holds the reservation yet, so there is no operator to write to.")]
    WithoutOperator,

    /// <summary>Only the two parties write.</summary>
    [RefusalMeaning("conversation_not_party", RefusalKind.Forbidden, RefusalClass.Final, "Only the tenant and the operator of the reservation write; the marketplace reads along.")]
    NotParty,

    /// <summary>The text does not fit.</summary>
    [RefusalMeaning("message_text_invalid", RefusalKind.Invalid, RefusalClass.Final, "A message has 1 to 4,000 characters that say something, without control characters beside tabs and line ends.")]
    TextInvalid,

    /// <summary>It has as many messages as one may have.</summary>
    [RefusalMeaning("conversation_full", RefusalKind.Conflict, RefusalClass.Final, "The conversation has as many messages as one may have.")]
    Full,

    /// <summary>Nothing was written.</summary>
    [RefusalMeaning("conversation_empty", RefusalKind.Conflict, RefusalClass.Retryable, "Nothing was written yet, so there is nothing to mark as read.")]
    Empty,
}
