using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Reservations;

/// <summary>Why a reservation does not do what it is asked.</summary>
public enum ReservationRefusal
{
    [RefusalMeaning("reservation_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such reservation for this organization.")]
    NotFound,

    [RefusalMeaning("reservation_exists", RefusalKind.Conflict, RefusalClass.Final, "A reservation with this id was already made for something else.")]
    Exists,

    [RefusalMeaning("candidates_invalid", RefusalKind.Invalid, RefusalClass.Final, "The pools to try are none, too many, or one is named twice.")]
    CandidatesInvalid,

    [RefusalMeaning("no_capacity", RefusalKind.Conflict, RefusalClass.Final, "None of the pools would hold the capacity. Ask again with other pools, another term or a smaller quantity, and a new Idempotency-Key.")]
    NoCapacity,

    [RefusalMeaning("signatory_invalid", RefusalKind.Invalid, RefusalClass.Final, "The person's name or authority is missing or too long.")]
    SignatoryInvalid,

    [RefusalMeaning("reason_invalid", RefusalKind.Invalid, RefusalClass.Final, "A reason of 1 to 500 characters is needed.")]
    ReasonInvalid,

    [RefusalMeaning("reservation_ended", RefusalKind.Conflict, RefusalClass.Final, "The reservation has ended, or is ending.")]
    Ended,

    [RefusalMeaning("operator_only", RefusalKind.Forbidden, RefusalClass.Final, "Only the operator of the reservation can do this.")]
    OperatorOnly,

    [RefusalMeaning("tenant_only", RefusalKind.Forbidden, RefusalClass.Final, "Only the tenant of the reservation can do this.")]
    TenantOnly,

    [RefusalMeaning("approval_not_awaited", RefusalKind.Conflict, RefusalClass.Final, "No approval of this party is awaited.")]
    ApprovalNotAwaited,

    [RefusalMeaning("signature_not_awaited", RefusalKind.Conflict, RefusalClass.Final, "No signature of this party is awaited.")]
    SignatureNotAwaited,

    [RefusalMeaning("document_differs", RefusalKind.Conflict, RefusalClass.Final, "The digest is not that of the order form to be signed. Read it again.")]
    DocumentDiffers,

    [RefusalMeaning("document_missing", RefusalKind.NotFound, RefusalClass.Final, "There is no such order form: no quote is agreed, no amendment is pending, or there never was such a version.")]
    DocumentMissing,

    [RefusalMeaning("deadline_passed", RefusalKind.Gone, RefusalClass.Final, "It came after the deadline.")]
    DeadlinePassed,

    [RefusalMeaning("reservation_binding", RefusalKind.Conflict, RefusalClass.Final, "The reservation is binding on the tenant; only the operator can give it up, unless nothing is handed over in time.")]
    Binding,

    [RefusalMeaning("delivery_begun", RefusalKind.Conflict, RefusalClass.Final, "Delivery has begun; what was delivered is ended through the lease, without a fee while nothing of it was accepted in time.")]
    DeliveryBegun,

    [RefusalMeaning("amendment_not_possible", RefusalKind.Conflict, RefusalClass.Final, "The reservation cannot be amended in its present status.")]
    AmendmentNotPossible,

    [RefusalMeaning("amendment_pending", RefusalKind.Conflict, RefusalClass.Retryable, "An amendment is on its way. Wait for it to be applied or refused.")]
    AmendmentPending,

    [RefusalMeaning("amendment_pool_differs", RefusalKind.Invalid, RefusalClass.Final, "The new quote is for another pool than the reservation.")]
    AmendmentPoolDiffers,

    [RefusalMeaning("delivery_not_possible", RefusalKind.Conflict, RefusalClass.Retryable, "Units can be delivered once the reservation is confirmed.")]
    DeliveryNotPossible,

    [RefusalMeaning("delivery_exists", RefusalKind.Conflict, RefusalClass.Final, "A delivery with this id was already made with other units.")]
    DeliveryExists,

    [RefusalMeaning("delivery_invalid", RefusalKind.Invalid, RefusalClass.Final, "The units and the nodes named do not match, or a node is named twice or was delivered before.")]
    DeliveryInvalid,

    [RefusalMeaning("delivery_ready_too_late", RefusalKind.Invalid, RefusalClass.Final, "What is announced would be ready at or after the end of the term.")]
    DeliveryReadyTooLate,

    [RefusalMeaning("delivery_exceeds_reservation", RefusalKind.Conflict, RefusalClass.Final, "More units would be delivered than are reserved.")]
    DeliveryExceedsReservation,

    [RefusalMeaning("spend_limit_exceeded", RefusalKind.Forbidden, RefusalClass.Final, "The total is above what this member or key may commit its organization to; somebody with a higher limit must do it.")]
    SpendLimitExceeded,

    [RefusalMeaning("purchase_order_missing", RefusalKind.Conflict, RefusalClass.Final, "The organization's billing profile asks for a purchase order; name one with the reservation or in the profile.")]
    PurchaseOrderMissing,
}
