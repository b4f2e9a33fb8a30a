using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Leases;

/// <summary>Why a lease says no. The order is the precedence: when several apply, the first listed is given.</summary>
public enum LeaseRefusal
{
    [RefusalMeaning("lease_not_found", RefusalKind.NotFound, RefusalClass.Final, "No such lease for this organization.")]
    NotFound,

    [RefusalMeaning("lease_ended", RefusalKind.Conflict, RefusalClass.Final, "The lease is over; nothing about it changes any more.")]
    Ended,

    [RefusalMeaning("lease_not_tenant", RefusalKind.Forbidden, RefusalClass.Final, "Only the lease's tenant may do this.")]
    NotTenant,

    [RefusalMeaning("lease_not_operator", RefusalKind.Forbidden, RefusalClass.Final, "Only the lease's operator may do this.")]
    NotOperator,

    [RefusalMeaning("lease_terminating", RefusalKind.Conflict, RefusalClass.Final, "Notice has been given; the lease runs to its exit date as it is.")]
    Terminating,

    [RefusalMeaning("lease_not_running", RefusalKind.Conflict, RefusalClass.Retryable, "No node has been accepted yet; this becomes possible once rent runs. Where nothing is accepted in time, the tenant leaves without a fee.")]
    NotRunning,

    [RefusalMeaning("lease_nodes_missing", RefusalKind.Invalid, RefusalClass.Final, "Name at least one node.")]
    NodesMissing,

    [RefusalMeaning("lease_node_named_twice", RefusalKind.Invalid, RefusalClass.Final, "Each node may be named once in a request.")]
    NodeNamedTwice,

    [RefusalMeaning("lease_node_unknown", RefusalKind.NotFound, RefusalClass.Final, "The node is not part of this lease.")]
    NodeUnknown,

    [RefusalMeaning("lease_node_already_delivered", RefusalKind.Conflict, RefusalClass.Final, "The node already awaits acceptance or is in service under this lease.")]
    NodeAlreadyDelivered,

    [RefusalMeaning("lease_delivery_ready_too_late", RefusalKind.Invalid, RefusalClass.Final, "What is announced would be ready when the lease is over.")]
    ReadyTooLate,

    [RefusalMeaning("lease_node_not_ready", RefusalKind.Conflict, RefusalClass.Retryable, "The delivery is announced for a later time; the node can be accepted or rejected from then on.")]
    NodeNotReady,

    [RefusalMeaning("lease_node_not_offered", RefusalKind.Conflict, RefusalClass.Final, "The node does not await the tenant's word: it was accepted, rejected or taken out before.")]
    NodeNotOffered,

    [RefusalMeaning("lease_node_not_in_service", RefusalKind.Conflict, RefusalClass.Final, "The node is not in service under this lease.")]
    NodeNotInService,

    [RefusalMeaning("lease_reason_missing", RefusalKind.Invalid, RefusalClass.Final, "Say why, in 1 to 1,000 characters.")]
    ReasonMissing,

    [RefusalMeaning("lease_in_arrears", RefusalKind.Conflict, RefusalClass.Retryable, "Invoices of this lease are overdue; an option can be used once they are paid.")]
    InArrears,

    [RefusalMeaning("lease_payment_disputed", RefusalKind.Conflict, RefusalClass.Retryable, "A payment of this lease is disputed; this becomes possible once the dispute is decided.")]
    PaymentDisputed,

    [RefusalMeaning("lease_no_renewal_left", RefusalKind.Conflict, RefusalClass.Final, "The terms grant no renewal option, or all are used, declined or lapsed.")]
    NoRenewalLeft,

    [RefusalMeaning("lease_exit_too_soon", RefusalKind.Invalid, RefusalClass.Final, "The exit date is earlier than the notice the terms ask for.")]
    ExitTooSoon,

    [RefusalMeaning("lease_exit_after_end", RefusalKind.Invalid, RefusalClass.Final, "The lease ends by itself on or before the exit date; no early termination is needed.")]
    ExitAfterEnd,

    [RefusalMeaning("lease_exit_quote_unknown", RefusalKind.NotFound, RefusalClass.Final, "No such exit quote on this lease; ask for one first.")]
    ExitQuoteUnknown,

    [RefusalMeaning("lease_exit_quote_expired", RefusalKind.Gone, RefusalClass.Final, "The exit quote is no longer valid; ask for a new one.")]
    ExitQuoteExpired,

    [RefusalMeaning("power_not_passed_through", RefusalKind.Conflict, RefusalClass.Final, "The contract bills no metered energy; its rent includes it, or the tenant buys it.")]
    PowerNotPassedThrough,

    [RefusalMeaning("reading_period_unknown", RefusalKind.Invalid, RefusalClass.Final, "A reading is for one whole billing period of the lease, named by its first day.")]
    ReadingPeriodUnknown,

    [RefusalMeaning("reading_period_open", RefusalKind.Conflict, RefusalClass.Retryable, "The period is not over yet.")]
    ReadingPeriodOpen,

    [RefusalMeaning("reading_currency_differs", RefusalKind.Invalid, RefusalClass.Final, "The cost of energy is stated in the contract's currency.")]
    ReadingCurrencyDiffers,
}
