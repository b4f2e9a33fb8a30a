using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <content>Metered energy.</content>
public sealed partial record Lease
{
    private sealed partial class Draft
    {
        private Refusal? Read(RecordReading command)
        {
            // The last bill of the utility comes after the lease has ended, so an ended lease still takes readings.
            if (command.Actor != lease.Opening.Operator)
            {
                return command.Actor == lease.Opening.Tenant
                    ? Refusal.Of(LeaseRefusal.NotOperator, "The tenant cannot do this; the operator can.")
                    : Refusal.Of(LeaseRefusal.NotFound, "There is no such lease.");
            }

            var readings = lease.Readings ?? [];
            if (readings.Any(reading => reading.Id == command.Id))
            {
                return null;
            }

            if (lease.Opening.Terms.Clauses.PowerPassThrough is null)
            {
                return Refusal.Of(LeaseRefusal.PowerNotPassedThrough, "The terms have no power pass-through.");
            }

            if (lease.RentCommencement is not { } commencement)
            {
                return Refusal.Of(LeaseRefusal.NotRunning, "No node has been accepted yet.");
            }

            if (PeriodFrom(command.From, commencement) is not { } period)
            {
                return Refusal.Of(LeaseRefusal.ReadingPeriodUnknown, $"No period of the lease starts on {command.From:uuuu-MM-dd}.", "from");
            }

            if (BillingPeriods.Midnight(lease.Zone, period.End) > now)
            {
                return Refusal.Of(LeaseRefusal.ReadingPeriodOpen, $"The period runs until {period.End:uuuu-MM-dd}.", "from");
            }

            if (command.Cost.Currency != lease.Opening.Terms.Rent.Price.Currency)
            {
                return Refusal.Of(LeaseRefusal.ReadingCurrencyDiffers, $"The contract is in {lease.Opening.Terms.Rent.Price.Currency}.", "cost.currency");
            }

            var before = readings.FirstOrDefault(reading => reading.Period == period);
            var reading = new MeterReading(command.Id, period, (before?.Revision ?? 0) + 1, command.Energy, command.Cost, command.Meter, command.Note, now);
            Add(new MeterRead(now, reading, before));
            Add(new RentStated(now, LeaseRent.Statement(lease, RentKind.Power, period, reading.Revision, now) with { Reading = reading, Replaces = before }, []));
            return null;
        }

        /// <summary>The lease's billing period that starts on this day, as its invoices name it: from the one in which rent commenced, cut to the lease's end.</summary>
        private BillingPeriod? PeriodFrom(LocalDate from, LocalDate commencement)
        {
            var first = BillingPeriods.At(lease.Anchor, BillingPeriods.IndexOf(lease.Anchor, commencement)).Start;
            var whole = BillingPeriods.At(lease.Anchor, BillingPeriods.IndexOf(lease.Anchor, from));
            return whole.Intersect(new BillingPeriod(first, LocalDate.Max(first, lease.EndsOn))) is { } period && period.Start == from ? period : null;
        }
    }
}
