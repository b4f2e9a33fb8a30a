using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Verification;

/// <summary>Why a node's message is not taken, or its record not changed.</summary>
public enum NodeRefusal
{
    [RefusalMeaning("node_unknown", RefusalKind.NotFound, RefusalClass.Final, "No node of this id was ever given an enrolment token, or it is another operator's.")]
    NotFound,

    [RefusalMeaning("enrolment_token_unknown", RefusalKind.Forbidden, RefusalClass.Final, "The enrolment token is not the newest one of its node, or it was used already; ask for a new one.")]
    TokenUnknown,

    [RefusalMeaning("enrolment_token_expired", RefusalKind.Gone, RefusalClass.Final, "The enrolment token is no longer valid; ask for a new one.")]
    TokenExpired,

    [RefusalMeaning("message_malformed", RefusalKind.Invalid, RefusalClass.Final, "The message is of another type than this operation takes, its payload is not base64, or what it names does not fit.")]
    MessageMalformed,

    [RefusalMeaning("node_not_enrolled", RefusalKind.Forbidden, RefusalClass.Final, "The node has no key that counts; enrol it with a token of its operator.")]
    NotEnrolled,

    [RefusalMeaning("node_key_revoked", RefusalKind.Forbidden, RefusalClass.Final, "The key that signed was revoked or replaced; enrol the node again, or use its newest key.")]
    KeyRevoked,

    [RefusalMeaning("node_key_unknown", RefusalKind.Forbidden, RefusalClass.Final, "The message names no key of this node: it was signed by another node, or for another.")]
    KeyUnknown,

    [RefusalMeaning("node_signature_wrong", RefusalKind.Forbidden, RefusalClass.Final, "The signature does not fit the bytes that came: they were changed after signing, or signed by another key.")]
    SignatureWrong,

    [RefusalMeaning("node_key_taken", RefusalKind.Conflict, RefusalClass.Final, "Another node uses this key; every node makes its own.")]
    KeyTaken,

    [RefusalMeaning("message_replayed", RefusalKind.Conflict, RefusalClass.Final, "The message's sequence is not above that of messages taken before: it is an old message, or the node's memory was set back.")]
    Replayed,

    [RefusalMeaning("beats_too_many", RefusalKind.Invalid, RefusalClass.Final, "A heartbeat message carries 1 to 1,000 beats in ascending order of sequence.")]
    BeatsTooMany,

    [RefusalMeaning("fault_not_found", RefusalKind.NotFound, RefusalClass.Final, "The node has no such fault on record.")]
    FaultNotFound,

    [RefusalMeaning("fault_decided", RefusalKind.Conflict, RefusalClass.Final, "The marketplace has decided the cause of this fault.")]
    FaultDecided,

    [RefusalMeaning("fault_evidence_missing", RefusalKind.Invalid, RefusalClass.Final, "A cause is stated with evidence of 1 to 1,000 characters.")]
    EvidenceMissing,

    [RefusalMeaning("maintenance_invalid", RefusalKind.Invalid, RefusalClass.Final, "Maintenance ends after it starts, and says what is done in 1 to 1,000 characters.")]
    MaintenanceInvalid,

    [RefusalMeaning("maintenance_too_late", RefusalKind.Invalid, RefusalClass.Final, "Maintenance is announced at least 24 hours and at most 92 days before it starts; what is not announced in time is an outage.")]
    MaintenanceTooLate,

    [RefusalMeaning("maintenance_too_much", RefusalKind.Conflict, RefusalClass.Final, "Of each calendar month (UTC) at most 12 hours and 20 announcements of a node are maintenance; what goes beyond is an outage.")]
    MaintenanceTooMuch,
}
