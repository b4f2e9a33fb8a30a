using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

/// <summary>Why a billing account does not do what is asked, in order of precedence.</summary>
public enum BillingAccountRefusal
{
    /// <summary>The amount is not positive.</summary>
    [RefusalMeaning("deposit_not_positive", RefusalKind.Invalid, RefusalClass.Final, "A deposit is more than zero; without one, none is opened.")]
    DepositNotPositive,

    /// <summary>The reservation ended before its deposit was asked for.</summary>
    [RefusalMeaning("deposit_reservation_ended", RefusalKind.Conflict, RefusalClass.Final, "The reservation ended before its deposit was asked for.")]
    ReservationEnded,

    /// <summary>Another deposit was asked for.</summary>
    [RefusalMeaning("deposit_differs", RefusalKind.Conflict, RefusalClass.Final, "This reservation has a deposit with other figures.")]
    DepositDiffers,

    /// <summary>There is no such deposit.</summary>
    [RefusalMeaning("deposit_not_found", RefusalKind.NotFound, RefusalClass.Final, "This organization has no deposit for that reservation.")]
    DepositNotFound,

    /// <summary>The money has come or is on its way.</summary>
    [RefusalMeaning("deposit_paid", RefusalKind.Conflict, RefusalClass.Final, "The deposit has been paid or is being paid; it can be returned, not cancelled.")]
    DepositPaid,

    /// <summary>Somebody else's rent.</summary>
    [RefusalMeaning("rent_of_another_tenant", RefusalKind.Invalid, RefusalClass.Final, "The statement of rent names another tenant than this account.")]
    StatementForeign,

    /// <summary>There is no such invoice.</summary>
    [RefusalMeaning("invoice_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such invoice in this organization.")]
    InvoiceNotFound,

    /// <summary>Nothing is left to pay.</summary>
    [RefusalMeaning("invoice_already_paid", RefusalKind.Conflict, RefusalClass.Final, "Nothing is left to pay of this invoice.")]
    InvoicePaid,

    /// <summary>Another payment is under way.</summary>
    [RefusalMeaning("invoice_payment_under_way", RefusalKind.Conflict, RefusalClass.Final, "A payment by another method is under way for this invoice; pay or cancel that one.")]
    PaymentUnderWay,
}
