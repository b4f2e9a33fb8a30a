using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Leases;

/// <content>Renewal and exit.</content>
public sealed partial record Lease
{
    private sealed partial class Draft
    {
        private Refusal? Renew()
        {
            if (Running() is { } refusal)
            {
                return refusal;
            }

            if (lease.Status == LeaseStatus.InArrears)
            {
                return Refusal.Of(LeaseRefusal.InArrears, $"{lease.Overdue.Length} invoices are overdue.");
            }

            if (lease.Disputed is { IsEmpty: false } disputed)
            {
                return Refusal.Of(LeaseRefusal.PaymentDisputed, $"Payments of {disputed.Length} invoices are disputed.");
            }

            if (NoOptionLeft() is { } none)
            {
                return none;
            }

            Add(new LeaseRenewed(now, LeaseDue.RenewedEnd(lease)));
            return null;
        }

        private Refusal? Decline()
        {
            if ((Running() ?? NoOptionLeft()) is { } refusal)
            {
                return refusal;
            }

            Add(new RenewalGivenUp(now, Lapsed: false));
            return null;
        }

        private Refusal? NoOptionLeft() => LeaseDue.RenewalDeadline(lease) is null
            ? Refusal.Of(LeaseRefusal.NoRenewalLeft, "There is no renewal option to use.")
            : null;

        private Refusal? QuoteAnExit(QuoteExit command)
        {
            if (MayExit() is { } refusal)
            {
                return refusal;
            }

            if (lease.ExitQuote?.Id == command.Exit)
            {
                return null;
            }

            var (earliest, notice) = LeaseExit.Earliest(lease, now);
            var on = command.On ?? earliest;
            if (on < earliest)
            {
                return Refusal.Of(LeaseRefusal.ExitTooSoon, $"The terms ask for {notice} days of notice: {earliest:uuuu-MM-dd} at the earliest.", "exitsOn");
            }

            if (on >= lease.EndsOn)
            {
                return Refusal.Of(LeaseRefusal.ExitAfterEnd, $"The lease ends by itself on {lease.EndsOn:uuuu-MM-dd}; the earliest exit would be {earliest:uuuu-MM-dd}.", "exitsOn");
            }

            Add(new ExitQuoted(now, LeaseExit.Quote(lease, command.Exit, on, command.Basis, now)));
            return null;
        }

        /// <summary>Any lease in which rent runs; else one whose operator is late with everything.</summary>
        private Refusal? MayExit() => lease.MayLeaveFreeFrom is not { } from ? Running()
            : now < from ? Refusal.Of(LeaseRefusal.NotRunning, $"No node has been accepted yet; if none is by then, the tenant may leave without a fee from {from}.")
            : lease.Nodes.Any(node => node.Standing == NodeStanding.Offered) ? Refusal.Of(LeaseRefusal.NotRunning, "Delivered nodes await the tenant's word; accept or reject them first.")
            : null;

        private Refusal? Terminate(ExitQuoteId exit)
        {
            if (MayExit() is { } refusal)
            {
                return refusal;
            }

            if (lease.ExitQuote is not { } quote || quote.Id != exit)
            {
                return Refusal.Of(LeaseRefusal.ExitQuoteUnknown, $"{exit} is not the newest exit quote of this lease.", "exitQuoteId");
            }

            if (now >= quote.ValidUntil)
            {
                return Refusal.Of(LeaseRefusal.ExitQuoteExpired, $"{exit} was valid until {quote.ValidUntil}.", "exitQuoteId");
            }

            Add(new LeaseTerminated(now, quote));
            StateExitFee(quote);
            return null;
        }

        private void StateExitFee(ExitQuote quote)
        {
            if (!quote.Fee.IsZero)
            {
                var period = new BillingPeriod(quote.ExitsOn, quote.EndsOn);
                Add(new RentStated(now, LeaseRent.Statement(lease, RentKind.ExitFee, period, 1, now) with { ExitFee = quote.Fee }, []));
            }
        }
    }
}
