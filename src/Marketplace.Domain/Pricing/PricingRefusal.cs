using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Pricing;

/// <summary>What is wrong with a price book, or why it does not sell a term.</summary>
public enum PricingRefusal
{
    [RefusalMeaning("base_price_out_of_range", RefusalKind.Invalid, RefusalClass.Final, "The base price is not above zero, is absurdly high, or has more than 8 decimal places.")]
    BasePriceOutOfRange,

    [RefusalMeaning("discount_out_of_range", RefusalKind.Invalid, RefusalClass.Final, "A discount is below 0 % or not below 100 %.")]
    DiscountOutOfRange,

    [RefusalMeaning("tiers_not_ascending", RefusalKind.Invalid, RefusalClass.Final, "The thresholds of a list of tiers do not strictly ascend within their range.")]
    TiersNotAscending,

    [RefusalMeaning("term_limits_out_of_range", RefusalKind.Invalid, RefusalClass.Final, "The shortest and longest term sold do not make a range of months.")]
    TermLimitsOutOfRange,

    [RefusalMeaning("term_too_short", RefusalKind.Invalid, RefusalClass.Final, "The term is shorter than the price book sells.")]
    TermTooShort,

    [RefusalMeaning("term_too_long", RefusalKind.Invalid, RefusalClass.Final, "The term is longer than the price book sells.")]
    TermTooLong,
}
