using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

/// <summary>Why the rate book takes no publication, in order of precedence.</summary>
public enum RateBookRefusal
{
    /// <summary>The rate cannot be.</summary>
    [RefusalMeaning("tax_rate_invalid", RefusalKind.Invalid, RefusalClass.Final, "A rate of tax is 0 to 50 % and ends after it begins.")]
    RateInvalid,

    /// <summary>Another rate holds.</summary>
    [RefusalMeaning("tax_rate_overlaps", RefusalKind.Conflict, RefusalClass.Final, "A rate of this country and region holds on that day or begins later; a rate is replaced by one that begins after it.")]
    RateOverlaps,

    /// <summary>The value cannot be.</summary>
    [RefusalMeaning("index_value_invalid", RefusalKind.Invalid, RefusalClass.Final, "An index has an id of lower-case letters, digits and dashes, and a value above 0 for the first day of a month.")]
    IndexInvalid,

    /// <summary>The month has a value.</summary>
    [RefusalMeaning("index_value_published", RefusalKind.Conflict, RefusalClass.Final, "The index has another value for this month; a published value is never changed.")]
    IndexPublished,

    /// <summary>There are too many.</summary>
    [RefusalMeaning("rate_book_full", RefusalKind.Conflict, RefusalClass.Final, "The rate book holds as many rates or indices as it may.")]
    BookFull,
}
