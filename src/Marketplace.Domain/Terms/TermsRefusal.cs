using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Terms;

/// <summary>What is wrong with offered terms or with a ramp.</summary>
public enum TermsRefusal
{
    [RefusalMeaning("clause_out_of_range", RefusalKind.Invalid, RefusalClass.Final, "A clause's figure is outside its documented range.")]
    ClauseOutOfRange,

    [RefusalMeaning("ramp_invalid", RefusalKind.Invalid, RefusalClass.Final, "The ramp has no steps, too many, or steps out of order, outside the term or off the hour.")]
    RampInvalid,
}
