using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>How far dunning has come.</summary>
public enum DunningStage
{
    /// <summary>Reminders only.</summary>
    Grace,

    /// <summary>The tenant knows when the lease will be suspended.</summary>
    SuspensionNoticed,

    /// <summary>The operator may withhold access; rent runs on.</summary>
    Suspended,

    /// <summary>Terminated for cause; nothing heals that.</summary>
    Terminated,
}

/// <summary>What dunning does next.</summary>
public enum DunningStep
{
    /// <summary>Gives the suspension notice.</summary>
    SuspensionNotice,

    /// <summary>Suspends.</summary>
    Suspension,

    /// <summary>Terminates for cause.</summary>
    Termination,
}

/// <summary>What billing and the gateway say of money for overdue invoices.</summary>
public enum MoneyInSight
{
    /// <summary>None is under way; where asked for, payments under way have been called off at the gateway.</summary>
    None,

    /// <summary>The bank is moving it, or it has come and is being booked.</summary>
    OnItsWay,

    /// <summary>The gateway cannot say.</summary>
    Unknown,
}

/// <summary>An overdue invoice as the lease knows it.</summary>
/// <param name="Id">The invoice.</param>
/// <param name="Since">First instant after its due day.</param>
/// <param name="Reminders">Reminders sent for it.</param>
public sealed record OverdueInvoice(InvoiceId Id, Instant Since, int Reminders = 0);

/// <summary>A time in which the lease is suspended: rent runs, and no service level is owed.</summary>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after; null while it lasts.</param>
public sealed record Suspension(Instant From, Instant? Until);

/// <summary>Where dunning of a lease stands. The oldest overdue invoice sets its clock.</summary>
public sealed record LeaseDunning
{
    /// <summary>The overdue invoices, oldest first.</summary>
    public required ImmutableArray<OverdueInvoice> Invoices { get; init; }

    /// <summary>How far it has come.</summary>
    public required DunningStage Stage { get; init; }

    /// <summary>When the suspension was announced for; null before the notice.</summary>
    public Instant? SuspendsAt { get; init; }

    /// <summary>When the lease will be terminated for cause; null before the suspension, or where it never is.</summary>
    public Instant? TerminatesAt { get; init; }

    /// <summary>Until when the step that is due waits for money under way, or for the gateway's word; null while none waits.</summary>
    public Instant? WaitsUntil { get; init; }

    /// <summary>When the next step falls due, and which; null when none will.</summary>
    public static (Instant At, DunningStep Step)? Next(Lease lease)
    {
        if (lease.Dunning is not { Invoices.IsEmpty: false } dunning || !lease.Status.IsRunning())
        {
            return null;
        }

        return dunning.Stage switch
        {
            DunningStage.Grace when lease.Opening.Terms.Clauses.DunningSteps.NoticeDays is not null =>
                (GraceEnds(lease, dunning.Invoices[0]), DunningStep.SuspensionNotice),
            DunningStage.SuspensionNoticed => (Later(dunning.SuspendsAt!.Value, dunning.WaitsUntil), DunningStep.Suspension),
            DunningStage.Suspended when dunning.TerminatesAt is { } at && lease.Status == LeaseStatus.InArrears =>
                (Later(at, dunning.WaitsUntil), DunningStep.Termination),
            _ => null,
        };
    }

    /// <summary>When the grace of an overdue invoice ends.</summary>
    public static Instant GraceEnds(Lease lease, OverdueInvoice invoice) => After(lease, invoice.Since, lease.Opening.Terms.Clauses.DunningSteps.GraceDays);

    /// <summary>The local midnight so many days after an instant.</summary>
    internal static Instant After(Lease lease, Instant instant, int days) =>
        BillingPeriods.Midnight(lease.Zone, BillingPeriods.FirstFullDay(lease.Zone, instant).PlusDays(days));

    /// <summary>With one more overdue invoice.</summary>
    internal static LeaseDunning With(LeaseDunning? dunning, OverdueInvoice invoice)
    {
        var begun = dunning ?? new LeaseDunning { Invoices = [], Stage = DunningStage.Grace };
        return begun with { Invoices = [.. begun.Invoices.Append(invoice).OrderBy(overdue => overdue.Since).ThenBy(overdue => overdue.Id.Value, StringComparer.Ordinal)] };
    }

    /// <summary>Without an invoice that was paid.</summary>
    internal LeaseDunning? Without(InvoiceId invoice) => (this with { Invoices = Invoices.RemoveAll(overdue => overdue.Id == invoice) }).OrNothing();

    /// <summary>Back in grace: what was announced or done no longer holds.</summary>
    internal LeaseDunning? Healed() => new LeaseDunning { Invoices = Invoices, Stage = DunningStage.Grace }.OrNothing();

    private LeaseDunning? OrNothing() => Invoices.IsEmpty && Stage == DunningStage.Grace ? null : this;

    private static Instant Later(Instant at, Instant? waits) => waits is { } until ? Instant.Max(at, until) : at;
}
