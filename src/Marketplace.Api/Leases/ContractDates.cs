using System.Globalization;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Leases;

/// <summary>
/// Every date that contracts name, read from what they stand in. A lease carries on the dates of its reservation under the same uids, so that a
/// calendar moves them instead of showing them twice.
/// </summary>
internal static class ContractDates
{
    /// <summary>Dates of a reservation; none once it ended without a lease.</summary>
    /// <param name="it">The reservation.</param>
    /// <param name="hasLease">Whether its lease tells of the term.</param>
    public static IEnumerable<ContractDate> Of(Reservation it, bool hasLease)
    {
        if (it.Agreement is not { } agreement || it.Status is ReservationStatus.Cancelled or ReservationStatus.Expired or ReservationStatus.Refused)
        {
            yield break;
        }

        var (what, zone, page) = (NameOf(agreement.Names, agreement.PoolId), agreement.Terms.Clauses.LeaseZone, $"reservations/{it.Id}");
        if (it.Deadline is { } deadline)
        {
            var (todo, then) = it.Status == ReservationStatus.AwaitingDeposit
                ? ("pay the deposit", "Without the deposit the reservation expires and the capacity is released.")
                : ("approve and sign", "Without all approvals and signatures the reservation expires and the capacity is released.");
            yield return ContractDate.Of($"{it.Id}-deadline", $"{what}: {todo} by now", then, deadline, zone, it.ChangedAt, page);
        }

        if (it.TenantMayLeaveFrom() is { } longstop)
        {
            yield return ContractDate.Of(
                $"{it.Id}-longstop", $"{what}: long-stop", "If nothing was handed over by now, the tenant may leave with its deposit.", longstop, zone, it.ChangedAt, page);
        }

        if (hasLease)
        {
            yield break;
        }

        foreach (var date in TermOf(it.Id, what, agreement.Terms.Ramp.Segments(), zone, it.ChangedAt, page))
        {
            yield return date;
        }
    }

    /// <summary>Dates of a lease; none once it ended.</summary>
    public static IEnumerable<ContractDate> Of(Lease it)
    {
        if (it.Status == LeaseStatus.Ended)
        {
            yield break;
        }

        var (what, zone, page) = (NameOf(it.Opening.Names, it.Opening.Pool), it.Opening.Terms.Clauses.LeaseZone, $"leases/{it.Id}");
        foreach (var date in TermOf(it.Opening.Reservation, what, it.Steps, zone, it.ChangedAt, page, it.ExitsAt))
        {
            yield return date;
        }

        if (LeaseDue.RenewalDeadline(it) is { } renewBefore)
        {
            var months = it.Opening.Terms.Clauses.Renewal.Months.ToString(CultureInfo.InvariantCulture);
            yield return ContractDate.Of(
                $"{it.Id}-renewal-{it.RenewalsUsed}", $"{what}: last moment to renew", $"Before now the tenant may extend by {months} months on the same terms; afterwards the option lapses.", renewBefore, zone, it.ChangedAt, page);
        }

        foreach (var delivery in it.Nodes.Where(node => node is { Standing: NodeStanding.Offered, DeemedAt: not null }).GroupBy(node => node.Delivery))
        {
            var (count, deemed) = (delivery.Sum(node => node.Units), delivery.Min(node => node.DeemedAt!.Value));
            yield return ContractDate.Of(
                $"{it.Id}-acceptance-{delivery.Key}", $"{what}: acceptance window closes", $"{count} delivered units that are neither accepted nor rejected by now count as accepted, and rent runs for them.", deemed, zone, it.ChangedAt, page);
            if (delivery.Min(node => node.CureBy) is { } cure)
            {
                yield return ContractDate.Of(
                    $"{it.Id}-cure-{delivery.Key}", $"{what}: cure period ends", "Nodes that failed their acceptance test and did not pass it by now count as rejected.", cure, zone, it.ChangedAt, page);
            }
        }

        if (it.Dunning is { } dunning && LeaseDunning.Next(it) is var (at, step))
        {
            yield return ContractDate.Of($"{it.Id}-dunning", $"{what}: {step.Spelled()} for unpaid invoices", "Paying what is overdue before now stops it.", at, zone, it.ChangedAt, page);
            if (dunning.TerminatesAt is { } terminates && terminates != at)
            {
                yield return ContractDate.Of($"{it.Id}-termination", $"{what}: termination for unpaid invoices", "Paying what is overdue before now stops it.", terminates, zone, it.ChangedAt, page);
            }
        }

        if (it.ExitsAt is null && it.ExitQuote is { } exit)
        {
            yield return ContractDate.Of($"{exit.Id}", $"{what}: exit quote ends", $"Until now the tenant may leave on {exit.ExitsOn:uuuu-MM-dd} for {exit.Fee}.", exit.ValidUntil, zone, exit.QuotedAt, page);
        }
    }

