using System.Collections.Immutable;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Leases;

/// <summary>An overdue invoice of a lease.</summary>
/// <param name="InvoiceId">The invoice.</param>
/// <param name="Since">First instant after its due day.</param>
/// <param name="Reminders">Reminders sent for it.</param>
/// <param name="GraceEndsAt">Until when nothing but reminders follows from it.</param>
internal sealed record OverdueInvoiceModel(InvoiceId InvoiceId, Instant Since, int Reminders, Instant GraceEndsAt);

/// <summary>What follows next if no money comes.</summary>
/// <param name="Step">The step.</param>
/// <param name="At">When it falls due.</param>
internal sealed record NextDunningStepModel(DunningStep Step, Instant At);

/// <summary>A time of suspension: the operator may withhold access, rent runs on, and no service level is owed.</summary>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after; null while it lasts.</param>
internal sealed record SuspensionModel(Instant From, Instant? Until);

/// <summary>What has followed from overdue invoices, and what follows next. The oldest of them sets the clock; paying heals every step but a termination.</summary>
/// <param name="Stage">How far it has come.</param>
/// <param name="Overdue">The overdue invoices, oldest first.</param>
/// <param name="SuspendsAt">When the suspension was announced for; null before the notice.</param>
/// <param name="TerminatesAt">When the lease will be terminated for cause; null before the suspension, and where the terms do not foresee it.</param>
/// <param name="WaitsUntil">Until when the step that is due waits for money on its way or for the gateway's word; null while none waits.</param>
/// <param name="Next">The next step; null when none will follow.</param>
internal sealed record DunningModel(
    DunningStage Stage,
    ImmutableArray<OverdueInvoiceModel> Overdue,
    Instant? SuspendsAt,
    Instant? TerminatesAt,
    Instant? WaitsUntil,
    NextDunningStepModel? Next)
{
    public static DunningModel? Of(Lease lease) => lease.Dunning is not { } dunning
        ? null
        : new DunningModel(
            dunning.Stage,
            [.. dunning.Invoices.Select(overdue => new OverdueInvoiceModel(overdue.Id, overdue.Since, overdue.Reminders, LeaseDunning.GraceEnds(lease, overdue)))],
            dunning.SuspendsAt,
            dunning.TerminatesAt,
            dunning.WaitsUntil,
            LeaseDunning.Next(lease) is var (at, step) ? new NextDunningStepModel(step, at) : null);
}
