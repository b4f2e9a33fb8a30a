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

    /// <summary>A credit is more than zero.</summary>
    [RefusalMeaning("credit_not_positive", RefusalKind.Invalid, RefusalClass.Final, "A credit note is more than zero, in the currency of an invoice with something to pay.")]
    CreditNotPositive,

    /// <summary>More than was invoiced.</summary>
    [RefusalMeaning("credit_above_invoice", RefusalKind.Conflict, RefusalClass.Final, "Credit notes of an invoice, tax included, come to no more than the invoice.")]
    CreditAboveInvoice,

    /// <summary>There is no such prepayment.</summary>
    [RefusalMeaning("prepayment_not_found", RefusalKind.NotFound, RefusalClass.Final, "This organization has no prepayment for that reservation.")]
    PrepaymentNotFound,

    /// <summary>So much is not held.</summary>
    [RefusalMeaning("prepayment_not_held", RefusalKind.Conflict, RefusalClass.Final, "The custody does not hold that much of the prepayment, or not for this purpose.")]
    PrepaymentNotHeld,

    /// <summary>The deposit is held otherwise.</summary>
    [RefusalMeaning("custody_unfit", RefusalKind.Conflict, RefusalClass.Final, "The deposit's custody, or where it stands, does not allow this.")]
    CustodyUnfit,

    /// <summary>The letter does not secure enough, or not for long enough.</summary>
    [RefusalMeaning("letter_of_credit_unfit", RefusalKind.Invalid, RefusalClass.Final, "A letter of credit promises at least the deposit and can be drawn until the term has ended.")]
    LetterUnfit,

    /// <summary>There is no such receipt.</summary>
    [RefusalMeaning("bank_receipt_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such bank receipt.")]
    ReceiptNotFound,

    /// <summary>Nothing is left of it.</summary>
    [RefusalMeaning("bank_receipt_settled", RefusalKind.Conflict, RefusalClass.Final, "Nothing is left of the bank receipt to be assigned or sent back.")]
    ReceiptSettled,

    /// <summary>An account is being asked.</summary>
    [RefusalMeaning("bank_receipt_matching", RefusalKind.Conflict, RefusalClass.Retryable, "A tenant's account is being asked to take the receipt; ask again in a moment.")]
    ReceiptMatching,

    /// <summary>A refund is more than zero.</summary>
    [RefusalMeaning("refund_not_positive", RefusalKind.Invalid, RefusalClass.Final, "A refund is more than zero, in the currency of its invoice.")]
    RefundNotPositive,

    /// <summary>More than the tenant has.</summary>
    [RefusalMeaning("refund_above_credit", RefusalKind.Conflict, RefusalClass.Final, "Only credit that the tenant has with the operator can be given back; a credit note makes it.")]
    RefundAboveCredit,

    /// <summary>More than was paid.</summary>
    [RefusalMeaning("refund_above_paid", RefusalKind.Conflict, RefusalClass.Final, "All refunds of an invoice together come to no more than what was paid for it through the gateway and by bank and nobody disputes.")]
    RefundAbovePaid,

    /// <summary>There is no such refund.</summary>
    [RefusalMeaning("refund_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such refund.")]
    RefundNotFound,

    /// <summary>Nothing for a person to send.</summary>
    [RefusalMeaning("refund_not_with_person", RefusalKind.Conflict, RefusalClass.Final, "Nothing of the refund waits to be sent by bank: the gateway gives it back, or has.")]
    RefundNotWithPerson,
}
