using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Capacity;

/// <summary>Why a pool says no, apart from its calendar (<see cref="HoldRefusal"/>). The order is the precedence.</summary>
public enum PoolRefusal
{
    /// <summary>No such pool for this caller.</summary>
    [RefusalMeaning("pool_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such pool, or it belongs to another operator.")]
    NotFound,

    /// <summary>The id is taken by another pool.</summary>
    [RefusalMeaning("pool_exists", RefusalKind.Conflict, RefusalClass.Final, "A pool with this id was listed before, by a request with other particulars.")]
    Exists,

    /// <summary>A text field is empty or too long.</summary>
    [RefusalMeaning("pool_text_invalid", RefusalKind.Invalid, RefusalClass.Final, "A name has 1 to 200 characters, a description at most 2,000, interconnect and fabric at most 200.")]
    TextInvalid,

    /// <summary>The hardware does not fit the kind of pool.</summary>
    [RefusalMeaning("hardware_invalid", RefusalKind.Invalid, RefusalClass.Final, "A GPU pool names a GPU of the hardware catalogue, 1 to 576 GPUs per node and above 0 to 2,000 kW per node, to the watt; a power pool names no hardware and counts in single kW.")]
    HardwareInvalid,

    /// <summary>The allocations cannot be.</summary>
    [RefusalMeaning("allocations_invalid", RefusalKind.Invalid, RefusalClass.Final, "A pool has 1 to 64 phases of its site, each once and with 1 to 100,000,000 units; spares are never negative.")]
    AllocationsInvalid,

    /// <summary>The nodes cannot be registered.</summary>
    [RefusalMeaning("nodes_invalid", RefusalKind.Invalid, RefusalClass.Final, "1 to 1,000 nodes are registered at once, ids and serials each once, serials of 1 to 100 characters, labels of at most 100; a power pool has none.")]
    NodesInvalid,

    /// <summary>The listing has no offer yet.</summary>
    [RefusalMeaning("offer_missing", RefusalKind.Conflict, RefusalClass.Final, "A pool is published with an offer: prices, terms and how long a hold lasts.")]
    OfferMissing,

    /// <summary>The listing cannot take this step.</summary>
    [RefusalMeaning("listing_status_conflict", RefusalKind.Conflict, RefusalClass.Final, "The listing's status does not allow this step.")]
    StatusConflict,

    /// <summary>The pool takes no new holds.</summary>
    [RefusalMeaning("pool_not_listed", RefusalKind.Conflict, RefusalClass.Final, "The pool is not published, so it takes no new holds.")]
    NotListed,

    /// <summary>More nodes than the phases supply.</summary>
    [RefusalMeaning("nodes_exceed_supply", RefusalKind.Conflict, RefusalClass.Final, "More nodes would be in service than the pool's phases ever supply.")]
    NodesExceedSupply,

    /// <summary>A serial is taken.</summary>
    [RefusalMeaning("node_serial_taken", RefusalKind.Conflict, RefusalClass.Final, "A node with this serial is registered in the pool under another id, or is in service in another pool of its operator.")]
    SerialTaken,

    /// <summary>No such node.</summary>
    [RefusalMeaning("node_not_found", RefusalKind.NotFound, RefusalClass.Final, "The pool has no such node.")]
    NodeNotFound,

    /// <summary>The node is not free.</summary>
    [RefusalMeaning("node_not_free", RefusalKind.Conflict, RefusalClass.Final, "The node is assigned to another reservation, or retired.")]
    NodeNotFree,

    /// <summary>The reservation does not have the node.</summary>
    [RefusalMeaning("node_not_assigned", RefusalKind.Conflict, RefusalClass.Final, "The node is not assigned to this reservation.")]
    NodeNotAssigned,

    /// <summary>The reservation has no confirmed hold.</summary>
    [RefusalMeaning("hold_not_confirmed", RefusalKind.Conflict, RefusalClass.Retryable, "Nodes are assigned to a reservation whose hold is confirmed.")]
    HoldNotConfirmed,

    /// <summary>More nodes than held.</summary>
    [RefusalMeaning("nodes_exceed_hold", RefusalKind.Conflict, RefusalClass.Final, "The reservation would have more nodes than it holds in any segment.")]
    NodesExceedHold,

    /// <summary>The phases are not ready.</summary>
    [RefusalMeaning("supply_not_in_service", RefusalKind.Conflict, RefusalClass.Retryable, "Units are handed over from phases that are ready for service. The operator reports that milestone first.")]
    SupplyNotInService,

    /// <summary>The units are with tenants.</summary>
    [RefusalMeaning("units_handed_over", RefusalKind.Conflict, RefusalClass.Final, "The pool would have fewer units than it has handed over to tenants.")]
    UnitsHandedOver,

    /// <summary>Too few free nodes.</summary>
    [RefusalMeaning("nodes_not_available", RefusalKind.Conflict, RefusalClass.Retryable, "The pool has too few free nodes registered; register more first.")]
    NodesNotAvailable,
}
