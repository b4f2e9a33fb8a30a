using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Sites;

/// <summary>Why a site says no, in order of precedence.</summary>
public enum SiteRefusal
{
    /// <summary>No such site for this caller.</summary>
    [RefusalMeaning("site_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such site, or it is not the caller's.")]
    NotFound,

    /// <summary>The id is taken.</summary>
    [RefusalMeaning("site_exists", RefusalKind.Conflict, RefusalClass.Final, "A site with this id was listed with other particulars.")]
    Exists,

    /// <summary>Only operators have sites.</summary>
    [RefusalMeaning("site_operators_only", RefusalKind.Forbidden, RefusalClass.Final, "Only organizations that operate capacity list or claim sites.")]
    OperatorsOnly,

    /// <summary>The site is closed.</summary>
    [RefusalMeaning("site_retired", RefusalKind.Conflict, RefusalClass.Final, "The site is retired; nothing about it changes any more.")]
    Retired,

    /// <summary>The site takes no new business.</summary>
    [RefusalMeaning("site_withdrawn", RefusalKind.Conflict, RefusalClass.Final, "The site was withdrawn: it takes no new phases and no new power allocations.")]
    Withdrawn,

    /// <summary>The site belongs to an operator.</summary>
    [RefusalMeaning("site_already_claimed", RefusalKind.Conflict, RefusalClass.Final, "The site already has an operator, so it cannot be claimed.")]
    AlreadyClaimed,

    /// <summary>There is nothing more to confirm.</summary>
    [RefusalMeaning("site_already_confirmed", RefusalKind.Conflict, RefusalClass.Final, "The marketplace has confirmed the site as it is listed.")]
    AlreadyConfirmed,

    /// <summary>Another claim waits.</summary>
    [RefusalMeaning("site_claim_pending", RefusalKind.Conflict, RefusalClass.Retryable, "A claim on this site waits for an administrator; try again after it is decided.")]
    ClaimPending,

    /// <summary>There is nothing to decide.</summary>
    [RefusalMeaning("site_no_claim_pending", RefusalKind.Conflict, RefusalClass.Final, "No claim on this site waits for a decision.")]
    NoClaimPending,

    /// <summary>A text or coordinate is out of range.</summary>
    [RefusalMeaning("site_description_invalid", RefusalKind.Invalid, RefusalClass.Final, "A name, place, network or reason is missing or out of range.")]
    DescriptionInvalid,

    /// <summary>The zone does not exist.</summary>
    [RefusalMeaning("site_zone_unknown", RefusalKind.Invalid, RefusalClass.Final, "The time zone is not in the tz database.")]
    ZoneUnknown,

    /// <summary>Critical IT above gross.</summary>
    [RefusalMeaning("site_megawatts_inconsistent", RefusalKind.Invalid, RefusalClass.Final, "Critical IT MW are part of gross MW and cannot exceed them.")]
    MegawattsInconsistent,

    /// <summary>The mix does not add up.</summary>
    [RefusalMeaning("site_energy_mix_invalid", RefusalKind.Invalid, RefusalClass.Final, "Energy shares name each source once and add to exactly 100 %.")]
    EnergyMixInvalid,

    /// <summary>Evidence is malformed or too much.</summary>
    [RefusalMeaning("site_evidence_invalid", RefusalKind.Invalid, RefusalClass.Final, "Evidence needs an http(s) address, a description and, if given, a SHA-256 digest; at most 50 pieces a milestone and 1,000 a site.")]
    EvidenceInvalid,

    /// <summary>The zone or the megawatts are not stated yet.</summary>
    [RefusalMeaning("site_incomplete", RefusalKind.Conflict, RefusalClass.Final, "The site must state its time zone and its critical IT MW before this.")]
    Incomplete,

    /// <summary>Dates already mean something in the present zone.</summary>
    [RefusalMeaning("site_zone_fixed", RefusalKind.Conflict, RefusalClass.Final, "The time zone cannot change once phases are planned, because their dates are meant in it.")]
    ZoneFixed,

    /// <summary>The step is not in the table.</summary>
    [RefusalMeaning("site_status_step_illegal", RefusalKind.Conflict, RefusalClass.Final, "A site cannot go from its present status to the one asked for.")]
    StatusStepIllegal,

    /// <summary>No such phase.</summary>
    [RefusalMeaning("phase_not_found", RefusalKind.NotFound, RefusalClass.Final, "The site has no such build phase.")]
    PhaseNotFound,

    /// <summary>The phase id or name is taken.</summary>
    [RefusalMeaning("phase_exists", RefusalKind.Conflict, RefusalClass.Final, "The site has another build phase with this id or name.")]
    PhaseExists,

    /// <summary>The phase is malformed.</summary>
    [RefusalMeaning("phase_invalid", RefusalKind.Invalid, RefusalClass.Final, "A build phase needs a name, critical IT MW above zero, and each milestone once, ready for service among them.")]
    PhaseInvalid,

    /// <summary>Too many phases.</summary>
    [RefusalMeaning("phase_limit", RefusalKind.Conflict, RefusalClass.Final, "A site has at most 100 build phases.")]
    PhaseLimit,

    /// <summary>Phases together exceed the site.</summary>
    [RefusalMeaning("phases_exceed_site", RefusalKind.Conflict, RefusalClass.Final, "The build phases together cannot exceed the site's critical IT MW.")]
    PhasesExceedSite,

    /// <summary>Pools already use that power.</summary>
    [RefusalMeaning("phase_power_allocated", RefusalKind.Conflict, RefusalClass.Final, "Pools have been allocated this phase's power; free it first.")]
    PhasePowerAllocated,

    /// <summary>A day is absurd or on the wrong side of today.</summary>
    [RefusalMeaning("milestone_date_invalid", RefusalKind.Invalid, RefusalClass.Final, "Dates lie between 2000 and 2100; a forecast is not in the past and an actual date is not in the future.")]
    DateInvalid,

    /// <summary>The milestone was reached before.</summary>
    [RefusalMeaning("milestone_already_reached", RefusalKind.Conflict, RefusalClass.Final, "The milestone was already reached on another day, so it has no forecast and no other actual date.")]
    MilestoneReached,

    /// <summary>There is no report to correct.</summary>
    [RefusalMeaning("milestone_not_reached", RefusalKind.Conflict, RefusalClass.Final, "The milestone was not reported as reached, so there is nothing to correct.")]
    MilestoneNotReached,

    /// <summary>Ready before energised.</summary>
    [RefusalMeaning("milestone_out_of_order", RefusalKind.Conflict, RefusalClass.Final, "A phase is ready for service no earlier than it was energised; record that milestone first.")]
    MilestoneOutOfOrder,

    /// <summary>The kW are malformed.</summary>
    [RefusalMeaning("power_invalid", RefusalKind.Invalid, RefusalClass.Final, "An allocation is 0 kW or more, to the watt.")]
    PowerInvalid,

    /// <summary>The phase has not that much left.</summary>
    [RefusalMeaning("phase_power_exceeded", RefusalKind.Conflict, RefusalClass.Final, "The phase has less critical IT power left than asked for.")]
    PowerExceeded,

    /// <summary>Too many pools.</summary>
    [RefusalMeaning("site_pool_limit", RefusalKind.Conflict, RefusalClass.Final, "A site feeds at most 500 pools and phases in combination.")]
    PoolLimit,
}
