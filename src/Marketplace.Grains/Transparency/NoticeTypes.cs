using System.Collections.Frozen;
using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Sites;
using Marketplace.Grains.Verification;
using Marketplace.Grains.Webhooks;

namespace Marketplace.Grains.Transparency;

/// <summary>Which events are worth a mail: those after which somebody has something to do, to pay or to know before the next day.</summary>
internal static class NoticeTypes
{
    private const string WrittenBy = "organizationId";
    private const string Place = "number";

    private static readonly FrozenDictionary<string, EventType> Mailed = new EventType[]
    {
        ConversationEvents.MessagePosted, ReservationEvents.AwaitingApproval, ReservationEvents.AwaitingSignature, ReservationEvents.AwaitingDeposit,
        ReservationEvents.AmendmentProposed, ReservationEvents.Confirmed, ReservationEvents.Delayed, ReservationEvents.Restored, ReservationEvents.Delivered,
        ReservationEvents.Cancelled, ReservationEvents.Expired, ReservationEvents.Refused,
        LeaseEvents.AcceptanceOpened, LeaseEvents.AcceptanceFailed, LeaseEvents.NodesRejected, LeaseEvents.MaintenanceAnnounced, LeaseEvents.Terminated, LeaseEvents.Ended,
        DunningEvents.NoticeGiven, DunningEvents.Suspended, DunningEvents.Lifted, DunningEvents.TerminatedForCause,
        BillingEvents.InvoiceIssued, BillingEvents.InvoiceOverdue, BillingEvents.DepositFailed, BillingEvents.Failed, BillingEvents.Declined, BillingEvents.RefundFailed,
        DisputeEvents.InvoiceReminded, DisputeEvents.DisputeOpened, MethodEvents.Expiring, FinanceEvents.CustodyWarned, FinanceEvents.LetterRegistered,
        PayoutEvents.Failed, IncidentEvents.Opened, SiteEvents.PhaseOverdue, SiteEvents.PhaseLate, NodeEvents.Silent, WebhookEvents.Disabled,
    }.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>Whether an event is worth a mail.</summary>
    public static bool IsMailed(string type) => Mailed.ContainsKey(type);

    /// <summary>What a mail says of some events: one line for each thing that happened to each subject. What the organization itself wrote is no news to it.</summary>
    public static ImmutableArray<NoticeLine> LinesOf(IEnumerable<FeedEvent> events, OrganizationId reader) =>
    [
        .. from it in events
           where IsMailed(it.Type) && !IsOwnMessage(it, reader)
           group it by (it.Type, it.Subject) into same
           orderby same.First().Number
           select new NoticeLine(same.Key.Type, Mailed[same.Key.Type].Meaning, same.Key.Subject, same.MaxBy(it => it.Number)!.Data, same.Count(), same.Max(it => it.At)),
    ];

    /// <summary>Whether an event says that a message was written.</summary>
    public static bool IsMessage(FeedEvent it) => it.Type == ConversationEvents.MessagePosted.Name;

    /// <summary>Whether an event says that a message was written, and it was read in its conversation.</summary>
    public static bool IsReadMessage(FeedEvent it, long readThrough) => IsMessage(it) && it.Data.GetProperty(Place).GetInt64() <= readThrough;

    private static bool IsOwnMessage(FeedEvent it, OrganizationId reader) =>
        IsMessage(it) && it.Data.GetProperty(WrittenBy).GetString() == reader.Value;
}
