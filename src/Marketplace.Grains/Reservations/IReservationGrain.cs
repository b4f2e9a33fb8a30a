using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Durability;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Reservations;

/// <summary>
/// One reservation, as a process manager over quote, pool and billing account: every effect is in its record before it is
/// made, and is resumed from there by the next call, notice or visit. Key: the reservation's id.
/// </summary>
[Alias("Marketplace.IReservationGrain"), GrainInterfaceType("Marketplace.IReservationGrain")]
public interface IReservationGrain : IAggregateGrain
{
    /// <summary>The reservation, or null when there is none.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<Reservation>?> GetAsync();

    /// <summary>Requests it and goes as far as it can without anybody's word or money. A repeated request goes on where the first one stood.</summary>
    [Alias("Request")]
    Task<Answer<Snapshot<Reservation>>> RequestAsync(Operation operation, RequestReservation command);

    /// <summary>Approves for one side.</summary>
    [Alias("Approve")]
    Task<Answer<Snapshot<Reservation>>> ApproveAsync(Operation operation, ApproveReservation command);

    /// <summary>Declines to approve or to sign.</summary>
    [Alias("Decline")]
    Task<Answer<Snapshot<Reservation>>> DeclineAsync(Operation operation, DeclineReservation command);

    /// <summary>Signs the order form, or that of a pending amendment.</summary>
    [Alias("Sign")]
    Task<Answer<Snapshot<Reservation>>> SignAsync(Operation operation, SignReservation command);

    /// <summary>Ends it before delivery.</summary>
    [Alias("Cancel")]
    Task<Answer<Snapshot<Reservation>>> CancelAsync(Operation operation, CancelReservation command);

    /// <summary>Changes quantity or term before delivery, at the price of a new quote for the same pool.</summary>
    [Alias("Amend")]
    Task<Answer<Snapshot<Reservation>>> AmendAsync(Operation operation, Signatory by, QuoteId quote);

    /// <summary>Takes the operator's delivery notice: assigns the nodes in the pool and tells the lease.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="command">What is delivered.</param>
    /// <param name="readyAt">From when the tenant can test; null for now.</param>
    [Alias("Deliver")]
    Task<Answer<Snapshot<Reservation>>> DeliverAsync(Operation operation, DeliverUnits command, Instant? readyAt);
}

/// <summary>Where lists of reservations are: partition by tenant and by operator, key by time and id.</summary>
public static class ReservationRows
{
    /// <summary>The table.</summary>
    public const string Table = "reservations";
}