    /// <summary>The day an invoice is due; none once nothing is left to pay.</summary>
    public static IEnumerable<ContractDate> Of(Invoice it) => it.Status is InvoiceStatus.Open or InvoiceStatus.Overdue && !it.IsCredit
        ? [ContractDate.Of($"{it.Id}-due", $"Invoice {it.Number} due", $"The last day to pay {it.Total} without being late.", it.DueDate, it.Zone, it.IssuedAt, $"billing/invoices/{it.Id}")]
        : [];

    /// <summary>Days of readiness of a site's phases that somebody waits for: as promised, and as now expected. None once a phase is ready.</summary>
    public static IEnumerable<ContractDate> Of(Site site, BuildPhase phase)
    {
        if (phase.ActualRfs is not null)
        {
            yield break;
        }

        var (name, page) = ($"{site.Description.Name}, {phase.Name}", $"sites/{site.Id}");
        var changed = phase.Of(MilestoneKind.ReadyForService)!.Revisions is [.., var newest] ? newest.At : site.CreatedAt;
        yield return ContractDate.Of($"{phase.Id}-rfs-planned", $"{name}: ready for service as planned", "The day promised when the phase was planned.", phase.ContractRfs, (site.Description.Zone ?? "UTC"), site.CreatedAt, page);
        yield return ContractDate.Of($"{phase.Id}-rfs-forecast", $"{name}: ready for service as now forecast", "It moves when the operator forecasts another day.", phase.ExpectedRfs, (site.Description.Zone ?? "UTC"), changed, page) with { Changes = phase.Revision };
    }

    private static IEnumerable<ContractDate> TermOf(
        ReservationId id, string what, IReadOnlyList<RampSegment> steps, string zone, Instant changedAt, string page, Instant? exitsAt = null)
    {
        yield return ContractDate.Of($"{id}-start", $"{what}: term starts", $"{steps[0].Units} units from now.", steps[0].Term.Start, zone, changedAt, page);
        foreach (var step in steps.Skip(1).Where(step => step.Units != steps[0].Units && (exitsAt is null || step.Term.Start < exitsAt)))
        {
            yield return ContractDate.Of(string.Create(CultureInfo.InvariantCulture, $"{id}-ramp-{step.Term.Start.ToUnixTimeSeconds()}"), $"{what}: {step.Units} units from now", "The committed quantity changes.", step.Term.Start, zone, changedAt, page);
        }

        yield return ContractDate.Of($"{id}-end", $"{what}: {(exitsAt is null ? "term ends" : "early exit")}", "Access ends.", exitsAt ?? steps[^1].Term.End, zone, changedAt, page);
    }

    private static string NameOf(ContractNames? names, PoolId pool) => names?.Capacity is not { } capacity ? pool.Value
        : capacity.Pool.Contains(capacity.Site, StringComparison.OrdinalIgnoreCase) ? capacity.Pool : $"{capacity.Site}, {capacity.Pool}";
}
