using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Operations;

/// <summary>Why the market clock stays as it is, in order of precedence.</summary>
internal enum ClockRefusal
{
    /// <summary>Not a sandbox, or one of several silos.</summary>
    [RefusalMeaning("clock_runs_by_itself", RefusalKind.Conflict, RefusalClass.Final, "Only a sandbox's market time can be advanced, and only while a single silo runs it; here it runs with real time.")]
    RunsByItself,

    /// <summary>Too far at once.</summary>
    [RefusalMeaning("clock_step_too_long", RefusalKind.Invalid, RefusalClass.Final, "Market time advances by at most ten years at once.")]
    StepTooLong,

    /// <summary>Time does not go back.</summary>
    [RefusalMeaning("clock_in_past", RefusalKind.Invalid, RefusalClass.Final, "Market time never goes back; name an instant after the present one.")]
    InPast,
}
