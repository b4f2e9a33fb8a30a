using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Quotes;

/// <summary>Why a quote is not made, or cannot be used.</summary>
public enum QuoteRefusal
{
    [RefusalMeaning("quote_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such quote for this organization.")]
    NotFound,

    [RefusalMeaning("quote_exists", RefusalKind.Conflict, RefusalClass.Final, "A quote with this id was already made for something else.")]
    Exists,

    [RefusalMeaning("quantity_does_not_fit_node", RefusalKind.Invalid, RefusalClass.Final, "The number of GPUs is not a whole number of the pool's nodes.")]
    QuantityDoesNotFitNode,

    [RefusalMeaning("quantity_above_supply", RefusalKind.Conflict, RefusalClass.Final, "The pool will never supply as much as is asked for, by what its operator plans now.")]
    QuantityAboveSupply,

    [RefusalMeaning("term_in_past", RefusalKind.Invalid, RefusalClass.Final, "The term starts now or in the past.")]
    TermInPast,

    [RefusalMeaning("term_too_far_ahead", RefusalKind.Invalid, RefusalClass.Final, "The term starts too many years from now.")]
    TermTooFarAhead,

    [RefusalMeaning("own_capacity", RefusalKind.Conflict, RefusalClass.Final, "The pool belongs to the organization that asks; it cannot lease from itself.")]
    OwnCapacity,

    [RefusalMeaning("amount_too_large", RefusalKind.Invalid, RefusalClass.Final, "The rent over the term is more than an amount of money can hold.")]
    AmountTooLarge,

    [RefusalMeaning("custody_too_short", RefusalKind.Conflict, RefusalClass.Final, "The offer's custody may not hold money until the end of the term; the operator has to name a custodian, a bank or a letter of credit.")]
    CustodyTooShort,

    [RefusalMeaning("total_above_limit", RefusalKind.Conflict, RefusalClass.Final, "The total is above the limit named in the request, or in another currency.")]
    AboveLimit,

    [RefusalMeaning("quote_pool_differs", RefusalKind.Invalid, RefusalClass.Final, "The quote is for another pool than the one named with it.")]
    PoolDiffers,

    [RefusalMeaning("quote_used", RefusalKind.Conflict, RefusalClass.Final, "The quote was already used by another reservation. Ask for a new one.")]
    Used,

    [RefusalMeaning("quote_expired", RefusalKind.Gone, RefusalClass.Final, "The quote has expired. Ask for a new one.")]
    Expired,
}
