using System.Collections.Immutable;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Leases;

/// <summary>Where dunning of a lease stands after the event.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="Suspended">Whether the operator may withhold access now.</param>
/// <param name="Overdue">The overdue invoices, oldest first.</param>
/// <param name="NextStep">What follows next if no money comes; null when nothing does.</param>
/// <param name="NextAt">When that falls due; null when nothing does.</param>
public sealed record LeaseDunningData(
    LeaseId Id,
    LeaseStatus Status,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    bool Suspended,
    ImmutableArray<InvoiceId> Overdue,
    DunningStep? NextStep,
    Instant? NextAt);

/// <summary>A reminder of an overdue invoice.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="InvoiceId">The invoice.</param>
/// <param name="Reminder">Which reminder of it, from 1.</param>
/// <param name="Day">The day of the terms' schedule it was sent for.</param>
public sealed record LeaseReminderData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, InvoiceId InvoiceId, int Reminder, int Day);

/// <summary>A lease terminated for cause.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="ExitsOn">First day without the lease, in its zone.</param>
/// <param name="Fee">What the tenant pays for the early end.</param>
/// <param name="Invoices">The overdue invoices that were the cause.</param>
public sealed record LeaseCauseData(
    LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, LocalDate ExitsOn, Money Fee, ImmutableArray<InvoiceId> Invoices);

/// <summary>A disputed payment of one of the lease's invoices.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="InvoiceId">The invoice.</param>
public sealed record LeaseDisputeData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, InvoiceId InvoiceId);

/// <summary>What both parties' feeds say of dunning.</summary>
internal static class DunningEvents
{
    public static readonly EventType<LeaseDunningData> GraceStarted = new("lease.grace_began", "An invoice of the lease is overdue: for the days of grace nothing but reminders follows.");
    public static readonly EventType<LeaseReminderData> Reminded = new("lease.payment_reminded", "The tenant was reminded of an overdue invoice of the lease.");
    public static readonly EventType<LeaseDunningData> NoticeGiven = new("lease.suspension_noticed", "Grace is over: the lease will be suspended unless money comes first.");
    public static readonly EventType<LeaseDunningData> NoticeWithdrawn = new("lease.suspension_notice_withdrawn", "Money came before the suspension that had been announced.");
    public static readonly EventType<LeaseDunningData> Suspended = new("lease.suspended", "The lease is suspended for unpaid invoices: the operator may withhold access, rent runs on, and no service level is owed.");
    public static readonly EventType<LeaseDunningData> Lifted = new("lease.suspension_lifted", "Money came, and the suspension of the lease ended.");
    public static readonly EventType<LeaseDunningData> StepPostponed = new("lease.dunning_postponed", "A suspension or termination that was due waits, because money is on its way or the gateway cannot say.");
    public static readonly EventType<LeaseCauseData> TerminatedForCause = new("lease.terminated_for_cause", "The lease was terminated because invoices stayed unpaid, at the price of an early exit.");
    public static readonly EventType<LeaseDisputeData> PaymentDisputed = new("lease.payment_disputed", "The payer's bank disputes a payment of an invoice of the lease.");
    public static readonly EventType<LeaseDisputeData> DisputeDecided = new("lease.dispute_decided", "The payer's bank decided the dispute of a payment of the lease.");

    /// <summary>Adds the fact's event for both parties.</summary>
    public static void Publish(Lease lease, LeaseFact fact, Effects effects)
    {
        var (id, status, tenant, owner) = (lease.Id, lease.Status, lease.Opening.Tenant, lease.Opening.Operator);
        switch (fact)
        {
            case GraceBegan:
                Tell(GraceStarted, Data());
                break;
            case TenantReminded reminded:
                Tell(Reminded, new(id, status, tenant, owner, reminded.Invoice, reminded.Number, reminded.Day));
                break;
            case SuspensionNoticed:
                Tell(NoticeGiven, Data());
                break;
            case SuspensionNoticeWithdrawn:
                Tell(NoticeWithdrawn, Data());
                break;
            case LeaseSuspended:
                Tell(Suspended, Data());
                break;
            case SuspensionLifted:
                Tell(Lifted, Data());
                break;
            case DunningWaits { Again: false }:
                Tell(StepPostponed, Data());
                break;
            case LeaseTerminatedForCause terminated:
                Tell(TerminatedForCause, new(id, status, tenant, owner, terminated.Quote.ExitsOn, terminated.Quote.Fee, terminated.Invoices));
                break;
            case PaymentContested contested:
                Tell(contested.IsOpen ? PaymentDisputed : DisputeDecided, new(id, status, tenant, owner, contested.Invoice));
                break;
        }

        LeaseDunningData Data()
        {
            var next = LeaseDunning.Next(lease);
            return new(id, status, tenant, owner, lease.IsSuspended, lease.Overdue, next?.Step, next?.At);
        }

        void Tell<TData>(EventType<TData> type, TData data)
            where TData : class
        {
            effects.Publish(tenant, type, data);
            if (owner != tenant)
            {
                effects.Publish(owner, type, data);
            }
        }
    }
}
