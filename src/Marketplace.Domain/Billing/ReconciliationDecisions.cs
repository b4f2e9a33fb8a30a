using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

public sealed partial record Reconciliation
{
    /// <summary>Decides what is told at <paramref name="now"/>, in market time. An incident changes and resolves with the sides it stands for.</summary>
    public static Decision<ReconciliationFact> Decide(Reconciliation state, ReconciliationCommand command, Instant now)
    {
        var draft = new Draft(state, now);
        var refusal = command switch
        {
            TakePosting posting => draft.Take(posting),
            TakeMovements movements => draft.Take(movements),
            TakeNotices notices => draft.Take(notices),
            TakeBooks books => draft.Take(books),
            TakeStuckRefund stuck => draft.Take(stuck),
            Judge judge => draft.Open(judge),
            ExplainIncident explain => draft.Explain(explain),
            _ => throw new InvalidOperationException($"Reconciliation does not know {command.GetType().Name}."),
        };
        return refusal is not null ? refusal : Decision<ReconciliationFact>.Of(draft.Facts);
    }

    /// <summary>What a fact of the books is about: the payment or payout that its id names.</summary>
    public static string SubjectOf(string factId) => factId.Split(':') is [_, var subject, ..] ? subject : factId;

    private sealed class Draft(Reconciliation state, Instant now)
    {
        private readonly ImmutableArray<ReconciliationFact>.Builder facts = ImmutableArray.CreateBuilder<ReconciliationFact>();

        public ImmutableArray<ReconciliationFact> Facts => facts.ToImmutable();

        public Refusal? Take(TakePosting command)
        {
            foreach (var amount in command.Amounts)
            {
                Add(new PostingTaken(now, command.RealNow, command.Organization, command.FactId, SubjectOf(command.FactId), amount));
            }

            return Follow();
        }

        public Refusal? Take(TakeMovements command)
        {
            if (command.After == state.MovementCursor && !command.Page.Items.IsEmpty)
            {
                Add(new MovementsTaken(now, command.RealNow, command.Page.Items, command.Page.Cursor));
            }

            return Follow();
        }

        public Refusal? Take(TakeNotices command)
        {
            if (command.After == state.NoticeCursor && (command.Listed > 0 || command.Finished))
            {
                Add(new NoticesTaken(now, command.RealNow, command.Cursor, command.Listed, command.New, command.Finished));
            }

            return null;
        }

        public Refusal? Take(TakeBooks command)
        {
            Add(new BooksCompared(now, command.RealNow, command.Gaps));
            return Follow();
        }

        /// <summary>An incident at once: nothing on its way would make it good.</summary>
        public Refusal? Take(TakeStuckRefund command)
        {
            var key = Difference.KeyOf(IncidentKind.Refund, null, command.Payment.Value, command.Amount.Currency);
            var known = state.Differences.GetValueOrDefault(key);
            if ((known?.Books ?? Money.Zero(command.Amount.Currency)) == command.Amount)
            {
                return null;
            }

            Add(new StuckRefundTaken(now, command.RealNow, command.Payment, command.Amount));
            if (known is null)
            {
                Record(key, state.Differences[key], command.Organization);
            }

            return Follow();
        }

        public Refusal? Open(Judge command)
        {
            foreach (var (key, difference) in state.Differences.Where(pair => pair.Value.Incident is null && command.RealNow - pair.Value.Since >= command.UnderWay)
                .OrderBy(pair => pair.Value.Since).ThenBy(pair => pair.Key, StringComparer.Ordinal))
            {
                Record(key, difference, difference.Organization);
            }

            return null;
        }

        private void Record(string key, Difference difference, OrganizationId? organization) => Add(new IncidentRecorded(now, key, new Incident
        {
            Id = PublicId.Derive<IncidentId>("incident", key, (state.Opened + 1).ToString(CultureInfo.InvariantCulture)),
            Kind = difference.Kind,
            Subject = difference.Subject,
            Organization = organization,
            Other = difference.Other,
            Books = difference.Books,
            OtherReferences = difference.OtherReferences,
            BooksReferences = difference.BooksReferences,
            Status = IncidentStatus.Open,
            OpenedAt = now,
        }));

        public Refusal? Explain(ExplainIncident command)
        {
            if (state.Differences.FirstOrDefault(pair => pair.Value.Incident?.Id == command.Incident) is not { Value.Incident: { } incident, Key: var key })
            {
                return Refusal.Of(IncidentRefusal.NotFound, $"No incident {command.Incident} is open.");
            }

            if (incident.Explanation is not { } given || (given.By, given.Text) != (command.By, command.Text))
            {
                Add(new IncidentRecorded(now, key, incident with
                {
                    Status = IncidentStatus.Explained,
                    Explanation = new IncidentExplanation(command.By, command.Text, now),
                }));
            }

            return null;
        }

        /// <summary>Incidents whose sides moved show them; those whose sides agree resolve by themselves.</summary>
        private Refusal? Follow()
        {
            foreach (var (key, difference) in state.Differences.Where(pair => pair.Value.Incident is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                var incident = difference.Incident!;
                if ((incident.Other, incident.Books) != (difference.Other, difference.Books))
                {
                    // What an explanation explained was another difference.
                    Add(new IncidentRecorded(now, key, incident with
                    {
                        Other = difference.Other,
                        Books = difference.Books,
                        OtherReferences = difference.OtherReferences,
                        BooksReferences = difference.BooksReferences,
                        Status = difference.Agrees ? IncidentStatus.Resolved : IncidentStatus.Open,
                        ResolvedAt = difference.Agrees ? now : null,
                    }));
                }
            }

            return null;
        }

        private void Add(ReconciliationFact fact)
        {
            facts.Add(fact);
            state = Evolve(state, fact);
        }
    }
}
