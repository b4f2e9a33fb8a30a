using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Leases;

public sealed partial record Lease
{
    /// <summary>
    /// Decides a command. Whatever had fallen due before <paramref name="now"/> happens first, at its own time, so that a
    /// late visit never changes what a contract comes to; a refusal leaves that to the next visit.
    /// </summary>
    public static Decision<LeaseFact> Decide(Lease? lease, LeaseCommand command, Instant now)
    {
        if (lease is null)
        {
            return command is TakeDelivery first ? OpenWith(first, now) : Refusal.Of(LeaseRefusal.NotFound, "There is no such lease.");
        }

        var draft = new Draft(lease, now);
        draft.CatchUp();
        if (draft.Apply(command) is { } refusal)
        {
            return refusal;
        }

        draft.CatchUp();
        return draft.Decision;
    }

    private static Decision<LeaseFact> OpenWith(TakeDelivery first, Instant now)
    {
        var opened = new LeaseOpened(now, first.Opening);
        var draft = new Draft(Evolve(null, opened), now);
        if (draft.Apply(first) is { } refusal)
        {
            return refusal;
        }

        draft.CatchUp();
        return Decision<LeaseFact>.Of([opened, .. draft.Decision.Facts]);
    }

    /// <summary>A decision in the making: the facts so far and the lease they lead to.</summary>
    private sealed partial class Draft(Lease lease, Instant now)
    {
        private readonly ImmutableArray<LeaseFact>.Builder facts = ImmutableArray.CreateBuilder<LeaseFact>();
        private readonly Instant now = Instant.Max(now, lease.ChangedAt);
        private Lease lease = lease;

        public Decision<LeaseFact> Decision => Decision<LeaseFact>.Of(facts.ToImmutable());

        public void CatchUp()
        {
            while (LeaseDue.Meet(lease, now) is { } due)
            {
                foreach (var fact in due)
                {
                    Add(fact);
                }

                Restate();
            }

            Dun();
        }

        public Refusal? Apply(LeaseCommand command)
        {
            var refusal = command switch
            {
                TakeDelivery take => Take(take.Delivery),
                DeliverNodes deliver => AsOperator(deliver.Actor) ?? Take(deliver.Delivery),
                AcceptNodes accept => AsTenant(accept.Actor) ?? Accept(accept.Nodes),
                TakeAcceptanceTest tested => Take(tested),
                RejectNodes reject => AsTenant(reject.Actor) ?? Reject(reject.Nodes, reject.Reason),
                ReplaceNode replace => AsOperator(replace.Actor) ?? Replace(replace),
                HandBackNodes back => AsTenant(back.Actor) ?? HandBack(back.Nodes),
                TakeMaintenance work => Note(work),
                RenewLease renew => AsTenant(renew.Actor) ?? Renew(),
                DeclineRenewal decline => AsTenant(decline.Actor) ?? Decline(),
                QuoteExit quote => AsTenant(quote.Actor) ?? QuoteAnExit(quote),
                TerminateLease terminate => AsTenant(terminate.Actor) ?? Terminate(terminate.Exit),
                RecordReading read => Read(read),
                MarkOverdue overdue => MarkOverdue(overdue),
                TakeReminder reminder => TakeReminder(reminder),
                ClearOverdue cleared => ClearOverdue(cleared.Invoice),
                MarkDisputed disputed => MarkDisputed(disputed),
                TakeDunningStep step => Take(step),
                MeetDueTimes => null,
                _ => throw new InvalidOperationException($"{command.GetType().Name} is not a command of a lease."),
            };
            Restate();
            return refusal;
        }

        private void Add(LeaseFact fact)
        {
            facts.Add(fact);
            lease = Evolve(lease, fact);
        }

        private void Restate()
        {
            if (LeaseRent.Restate(lease, lease.ChangedAt) is { } restated)
            {
                Add(restated);
            }
        }

        private Refusal? AsTenant(OrganizationId actor) =>
            actor == lease.Opening.Tenant ? NotEnded()
            : actor == lease.Opening.Operator ? Refusal.Of(LeaseRefusal.NotTenant, "The operator cannot do this; the tenant can.")
            : Refusal.Of(LeaseRefusal.NotFound, "There is no such lease.");

        private Refusal? AsOperator(OrganizationId actor) =>
            actor == lease.Opening.Operator ? NotEnded()
            : actor == lease.Opening.Tenant ? Refusal.Of(LeaseRefusal.NotOperator, "The tenant cannot do this; the operator can.")
            : Refusal.Of(LeaseRefusal.NotFound, "There is no such lease.");

        private Refusal? NotEnded() => lease.Status == LeaseStatus.Ended
            ? Refusal.Of(LeaseRefusal.Ended, $"The lease ended at {lease.EndedAt}.")
            : null;

        private Refusal? Running() =>
            lease.Status == LeaseStatus.Terminating ? Refusal.Of(LeaseRefusal.Terminating, $"Notice has been given; the lease ends at {lease.ExitsAt}.")
            : !lease.Status.IsRunning() ? Refusal.Of(LeaseRefusal.NotRunning, "No node has been accepted yet.")
            : null;
    }
}
