using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Verification;

/// <summary>Why a challenge is not opened, or an answer not taken.</summary>
public enum BenchmarkRunRefusal
{
    [RefusalMeaning("benchmark_run_unknown", RefusalKind.NotFound, RefusalClass.Final, "There is no such challenge, or it is not for this caller.")]
    NotFound,

    [RefusalMeaning("benchmark_run_invalid", RefusalKind.Invalid, RefusalClass.Final, "A challenge is for 1 to 64 nodes of a GPU pool whose hardware is in the catalogue.")]
    Invalid,

    [RefusalMeaning("node_not_challenged", RefusalKind.Conflict, RefusalClass.Final, "The node is not among those drawn for this challenge; it has nothing to answer.")]
    NodeNotChallenged,

    [RefusalMeaning("challenge_over", RefusalKind.Gone, RefusalClass.Final, "The challenge was decided already; ask for a new one.")]
    Over,

    [RefusalMeaning("challenge_not_issued", RefusalKind.Conflict, RefusalClass.Final, "Nobody asked for the challenge yet; ask for it first.")]
    NotIssued,

    [RefusalMeaning("nonce_foreign", RefusalKind.Conflict, RefusalClass.Final, "The answer carries another nonce than this challenge: it answers another one, or an older one.")]
    NonceForeign,

    [RefusalMeaning("answer_late", RefusalKind.Gone, RefusalClass.Final, "The answer came after the time the challenge gave; ask for a new one.")]
    Late,

    [RefusalMeaning("devices_wrong", RefusalKind.Invalid, RefusalClass.Final, "Each device of the node commits to one product: its GPUs by index, or its CPU where it has none.")]
    DevicesWrong,

    [RefusalMeaning("work_committed", RefusalKind.Conflict, RefusalClass.Final, "The node committed to other products before; a commitment cannot be changed.")]
    CommittedOtherwise,

    [RefusalMeaning("work_not_committed", RefusalKind.Conflict, RefusalClass.Final, "The report comes before the commitment; commit to the products first.")]
    NotCommitted,

    [RefusalMeaning("memory_not_asked", RefusalKind.Conflict, RefusalClass.Final, "The challenge asks for no memory; commit to the work and report.")]
    MemoryNotAsked,

    [RefusalMeaning("memory_devices_wrong", RefusalKind.Invalid, RefusalClass.Final, "Memory is held by devices of the node, each named once; the words read are of exactly the devices that were named, each by its SHA-256.")]
    MemoryDevicesWrong,

    [RefusalMeaning("memory_fills_spent", RefusalKind.Conflict, RefusalClass.Final, "The node said five times that its memory is filled; report without it, or answer the next challenge.")]
    MemoryFillsSpent,

    [RefusalMeaning("memory_not_filled", RefusalKind.Conflict, RefusalClass.Final, "Words were sent before the node said that its memory is filled; say so first, and read what is asked then.")]
    MemoryNotFilled,

    [RefusalMeaning("memory_read", RefusalKind.Conflict, RefusalClass.Final, "The node committed to other words before; a commitment cannot be changed.")]
    MemoryReadOtherwise,

    [RefusalMeaning("reported_otherwise", RefusalKind.Conflict, RefusalClass.Final, "The node reported before; one report counts for a challenge.")]
    ReportedOtherwise,

    [RefusalMeaning("outputs_invalid", RefusalKind.Invalid, RefusalClass.Final, "A report names 1 to 128 outputs of 1 byte to 8 MiB, 96 MiB together, each by its SHA-256 once, and the tool of every tool output.")]
    OutputsInvalid,

    [RefusalMeaning("output_unknown", RefusalKind.NotFound, RefusalClass.Final, "No report of this challenge names an output of this digest and length.")]
    OutputUnknown,

    [RefusalMeaning("output_differs", RefusalKind.Invalid, RefusalClass.Final, "The bytes that came have another SHA-256 than the address names.")]
    OutputDiffers,

    [RefusalMeaning("nothing_in_review", RefusalKind.Conflict, RefusalClass.Final, "The node's answer does not wait for a decision.")]
    NothingInReview,

    [RefusalMeaning("review_reason_missing", RefusalKind.Invalid, RefusalClass.Final, "A decision carries a reason of 1 to 1,000 characters.")]
    ReasonMissing,
}
