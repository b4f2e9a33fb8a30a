using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

/// <summary>Why payment methods do not do what is asked, in order of precedence.</summary>
public enum PaymentMethodsRefusal
{
    /// <summary>There is no such method.</summary>
    [RefusalMeaning("payment_method_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such payment method in this organization.")]
    NotFound,

    /// <summary>There is no such set-up.</summary>
    [RefusalMeaning("method_setup_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such set-up in this organization, or it was over long ago.")]
    SetupNotFound,

    /// <summary>The set-up's id is taken.</summary>
    [RefusalMeaning("method_setup_differs", RefusalKind.Conflict, RefusalClass.Final, "A set-up with this id exists with other contents.")]
    SetupDiffers,

    /// <summary>Too many.</summary>
    [RefusalMeaning("too_many_payment_methods", RefusalKind.Conflict, RefusalClass.Final, "An organization has at most 100 payment methods, and at most 20 set-ups that wait for the payer.")]
    TooMany,

    /// <summary>Of another operator or currency.</summary>
    [RefusalMeaning("payment_method_elsewhere", RefusalKind.Conflict, RefusalClass.Final, "A payment method pays one operator in one currency: those it was added for.")]
    Elsewhere,

    /// <summary>It can no longer pay.</summary>
    [RefusalMeaning("payment_method_unusable", RefusalKind.Conflict, RefusalClass.Final, "The payment method has expired, its mandate was withdrawn, or it is being removed. Use another one.")]
    Unusable,

    /// <summary>No default.</summary>
    [RefusalMeaning("no_default_payment_method", RefusalKind.Conflict, RefusalClass.Final, "Automatic payment needs a default payment method that can pay: add one, or make another one the default.")]
    NoDefault,

    /// <summary>Automatic payment uses it.</summary>
    [RefusalMeaning("payment_method_collects", RefusalKind.Conflict, RefusalClass.Final, "Automatic payment uses this method: make another one the default, or switch automatic payment off.")]
    Collects,

    /// <summary>A payment uses it.</summary>
    [RefusalMeaning("payment_method_in_use", RefusalKind.Conflict, RefusalClass.Retryable, "A payment under way uses this method: wait until it is over, or call it off.")]
    InUse,

    /// <summary>The gateway cannot say.</summary>
    [RefusalMeaning("payment_method_gateway_unknown", RefusalKind.Busy, RefusalClass.Retryable, "The payment gateway does not answer now. Repeat the request with the same Idempotency-Key.")]
    GatewayUnknown,

    /// <summary>The gateway will not.</summary>
    [RefusalMeaning("method_setup_refused", RefusalKind.Conflict, RefusalClass.Final, "The payment gateway keeps no payment method for this operator and currency.")]
    Refused,
}
