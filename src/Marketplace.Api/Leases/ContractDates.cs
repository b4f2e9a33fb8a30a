using System.Globalization;
using Marketplace.Api.Http;
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
/// <param name="words">The words of whoever's calendar it is.</param>
/// <param name="reader">For whom that person reads: the other party is named.</param>
internal sealed class ContractDates(Wording words, OrganizationId reader)
{
    /// <summary>Dates of a reservation; none once it ended without a lease.</summary>
    /// <param name="it">The reservation.</param>
    /// <param name="hasLease">Whether its lease tells of the term.</param>
    public IEnumerable<ContractDate> Of(Reservation it, bool hasLease)
    {
        if (it.Agreement is not { } agreement || it.Status is ReservationStatus.Cancelled or ReservationStatus.Expired or ReservationStatus.Refused)
        {
            yield break;
        }

        var contract = new Contract(NameOf(agreement.Names), WithOf(agreement.Names, it.TenantId), agreement.Terms.Clauses.LeaseZone, it.ChangedAt, $"reservations/{it.Id}");
        if (it.Deadline is { } deadline)
        {
            yield return it.Status == ReservationStatus.AwaitingDeposit
                ? contract.At($"{it.Id}-deadline", words.Say("pay the deposit by now", "Kaution bis jetzt zahlen"), words.Say(
                    "Without the deposit the reservation expires and the capacity is released.", "Ohne die Kaution verfällt die Reservierung, und die Kapazität wird frei."), deadline)
                : contract.At($"{it.Id}-deadline", words.Say("approve and sign by now", "bis jetzt genehmigen und zeichnen"), words.Say(
                    "Without all approvals and signatures the reservation expires and the capacity is released.",
                    "Ohne alle Genehmigungen und Unterschriften verfällt die Reservierung, und die Kapazität wird frei."), deadline);
        }

        if (it.TenantMayLeaveFrom() is { } longstop)
        {
            yield return contract.At($"{it.Id}-longstop", words.Say("long-stop", "spätester Termin"), words.Say(
                "If nothing was handed over by now, the tenant may leave with its deposit.", "Ist bis jetzt nichts übergeben, darf der Mieter mit seiner Kaution gehen."), longstop);
        }

        if (hasLease)
        {
            yield break;
        }

        foreach (var date in TermOf(contract, it.Id, agreement.Terms.Ramp.Segments()))
        {
            yield return date;
        }
    }

    /// <summary>Dates of a lease; none once it ended.</summary>
    public IEnumerable<ContractDate> Of(Lease it)
    {
        if (it.Status == LeaseStatus.Ended)
        {
            yield break;
        }

        var contract = new Contract(NameOf(it.Opening.Names), WithOf(it.Opening.Names, it.Opening.Tenant), it.Opening.Terms.Clauses.LeaseZone, it.ChangedAt, $"leases/{it.Id}");
        foreach (var date in TermOf(contract, it.Opening.Reservation, it.Steps, it.ExitsAt))
        {
            yield return date;
        }

        if (LeaseDue.RenewalDeadline(it) is { } renewBefore)
        {
            var months = words.Number(it.Opening.Terms.Clauses.Renewal.Months);
            yield return contract.At($"{it.Id}-renewal-{it.RenewalsUsed}", words.Say("last moment to renew", "letzter Moment zum Verlängern"), words.Say(
                $"Before now the tenant may extend by {months} months on the same terms; afterwards the option lapses.",
                $"Bis jetzt kann der Mieter um {months} Monate zu gleichen Bedingungen verlängern; danach verfällt die Möglichkeit."), renewBefore);
        }

        foreach (var delivery in it.Nodes.Where(node => node is { Standing: NodeStanding.Offered, DeemedAt: not null }).GroupBy(node => node.Delivery))
        {
            var (count, deemed) = (words.Number(delivery.Sum(node => node.Units)), delivery.Min(node => node.DeemedAt!.Value));
            yield return contract.At($"{it.Id}-acceptance-{delivery.Key}", words.Say("acceptance window closes", "Abnahmefrist endet"), words.Say(
                $"{count} delivered units that are neither accepted nor rejected by now count as accepted, and rent runs for them.",
                $"{count} gelieferte Einheiten, die bis jetzt weder abgenommen noch abgelehnt sind, gelten als abgenommen, und für sie läuft die Miete."), deemed);
            if (delivery.Min(node => node.CureBy) is { } cure)
            {
                yield return contract.At($"{it.Id}-cure-{delivery.Key}", words.Say("cure period ends", "Nachbesserungsfrist endet"), words.Say(
                    "Nodes that failed their acceptance test and did not pass it by now count as rejected.",
                    "Knoten, die ihren Abnahmetest nicht bestanden und ihn bis jetzt nicht nachgeholt haben, gelten als abgelehnt."), cure);
            }
        }

        if (it.Dunning is { } dunning && LeaseDunning.Next(it) is var (at, step))
        {
            var stops = words.Say("Paying what is overdue before now stops it.", "Wer das Überfällige vorher zahlt, hält es auf.");
            yield return contract.At($"{it.Id}-dunning", words.Say($"{step.Spelled()} for unpaid invoices", $"{German(step)} wegen unbezahlter Rechnungen"), stops, at);
            if (dunning.TerminatesAt is { } terminates && terminates != at)
            {
                yield return contract.At($"{it.Id}-termination", words.Say("termination for unpaid invoices", "Kündigung wegen unbezahlter Rechnungen"), stops, terminates);
            }
        }

        if (it.ExitsAt is null && it.ExitQuote is { } exit)
        {
            yield return (contract with { ChangedAt = exit.QuotedAt }).At($"{exit.Id}", words.Say("exit quote ends", "Ausstiegsangebot endet"), words.Say(
                $"Until now the tenant may leave on {words.Date(exit.ExitsOn)} for {words.Money(exit.Fee)}.",
                $"Bis jetzt kann der Mieter zum {words.Date(exit.ExitsOn)} für {words.Money(exit.Fee)} gehen."), exit.ValidUntil);
        }
    }

