using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <content>Arrears, suspension and termination for cause.</content>
public sealed partial record Lease
{
    private static readonly Duration WaitForMoney = Duration.FromDays(1);
    private static readonly Duration WaitForWord = Duration.FromMinutes(10);

    private sealed partial class Draft
    {
        private Refusal? MarkOverdue(MarkOverdue command)
        {
            if (!lease.Status.IsRunning() || lease.Overdue.Contains(command.Invoice))
            {
                return null;
            }

            var begins = lease.Overdue.IsEmpty;
            Add(new FellInArrears(now, command.Invoice, command.Since ?? now));
            if (begins)
            {
                Add(new GraceBegan(now, LeaseDunning.GraceEnds(lease, lease.Dunning!.Invoices[0])));
            }

            return null;
        }

        private Refusal? TakeReminder(TakeReminder command)
        {
            if (lease.Dunning?.Invoices.Any(overdue => overdue.Id == command.Invoice && overdue.Reminders < command.Number) == true)
            {
                Add(new TenantReminded(now, command.Invoice, command.Number, command.Day));
            }

            return null;
        }

        /// <summary>Money heals whatever has been done but a termination: what an older invoice brought about falls away with it, unless another one has outlived its own grace.</summary>
        private Refusal? ClearOverdue(InvoiceId invoice)
        {
            if (!lease.Overdue.Contains(invoice))
            {
                return null;
            }

            Add(new ArrearsCleared(now, invoice));
            var stands = lease.Dunning?.Invoices is [var oldest, ..] && LeaseDunning.GraceEnds(lease, oldest) <= now;
            switch (lease.Dunning?.Stage)
            {
                case DunningStage.SuspensionNoticed when !stands:
                    Add(new SuspensionNoticeWithdrawn(now));
                    break;
                case DunningStage.Suspended when !stands:
                    Add(new SuspensionLifted(now));
                    break;
            }

            return null;
        }

        private Refusal? MarkDisputed(MarkDisputed command)
        {
            var known = lease.Disputed?.Contains(command.Invoice) == true;
            if (known != command.IsOpen)
            {
                Add(new PaymentContested(now, command.Invoice, command.IsOpen));
            }

            return null;
        }

        /// <summary>Dunning counts from when a notice was given, not from when it could have been: its facts are dated now, after all that fell due before.</summary>
        private void Dun()
        {
            if (LeaseDunning.Next(lease) is (var due, DunningStep.SuspensionNotice) && due <= now)
            {
                Add(new SuspensionNoticed(now, LeaseDunning.After(lease, now, lease.Opening.Terms.Clauses.DunningSteps.NoticeDays!.Value)));
            }
        }

        private Refusal? Take(TakeDunningStep command)
        {
            if (LeaseDunning.Next(lease) is not var (due, step) || step != command.Step || due > now)
            {
                return null;
            }

            if (command.Money != MoneyInSight.None)
            {
                var wait = command.Money == MoneyInSight.OnItsWay ? WaitForMoney : WaitForWord;
                Add(new DunningWaits(now, step, command.Money, now + wait, Again: lease.Dunning!.WaitsUntil is not null));
            }
            else if (step == DunningStep.Suspension)
            {
                var days = lease.Opening.Terms.Clauses.DunningSteps.TerminationDays;
                Add(new LeaseSuspended(now, days is { } until ? LeaseDunning.After(lease, now, until) : null));
            }
            else
            {
                TerminateForCause(command.Basis);
            }

            return null;
        }

        /// <summary>The tenant pays what leaving early would have cost, without the notice: the lease ends at the next local midnight.</summary>
        private void TerminateForCause(ExitBasis basis)
        {
            var on = LocalDate.Min(BillingPeriods.FirstFullDay(lease.Zone, now), lease.EndsOn);
            var quote = LeaseExit.Quote(lease, PublicId.Derive<ExitQuoteId>("cause", lease.Id.Value), on, basis, now);
            Add(new LeaseTerminatedForCause(now, quote, lease.Overdue));
            StateExitFee(quote);
        }
    }
}
