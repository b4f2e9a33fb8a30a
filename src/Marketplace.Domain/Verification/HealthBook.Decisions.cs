using System.Globalization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>States the cause of an outage.</summary>
/// <param name="Actor">Who says so.</param>
/// <param name="IsMarketplace">Whether the marketplace decides by it.</param>
/// <param name="Number">The outage.</param>
/// <param name="Cause">The cause.</param>
/// <param name="Evidence">What shows it, 1 to 1,000 characters.</param>
public sealed record AttributeFault(OrganizationId Actor, bool IsMarketplace, int Number, FaultCause Cause, string Evidence);

/// <summary>Announces maintenance.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="From">First instant, 1 to 92 days ahead.</param>
/// <param name="Until">First instant after it.</param>
/// <param name="Reason">What is done, 1 to 1,000 characters.</param>
/// <param name="Lease">The lease that the node serves now; null when it serves none.</param>
public sealed record PlanMaintenance(OrganizationId Actor, Instant From, Instant Until, string Reason, LeaseId? Lease = null);

/// <content>What parties say about outages, before and after.</content>
public static partial class HealthBook
{
    /// <summary>Most announcements of a node that touch one calendar month.</summary>
    public const int MostAnnouncements = 20;

    /// <summary>Most time of a calendar month, UTC, that may be announced as maintenance of one node: more of it is downtime.</summary>
    public static readonly Duration MostMaintenance = Duration.FromHours(12);

    /// <summary>How long before its start maintenance is announced at the latest: nobody excuses an outage that has begun.</summary>
    public static readonly Duration MaintenanceLead = Duration.FromHours(24);

    /// <summary>How long before its start maintenance is announced at the earliest.</summary>
    public static readonly Duration MaintenanceHorizon = Duration.FromDays(92);

    /// <summary>For how long past maintenance counts against what may be announced; longer than any month.</summary>
    internal static readonly Duration MaintenanceRemembered = Duration.FromDays(32);

    private const int LongestText = 1000;

    /// <summary>States or decides the cause of an outage.</summary>
    public static Decision<NodeFact> Decide(Node? node, AttributeFault command)
    {
        if (node is null || (!command.IsMarketplace && command.Actor != node.OperatorId))
        {
            return Refusal.Of(NodeRefusal.NotFound, "There is no such node.");
        }

        if (node.Health.Faults.FirstOrDefault(fault => fault.Number == command.Number) is not { } fault)
        {
            return Refusal.Of(NodeRefusal.FaultNotFound, $"{node.Id} has no outage {command.Number}.");
        }

        return fault.Decided && !command.IsMarketplace ? Refusal.Of(NodeRefusal.FaultDecided, $"Outage {fault.Number} was decided: {fault.Cause.Spelled()}.")
            : command.Evidence.Length is 0 or > LongestText ? Refusal.Of(NodeRefusal.EvidenceMissing, $"Expected 1 to {LongestText} characters.", "evidence")
            // What excuses the operator only counts once the marketplace has looked at it.
            : new FaultAttributed(fault with
            {
                Cause = command.IsMarketplace || command.Cause is not (FaultCause.TenantWorkload or FaultCause.Maintenance) ? command.Cause : fault.Cause,
                Evidence = command.IsMarketplace ? command.Evidence : $"Stated: {command.Cause.Spelled()}. {command.Evidence}",
                StatedBy = command.Actor,
                Decided = command.IsMarketplace,
            });
    }

    /// <summary>Announces maintenance. The same announcement again changes nothing.</summary>
    public static Decision<NodeFact> Decide(Node? node, PlanMaintenance command, Instant now)
    {
        if (node is null || command.Actor != node.OperatorId)
        {
            return Refusal.Of(NodeRefusal.NotFound, "There is no such node.");
        }

        var work = new Maintenance(command.From, command.Until, command.Reason);
        if (node.Health.Planned.Contains(work))
        {
            return Decision<NodeFact>.Nothing;
        }

        if (command.Reason.Length is 0 or > LongestText || command.Until <= command.From)
        {
            return Refusal.Of(NodeRefusal.MaintenanceInvalid, $"Maintenance ends after it starts, and its reason has 1 to {LongestText} characters.", command.Until <= command.From ? "until" : "reason");
        }

        if (command.From < now + MaintenanceLead || command.From > now + MaintenanceHorizon)
        {
            return Refusal.Of(NodeRefusal.MaintenanceTooLate, $"It is {now} now, so maintenance that is announced now starts from {now + MaintenanceLead} to {now + MaintenanceHorizon}.", "from");
        }

        // A month that it covers whole is too much, so that this ends with the second one.
        for (var month = MonthOf(command.From); month.Start < command.Until; month = MonthOf(month.End))
        {
            var others = node.Health.Planned.Where(known => known.Until > month.Start && known.From < month.End).Select(known => new Interval(known.From, known.Until)).ToList();
            var taken = Covered(month, others);
            if (Covered(month, [.. others, new Interval(command.From, command.Until)]) > MostMaintenance || others.Count >= MostAnnouncements)
            {
                return Refusal.Of(
                    NodeRefusal.MaintenanceTooMuch,
                    $"In {month.Start.InUtc().Date:uuuu-MM}, {Hours(taken)} of {Hours(MostMaintenance)} hours and {others.Count} of {MostAnnouncements} announcements of {node.Id} are taken.",
                    "until");
            }
        }

        return new MaintenancePlanned(work, now, command.Lease);
    }

    private static Interval MonthOf(Instant instant)
    {
        var month = instant.InUtc().Date.ToYearMonth().OnDayOfMonth(1);
        return new Interval(month.AtMidnight().InUtc().ToInstant(), month.PlusMonths(1).AtMidnight().InUtc().ToInstant());
    }

    private static Duration Covered(Interval month, IReadOnlyList<Interval> works) => month.Duration - Lasting(Without(month, works));

    private static string Hours(Duration time) => Math.Round((decimal)time.TotalHours, 2).ToString("0.##", CultureInfo.InvariantCulture);
}