    /// <summary>The day an invoice is due; none once nothing is left to pay.</summary>
    public IEnumerable<ContractDate> Of(Invoice it) => it.Status is InvoiceStatus.Open or InvoiceStatus.Overdue && !it.IsCredit
        ? [ContractDate.Of(
            $"{it.Id}-due",
            words.Say($"Invoice {it.Number} due", $"Rechnung {it.Number} fällig") + (it.Capacity is { } capacity ? $": {NameOf(capacity)}" : ""),
            words.Say($"The last day to pay {words.Money(it.Outstanding)} without being late.", $"Der letzte Tag, um {words.Money(it.Outstanding)} pünktlich zu zahlen."),
            it.DueDate,
            it.Zone,
            it.IssuedAt,
            $"billing/invoices/{it.Id}")]
        : [];

    /// <summary>Days of readiness of a site's phases that somebody waits for: as promised, and as now expected. None once a phase is ready.</summary>
    public IEnumerable<ContractDate> Of(Site site, BuildPhase phase)
    {
        if (phase.ActualRfs is not null)
        {
            yield break;
        }

        var (name, page, zone) = ($"{site.Description.Name}, {phase.Name}", $"sites/{site.Id}", site.Description.Zone ?? "UTC");
        var changed = phase.Of(MilestoneKind.ReadyForService)!.Revisions is [.., var newest] ? newest.At : site.CreatedAt;
        yield return ContractDate.Of(
            $"{phase.Id}-rfs-planned",
            $"{name}: {words.Say("ready for service as planned", "betriebsbereit wie geplant")}",
            words.Say("The day promised when the phase was planned.", "Der Tag, der bei der Planung des Bauabschnitts zugesagt wurde."),
            phase.ContractRfs,
            zone,
            site.CreatedAt,
            page);
        yield return ContractDate.Of(
            $"{phase.Id}-rfs-forecast",
            $"{name}: {words.Say("ready for service as now forecast", "betriebsbereit nach jetziger Erwartung")}",
            words.Say("It moves when the operator forecasts another day.", "Der Tag verschiebt sich, wenn der Betreiber einen anderen vorhersagt."),
            phase.ExpectedRfs,
            zone,
            changed,
            page) with
        { Changes = phase.Revision };
    }

    private static string NameOf(CapacityNames capacity) =>
        capacity.Pool.Contains(capacity.Site, StringComparison.OrdinalIgnoreCase) ? capacity.Pool : $"{capacity.Site}, {capacity.Pool}";

    private static string German(DunningStep step) => step switch
    {
        DunningStep.Suspension => "Aussetzung",
        DunningStep.Termination => "Kündigung",
        _ => "Ankündigung der Aussetzung",
    };

    private string NameOf(ContractNames? names) => names?.Capacity is { } capacity ? NameOf(capacity) : words.Say("Reserved capacity", "Reservierte Kapazität");

    /// <summary>The other party; empty where no names were kept.</summary>
    private string WithOf(ContractNames? names, OrganizationId tenant) => names is null ? ""
        : words.Say($" Contract with {Other(names, tenant)}.", $" Vertrag mit {Other(names, tenant)}.");

    private string Other(ContractNames names, OrganizationId tenant) => reader == tenant ? names.Operator.LegalName : names.Tenant.LegalName;

    private IEnumerable<ContractDate> TermOf(Contract contract, ReservationId id, IReadOnlyList<RampSegment> steps, Instant? exitsAt = null)
    {
        string UnitsFrom(RampSegment step) => words.Say($"{words.Number(step.Units)} units from now", $"ab jetzt {words.Number(step.Units)} Einheiten");

        yield return contract.At($"{id}-start", words.Say("term starts", "Laufzeit beginnt"), $"{Capital(UnitsFrom(steps[0]))}.", steps[0].Term.Start);
        foreach (var step in steps.Skip(1).Where(step => step.Units != steps[0].Units && (exitsAt is null || step.Term.Start < exitsAt)))
        {
            yield return contract.At(
                string.Create(CultureInfo.InvariantCulture, $"{id}-ramp-{step.Term.Start.ToUnixTimeSeconds()}"),
                UnitsFrom(step),
                words.Say("The committed quantity changes.", "Die zugesagte Menge ändert sich."),
                step.Term.Start);
        }

        yield return contract.At(
            $"{id}-end",
            exitsAt is null ? words.Say("term ends", "Laufzeit endet") : words.Say("early exit", "vorzeitiger Ausstieg"),
            words.Say("Access ends.", "Der Zugang endet."),
            exitsAt ?? steps[^1].Term.End);
    }

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    /// <summary>What all dates of one contract share.</summary>
    private sealed record Contract(string Name, string With, string Zone, Instant ChangedAt, string Page)
    {
        public ContractDate At(string uid, string what, string then, Instant at) => ContractDate.Of(uid, $"{Name}: {what}", then + With, at, Zone, ChangedAt, Page);
    }
}
